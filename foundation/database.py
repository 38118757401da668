"""Connections to Postgres."""

from __future__ import annotations

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from foundation.errors import Transient

Pool = ConnectionPool[psycopg.Connection[TupleRow]]

DATABASE_FAILED = (psycopg.OperationalError, psycopg.InterfaceError)
"""Postgres does not answer (a pool that gives up waiting raises one of these too), or broke off; nothing was kept of what was in hand, and it may be tried again."""


class DatabaseUnreachable(Transient):
    """Postgres does not answer, or does not let us in."""


def open_pool(conninfo: str, *, name: str, size: int, timeout: float = 1.0) -> Pool:
    """Make a pool that hands out tested connections, and waits at most `timeout` seconds for one."""
    return ConnectionPool(
        conninfo,
        min_size=0,
        max_size=size,
        timeout=timeout,
        name=name,
        check=ConnectionPool.check_connection,
        kwargs={"connect_timeout": 3, "application_name": f"regcase {name}"},
        open=True,
    )
