"""How far behind things are: the relay, the read models; what waits for a person, and which deadline comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.mapper import UnreadableEvent, split_state
from foundation.database import Pool
from foundation.sql import load_statements
from projections.generations import built_by, enter
from projections.history import Connection
from projections.places import place_of, relay_to
from projections.read_model import ReadModel, all_read_models

_SQL = load_statements(__file__)
MOST = 10_000
"""No more than this many entries at the end of the log are looked at; a lag of so many is told as 'this many or more'."""


@dataclass(frozen=True)
class Lag:
    """How many stored events somebody has not got to yet, and when the oldest of them was stored (aware)."""

    events: int
    oldest_stored_at: datetime | None

    @property
    def words(self) -> str:
        """In words."""
        if not self.events:
            return "up to date"
        number = f"{MOST:,} or more" if self.events >= MOST else f"{self.events:,}"
        since = f", the oldest stored at {self.oldest_stored_at:%Y-%m-%d %H:%M:%S %Z}" if self.oldest_stored_at else ""
        return f"{number} behind{since}"


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
        return _lag(connection.execute(_SQL["relay"], parameters).fetchall())


def read_model_lags(pool: Pool) -> dict[str, Lag | None]:
    """What each read model has not applied yet, but for parked cases; None where it was not built yet."""
    with pool.connection() as connection:
        return {name: _read_model_lag(connection, model) for name, model in all_read_models().items()}


def next_deadline(pool: Pool) -> NextDeadline | None:
    """The running deadline that falls due next."""
    with pool.connection() as connection:
        row = connection.execute(_SQL["next_deadline"]).fetchone()
    return NextDeadline(*row) if row else None


def overdue_deadlines(pool: Pool) -> list[OverdueDeadline]:
    """Deadlines whose time came more than a minute ago and that still run, the oldest first; at most a hundred."""
    with pool.connection() as connection:
        return [OverdueDeadline(*row) for row in connection.execute(_SQL["overdue"])]


def matters_being_loaded(pool: Pool) -> list[LoadedMatter]:
    """Matters that are being loaded, or whose load was broken off: their deadlines follow their own clock."""
    with pool.connection() as connection:
        return [LoadedMatter(*row) for row in connection.execute(_SQL["being_loaded"])]


def rejected_messages(pool: Pool) -> int:
    """How many messages of topics were no events of the store."""
    with pool.connection() as connection:
        row = connection.execute(_SQL["rejected"]).fetchone()
    return row[0] if row else 0


def _read_model_lag(connection: Connection, model: ReadModel) -> Lag | None:
    if built_by(connection, model) is None:
        return None
    enter(connection, model)
    return _lag(connection.execute(_SQL["read_model"], {"read_model": model.name, "most": MOST}).fetchall())


def _lag(states: list[tuple[bytes]]) -> Lag:
    return Lag(len(states), _stored_at(bytes(states[0][0])) if states else None)


def _stored_at(state: bytes) -> datetime | None:
    try:
        return split_state(state)[0].stored_at
    except UnreadableEvent:
        return None
