"""The application on the running system's database: cases in Postgres, time from the matters' clocks."""

from __future__ import annotations

from domain.application import CaseApplication, StoreUnreachable
from domain.event_store import in_postgres
from domain.time_sources import MatterClocks
from foundation.database import DATABASE_FAILED, Pool

_STORE_CONNECTIONS = 2
"""A process gives one command at a time; the second is for what it looks up meanwhile."""


def open_application(conninfo: str, pool: Pool) -> CaseApplication:
    """Make the application that takes commands on a database.

    Args:
        conninfo: the application's role there.
        pool: connections to it; asked before each command, so that a lost database is told within its timeout and not after
            the event sourcing library's own retries.
    """
    store = in_postgres(conninfo, pool_size=_STORE_CONNECTIONS)
    return CaseApplication(store, MatterClocks(pool), reachable=lambda: require_answer(pool))


def require_answer(pool: Pool) -> None:
    """Ask the database whether it is there.

    Raises:
        StoreUnreachable: it does not answer within the pool's timeout.
    """
    try:
        with pool.connection() as connection:
            connection.execute("SELECT")
    except DATABASE_FAILED as error:
        message = (
            "The database does not answer, so nothing was decided. Start it (`regcase up`), or check REGCASE_DATABASE_URL; "
            "then give the command again, under the same key if it had one."
        )
        raise StoreUnreachable(message) from error
