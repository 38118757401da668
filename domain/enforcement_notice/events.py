"""What can happen to an enforcement notice."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from domain.case.deadline_events import Served
from domain.case.events import CaseEvent
from domain.fields import Day, DayOrInstant, Name, Period, RequirementId, Text
from domain.requirement import Requirement


class PreliminaryNoticeGiven(CaseEvent):
    """The recipient was told what is going to be demanded."""

    NAME = "preliminary_notice_given"

    investigation: UUID
    sent_on: Day
    representations_within: Period | None = None
    requirements: tuple[Requirement, ...]


class NoticeIssued(CaseEvent):
    """The demands are in force."""

    NAME = "issued"

    investigation: UUID
    kind: Literal["enforcement_notice", "formal_notice", "determination", "order"]
    decided_on: Day
    sent_on: DayOrInstant
    published_on: Day | None = None
    requirements: tuple[Requirement, ...]
    urgent_reasons: Text | None = None
    replaces: UUID | None = None


class NoticeServed(Served):
    """The notice was served; `deemed_on` where the law deems receipt."""

    NAME = "served"

    served_on: Day


class NoticeVaried(CaseEvent):
    """The demands were changed; those given replace the ones of the same id."""

    NAME = "varied"

    sent_on: Day
    reasons: Text
    requirements: tuple[Requirement, ...] = ()


class VariationRequested(CaseEvent):
    """The recipient asked for the notice to be varied or cancelled."""

    NAME = "variation_requested"

    requested_on: Day
    change: Text


class VariationRefused(CaseEvent):
    """What the recipient asked for was refused."""

    NAME = "variation_refused"

    sent_on: Day
    reasons: Text


class NoticeCancelled(CaseEvent):
    """The demands are no more."""

    NAME = "cancelled"

    sent_on: Day
    reasons: Text


class ComplianceRecorded(CaseEvent):
    """The recipient did what one requirement demands."""

    NAME = "compliance_recorded"

    requirement: RequirementId
    complied_on: DayOrInstant
    assessed_on: Day
    evidence: Text | None = None


class NoticeClosed(CaseEvent):
    """The notice can neither be complied with nor enforced."""

    NAME = "closed"

    outcome: Name
    closed_on: Day


class RequirementsSubstituted(CaseEvent):
    """A court put other demands in the place of those that stood."""

    NAME = "requirements_substituted"

    appeal: UUID
    court: Name
    decided_on: Day
    requirements: tuple[Requirement, ...]
