"""What may be asked of an enforcement notice."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from domain.case.commands import Act
from domain.fields import Day, DayOrInstant, Name, Period, RequirementId, Text
from domain.requirement import Requirement


def _each_id_once(requirements: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    ids = [requirement.id for requirement in requirements]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        msg = f"requirement ids must differ; given twice: {', '.join(repeated)}"
        raise ValueError(msg)
    return requirements


Requirements = Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=100), AfterValidator(_each_id_once)]


class GivePreliminaryNotice(Act):
    """Tell the recipient what is going to be demanded."""

    COMMAND = "enforcement_notice.give_preliminary_notice"
    OPENS = "always"
    REFERS = {"investigation": ("investigation",)}

    investigation: UUID
    sent_on: Day
    representations_within: Period | None = None
    requirements: Requirements


class Issue(Act):
    """Put the demands in force."""

    COMMAND = "enforcement_notice.issue"
    OPENS = "if_absent"
    REFERS = {"investigation": ("investigation",), "replaces": ("enforcement_notice",)}

    investigation: UUID
    kind: Literal["enforcement_notice", "formal_notice", "determination", "order"]
    decided_on: Day
    sent_on: DayOrInstant
    published_on: Day | None = None
    requirements: Requirements
    urgent_reasons: Text | None = None
    replaces: UUID | None = None


class Serve(Act):
    """Record service of the notice."""

    COMMAND = "enforcement_notice.serve"

    served_on: Day
    method: Name
    deemed_on: Day | None = None


class Vary(Act):
    """Change the demands; those given replace the ones of the same id."""

    COMMAND = "enforcement_notice.vary"

    sent_on: Day
    reasons: Text
    requirements: Requirements | None = None


class Cancel(Act):
    """Take the notice back."""

    COMMAND = "enforcement_notice.cancel"

    sent_on: Day
    reasons: Text


class RequestVariation(Act):
    """Enter that the recipient asks for the notice to be varied or cancelled."""

    COMMAND = "enforcement_notice.request_variation"

    requested_on: Day
    change: Text


class RefuseVariation(Act):
    """Refuse what the recipient asked for."""

    COMMAND = "enforcement_notice.refuse_variation"

    sent_on: Day
    reasons: Text


class RecordCompliance(Act):
    """Record that one requirement was met."""

    COMMAND = "enforcement_notice.record_compliance"

    requirement: RequirementId
    complied_on: DayOrInstant
    assessed_on: Day
    evidence: Text | None = None


class Close(Act):
    """End a notice that can neither be complied with nor enforced."""

    COMMAND = "enforcement_notice.close"

    outcome: Name
    closed_on: Day
