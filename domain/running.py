"""The application on the running system's database: cases in Postgres, time from the matters' clocks."""

from __future__ import annotations

import psycopg
from psycopg_pool import PoolTimeout

from domain.application import CaseApplication, StoreUnreachable
from domain.event_store import in_postgres
from domain.time_sources import MatterClocks
from foundation.database import Pool


def open_application(conninfo: str, pool: Pool, *, store_connections: int = 2) -> CaseApplication:
    """Make the application that takes commands on a database.

    Args:
        conninfo: the application's role there.
        pool: connections to it; asked before each command, so that a lost database is told within its timeout and not after
            the event sourcing library's own retries.
        store_connections: how many connections the event store may hold.
    """

    def reachable() -> None:
        try:
            with pool.connection():
                pass
        except (PoolTimeout, psycopg.OperationalError) as error:
            message = "The database does not answer, so nothing was decided. Give the command again under the same key."
            raise StoreUnreachable(message) from error

    return CaseApplication(in_postgres("stored", conninfo, pool_size=store_connections), MatterClocks(pool), reachable=reachable)
