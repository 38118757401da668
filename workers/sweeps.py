"""Sweeps of the reconciler: step by step through everything, without end, each with no more than its share of a core.

Several reconcilers share a sweep: each step locks the sweep's row, in which its place stands, and others pass it by. When a
reconciler dies the row is free at once; from one that hangs the database takes it within a minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event, Thread
from typing import Any
from uuid import UUID

import structlog
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from deploy.kafka_admin import topic_reader
from deploy.topics import EVENTS, Topic
from foundation.database import DATABASE_FAILED, Pool
from foundation.errors import Transient
from foundation.settings import Settings
from foundation.sql import load_statements
from projections.findings import POSITIONS, TOPIC_KINDS, Kind, end_older, of_rows, of_topic, record
from projections.history import Connection
from projections.places import RECONCILER, place_of
from projections.ranges import EVERYTHING, RANGES, CaseRange
from projections.read_model import ReadModel, all_read_models
from projections.reconcile import check_range, check_rows
from projections.topic import Held, TopicPlace, look_at_topic

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
POSITIONS_EVERY_SECONDS = 1.0
"""A range each: all of them in 256 s, unless that took more than the share."""
ROWS_EVERY_SECONDS = 5.0
CASES_AT_ONCE = 200
TOPIC_EVERY_SECONDS = 5.0
_OF_ROWS: tuple[Kind, ...] = ("rows_differ",)

Place = Mapping[str, Any]
"""How far a sweep has got, as JSON; empty at its beginning."""
StillAtIt = Callable[[], object]
"""Called by a step that takes long, again and again: the database, which takes the sweep from one that hangs, sees that it does not."""


@dataclass(frozen=True)
class Step:
    """Where a step of a sweep got to, and whether that was the end of everything."""

    place: Place
    is_whole: bool


@dataclass(frozen=True)
class _Claimed:
    place: Place
    begun_at: datetime


def step(
    pool: Pool,
    sweep: str,
    look: Callable[[Place, StillAtIt], Step],
    when_whole: Callable[[Connection, datetime], None] = lambda _connection, _begun_at: None,
) -> bool:
    """Do the next step of a sweep. False: another reconciler is at it.

    Args:
        look: does the step from a place on.
        when_whole: told, in the transaction that keeps the place, when everything was looked at, and since when.

    Raises:
        psycopg.OperationalError: the database failed; the step is done again.
    """
    with pool.connection() as connection:
        connection.execute(_SQL["begin"], {"sweep": sweep})
        connection.commit()
        connection.execute(_SQL["wait_no_longer"])
        with connection.cursor(row_factory=class_row(_Claimed)) as cursor:
            claimed = cursor.execute(_SQL["claim"], {"sweep": sweep}).fetchone()
        if claimed is None:
            return False
        done = look(claimed.place, partial(connection.execute, _SQL["still_at_it"]))
        connection.execute(_SQL["looked"], {"sweep": sweep, "place": Jsonb(dict(done.place)), "is_whole": done.is_whole})
        if done.is_whole:
            when_whole(connection, claimed.begun_at)
        return True


def step_positions(pool: Pool) -> bool:
    """Hold the next range of cases against the store, in every read model. False: another reconciler is at it."""

    def look(place: Place, _still_at_it: StillAtIt) -> Step:
        number = int(place.get("range", 0))
        with pool.connection() as connection:
            up_to = place_of(connection, RECONCILER)
        check_range(pool, number, up_to=up_to)
        return Step({"range": (number + 1) % len(RANGES)}, is_whole=number + 1 == len(RANGES))

    return step(pool, POSITIONS, look)


def step_rows(pool: Pool, model: ReadModel) -> bool:
    """Hold the rows of the next cases of a read model against rows derived anew. False: another reconciler is at it."""

    def look(place: Place, _still_at_it: StillAtIt) -> Step:
        first = UUID(place["next"]) if "next" in place else EVERYTHING.first
        _, last = check_rows(pool, model, CaseRange(first, EVERYTHING.last), most=CASES_AT_ONCE)
        if last == EVERYTHING.last:
            return Step({}, is_whole=True)
        return Step({"next": str(UUID(int=last.int + 1))}, is_whole=False)

    def end(connection: Connection, begun_at: datetime) -> None:
        end_older(connection, model.name, _OF_ROWS, begun_at)

    return step(pool, of_rows(model.name), look, end)


def held_topic(topic: Topic, settings: Settings) -> Held:
    """A topic, to be held against the store."""
    return Held(topic.name, topic.partitions, topic.retention, partial(topic_reader, settings))


def step_topic(pool: Pool, held: Held) -> bool:
    """Look for what the relay published since the last step. False: another reconciler is at it.

    Raises:
        Transient: no broker answers; what it published meanwhile is looked for later.
        psycopg.OperationalError: the database failed.
    """

    def look(place: Place, still_at_it: StillAtIt) -> Step:
        # Where the topic was made anew, or was never looked at, that is all that it has.
        found = look_at_topic(pool, held, TopicPlace.from_json(place), moved=still_at_it)
        if found.began_anew:
            # What was missing before says nothing of the topic that was filled anew.
            with pool.connection() as connection:
                end_older(connection, held.name, TOPIC_KINDS)
        record(pool, found.findings)
        if found.copies or found.unknown:
            _log.info("topic_holds_more", topic=held.name, copies=found.copies, unknown=found.unknown)
        return Step(found.place.as_json(), is_whole=True)

    return step(pool, of_topic(held.name), look)


class Sweeps:
    """The sweeps of one reconciler, in threads of their own, so that a deadline never waits for them.

    Args:
        settings: with the share of a core that each sweep may take.
    """

    def __init__(self, pool: Pool, settings: Settings, topic: Topic = EVENTS) -> None:
        self._pool = pool
        self._settings = settings
        self._topic = topic

    def start(self, stop: Event, broken: Callable[[BaseException], None]) -> None:
        """Begin. What no further attempt can mend is told to `broken`; the process should end then."""
        if not self._settings.sweep_share:
            return
        for work, every in (
            (self.positions, POSITIONS_EVERY_SECONDS),
            (self.rows, ROWS_EVERY_SECONDS),
            (self.topic, TOPIC_EVERY_SECONDS),
        ):
            Thread(target=self._go_on, args=(work, every, stop, broken), name=f"sweep {work.__name__}", daemon=True).start()

    def positions(self) -> None:
        """A step."""
        step_positions(self._pool)

    def rows(self) -> None:
        """A step in each read model."""
        for model in all_read_models().values():
            step_rows(self._pool, model)

    def topic(self) -> None:
        """A step."""
        step_topic(self._pool, held_topic(self._topic, self._settings))

    def _go_on(self, work: Callable[[], None], every: float, stop: Event, broken: Callable[[BaseException], None]) -> None:
        pause = every
        while not stop.wait(pause):
            began = time.monotonic()
            try:
                work()
            except (Transient, *DATABASE_FAILED) as error:
                _log.warning("sweep_waits", sweep=work.__name__, error=error)
            except BaseException as error:
                broken(error)
                raise
            pause = max(every, (time.monotonic() - began) * (1 / self._settings.sweep_share - 1))
