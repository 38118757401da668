"""What may be asked of an investigation."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from domain.case.commands import Act
from domain.fields import Day, Name, Names, Reference, SomeNames, Text
from domain.subject import Subject


class Open(Act):
    """Begin an investigation, and with it a matter."""

    COMMAND = "investigation.open"
    OPENS = "always"

    reference: Reference
    subject: Subject
    regime: Name
    opened_on: Day
    grounds: SomeNames
    jointly_with: Names = ()
    incidents: Names = ()
    lead: Name | None = None


class RecordFinding(Act):
    """State an infringement found."""

    COMMAND = "investigation.record_finding"

    provision: Name
    tier: Literal["standard", "higher"]
    summary: Text
    conduct_from: Day | None = None
    conduct_to: Day | None = None


class LinkSibling(Act):
    """Say that an authority of another jurisdiction pursues the same conduct; `matter` if the system has, or will have, it."""

    COMMAND = "investigation.link_sibling"
    NAMES_MATTERS = frozenset({"matter"})

    authority: Name
    jurisdiction: Name
    reference: Name
    relation: Name
    matter: UUID | None = None


class Close(Act):
    """End the investigation."""

    COMMAND = "investigation.close"

    outcome: Name
    reasons: Text
    closed_on: Day


class Reopen(Act):
    """Go on with a closed investigation."""

    COMMAND = "investigation.reopen"

    reason: Text
    reopened_on: Day
