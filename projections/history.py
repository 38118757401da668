"""Events as they are delivered to read models, and the same read from the event store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from domain.case.events import CaseEvent
from domain.mapper import StoredEnvelope, UnreadableEvent, decode, split_state
from foundation.sql import load_statements

_SQL = load_statements(__file__)
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Delivery:
    """A stored event on its way to the read models; known by its case and version even where it cannot be decoded.

    What is told of its envelope (matter, `stored_at`, aware, and what ties it to a request) is None where that cannot be read.
    `traceparent` is the span that whoever applies it continues.
    """

    case_id: UUID
    version: int
    event_type: str
    event: CaseEvent | UnreadableEvent
    matter_id: UUID | None = None
    stored_at: datetime | None = None
    correlation_id: str | None = None
    traceparent: str | None = None

    @classmethod
    def from_state(cls, case_id: UUID, version: int, event_type: str, state: bytes) -> Delivery:
        """Decode what is stored; what cannot be decoded is delivered as the error."""
        envelope: StoredEnvelope | None = None
        event: CaseEvent | UnreadableEvent
        try:
            envelope, payload = split_state(state)
            event = decode(event_type, envelope, payload)
        except UnreadableEvent as error:
            event = error
        if envelope is None:
            return cls(case_id, version, event_type, event)
        return cls(
            case_id,
            version,
            event_type,
            event,
            envelope.matter_id,
            envelope.stored_at,
            envelope.correlation_id,
            envelope.traceparent,
        )

    @property
    def named(self) -> dict[str, str | None]:
        """What it is about, as each line of a log about it tells."""
        matter_id = str(self.matter_id) if self.matter_id else None
        return {"case_id": str(self.case_id), "matter_id": matter_id, "correlation_id": self.correlation_id}

    @property
    def about(self) -> dict[str, str | int | None]:
        """The same with its type and version, as each span about it tells."""
        return {**self.named, "event_type": self.event_type, "version": self.version}


def history(connection: Connection, case_id: UUID, *, after: int, up_to: int | None = None) -> list[Delivery]:
    """The events of a case after a version, in order; up to another version, if one is given."""
    rows = connection.execute(_SQL["history"], {"case_id": case_id, "after": after, "up_to": up_to})
    return [Delivery.from_state(*row) for row in rows]


def log_page(connection: Connection, *, after: int, limit: int, until: int | None = None) -> tuple[list[Delivery], int | None]:
    """A page of the notification log: the cases' events in it, and the id of its last entry; None where there is no more."""
    rows = connection.execute(_SQL["log_page"], {"after": after, "limit": limit, "until": until}).fetchall()
    deliveries = [Delivery.from_state(*row[1:]) for row in rows if not row[3].startswith("_")]
    return deliveries, rows[-1][0] if rows else None


def log_end(connection: Connection) -> int:
    """The id of the last entry of the notification log; 0 where it is empty."""
    row = connection.execute(_SQL["log_end"]).fetchone()
    assert row is not None
    end: int = row[0]
    return end


def by_case(deliveries: Iterable[Delivery]) -> dict[UUID, list[Delivery]]:
    """Sort deliveries by case, each case's in the order of delivery."""
    found: dict[UUID, list[Delivery]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.case_id, []).append(delivery)
    return found
