"""Connections to Postgres."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from foundation.errors import Transient

Pool = ConnectionPool[psycopg.Connection[TupleRow]]

DATABASE_FAILED = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    # These psycopg counts among the faults of the program.
    psycopg.errors.IdleInTransactionSessionTimeout,  # we, or the database, stood still for longer than a transaction may
    psycopg.errors.TransactionTimeout,  # it lasted for longer than this server lets any
    psycopg.errors.ReadOnlySqlTransaction,  # what was the primary is a standby now
)
"""Postgres does not answer (a pool that gives up waiting raises one of these too), or broke off; nothing was kept of what was in hand, and it may be tried again."""


class DatabaseUnreachable(Transient):
    """Postgres does not answer, or does not let us in."""


_SESSION = {
    # A process that hangs, or a machine that is gone, must not hold locks that others wait for. This does not count within a
    # pipeline: who sends one while it holds what others wait for bounds its transaction too (`transaction_timeout`).
    "idle_in_transaction_session_timeout": "8s",
    "lock_timeout": "30s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    # The others do not count while an answer is on its way that nobody reads.
    "tcp_user_timeout": "8000",  # milliseconds
}
OUR_SIDE: dict[str, Any] = {
    # The same of the server's machine: one that is gone (no power, another took its address) says nothing, and by the kernel's own
    # measure whoever waits for its answer would wait for two hours. One that is slow or was stopped answers these all the same.
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 11_000,  # milliseconds: as long as the above, where something was sent that nobody acknowledges
}
"""How every connection is opened, as libpq's parameters."""
RECONNECT_SECONDS = 1.0
"""A pool gives up an attempt after so long, and begins anew: else it would wait about as long as the outage lasted."""


def session_options(**settings: str) -> str:
    """Settings of a session as the connection string's `options` take them."""
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def open_pool(conninfo: str, *, name: str, size: int, timeout: float = 1.0) -> Pool:
    """Make a pool that hands out tested connections, and waits at most `timeout` seconds for one."""
    return ConnectionPool(
        conninfo,
        min_size=0,
        max_size=size,
        timeout=timeout,
        name=name,
        check=ConnectionPool.check_connection,
        reconnect_timeout=RECONNECT_SECONDS,
        kwargs={
            **OUR_SIDE,
            "application_name": f"regcase {name}",
            "options": session_options(**_SESSION),
        },
        open=True,
    )
