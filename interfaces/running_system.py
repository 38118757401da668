"""The running system as the settings name it: the application on the event store in Postgres, and a pool to read with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg_pool import PoolTimeout

from domain.application import CaseApplication, StoreUnreachable
from domain.event_store import in_postgres
from domain.time_sources import MatterClocks
from foundation.database import Pool, open_pool
from foundation.errors import Misconfigured
from foundation.settings import load_settings

_CLOSING = 0.2
_ONE_AFTER_ANOTHER = 2
"""Connections: a command line gives one command at a time; the second is for what it looks up meanwhile."""


@dataclass(frozen=True)
class RunningSystem:
    """What commands need of it. `conninfo` is for whoever needs a connection of their own."""

    app: CaseApplication
    clocks: MatterClocks
    pool: Pool
    conninfo: str


@contextmanager
def running_system() -> Iterator[RunningSystem]:
    """Connect to it, for as long as the context lasts.

    Raises:
        Misconfigured: no database is named, or it has no event store.
        StoreUnreachable: it does not answer within a second.
    """
    conninfo = load_settings().database
    pool = open_pool(conninfo, name="commands", size=_ONE_AFTER_ANOTHER)
    try:
        _require_event_store(pool)
        clocks = MatterClocks(pool)
        app = CaseApplication(
            in_postgres("stored", conninfo, pool_size=_ONE_AFTER_ANOTHER), clocks, reachable=lambda: _require_answer(pool)
        )
        try:
            yield RunningSystem(app, clocks, pool, conninfo)
        finally:
            app.close()
    finally:
        pool.close(timeout=_CLOSING)


def _require_answer(pool: Pool) -> None:
    try:
        with pool.connection() as connection:
            connection.execute("SELECT")
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
        message = (
            "The database does not answer, so nothing was decided. Start it (`regcase up`), or check REGCASE_DATABASE_URL; "
            "then give the command again, under the same key if it had one."
        )
        raise StoreUnreachable(message) from error


def _require_event_store(pool: Pool) -> None:
    _require_answer(pool)
    with pool.connection() as connection:
        found = connection.execute("SELECT to_regclass('stored_events') IS NOT NULL").fetchone()
    if found != (True,):
        message = "The database has no event store. `regcase up` makes one; in a database of your own run the migrations first."
        raise Misconfigured(message)
