"""What the reconciler found: kept with place, range, kind and whether it was healed, so that nothing is mended in silence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog
from psycopg.rows import class_row

from foundation.database import Pool
from foundation.sql import load_statements
from projections.history import Connection
from projections.read_model import all_read_models

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)

STORE = "event store"
Kind = Literal[
    "behind_store", "ahead_of_store", "not_in_store", "rows_differ", "hole_in_history", "not_in_topic", "differs_in_topic"
]
"""What is wrong: events were not applied though everything before was; a case is further than the store, or unknown to it; rows are
not what the events say; the store lacks an event between others; the topic lacks one that was published, or has another payload."""


TOPIC_KINDS: tuple[Kind, ...] = ("not_in_topic", "differs_in_topic")
POSITIONS = "positions"
"""The sweep that holds the versions of cases against the store."""


@dataclass(frozen=True)
class Finding:
    """What was found of one kind in one range of cases.

    `place` is a read model, a topic, or the event store; `case_range` the first byte of the case ids; `example` one of them.
    """

    place: str
    case_range: int
    kind: Kind
    cases: int
    events: int
    example: UUID
    healed: bool


@dataclass(frozen=True)
class Recorded(Finding):
    """A finding as it is kept; times are aware. Open until `ended_at`: healed, or not found again."""

    found_at: datetime
    last_found_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class SweepState:
    """How far a sweep of the reconciler is; times are aware.

    `looked_at` is its last step; `ended_at` and `took` tell of the last time it had looked at everything.
    """

    sweep: str
    begun_at: datetime
    looked_at: datetime | None
    ended_at: datetime | None
    took: timedelta | None

    def still_for(self, now: datetime) -> timedelta:
        """For how long it has made no step at a moment (aware)."""
        return max(now - (self.looked_at or self.begun_at), timedelta(0))


def record(pool: Pool, findings: Collection[Finding]) -> None:
    """Keep findings. One that is open already is found once more; one that was healed is kept as ended."""
    with pool.connection() as connection:
        for finding in findings:
            parameters = {name: getattr(finding, name) for name in Finding.__dataclass_fields__}
            connection.execute(_SQL["healed" if finding.healed else "found"], parameters)
    for finding in findings:
        log = _log.warning if finding.healed else _log.error
        log(
            "reconciler_found",
            place=finding.place,
            case_range=finding.case_range,
            kind=finding.kind,
            cases=finding.cases,
            events=finding.events,
            case_id=str(finding.example),
            healed=finding.healed,
        )


def end_others(pool: Pool, place: str, kinds: Collection[Kind], case_range: int, findings: Collection[Finding] = ()) -> None:
    """Open findings of these kinds in a range that were not found again are over. `record` ends those that are healed by now."""
    still = {finding.kind for finding in findings}
    parameters = {"place": place, "kinds": [kind for kind in kinds if kind not in still], "case_range": case_range}
    with pool.connection() as connection:
        connection.execute(_SQL["end_in_range"], parameters)


def end_older(connection: Connection, place: str, kinds: Collection[Kind], moment: datetime | None = None) -> None:
    """Open findings of these kinds that were not found again since that moment (aware) are over; without one, all are."""
    connection.execute(_SQL["end_older"], {"place": place, "kinds": list(kinds), "moment": moment})


def open_findings(pool: Pool) -> list[Recorded]:
    """What was found and neither healed nor gone, the oldest first."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(Recorded)) as cursor:
        return cursor.execute(_SQL["open"]).fetchall()


def findings_since(pool: Pool, moment: datetime) -> list[Recorded]:
    """Everything that was found at or after a moment (aware), healed or not, the oldest first."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(Recorded)) as cursor:
        return cursor.execute(_SQL["since"], {"moment": moment}).fetchall()


def of_rows(read_model: str) -> str:
    """The name of the sweep of a read model's rows."""
    return f"rows of {read_model}"


def of_topic(topic: str) -> str:
    """The name of the sweep of a topic."""
    return f"topic {topic}"


def sweeps_at_work(pool: Pool, topic: str) -> list[SweepState]:
    """The sweeps that reconcilers of this program go on with; that of a read model or a topic of before stands still for good."""
    names = {POSITIONS, of_topic(topic), *map(of_rows, all_read_models())}
    return [state for state in sweeps(pool) if state.sweep in names]


def sweeps(pool: Pool) -> list[SweepState]:
    """The sweeps that there are, or were."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(SweepState)) as cursor:
        return cursor.execute(_SQL["sweeps"]).fetchall()
