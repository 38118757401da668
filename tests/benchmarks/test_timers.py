"""What a claim costs with 1,000,000 waiting deadlines beside 1,000, and how long a burst of 10,000 takes real processes."""

from __future__ import annotations

import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psycopg
import pytest
from psycopg.rows import TupleRow

from deploy.topics import ensure_topics
from foundation.database import Pool, open_pool
from foundation.settings import Settings
from projections.rebuild import rebuild_where_needed
from tests.claims import Cost, cost_of_a_claim
from tests.firings import passed_in_order, rank_of
from tests.many_deadlines import insert_waiting, overdue_fines, store_in_bulk
from tests.processes import running
from tests.services import Database
from tests.waiting import wait_for
from workers.timers import BATCH

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WAITING_FROM = datetime(2030, 1, 1, tzinfo=UTC)
DUE, FEW, MANY = BATCH, 1_000, 1_000_000
DAYS, COPIES = 20, 250
WORKERS = 3
"""Two Faust workers and the reconciler: each fires."""


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    with open_pool(database.app_url, name="benchmark", size=4, timeout=30.0) as pool:
        rebuild_where_needed(pool)
        yield pool


def typical(connection: psycopg.Connection[TupleRow]) -> Cost:
    """Of several, the one of median time; all read the same pages."""
    costs = sorted((cost_of_a_claim(connection, NOW) for _ in range(11)), key=lambda cost: cost.milliseconds)
    return costs[len(costs) // 2]


@pytest.mark.benchmark  # measures speed or memory
@pytest.mark.timeout(1200)
def test_cost_of_a_claim_with_a_million_waiting_deadlines(database: Database, pool: Pool) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        insert_waiting(connection, DUE, first=NOW - timedelta(days=1), apart=60)
        insert_waiting(connection, FEW, first=WAITING_FROM, apart=60)
        connection.execute("ANALYZE")
        few = typical(connection)
        insert_waiting(connection, MANY - FEW, first=WAITING_FROM, apart=60)
        connection.execute("VACUUM ANALYZE")
        many = typical(connection)
    assert many.walks == []
    assert many.pages <= 3 * few.pages
    sys.stdout.write(
        f"\na claim of {DUE} due deadlines\n"
        f"with {FEW:,} waiting: {few.pages:,} pages, {few.milliseconds:.2f} ms\n"
        f"with {MANY:,} waiting: {many.pages:,} pages, {many.milliseconds:.2f} ms\n"
        f"ratio: {many.pages / few.pages:.2f} in pages, {many.milliseconds / few.milliseconds:.2f} in time\n"
    )


@pytest.mark.benchmark  # measures speed or memory
@pytest.mark.timeout(3600)
def test_a_burst_of_ten_thousand_due_at_once(database: Database, pool: Pool, kafka: str, tmp_path: Path) -> None:
    ensure_topics(Settings(kafka_bootstrap=kafka))
    store_in_bulk(overdue_fines(days=DAYS, copies_a_day=COPIES), database, pool)
    order = rank_of(database)
    assert len(order) == 2 * DAYS * COPIES
    end_of_log = "SELECT max(notification_id) FROM stored_events"
    with psycopg.connect(database.app_url) as connection:
        # What is there is in every read model; the relay, too, has only what the firing brings.
        for follower in ("reconciler", "relay to regcase.events"):
            connection.execute(
                f"INSERT INTO follower_places (follower, notification_id) VALUES (%s, ({end_of_log}))".encode(), [follower]
            )
    environment = {"REGCASE_DATABASE_URL": database.app_url, "REGCASE_KAFKA_BOOTSTRAP": kafka}
    with ExitStack() as stack:
        for name, slot in (("relay", 0), ("worker", 0), ("worker", 1), ("reconciler", 0)):
            stack.enter_context(running(name, {**environment, "REGCASE_SLOT": str(slot)}, tmp_path))
        wait_for(lambda: fired(database) > 0, seconds=300, what="the first firing")
        began = time.monotonic()
        wait_for(lambda: fired(database) == len(order), seconds=3000, what="the last firing")
        took = time.monotonic() - began
    firings = passed_in_order(database)
    assert Counter(firing.deadline for firing in firings) == Counter(dict.fromkeys(order, 1))
    assert most_overtaken([order[firing.deadline] for firing in firings]) <= (WORKERS - 1) * BATCH
    assert all(firing.due_at < firing.fired_at for firing in firings)
    sys.stdout.write(
        f"\n{len(order):,} deadlines due at once, fired by {WORKERS} processes: {took:.0f} s, {len(order) / took:.0f} per second\n"
        f"an earlier one was in the hands of another worker at the most {most_overtaken([order[f.deadline] for f in firings])} times,"
        f" at the median {median(overtaken([order[f.deadline] for f in firings])):.0f} times\n"
    )


def fired(database: Database) -> int:
    """How many deadlines have passed; for representations one did in the story of each fine."""
    query = "SELECT count(*) - count(DISTINCT originator_id) FROM stored_events WHERE topic = 'fine.deadline_passed'"
    with psycopg.connect(database.app_url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def overtaken(ranks: list[int]) -> list[int]:
    """For each firing, how many that were due earlier were fired after it."""
    waiting = sorted(ranks)
    counts = []
    for rank in ranks:
        place = bisect_left(waiting, rank)
        counts.append(place)
        del waiting[place]
    return counts


def most_overtaken(ranks: list[int]) -> int:
    """The largest of these."""
    return max(overtaken(ranks))
