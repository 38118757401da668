"""What a claim costs while many deadlines wait, and how a burst of many that are due is worked through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.rows import TupleRow

from domain.running import open_application
from domain.time_sources import MovedTime
from foundation.database import Pool
from tests.claims import cost_of_a_claim
from tests.firings import fires, passed_in_order, rank_of
from tests.many_deadlines import insert_waiting, overdue_fines, store_in_bulk
from tests.services import Database
from workers import timers as module
from workers.timers import BATCH, Place, Timers

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WAITING_FROM = datetime(2030, 1, 1, tzinfo=UTC)
DUE = BATCH - 5
LATER = MovedTime(datetime(2023, 1, 1, tzinfo=UTC))


@pytest.fixture
def connection(database: Database, pool: Pool) -> Iterator[psycopg.Connection[TupleRow]]:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        yield connection


def with_some_due_and_some_clocks(connection: psycopg.Connection[TupleRow]) -> None:
    insert_waiting(connection, DUE, first=NOW - timedelta(days=1), apart=60)
    connection.execute("INSERT INTO matter_clocks SELECT matter_id, %s FROM read_deadlines.deadlines LIMIT 5", [NOW])


@pytest.mark.parametrize("analysed", [False, True])
def test_a_claim_costs_the_same_however_many_deadlines_wait(connection: psycopg.Connection[TupleRow], analysed: bool) -> None:
    """Also while the database has not yet looked at the tables, as after a rebuild."""
    with_some_due_and_some_clocks(connection)
    insert_waiting(connection, 5_000, first=WAITING_FROM, apart=60)
    if analysed:
        connection.execute("ANALYZE")
    few = cost_of_a_claim(connection, NOW)
    insert_waiting(connection, 50_000, first=WAITING_FROM, apart=1)
    if analysed:
        connection.execute("ANALYZE")
    many = cost_of_a_claim(connection, NOW)
    assert (many.rows, many.walks) == (DUE + 5, [])
    # Of each row a page or two more: the index is deeper, and the claims are looked up in their own.
    assert many.pages <= 2 * few.pages


def test_a_claim_does_not_step_over_what_was_claimed_before_it(connection: psycopg.Connection[TupleRow]) -> None:
    insert_waiting(connection, 10_000, first=NOW - timedelta(days=1), apart=1)
    connection.execute(
        "INSERT INTO timer_claims SELECT case_id, role, set_version, now() + interval '1 hour' FROM read_deadlines.deadlines "
        "ORDER BY fires_at, case_id, role LIMIT 5000"
    )
    row = connection.execute(
        "SELECT fires_at, case_id, role FROM read_deadlines.deadlines ORDER BY fires_at, case_id, role OFFSET 4999 LIMIT 1"
    ).fetchone()
    assert row is not None
    assert cost_of_a_claim(connection, NOW).rows == 5_000 + BATCH
    assert cost_of_a_claim(connection, NOW, Place(*row)).rows == BATCH


def test_a_worker_goes_on_behind_what_it_claimed_and_begins_anew_from_time_to_time(
    database: Database, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "FROM_THE_START_SECONDS", 3600.0)
    monkeypatch.setattr(module, "MOST_SECONDS_APART", 3600.0)
    store_in_bulk(overdue_fines(days=3, copies_a_day=1), database, pool)
    order = rank_of(database)
    timers = Timers(pool, open_application(database.app_url, pool), LATER)
    assert timers.fire_due() == 2
    with psycopg.connect(database.app_url) as other:
        # As if the worker had died with these two in hand.
        other.execute("UPDATE timer_claims SET claimed_until = now()")
    assert [timers.fire_due(), timers.fire_due(), timers.fire_due()] == [2, 2, 0]
    assert [order[firing.deadline] for firing in passed_in_order(database)] == list(range(6))
    timers._from_the_start_at = 0.0
    assert timers.fire_due() == 2


class TestABurst:
    """Many are due at once, and several workers fire them."""

    WORKERS = 3

    def fire_all(self, database: Database, pool: Pool) -> None:
        def work(_number: int) -> None:
            timers = Timers(pool, open_application(database.app_url, pool), LATER)
            while fires(timers):
                pass

        with ThreadPoolExecutor(self.WORKERS) as workers:
            list(workers.map(work, range(self.WORKERS)))

    def test_is_fired_once_each_and_no_earlier_one_waits_but_in_the_hands_of_another_worker(
        self, database: Database, pool: Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "BATCH", 10)
        store_in_bulk(overdue_fines(days=10, copies_a_day=12), database, pool)
        order = rank_of(database)
        self.fire_all(database, pool)
        firings = passed_in_order(database)
        assert Counter(firing.deadline for firing in firings) == Counter(dict.fromkeys(order, 1))
        assert len(firings) == 240
        for place, firing in enumerate(firings):
            late = sum(order[later.deadline] < order[firing.deadline] for later in firings[place + 1 :])
            assert late <= (self.WORKERS - 1) * module.BATCH
        assert all(firing.fired_at > firing.due_at for firing in firings)

    def test_is_fired_in_order_of_due_time_by_one_worker(self, database: Database, pool: Pool) -> None:
        store_in_bulk(overdue_fines(days=6, copies_a_day=2), database, pool)
        order = rank_of(database)
        timers = Timers(pool, open_application(database.app_url, pool), LATER)
        assert timers.fire_due() == len(order) == 24
        assert [order[firing.deadline] for firing in passed_in_order(database)] == list(range(24))
