"""How much memory each process holds while 200,000 events wait: for the broker, for the database, for a slow database."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import psycopg
import pytest

from foundation.database import open_pool
from projections.rebuild import rebuild_where_needed
from tests.copies import copies, copy_in, events_of, is_published
from tests.histories import nobody_complies_or_pays
from tests.processes import KeptUp
from tests.services import Database
from tests.waiting import wait_for
from tests.ways import Ways, committed

WAITING = 200_000
AT_A_TIME = 200
BOUND = 150
"""Megabytes that a process may hold above what it holds when idle."""
LOOKED_AT_SECONDS = 60.0


def store_many(database: Database) -> None:
    story = events_of(nobody_complies_or_pays())
    number = WAITING // sum(map(is_published, story)) + 1
    for first in range(1, number + 1, AT_A_TIME):
        copy_in(copies(story, min(AT_A_TIME, number + 1 - first), first=first), database)


def sum_of(database: Database, query: str) -> int:
    with psycopg.connect(database.app_url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row and row[0] else 0


def published(database: Database) -> int:
    return sum_of(database, "SELECT sum(next_offset) FROM relay_offsets")


def look(done: Callable[[], bool] = lambda: False, *, seconds: float = LOOKED_AT_SECONDS) -> None:
    """Let time pass while the processes are watched, not longer than until it is done."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not done():
        time.sleep(0.5)


@pytest.mark.benchmark  # measures speed or memory
@pytest.mark.timeout(3600)
def test_memory_while_200_000_events_wait(ways: Ways, topic: str, database: Database) -> None:
    with open_pool(database.app_url, name="benchmark", size=2, timeout=30.0) as pool:
        rebuild_where_needed(pool)
    copy_in(copies(events_of(nobody_complies_or_pays()), 40), database)
    past_the_proxy = {**ways.environment, "REGCASE_DATABASE_URL": database.app_url}
    with (
        KeptUp("relay", past_the_proxy, ways.folder) as relay,
        KeptUp("worker", ways.environment, ways.folder) as worker,
    ):
        wait_for(lambda: committed(ways.settings) == published(database) > 0, seconds=300, what="the first events")
        idle = {"relay": relay.take_peak(), "worker": worker.take_peak()}
        with KeptUp("reconciler", past_the_proxy, ways.folder) as reconciler:
            look(seconds=15)
            idle["reconciler"] = reconciler.take_peak()
        held: dict[str, dict[str, float]] = {}

        ways.kafka.hold(held=True)
        store_many(database)
        with KeptUp("reconciler", past_the_proxy, ways.folder) as reconciler:
            look()
            held["the broker does not answer"] = {each.name: each.take_peak() for each in (relay, worker, reconciler)}

        before = committed(ways.settings)
        ways.kafka.hold(held=False)
        wait_for(lambda: committed(ways.settings) > before, seconds=300, what="the worker's next batch")
        ways.database.hold(held=True)
        wait_for(lambda: published(database) >= WAITING, seconds=2400, what="the publication of all")
        look(seconds=20)
        held["the database does not answer, all are in the topic"] = {each.name: each.take_peak() for each in (relay, worker)}

        ways.database.delay(0.05)
        ways.database.hold(held=False)
        before = committed(ways.settings)
        look()
        held["the database answers slowly"] = {each.name: each.take_peak() for each in (relay, worker)}
        assert committed(ways.settings) > before
    told = [f"idle: {told_of(idle)}"] + [f"{what}: {told_of(peaks)}" for what, peaks in held.items()]
    sys.stdout.write(f"\nmost memory held, {WAITING:,} events waiting\n" + "\n".join(told) + "\n")
    assert all(peak < idle[name] + BOUND for peaks in held.values() for name, peak in peaks.items())


def told_of(peaks: dict[str, float]) -> str:
    return ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items())
