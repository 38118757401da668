"""Read model `timeline`: what happened, in words a caseworker reads, with the date of law and the time of recording."""

from __future__ import annotations

from collections.abc import Iterable

from domain.case.events import CaseEvent
from domain.words import describe, law_date
from projections.read_model import Change


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
