"""A process that hangs in the middle of its work, dead by no measure of its machine, keeps the others from nothing for long."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing import get_context
from typing import TypeVar

import psutil
import psycopg
from eventsourcing.postgres import PostgresApplicationRecorder

from domain import event_store
from domain.case.events import CaseEvent
from foundation.database import DATABASE_FAILED, Pool, open_pool
from projections import generations
from projections.apply import apply
from projections.compare import compare
from projections.history import log_page
from projections.read_model import Change, read_model
from projections.rebuild import rebuild_where_needed
from tests.copies import copies, events_of
from tests.desk import issued
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database
from tests.waiting import wait_for

T = TypeVar("T")
TIMELINE = read_model("timeline")
LIMIT = 2.0
"""Seconds after which the server ends what stands still here; `make benchmark` measures a takeover with the real limits."""


def stand_still() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def applies(app_url: str, number: int) -> None:
    """Apply all that is stored, and stand still before the event of that number."""
    generations.BRIEFLY_SECONDS = LIMIT
    seen = 0

    def changes(event: CaseEvent) -> Iterator[Change]:
        nonlocal seen
        if seen == number:
            stand_still()
        seen += 1
        yield from TIMELINE.changes(event)

    with open_pool(app_url, name="worker", size=1, timeout=5.0) as pool:
        with pool.connection() as connection:
            deliveries, _ = log_page(connection, after=0, limit=1000)
        apply(pool, replace(TIMELINE, changes=changes), deliveries)


def locks_positions(app_url: str) -> None:
    """Stand still between two statements of a transaction that has locked rows."""
    with open_pool(app_url, name="worker", size=1, timeout=5.0) as pool, pool.connection() as connection:
        connection.execute("SELECT * FROM read_timeline.positions FOR UPDATE")
        stand_still()


def saves(app_url: str) -> None:
    """Stand still while the event store is locked."""
    event_store._SESSION = event_store._SESSION.replace("transaction_timeout=12s", f"transaction_timeout={LIMIT}s")
    insert = PostgresApplicationRecorder._insert_stored_events

    def insert_slowly(*arguments: object, **options: object) -> None:
        insert(*arguments, **options)  # type: ignore[arg-type] # passed on as they came
        stand_still()

    PostgresApplicationRecorder._insert_stored_events = insert_slowly  # type: ignore[method-assign] # in a process of its own
    event_store.in_postgres(app_url, pool_size=1).application_recorder().insert_events(copies(events_of(issued()), 1))


@contextmanager
def hanging(work: Callable[..., None], *arguments: object) -> Iterator[None]:
    process = get_context("spawn").Process(target=work, args=arguments)
    process.start()
    try:
        wait_for(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED, what="the process that hangs")
        yield
    finally:
        process.kill()
        process.join()


def tried_until_it_succeeds(attempt: Callable[[], T]) -> T:
    """As a process does whose database failed."""
    done: list[T] = []

    def succeeded() -> bool:
        with suppress(*DATABASE_FAILED):
            done.append(attempt())
        return bool(done)

    wait_for(succeeded, seconds=15, what="what the other had in hand")
    return done[0]


def test_what_it_was_applying_is_anothers_within_seconds(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    with hanging(applies, database.app_url, 12):
        assert tried_until_it_succeeds(lambda: apply(pool, TIMELINE, deliveries)).applied == len(deliveries)
    assert compare(pool, TIMELINE) == []


def test_rows_that_it_locked_are_anothers_within_seconds(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    apply(pool, TIMELINE, deliveries[:1])
    with hanging(locks_positions, database.app_url):
        assert tried_until_it_succeeds(lambda: apply(pool, TIMELINE, deliveries)).applied == len(deliveries) - 1


def test_commands_are_taken_where_it_was_about_to_save_events(database: Database) -> None:
    with hanging(saves, database.app_url):
        assert store(nobody_complies_or_pays(), database)


def test_what_it_was_applying_is_anothers_also_where_the_server_has_a_longer_limit_of_its_own(
    pool: Pool, database: Database
) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {database.name} SET transaction_timeout = '10min'")
    deliveries = store(nobody_complies_or_pays(), database)
    with hanging(applies, database.app_url, 12):
        assert tried_until_it_succeeds(lambda: apply(pool, TIMELINE, deliveries)).applied == len(deliveries)


def test_a_rebuild_that_hangs_keeps_nobody_from_starting_who_has_nothing_to_build(pool: Pool) -> None:
    with pool.connection() as connection, generations.locked(connection, "rebuild_alone", model=TIMELINE):
        starting = ThreadPoolExecutor(1).submit(rebuild_where_needed, pool)
        assert starting.result(timeout=30) == []
