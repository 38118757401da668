"""What can happen to an investigation."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from domain.case.events import CaseEvent, Opened
from domain.fields import Day, Name, Names, Text


class InvestigationOpened(Opened):
    """The investigation, and with it the matter, begins."""

    opened_on: Day
    grounds: Names
    jointly_with: Names = ()
    incidents: Names = ()
    lead: Name | None = None


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
