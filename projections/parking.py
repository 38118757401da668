"""Parking: a case waits in a read model because one of its events could not be applied there.

Its later events are passed over and not stored; retry and skip read the case from the store from its position on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog
from psycopg import sql
from psycopg.rows import class_row

from domain.mapper import envelope_of
from foundation.database import Pool
from foundation.sql import load_statements
from projections.error_kinds import kind_of
from projections.history import Connection, Delivery
from projections.read_model import Generation

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
MOST_ERROR_TEXT = 2_000


@dataclass(frozen=True)
class ParkedCase:
    """A case that waits in a read model, at the event that could not be applied; times are aware.

    `stale_since` is when that event was stored: what happened from then on is missing from the case's rows. `waiting_events`
    counts that event and those after it.
    """

    read_model: str
    case_id: UUID
    matter_id: UUID | None
    version: int
    event_type: str
    error_kind: Literal["transient", "permanent"]
    error_class: str
    error: str
    attempts: int
    parked_at: datetime
    last_attempt_at: datetime
    stale_since: datetime
    owner: str | None
    waiting_events: int


@dataclass(frozen=True)
class ParkedCounts:
    """How many cases wait in some read model, since when the longest does (aware), and how many by read model and kind of error."""

    cases: int
    oldest: datetime | None
    by_kind: Mapping[tuple[str, ...], int]


def park(
    connection: Connection, read_model: str, generation: Generation, delivery: Delivery, error: Exception, *, attempts: int = 1
) -> None:
    """Let a case wait from this event on. Parked again at the same event it keeps its time and counts these attempts too."""
    kind = kind_of(error)
    connection.execute(
        _of(generation, "park"),
        {
            "read_model": read_model,
            "generation": generation,
            "case_id": delivery.case_id,
            "matter_id": delivery.matter_id or _matter_of(connection, delivery.case_id),
            "version": delivery.version,
            "event_type": delivery.event_type,
            "error_kind": kind,
            "error_class": type(error).__name__,
            "error": _storable(str(error)),
            "attempts": attempts,
            "stale_since": delivery.stored_at,
        },
    )
    if generation == "check":
        # Of a comparison's copy: nothing waits that anybody reads.
        return
    _log.error(
        "case_parked",
        read_model=read_model,
        **delivery.named,
        version=delivery.version,
        kind=kind,
        error=error,
        attempts=attempts,
    )


def waiting_cases(connection: Connection, read_model: str, generation: Generation, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these cases wait."""
    rows = connection.execute(
        _of(generation, "waiting"), {"read_model": read_model, "generation": generation, "case_ids": list(ids)}
    )
    return {row[0] for row in rows}


def unpark(connection: Connection, read_model: str, generation: Generation, case_ids: Sequence[UUID]) -> None:
    """These cases wait no longer: they were applied again."""
    connection.execute(_SQL["unpark"], {"read_model": read_model, "generation": generation, "case_ids": list(case_ids)})


def parked_cases(
    pool: Pool,
    *,
    read_models: Sequence[str] | None = None,
    case_id: UUID | None = None,
    matter_id: UUID | None = None,
    error_class: str | None = None,
    owner: str | None = None,
) -> list[ParkedCase]:
    """The cases that wait, the longest waiting first; only those that fit everything that is given."""
    parameters = {
        "read_models": None if read_models is None else list(read_models),
        "case_id": case_id,
        "matter_id": matter_id,
        "error_class": error_class,
        "owner": owner,
    }
    with pool.connection() as connection, connection.cursor(row_factory=class_row(ParkedCase)) as cursor:
        return cursor.execute(_SQL["list"], parameters).fetchall()


def parked_counts(pool: Pool) -> ParkedCounts:
    """How many wait: whoever measures must not hold all of them in memory, with the words of each error."""
    with pool.connection() as connection:
        rows = connection.execute(_SQL["counts"]).fetchall()
    by_kind: dict[tuple[str, ...], int] = {(name, kind): cases for name, kind, cases, _ in rows if name is not None}
    ((cases, oldest),) = ((cases, oldest) for name, _, cases, oldest in rows if name is None)
    return ParkedCounts(cases, oldest, by_kind)


def _of(generation: Generation, statement: str) -> sql.Composed:
    """What waits in a copy to compare with is the session's own, as its tables: else two who compare wait for each other."""
    schema = "pg_temp" if generation == "check" else "public"
    return sql.SQL(_SQL[statement]).format(parked_cases=sql.Identifier(schema, "parked_cases"))


def _matter_of(connection: Connection, case_id: UUID) -> UUID | None:
    """The matter, from the case's first event where an event's own envelope cannot be read."""
    row = connection.execute(_SQL["first_event"], {"case_id": case_id}).fetchone()
    envelope = envelope_of(bytes(row[0])) if row else None
    return envelope.matter_id if envelope else None


def _storable(text: str) -> str:
    """An error's words as the database takes them: not too long, without the sign that it does not keep."""
    return text.replace("\0", "\ufffd")[:MOST_ERROR_TEXT]
