"""What fines and enforcement notices share: they can be appealed against, set aside and restored."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.case.appeal_target import AppealTarget, PendingAppeal
from domain.case.deadline_events import DeadlineStarted
from domain.case.events import AppealEnded, CaseEvent, PointsSetAside, Restored, SetAside

_BEFORE_THE_NOTICE = ("representations", "penalty_limit")


class Appealable(AppealTarget):
    """A notice that is a case of its own, and can be appealed against."""

    SCOPES: ClassVar[frozenset[str]]
    """What an appeal may be against."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.is_set_aside = False
        self.points_set_aside: tuple[str, ...] = ()
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
        raise NotImplementedError  # each type of case says it

    def can_be_appealed_in(self, scope: str) -> bool:
        """A notice is in force, and appeals against such notices come in that scope."""
        return self.is_in_appealable_state and scope in self.SCOPES

    def is_set_aside_in(self, scope: str) -> bool:  # noqa: ARG002 - a notice is set aside as a whole
        """A court has set the notice aside."""
        return self.is_set_aside

    def is_owed(self, role: str) -> bool:
        """A duty under a notice that is not set aside."""
        return self.is_duty(role) and not self.is_set_aside

    def is_held_up_by(self, pending: PendingAppeal, role: str) -> bool:  # noqa: ARG002 - the same for every duty
        """Every duty waits for the subject's appeal against the whole or the amount."""
        return pending.main

    # What may be done

    def require_not_set_aside_for_good(self) -> None:
        """Refuse what needs the notice to stand, or to be able to stand again.

        Raises:
            WrongState: it was set aside, and no appeal is pending that could bring it back.
        """
        if self.state == "set_aside" and not self.is_open:
            self.refuse_state("it was set aside for good", now="Nothing more can be done in it.")

    def can_matter(self, role: str) -> bool:
        """The period for an appeal matters also when all was paid or done; what is for the time before the notice only then."""
        if role in _BEFORE_THE_NOTICE:
            return self.state in ("intended", "preliminary")
        return super().can_matter(role) or (role.partition(":")[0] == "appeal" and self.is_in_appealable_state)

    def have_points_set_aside(self, appeal: UUID, *, court: str, decided_on: date, points: tuple[str, ...]) -> None:
        """A court set the notice aside in points; those of a decision that has fallen stand again."""
        self.record(PointsSetAside, appeal=appeal, court=court, decided_on=decided_on, points=points)

    def settle_after(self, ended: PendingAppeal, *, ended_on: date) -> None:
        """Suspended deadlines run again; finally set aside, they lapse."""
        if self.is_set_aside and not self.under_appeal:
            self.lapse("The notice was set aside for good.")
        else:
            super().settle_after(ended, ended_on=ended_on)

    # What follows from what happened

    def when(self, event: CaseEvent) -> None:
        """Keep whether the notice stands, and since when nothing bars its recovery."""
        match event:
            case AppealEnded(appeal=appeal, main=main, ended_on=ended_on):
                ended = self.appeals.get(appeal)
                self._main_appeal_ended = self._main_appeal_ended or main
                if ended and ended.bars_recovery:
                    self.bar_fell_on = ended_on
                super().when(event)
            case PointsSetAside(points=points):
                self.points_set_aside = points
            case SetAside():
                self.is_set_aside = True
            case Restored():
                self.is_set_aside = False
            case DeadlineStarted(role="appeal"):
                self._main_appeal_ended = False
                super().when(event)
            case _:
                super().when(event)
