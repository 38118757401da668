"""What fines and enforcement notices share: they can be appealed against, set aside and restored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.case.case import Case
from domain.case.events import (
    AppealEnded,
    CaseEvent,
    DeadlineStarted,
    Restored,
    SetAside,
    TargetAppealLodged,
)

MAIN_SCOPES = ("whole", "amount")
APPEAL_ROLE = {
    "whole": "appeal",
    "amount": "appeal",
    "variation": "appeal:variation",
    "refusal_to_vary": "appeal:refusal",
    "refusal": "appeal:refusal",
}
"""Which period an appeal of a scope must be lodged in."""


@dataclass(frozen=True)
class PendingAppeal:
    """An appeal against this case that has not ended."""

    appeal: UUID
    scope: str
    main: bool


class Appealable(Case):
    """A notice that can be appealed against."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.appeals: dict[UUID, PendingAppeal] = {}
        self.is_set_aside = False
        self._main_appeal_ended = False

    @property
    def under_appeal(self) -> bool:
        """Whether an appeal by the subject against the whole or the amount is pending."""
        return any(appeal.main for appeal in self.appeals.values())

    @property
    def final(self) -> bool:
        """Whether what stands, stands for good: the period for appeal unused, or the appeal final."""
        period = self.deadline("appeal")
        if self.under_appeal or period is None or period.status == "running":
            return False
        return self._main_appeal_ended or period.status == "passed"

    @property
    def is_in_appealable_state(self) -> bool:
        """Whether there is a notice in force that somebody can appeal against."""
        raise NotImplementedError

    # What may be done

    def require_appealable(self, scope: str) -> None:
        """Refuse an appeal against what is not in force, or twice.

        Raises:
            WrongState: no notice is in force, the period has not begun, or such an appeal is pending.
        """
        role = APPEAL_ROLE[scope]
        if not self.is_in_appealable_state or self.deadline(role) is None:
            self.refuse_state(f"there is nothing to appeal against in scope {scope}", now="Check the case in `against`.")
        if any(APPEAL_ROLE[appeal.scope] == role for appeal in self.appeals.values()):
            self.refuse_state("an appeal is pending already", now="Enter what is new in that appeal.")

    def require_appeal_in_time(self, scope: str, received_on: date | datetime) -> None:
        """Refuse an appeal out of time.

        Raises:
            TooLate: received after the period.
        """
        self.require_in_time(APPEAL_ROLE[scope], received_on, f"an appeal against {self.reference}")

    def be_appealed(self, appeal: UUID, *, scope: str, appellant: str, received_on: date | datetime) -> None:
        """Take note of an appeal; suspend what the regime suspends meanwhile."""
        law = self.occasion.law
        main = appellant == "subject" and scope in MAIN_SCOPES
        self.record(TargetAppealLodged, appeal=appeal, scope=scope, appellant=appellant, received_on=received_on, main=main)
        if appellant == "subject":
            self.meet(APPEAL_ROLE[scope], received_on)
        if main:
            since = received_on.astimezone(law.time_zone).date() if isinstance(received_on, datetime) else received_on
            for deadline in list(self.deadlines.values()):
                if law.is_suspended_by_appeal(self.TOPIC, deadline.role) and not deadline.terms.urgent:
                    self.suspend(
                        deadline,
                        since=since,
                        cause=appeal,
                        reason="An appeal is pending.",
                        cites=law.cites("suspension_by_appeal"),
                    )

    def be_set_aside(self, appeal: UUID, *, court: str, decided_on: date) -> None:
        """A court set the notice aside."""
        self.record(SetAside, appeal=appeal, court=court, decided_on=decided_on)

    def be_restored(self, appeal: UUID, *, court: str, decided_on: date, **stands: Any) -> None:
        """The decision that set aside or substituted has fallen."""
        self.record(Restored, appeal=appeal, court=court, decided_on=decided_on, **stands)

    def leave_appeal(self, appeal: UUID, *, ended_on: date, ending: str) -> None:
        """The appeal has ended: suspended deadlines run again; finally set aside, they lapse."""
        pending = self.appeals[appeal]
        self.record(AppealEnded, appeal=appeal, scope=pending.scope, main=pending.main, ended_on=ended_on, ending=ending)
        if self.is_set_aside and not self.under_appeal:
            self.lapse("The notice was set aside for good.")
        else:
            self.resume(appeal, on=ended_on)

    # What follows from what happened

    def when(self, event: CaseEvent) -> None:
        """Keep the pending appeals and whether the notice stands."""
        match event:
            case TargetAppealLodged(appeal=appeal, scope=scope, main=main):
                self.appeals[appeal] = PendingAppeal(appeal, scope, main)
            case AppealEnded(appeal=appeal, main=main):
                self.appeals.pop(appeal, None)
                self._main_appeal_ended = self._main_appeal_ended or main
            case SetAside():
                self.is_set_aside = True
            case Restored():
                self.is_set_aside = False
            case DeadlineStarted(role="appeal"):
                self._main_appeal_ended = False
                super().when(event)
            case _:
                super().when(event)
