"""What fines and enforcement notices share: they can be appealed against, set aside and restored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.case.case import Case
from domain.case.deadlines import Deadline
from domain.case.events import (
    AppealEnded,
    CaseEvent,
    DeadlineStarted,
    Restored,
    SetAside,
    TargetAppealLodged,
)
from domain.fields import day_of

MAIN_SCOPES = ("whole", "amount")
_BEFORE_THE_NOTICE = ("representations", "penalty_limit")
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
    """An appeal against this case that has not ended. `main`: by the subject, against the whole or the amount."""

    appeal: UUID
    scope: str
    by_subject: bool
    received_on: date | datetime
    main: bool

    @property
    def bars_recovery(self) -> bool:
        """Whether it is the subject's, against notice, amount or a variation. A third party's appeal bars nothing."""
        return self.main or (self.by_subject and self.scope == "variation")


class Appealable(Case):
    """A notice that can be appealed against."""

    SCOPES: ClassVar[frozenset[str]]
    """What an appeal may be against."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.appeals: dict[UUID, PendingAppeal] = {}
        self.is_set_aside = False
        self._main_appeal_ended = False
        self.bar_fell_on: date | None = None

    @property
    def is_open(self) -> bool:
        """In an open state, or set aside while an appeal is pending."""
        return super().is_open or (self.state == "set_aside" and bool(self.appeals))

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

    def require_not_set_aside_for_good(self) -> None:
        """Refuse what needs the notice to stand, or to be able to stand again.

        Raises:
            WrongState: it was set aside, and no appeal is pending that could bring it back.
        """
        if self.state == "set_aside" and not self.is_open:
            self.refuse_state("it was set aside for good", now="Nothing more can be done in it.")

    def require_appealable(self, scope: str, appellant: str) -> None:
        """Refuse an appeal against what is not in force, or by the subject twice.

        Raises:
            WrongState: no notice is in force, the period has not begun, or the subject's appeal is pending.
        """
        role = APPEAL_ROLE[scope]
        if not self.is_in_appealable_state or scope not in self.SCOPES or self.deadline(role) is None:
            self.refuse_state(f"there is nothing to appeal against in scope {scope}", now="Check the case in `against`.")
        pending = any(appeal.by_subject and APPEAL_ROLE[appeal.scope] == role for appeal in self.appeals.values())
        if pending and appellant == "subject":
            self.refuse_state("an appeal is pending already", now="Enter what is new in that appeal.")

    def require_appeal_in_time(self, scope: str, received_on: date | datetime) -> None:
        """Refuse an appeal out of time.

        Raises:
            TooLate: received after the period.
        """
        self.require_in_time(APPEAL_ROLE[scope], received_on, f"an appeal against {self.reference}")

    def can_matter(self, role: str) -> bool:
        """The period for an appeal matters also when all was paid or done; what is for the time before the notice only then."""
        if role in _BEFORE_THE_NOTICE:
            return self.state in ("intended", "preliminary")
        return super().can_matter(role) or (role.partition(":")[0] == "appeal" and self.is_in_appealable_state)

    def be_appealed(self, appeal: UUID, *, scope: str, appellant: str, received_on: date | datetime) -> None:
        """Take note of an appeal; suspend what the regime suspends meanwhile."""
        self._enter_appeal(appeal, scope, appellant, received_on)
        if appellant == "subject":
            self.meet(APPEAL_ROLE[scope], received_on)
        period = self.deadline("appeal")
        sent_on = day_of(period.terms.count.start) if period else date.min
        for deadline in list(self.deadlines.values()):
            self.stand_still_under_appeal(deadline, since=max(day_of(received_on), sent_on))

    def return_to_appeal(self, appeal: UUID, *, scope: str, appellant: str, received_on: date | datetime, since: date) -> None:
        """The appeal had ended and is pending again, since a date of law; suspended as if it had been lodged then."""
        self._enter_appeal(appeal, scope, appellant, received_on)
        for deadline in list(self.deadlines.values()):
            self.stand_still_under_appeal(deadline, since=since)

    def _enter_appeal(self, appeal: UUID, scope: str, appellant: str, received_on: date | datetime) -> None:
        main = appellant == "subject" and scope in MAIN_SCOPES
        self.record(TargetAppealLodged, appeal=appeal, scope=scope, appellant=appellant, received_on=received_on, main=main)

    def stand_still_under_appeal(self, deadline: Deadline, *, since: date) -> None:
        """Suspend a deadline from a date of law, while the subject's main appeal is pending, if the regime says so."""
        law = self.occasion.law
        suspends = law.is_suspended_by_appeal(self.TOPIC, deadline.role) and not deadline.terms.urgent
        if not suspends or not self.is_duty(deadline.role):
            return
        for pending in list(self.appeals.values()):
            if pending.main:
                self.suspend(
                    deadline,
                    since=since,
                    cause=pending.appeal,
                    reason="An appeal is pending.",
                    cites=law.cites("suspension_by_appeal"),
                )

    def be_set_aside(self, appeal: UUID, *, court: str, decided_on: date) -> None:
        """A court set the notice aside."""
        self.record(SetAside, appeal=appeal, court=court, decided_on=decided_on)

    def be_restored(self, appeal: UUID, *, court: str, decided_on: date, **stands: Any) -> None:
        """The decision that set aside or substituted has fallen; what had lapsed because of it stands still again."""
        self.record(Restored, appeal=appeal, court=court, decided_on=decided_on, **stands)
        for lapsed in list(self.deadlines.values()):
            if lapsed.status == "lapsed" and self.is_duty(lapsed.role):
                self.record(DeadlineStarted, role=lapsed.role, terms=lapsed.terms)
                for still in lapsed.suspensions:
                    self.suspend(
                        self.deadlines[lapsed.role],
                        since=still.since,
                        cause=still.cause,
                        reason=still.reason,
                        cites=self.occasion.law.cites("suspension_by_appeal"),
                    )

    def is_duty(self, role: str) -> bool:
        """Whether the deadline is for something that the subject has still to do while the notice stands."""
        raise NotImplementedError

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
            case TargetAppealLodged(appeal=appeal, scope=scope, received_on=received_on, main=main):
                self.appeals[appeal] = PendingAppeal(appeal, scope, event.appellant == "subject", received_on, main)
            case AppealEnded(appeal=appeal, main=main, ended_on=ended_on):
                ended = self.appeals.pop(appeal, None)
                self._main_appeal_ended = self._main_appeal_ended or main
                if ended and ended.bars_recovery:
                    self.bar_fell_on = ended_on
            case SetAside():
                self.is_set_aside = True
            case Restored():
                self.is_set_aside = False
            case DeadlineStarted(role="appeal"):
                self._main_appeal_ended = False
                super().when(event)
            case _:
                super().when(event)
