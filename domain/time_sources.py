"""Where the current time comes from. Nothing else in the project asks the machine's clock for the time of an act.

While a matter is being loaded from a script, its time is the script's: a row in `matter_clocks`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from foundation.sql import load_statements

_SQL = load_statements(__file__)


class TimeSource(Protocol):
    """Gives the current time."""

    def now(self, matter_id: UUID | None) -> datetime:
        """The aware time that holds for a matter; None: the system's."""
        ...


class SystemTime:
    """The machine's wall time, in UTC."""

    def now(self, matter_id: UUID | None) -> datetime:  # noqa: ARG002 - the same for every matter
        """The wall time."""
        return datetime.now(UTC)


class MovedTime:
    """A time that somebody moves: a rehearsal, a test."""

    def __init__(self, start: datetime) -> None:
        self.current = start

    def now(self, matter_id: UUID | None) -> datetime:  # noqa: ARG002 - the same for every matter
        """The time it was moved to."""
        return self.current


class MatterClocks:
    """Wall time, but for matters that are being loaded: those follow their script."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection[TupleRow]]) -> None:
        self._pool = pool

    def now(self, matter_id: UUID | None) -> datetime:
        """The time of the matter's script while it is being loaded, else wall time."""
        if matter_id is not None:
            with self._pool.connection() as connection:
                row = connection.execute(_SQL["read"], {"matter_id": matter_id}).fetchone()
            if row:
                moved: datetime = row[0]
                return moved
        return datetime.now(UTC)

    def set(self, matter_id: UUID, now: datetime) -> None:
        """Move the clock of a matter that is being loaded."""
        with self._pool.connection() as connection:
            connection.execute(_SQL["set"], {"matter_id": matter_id, "now": now})

    def release(self, matter_id: UUID) -> None:
        """The matter joins the system's time."""
        with self._pool.connection() as connection:
            connection.execute(_SQL["release"], {"matter_id": matter_id})
