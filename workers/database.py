"""Waiting for the database at a process's start: until it answers, has its tables, and the read models are built."""

from __future__ import annotations

from threading import Event

import psycopg
import structlog

from deploy.migrate import read_migrations
from foundation.database import DATABASE_FAILED, OUR_SIDE, Pool
from foundation.sql import load_statements
from projections.rebuild import rebuild_where_needed

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 1.0
_TOLD_EVERY = 10


def wait_for_database(conninfo: str, stop: Event) -> bool:
    """Wait until the database answers and every migration that this program has was applied. False: told to stop before."""
    needed = len(read_migrations())
    asked = 0
    while not stop.is_set():
        try:
            applied = _applied(conninfo)
            if applied >= needed:
                return True
            told = {"event": "waiting_for_migrations", "applied": applied, "needed": needed}
        except psycopg.OperationalError as error:
            told = {"event": "waiting_for_database", "error": error}
        if asked % _TOLD_EVERY == 0:
            _log.warning(**told)
        asked += 1
        stop.wait(_EVERY_SECONDS)
    return False


def _applied(conninfo: str) -> int:
    """How many migrations the database has; 0 where it knows of none, or its tables are not ours to see yet."""
    with psycopg.connect(conninfo, **OUR_SIDE) as connection:
        try:
            row = connection.execute(_SQL["applied"]).fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
            return 0
    assert row is not None
    count: int = row[0]
    return count


def build_read_models(pool: Pool, stop: Event) -> bool:
    """Build what is missing or was built by another definition, however often the database fails. False: told to stop before."""
    while not stop.is_set():
        try:
            rebuilt = rebuild_where_needed(pool)
        except DATABASE_FAILED as error:
            _log.warning("read_models_wait", error=error)
            stop.wait(_EVERY_SECONDS)
        else:
            if rebuilt:
                _log.info("read_models_rebuilt", read_models=rebuilt)
            return True
    return False
