"""Read model `timeline`: what happened, in words a caseworker reads, with the date of law and the time of recording."""

from __future__ import annotations

from collections.abc import Iterable

import domain.appeal.words
import domain.case.words
import domain.enforcement_notice.words
import domain.fine.words
import domain.investigation.words
import domain.non_compliance.words
import domain.words
from domain.case.events import CaseEvent
from domain.words import describe, law_date
from projections.read_model import Change

ALSO_DEFINED_BY = (
    domain.words,
    domain.appeal.words,
    domain.case.words,
    domain.enforcement_notice.words,
    domain.fine.words,
    domain.investigation.words,
    domain.non_compliance.words,
)


def changes(event: CaseEvent) -> Iterable[Change]:
    """Pure: the same event gives the same rows, live, healed or rebuilt."""
    yield Change(
        "happened",
        matter_id=event.matter_id,
        version=event.version,
        case_type=event.case_type,
        event_type=event.type,
        law_date=law_date(event),
        recorded=event.recorded,
        stored_at=event.envelope.stored_at,
        words=describe(event),
        actor=event.actor.id,
        role=event.actor.role,
        command=event.envelope.command,
        correlation_id=event.envelope.correlation_id,
    )
