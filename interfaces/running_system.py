"""The running system as the settings name it: the application on the event store in Postgres, and a pool to read with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from domain.application import CaseApplication
from domain.running import open_application, require_answer
from domain.time_sources import MatterClocks
from foundation.database import Pool, open_pool
from foundation.errors import Misconfigured
from foundation.settings import load_settings
from foundation.tracing import start_tracing

_CLOSING = 0.2
_PATIENCE = 0.7
"""Seconds for an attempt to send traces: a person waits for the end of the command, and no attempt is made again."""
_CONNECTIONS = 2


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
    settings = load_settings()
    conninfo = settings.database
    start_tracing(settings, "cli", patience=_PATIENCE)
    pool = open_pool(conninfo, name="commands", size=_CONNECTIONS)
    try:
        _require_event_store(pool)
        app = open_application(conninfo, pool)
        try:
            yield RunningSystem(app, MatterClocks(pool), pool, conninfo)
        finally:
            app.close()
    finally:
        pool.close(timeout=_CLOSING)


def _require_event_store(pool: Pool) -> None:
    require_answer(pool)
    with pool.connection() as connection:
        found = connection.execute("SELECT to_regclass('stored_events') IS NOT NULL").fetchone()
    if found != (True,):
        message = "The database has no event store. `regcase up` makes one; in a database of your own run the migrations first."
        raise Misconfigured(message)
