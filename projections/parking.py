"""Parking: a case waits in a read model because one of its events could not be applied there.

Its later events are passed over and not stored; retry and skip read the case from the store from its position on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from psycopg.rows import class_row

from foundation.database import Pool
from foundation.sql import load_statements
from projections.history import Connection, Delivery
from projections.read_model import Generation

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
MOST_ERROR_TEXT = 2_000


@dataclass(frozen=True)
class ParkedCase:
    """A case that waits in a read model, at the event that could not be applied; times are aware."""

    read_model: str
    case_id: UUID
    matter_id: UUID | None
    version: int
    event_type: str
    error_class: str
    error: str
    attempts: int
    parked_at: datetime
    last_attempt_at: datetime
    owner: str | None


def park(connection: Connection, read_model: str, generation: Generation, delivery: Delivery, error: Exception) -> None:
    """Let a case wait from this event on; parked again, it counts one attempt more."""
    connection.execute(
        _SQL["park"],
        {
            "read_model": read_model,
            "generation": generation,
            "case_id": delivery.case_id,
            "matter_id": delivery.matter_id,
            "version": delivery.version,
            "event_type": delivery.event_type,
            "error_class": type(error).__name__,
            "error": str(error)[:MOST_ERROR_TEXT],
        },
    )
    _log.error(
        "case_parked",
        read_model=read_model,
        case_id=str(delivery.case_id),
        matter_id=str(delivery.matter_id),
        version=delivery.version,
        error=type(error).__name__,
    )


def waiting_cases(connection: Connection, read_model: str, generation: Generation, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these cases wait."""
    rows = connection.execute(_SQL["waiting"], {"read_model": read_model, "generation": generation, "case_ids": list(ids)})
    return {row[0] for row in rows}


def unpark(connection: Connection, read_model: str, case_id: UUID) -> None:
    """The case waits no longer: it was applied again."""
    connection.execute(_SQL["unpark"], {"read_model": read_model, "case_id": case_id})


def parked_cases(pool: Pool, *, read_model: str | None = None, case_id: UUID | None = None) -> list[ParkedCase]:
    """The cases that wait, the longest waiting first."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(ParkedCase)) as cursor:
        return cursor.execute(_SQL["list"], {"read_model": read_model, "case_id": case_id}).fetchall()
