"""Where the current time comes from. Nothing else in the project asks the machine's clock for the time of an act.

While a matter is being loaded from a script, its time is the script's: a row in `matter_clocks`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from foundation.errors import Transient
from foundation.sql import load_statements

MAY_DIFFER = timedelta(seconds=5)
"""By how much a machine's clock may differ from the database's and still say what is due."""
_SQL = load_statements(__file__)


class TimeSource(Protocol):
    """Gives the current time."""

    def now(self, matter_id: UUID | None) -> datetime:
        """The aware time that holds for a matter; None: the system's."""
        ...


class TimeOfActs(TimeSource, Protocol):
    """Gives the time of acts, and that of storing them."""

    def wall(self) -> datetime:
        """The aware wall time, whatever clock a matter follows."""
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

    def wall(self) -> datetime:
        """The machine's, which goes on."""
        return datetime.now(UTC)


def database_time(connection: psycopg.Connection[Any]) -> datetime:
    """What time it is by the database (aware), which tells when events are stored: a machine's own clock may be off.

    Raises:
        psycopg.OperationalError: the database does not answer.
    """
    row = connection.execute(_SQL["database_time"]).fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


class ClockIsOff(Transient):
    """The machine's clock and the database's differ by so much that what is due by this one may not be.

    Args:
        ahead: by how many seconds the machine's is ahead; below 0 it is behind.
    """

    def __init__(self, message: str, ahead: float) -> None:
        super().__init__(message)
        self.ahead = ahead


class HeldAgainstTheDatabase:
    """The time of a machine, held against the database's at each look: nothing is due before both say so.

    Args:
        pool: connections to the database.
        own: the machine's time.
    """

    def __init__(self, pool: ConnectionPool[psycopg.Connection[TupleRow]], own: TimeSource) -> None:
        self._pool = pool
        self._own = own

    def now(self, matter_id: UUID | None) -> datetime:
        """The earlier of the two times.

        Raises:
            ClockIsOff: they differ by more than `MAY_DIFFER`, however long the database took to answer.
            psycopg.OperationalError: the database does not answer.
        """
        with self._pool.connection() as connection:
            before = self._own.now(matter_id)
            theirs = database_time(connection)
            after = self._own.now(matter_id)
        if not before - MAY_DIFFER <= theirs <= after + MAY_DIFFER:
            seconds = (before - theirs).total_seconds()
            message = (
                f"This machine's clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} the database's, so it "
                f"fires no deadlines. Set the clock right (NTP); until then other machines fire them."
            )
            raise ClockIsOff(message, seconds)
        return min(before, theirs)


class MatterClocks:
    """The database's time, one for all machines; but for matters that are being loaded: those follow their script.

    A machine whose clock is ahead would let deadlines pass before their day.
    """

    def __init__(self, pool: ConnectionPool[psycopg.Connection[TupleRow]]) -> None:
        self._pool = pool

    def now(self, matter_id: UUID | None) -> datetime:
        """The time of the matter's script while it is being loaded, else the database's (UTC).

        Raises:
            psycopg.OperationalError: the database does not answer.
        """
        with self._pool.connection() as connection:
            row = connection.execute(_SQL["read"], {"matter_id": matter_id}).fetchone()
        assert row is not None
        now: datetime = row[0]
        return now.astimezone(UTC)

    def wall(self) -> datetime:
        """The database's time (UTC).

        Raises:
            psycopg.OperationalError: the database does not answer.
        """
        return self.now(None)

    def set(self, matter_id: UUID, now: datetime) -> None:
        """Move the clock of a matter that is being loaded."""
        with self._pool.connection() as connection:
            connection.execute(_SQL["set"], {"matter_id": matter_id, "now": now})

    def release(self, matter_id: UUID) -> None:
        """The matter joins the system's time."""
        with self._pool.connection() as connection:
            connection.execute(_SQL["release"], {"matter_id": matter_id})
