"""How far behind things are: the relay, the read models; what waits for a person, and which deadline comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.mapper import envelope_of
from foundation.database import Pool
from foundation.partitions import partition_of
from foundation.sql import load_statements
from projections.generations import built_by, enter
from projections.history import Connection
from projections.places import RECONCILER, place_of, relay_to
from projections.read_model import ReadModel, all_read_models

_SQL = load_statements(__file__)
MOST = 10_000
"""No more than this many events that are behind are counted; a lag of so many is told as 'this many or more'. The oldest is found however many they are."""
RECENT = timedelta(hours=1)
"""A rejected message is news for so long."""
_MOST_OVERDUE = 100


@dataclass(frozen=True)
class Lag:
    """How many stored events somebody has not got to yet, and when the oldest of them was stored (aware).

    `partitions` tells the same of each partition of the topic that has any; those whose first event lies after the most that
    are counted are missing from it.
    """

    events: int
    oldest_stored_at: datetime | None
    partitions: dict[int, Lag] = field(default_factory=dict)

    def seconds(self, now: datetime) -> float:
        """For how long the oldest has waited at a moment (aware)."""
        return max(0.0, (now - self.oldest_stored_at).total_seconds()) if self.oldest_stored_at else 0.0

    def words(self, now: datetime) -> str:
        """In words, at a moment (aware)."""
        if not self.events:
            return "up to date"
        number = f"{MOST:,} or more" if self.events >= MOST else f"{self.events:,}"
        since = (
            f", for {self.seconds(now):,.0f} s: the oldest was stored at {self.oldest_stored_at:%Y-%m-%d %H:%M:%S %Z}"
            if self.oldest_stored_at
            else ""
        )
        return f"{number} behind{since}"


@dataclass(frozen=True)
class Due:
    """How many deadlines are due and not fired, and by how much the latest of them is late."""

    deadlines: int
    late_by: timedelta


@dataclass(frozen=True)
class Rejected:
    """How many messages of topics were no events of the store; and how many of them came lately."""

    messages: int
    recent: int


@dataclass(frozen=True)
class NextDeadline:
    """The deadline that falls due next, of all cases; `stale_since` as in `projections.reading`."""

    reference: str
    role: str
    due: date
    due_at: datetime
    stale_since: datetime | None


@dataclass(frozen=True)
class OverdueDeadline:
    """A deadline that should have been fired and was not: its case, or the timers, need somebody to look."""

    case_id: UUID
    reference: str
    role: str
    due_at: datetime
    stale_since: datetime | None


@dataclass(frozen=True)
class LoadedMatter:
    """A matter whose clock is its script's, until its load ends."""

    matter_id: UUID
    now: datetime


def relay_lag(pool: Pool, topic: str) -> Lag:
    """What is stored and not published to a topic yet."""
    with pool.connection() as connection:
        parameters = {"after": place_of(connection, relay_to(topic)), "most": MOST}
        row = connection.execute(_SQL["unpublished"], parameters).fetchone()
    assert row
    oldest = envelope_of(bytes(row[1])) if row[1] else None
    return Lag(row[0], oldest.stored_at if oldest else None)


def read_model_lags(pool: Pool, partitions: int) -> dict[str, Lag | None]:
    """What each read model has not applied yet, but for parked cases; None where it was not built yet.

    Args:
        partitions: how many the topic has.
    """
    with pool.connection() as connection:
        return {name: _read_model_lag(connection, model, partitions) for name, model in all_read_models().items()}


def next_deadline(pool: Pool) -> NextDeadline | None:
    """The running deadline that falls due next."""
    with pool.connection() as connection:
        row = connection.execute(_SQL["next_deadline"]).fetchone()
    return NextDeadline(*row) if row else None


def due_deadlines(pool: Pool) -> Due:
    """What is due now and was not fired yet; of a matter that is being loaded, by its own clock."""
    with pool.connection() as connection:
        row = connection.execute(_SQL["due"], {"most": MOST}).fetchone()
    assert row
    return Due(*row)


def overdue_deadlines(pool: Pool, *, late_by: timedelta) -> list[OverdueDeadline]:
    """Deadlines that still run, longer than that after their time came; the oldest first, at most a hundred."""
    with pool.connection() as connection:
        parameters = {"late_by": late_by, "most": _MOST_OVERDUE}
        return [OverdueDeadline(*row) for row in connection.execute(_SQL["overdue"], parameters)]


def matters_being_loaded(pool: Pool) -> list[LoadedMatter]:
    """Matters that are being loaded, or whose load was broken off: their deadlines follow their own clock."""
    with pool.connection() as connection:
        return [LoadedMatter(*row) for row in connection.execute(_SQL["being_loaded"])]


def rejected_messages(pool: Pool) -> Rejected:
    """How many messages of topics were no events of the store."""
    with pool.connection() as connection:
        row = connection.execute(_SQL["rejected"], {"recent": RECENT}).fetchone()
    assert row
    return Rejected(*row)


def _read_model_lag(connection: Connection, model: ReadModel, partitions: int) -> Lag | None:
    if built_by(connection, model) is None:
        return None
    enter(connection, model)
    parameters = {"read_model": model.name, "after": place_of(connection, RECONCILER), "most": MOST}
    rows = connection.execute(_SQL["read_model"], parameters).fetchall()
    behind = [(events, envelope) for events, line in rows if (envelope := envelope_of(bytes(line)))]
    by_partition: dict[int, Lag] = {}
    for events, envelope in behind:
        partition = partition_of(str(envelope.matter_id).encode(), partitions)
        # In the order of the log: a partition's first is its oldest.
        before = by_partition.get(partition, Lag(0, envelope.stored_at))
        by_partition[partition] = Lag(before.events + events, before.oldest_stored_at)
    oldest = behind[0][1].stored_at if behind else None
    return Lag(sum(events for events, _ in rows), oldest, by_partition)
