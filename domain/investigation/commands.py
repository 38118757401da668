"""What may be asked of an investigation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, StrictBool, model_validator

from domain.case.commands import Act
from domain.fields import Day, DayOrInstant, Name, Names, NoticeName, Period, Reference, SomeNames, Text
from domain.regimes import Regime, require_known_holidays
from domain.subject import Subject


def _known_holidays(named: str) -> str:
    require_known_holidays(named)
    return named


Holidays = Annotated[Name, AfterValidator(_known_holidays)]
"""Country and subdivision as the holidays library takes them."""


class Open(Act):
    """Begin an investigation, and with it a matter.

    `calendar`: the holidays that count in the matter, `GB/SCT`, where they are not those of the regime's own calendar.
    """

    COMMAND = "investigation.open"
    OPENS = "always"

    reference: Reference
    subject: Subject
    regime: Name
    opened_on: Day
    grounds: SomeNames
    calendar: Holidays | None = None
    jointly_with: Names = ()
    incidents: Names = ()
    lead: Name | None = None


class IssueNotice(Act):
    """Demand information, an assessment or an interview. `notice` is the notice's name in the investigation."""

    COMMAND = "investigation.issue_notice"

    notice: NoticeName
    kind: Literal["information", "assessment", "interview"]
    sent_on: DayOrInstant
    respond_within: Period | None = None
    respond_by: DayOrInstant | None = None
    urgent_reasons: Text | None = None

    @model_validator(mode="after")
    def _within_or_by(self) -> Self:
        if (self.respond_within is None) == (self.respond_by is None):
            msg = "give either respond_within (a period) or respond_by (a day)"
            raise ValueError(msg)
        return self

    def faults_under(self, law: Regime) -> Iterator[tuple[str, str]]:
        """A kind of notice that the regime does not know."""
        if law.investigation_notice(self.kind) is None:
            known = ", ".join(law.data.investigation_notices) or "none"
            yield "kind", f"{law.title} knows no such notice; its kinds are: {known}"


class Serve(Act):
    """Record service of a notice."""

    COMMAND = "investigation.serve"

    notice: NoticeName
    served_on: DayOrInstant
    method: Name
    deemed_on: Day | None = None


class RecordResponse(Act):
    """Enter what was received in answer to a notice."""

    COMMAND = "investigation.record_response"

    notice: NoticeName
    received_on: DayOrInstant
    complete: StrictBool


class CancelNotice(Act):
    """Take a notice back."""

    COMMAND = "investigation.cancel_notice"

    notice: NoticeName
    sent_on: Day
    reasons: Text


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
