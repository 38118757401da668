"""What an enforcement notice demands, and how far it is met. Only applies; decides nothing."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from domain.case.appealable import Appealable
from domain.case.events import CaseEvent, Restored
from domain.enforcement_notice.events import (
    ComplianceRecorded,
    NoticeCancelled,
    NoticeClosed,
    NoticeIssued,
    NoticeServed,
    NoticeVaried,
    PreliminaryNoticeGiven,
    RequirementsSubstituted,
    VariationRefused,
    VariationRequested,
)
from domain.requirement import Requirement

IN_FORCE = "in_force"
NOTICE = "notice"
PRELIMINARY_NOTICE = "preliminary_notice"
"""The acts whose dates deadlines count from."""


class Demands(Appealable):
    """Requirements, each on its own."""

    TOPIC = "enforcement_notice"
    WORDS = "enforcement notice"
    OPEN_STATES = frozenset({"preliminary", IN_FORCE})
    OWN_ACTS = frozenset({PRELIMINARY_NOTICE})
    SCOPES = frozenset({"whole", "refusal_to_vary", "refusal"})

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.stage = "preliminary"
        self.preliminary: PreliminaryNoticeGiven | None = None
        self.notice: NoticeIssued | None = None
        self.requirements: dict[str, Requirement] = {}
        self.notice_requirements: dict[str, Requirement] = {}
        self.complied: dict[str, date | datetime] = {}
        self.sent_on: date | datetime | None = None
        self.request: VariationRequested | None = None

    @property
    def state(self) -> str:
        """`set_aside` comes before `in_force`; in force with every requirement met is `complied`."""
        if self.stage != IN_FORCE:
            return self.stage
        if self.is_set_aside:
            return "set_aside"
        return "complied" if self.requirements and set(self.requirements) <= set(self.complied) else IN_FORCE

    @property
    def is_in_appealable_state(self) -> bool:
        """A notice is in force, or was complied with."""
        return self.state in (IN_FORCE, "complied")

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep the stage, the requirements and which of them are met."""
        match event:
            case PreliminaryNoticeGiven(requirements=requirements, sent_on=sent_on):
                self.preliminary = event
                self.requirements, self.sent_on = _by_id(requirements), sent_on
                self.note_act(PRELIMINARY_NOTICE, sent=sent_on)
            case NoticeIssued(requirements=requirements, sent_on=sent_on):
                self.stage, self.notice, self.sent_on = IN_FORCE, event, sent_on
                self.requirements = self.notice_requirements = _by_id(requirements)
                self.note_act(NOTICE, decided=event.decided_on, sent=sent_on, published=event.published_on)
            case NoticeServed(served_on=served_on, deemed_on=deemed_on):
                self.note_act(NOTICE if self.notice else PRELIMINARY_NOTICE, served=served_on, deemed=deemed_on)
            case NoticeVaried(requirements=requirements):
                self.request = None
                self.requirements = {**self.requirements, **_by_id(requirements)}
                self.notice_requirements = {**self.notice_requirements, **_by_id(requirements)}
            case RequirementsSubstituted(requirements=requirements):
                self.requirements = _by_id(requirements)
            case Restored(requirements=requirements):
                self.requirements = _by_id(requirements) if requirements else self.requirements
                super().when(event)
            case NoticeCancelled():
                self.request = None
                self.stage = "cancelled"
            case ComplianceRecorded(requirement=requirement, complied_on=complied_on):
                self.complied[requirement] = complied_on
            case NoticeClosed():
                self.stage = "closed"
            case VariationRequested():
                self.request = event
            case VariationRefused():
                self.request = None
            case _:
                super().when(event)


def _by_id(requirements: tuple[Requirement, ...]) -> dict[str, Requirement]:
    return {requirement.id: requirement for requirement in requirements}
