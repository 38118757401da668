"""The event store: where it is, and how the event sourcing library reaches it."""

from __future__ import annotations

from typing import Any

import psycopg
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.postgres import ConnectionPool, PostgresFactory
from eventsourcing.utils import Environment
from psycopg.rows import DictRow, dict_row

from foundation.database import OUR_SIDE, RECONNECT_SECONDS, session_options

STORE_NAME = "stored"
"""The library's name for the application; its tables are called after it."""
_EVERY_SETTING = {
    "PERSISTENCE_MODULE": "eventsourcing.postgres",
    "CREATE_TABLE": "n",
    "POSTGRES_DBNAME": "taken from the connection string",
    "POSTGRES_HOST": "taken from the connection string",
    "POSTGRES_USER": "taken from the connection string",
    "POSTGRES_PASSWORD": "taken from the connection string",
    "POSTGRES_CONNECT_TIMEOUT": "1",
    "POSTGRES_LOCK_TIMEOUT": "10",
    "POSTGRES_ENABLE_DB_FUNCTIONS": "n",
    "ORIGINATOR_ID_TYPE": "uuid",
}
# The library locks the table of events in the middle of a pipeline, where the server does not count a process that hangs as idle.
# Longer than others wait for the lock: who waits gives up by that, and is not cut off.
_SESSION = session_options(transaction_timeout="12s", tcp_user_timeout="8000")


def in_memory() -> InfrastructureFactory[Any]:
    """A store that lasts as long as the process: for rehearsals and tests of rules."""
    return InfrastructureFactory.construct(Environment(STORE_NAME, {"PERSISTENCE_MODULE": "eventsourcing.popo"}))


def in_postgres(conninfo: str, *, pool_size: int) -> InfrastructureFactory[Any]:
    """The store in Postgres.

    The library takes host, user and so on one by one, which leaves out TLS and the role; its pool is therefore made
    anew from the whole connection string. The tables are the migrations'.
    """
    factory = PostgresFactory(Environment(STORE_NAME, dict(_EVERY_SETTING)))
    datastore = factory.datastore
    datastore.pool = ConnectionPool(
        conninfo,
        connection_class=psycopg.Connection[DictRow],
        kwargs={"row_factory": dict_row, **OUR_SIDE, "options": _SESSION},
        min_size=0,
        max_size=pool_size,
        open=False,
        configure=datastore.after_connect_func(),
        check=ConnectionPool.check_connection,
        timeout=1.0,
        reconnect_timeout=RECONNECT_SECONDS,
        name="event-store",
    )
    return factory
