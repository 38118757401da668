"""Builds a read model anew from the event store, beside the live one, and switches the two in one transaction.

Interrupted, it goes on where it stopped. Readers and workers notice nothing but the moment of the switch.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from foundation.database import Pool
from foundation.sql import load_statements
from projections import generations
from projections.apply import OnTransient, apply, apply_within
from projections.error_kinds import kind_of
from projections.history import Connection, log_end, log_page
from projections.read_model import ReadModel, all_read_models

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
PAGE = 1_000
TAIL = 2_000
"""When so few entries of the log are left, the rest is applied while workers wait, and the generations are switched."""

SWITCH_ATTEMPTS, SWITCH_PAUSE = 60, 0.5
"""Somebody may hold the read model for long, a comparison for one; workers get in between."""

Progress = Callable[[int, int], None]
"""Told the notification id reached, and the last one."""


def rebuild(pool: Pool, model: ReadModel, progress: Progress = lambda _reached, _end: None) -> int:
    """Build it anew and switch. Returns the notification id that it was built up to.

    Raises:
        psycopg.OperationalError: the database failed; what was built is kept, and another call goes on from there.
    """
    with pool.connection() as lock, generations.locked(lock, "rebuild_alone", model=model):
        return _rebuild(pool, model, progress)


def rebuild_where_needed(pool: Pool) -> list[str]:
    """Build the read models that are missing, or that another definition built. Returns their names."""
    rebuilt = []
    for model in all_read_models().values():
        with pool.connection() as lock, generations.locked(lock, "rebuild_alone", model=model):
            with pool.connection() as connection:
                digest = generations.built_by(connection, model)
            if digest != model.digest:
                _rebuild(pool, model, lambda _reached, _end: None)
                rebuilt.append(model.name)
    return rebuilt


def _rebuild(pool: Pool, model: ReadModel, progress: Progress) -> int:
    reached = _begin_or_go_on(pool, model)
    while (end := _log_end_of(pool)) - reached > TAIL:
        reached = _build_page(pool, model, reached)
        progress(reached, end)
    reached = _finish(pool, model, reached)
    progress(reached, reached)
    _log.info("read_model_rebuilt", read_model=model.name, up_to=reached)
    return reached


def _log_end_of(pool: Pool) -> int:
    with pool.connection() as connection:
        return log_end(connection)


def _begin_or_go_on(pool: Pool, model: ReadModel) -> int:
    """Where the next generation has got; one that another definition began is dropped."""
    with pool.connection() as connection:
        if generations.built_by(connection, model, "next") == model.digest:
            generations.enter(connection, model, "next")
            row = connection.execute(_SQL["reached"]).fetchone()
            return row[0] if row else 0
        generations.drop(connection, model, "old")
        generations.drop(connection, model, "next")
        generations.create(connection, model, "next")
        connection.execute(_SQL["place_table"])
        return 0


def _build_page(pool: Pool, model: ReadModel, after: int) -> int:
    with pool.connection() as connection:
        deliveries, last = log_page(connection, after=after, limit=PAGE)
    apply(pool, model, deliveries, "next")
    reached = last or after
    with pool.connection() as connection:
        generations.enter(connection, model, "next")
        connection.execute(_SQL["keep_reached"], {"notification_id": reached})
    return reached


def _finish(pool: Pool, model: ReadModel, after: int) -> int:
    for _ in range(SWITCH_ATTEMPTS):
        try:
            return _switch(pool, model, after, on_transient="raise")
        except Exception as error:
            if kind_of(error) != "transient":
                raise
            time.sleep(SWITCH_PAUSE)
    return _switch(pool, model, after, on_transient="park")


def _switch(pool: Pool, model: ReadModel, after: int, *, on_transient: OnTransient) -> int:
    with pool.connection() as connection:
        generations.hold_alone(connection, model)
        reached = _apply_tail(connection, model, after, on_transient)
        generations.enter(connection, model, "next")
        connection.execute(_SQL["drop_place_table"])
        generations.switch(connection, model)
    with pool.connection() as connection:
        generations.drop(connection, model, "old")
    return reached


def _apply_tail(connection: Connection, model: ReadModel, after: int, on_transient: OnTransient) -> int:
    while True:
        deliveries, last = log_page(connection, after=after, limit=PAGE)
        if last is None:
            return after
        apply_within(connection, model, deliveries, "next", on_transient=on_transient, attempts=SWITCH_ATTEMPTS + 1)
        after = last
