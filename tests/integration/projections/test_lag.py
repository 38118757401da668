"""How far behind the relay and the read models are, and which deadline comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from deploy.topics import EVENTS
from foundation.database import Pool
from projections import lag as module
from projections.apply import apply
from projections.lag import Due, Lag, due_deadlines, next_deadline, overdue_deadlines, read_model_lags, relay_lag
from projections.places import RECONCILER, place_of, relay_to, save_place
from projections.read_model import all_read_models
from tests.desk import issued
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database
from workers.cloud_events import message_of


def test_what_is_stored_and_not_published_is_counted(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    assert relay_lag(pool, "t").events == len(deliveries)
    with pool.connection() as connection:
        last = connection.execute("SELECT max(notification_id) FROM stored_events").fetchone()
        assert last
        save_place(connection, relay_to("t"), last[0])
    assert relay_lag(pool, "t") == Lag(0, None)


def test_a_place_does_not_go_back(pool: Pool) -> None:
    with pool.connection() as connection:
        for notification_id in (5, 3):
            save_place(connection, "somebody", notification_id)
        assert place_of(connection, "somebody") == 5
        assert place_of(connection, "nobody") == 0


def test_each_read_model_tells_how_many_events_it_has_not_applied_and_since_when(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    apply(pool, all_read_models()["cases"], deliveries)
    apply(pool, all_read_models()["timeline"], deliveries[:-3])
    lags = read_model_lags(pool, EVENTS.partitions)
    told = {name: lag.events for name, lag in lags.items() if lag}
    assert told == dict.fromkeys(all_read_models(), len(deliveries)) | {"cases": 0, "timeline": 3}
    timeline = lags["timeline"]
    assert timeline
    assert timeline.oldest_stored_at
    assert datetime.now(UTC) - timeline.oldest_stored_at < timedelta(minutes=5)


def test_the_next_deadline_is_the_one_that_falls_due_first(pool: Pool, database: Database) -> None:
    assert next_deadline(pool) is None
    apply(pool, all_read_models()["deadlines"], store(issued(), database))
    following = next_deadline(pool)
    assert following
    # Appeal and payment both end on 15 June; the appeal period at 17:00.
    assert (following.role, str(following.due)) == ("appeal", "2022-06-15")


def behind(pool: Pool, model: str) -> Lag:
    found = read_model_lags(pool, EVENTS.partitions)[model]
    assert found
    return found


class TestTheLagOfAReadModel:
    def test_is_told_by_the_partition_to_which_the_relay_publishes(self, pool: Pool, database: Database) -> None:
        store(nobody_complies_or_pays(), database)
        store(issued(), database)
        expected: dict[int, int] = {}
        with psycopg.connect(database.app_url) as connection:
            rows = connection.execute("SELECT topic, state FROM stored_events WHERE NOT starts_with(topic, '_')").fetchall()
        for topic, state in rows:
            partition = message_of(topic, state).partition(EVENTS.partitions)
            expected[partition] = expected.get(partition, 0) + 1
        found = behind(pool, "timeline")
        assert {number: part.events for number, part in found.partitions.items()} == expected
        assert found.events == sum(expected.values())
        oldest = [part.oldest_stored_at for part in found.partitions.values() if part.oldest_stored_at]
        assert min(oldest) == found.oldest_stored_at

    def test_tells_since_when_however_much_was_applied_after_it(
        self, pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        first = deliveries[0]
        apply(pool, all_read_models()["timeline"], [d for d in deliveries if d.case_id != first.case_id])
        monkeypatch.setattr(module, "MOST", 1)
        found = behind(pool, "timeline")
        assert (found.events, found.oldest_stored_at) == (1, first.stored_at)
        assert found.words(datetime.now(UTC)).startswith("1 or more behind, for ")

    def test_is_looked_for_only_after_what_the_reconciler_has_seen_applied(self, pool: Pool, database: Database) -> None:
        deliveries = store(issued(), database)
        assert behind(pool, "timeline").events == len(deliveries)
        with pool.connection() as connection:
            row = connection.execute("SELECT max(notification_id) FROM stored_events").fetchone()
            assert row
            save_place(connection, RECONCILER, row[0])
        assert behind(pool, "timeline") == Lag(0, None)

    def test_is_told_in_seconds(self) -> None:
        at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        assert Lag(3, at - timedelta(seconds=90)).seconds(at) == 90
        assert Lag(0, None).seconds(at) == 0
        # Clocks of two machines differ a little.
        assert Lag(1, at + timedelta(seconds=1)).seconds(at) == 0


class TestDueDeadlines:
    def test_are_those_whose_time_has_come(self, pool: Pool, database: Database) -> None:
        assert due_deadlines(pool) == Due(0, timedelta(0))
        apply(pool, all_read_models()["deadlines"], store(issued(), database))
        found = due_deadlines(pool)
        overdue = overdue_deadlines(pool, late_by=timedelta(minutes=1))
        assert found.deadlines == len(overdue) > 1
        assert abs(datetime.now(UTC) - overdue[0].due_at - found.late_by) < timedelta(minutes=1)

    def test_of_a_matter_that_is_being_loaded_are_due_by_its_own_clock(self, pool: Pool, database: Database) -> None:
        deliveries = store(issued(), database)
        apply(pool, all_read_models()["deadlines"], deliveries)
        first = overdue_deadlines(pool, late_by=timedelta(minutes=1))[0]
        with pool.connection() as connection:
            now = first.due_at + timedelta(seconds=30)
            connection.execute("INSERT INTO matter_clocks VALUES (%s, %s)", (deliveries[0].matter_id, now))
        assert due_deadlines(pool) == Due(1, timedelta(seconds=30))
        assert overdue_deadlines(pool, late_by=timedelta(minutes=1)) == []
        assert overdue_deadlines(pool, late_by=timedelta(seconds=29)) == [first]
