"""What can happen to an investigation."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from domain.case.deadline_events import Served
from domain.case.events import CaseEvent, Opened
from domain.fields import Day, DayOrInstant, Name, Names, NoticeName, Period, Text


class InvestigationOpened(Opened):
    """The investigation, and with it the matter, begins."""

    opened_on: Day
    grounds: Names
    calendar: Name | None = None
    jointly_with: Names = ()
    incidents: Names = ()
    lead: Name | None = None


class InvestigationNoticeIssued(CaseEvent):
    """A notice was sent: something is demanded for the investigation."""

    NAME = "notice_issued"

    notice: NoticeName
    kind: Literal["information", "assessment", "interview"]
    sent_on: DayOrInstant
    respond_within: Period | None = None
    respond_by: DayOrInstant | None = None
    urgent_reasons: Text | None = None


class InvestigationNoticeServed(Served):
    """A notice reached its recipient; `deemed_on` where the law deems receipt."""

    NAME = "served"

    notice: NoticeName
    served_on: DayOrInstant


class ResponseRecorded(CaseEvent):
    """An answer to a notice was received."""

    NAME = "response_recorded"

    notice: NoticeName
    received_on: DayOrInstant
    complete: bool


class InvestigationNoticeCancelled(CaseEvent):
    """The authority took a notice back."""

    NAME = "notice_cancelled"

    notice: NoticeName
    sent_on: Day
    reasons: Text


class FindingRecorded(CaseEvent):
    """The authority found an infringement of a provision."""

    NAME = "finding_recorded"

    provision: Name
    tier: Literal["standard", "higher"]
    summary: Text
    conduct_from: Day | None = None
    conduct_to: Day | None = None


class SiblingLinked(CaseEvent):
    """An authority of another jurisdiction pursues the same conduct. `matter`: its matter in this system, if it has one."""

    NAME = "sibling_linked"

    authority: Name
    jurisdiction: Name
    reference: Name
    relation: Name
    matter: UUID | None = None


class InvestigationClosed(CaseEvent):
    """Nothing more is to be done in the matter."""

    NAME = "closed"

    outcome: Name
    reasons: Text
    closed_on: Day


class InvestigationReopened(CaseEvent):
    """The investigation goes on."""

    NAME = "reopened"

    reason: Text
    reopened_on: Day
