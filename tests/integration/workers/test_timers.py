"""Due deadlines are claimed once, in order of due time, and fired on the case's own state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from domain.application import CaseApplication
from domain.case.deadline_events import DeadlinePassed
from domain.running import open_application
from domain.time_sources import MovedTime
from foundation.database import Pool
from foundation.metrics import REGISTRY
from projections.apply import apply
from projections.history import Delivery, history
from projections.lag import overdue_deadlines
from projections.read_model import read_model
from projections.reading import deadlines
from projections.rebuild import rebuild
from tests.desk import issued
from tests.histories import stayed_until_a_day, store
from tests.poison import damage
from tests.services import Database
from tests.waiting import wait_for
from workers.timers import Timers

DEADLINES = read_model("deadlines")
LATER = datetime(2023, 1, 1, tzinfo=UTC)


@pytest.fixture
def application(database: Database, pool: Pool) -> CaseApplication:
    return open_application(database.app_url, pool)


@pytest.fixture
def fine(database: Database, pool: Pool) -> UUID:
    """A penalty notice whose payment and appeal periods run until 15 June 2022, projected."""
    desk = issued()
    apply(pool, DEADLINES, store(desk, database))
    return desk.names["fine"]


def free_all_claims(database: Database) -> None:
    """As if the time of every claim were over."""
    with psycopg.connect(database.app_url) as connection:
        connection.execute("UPDATE timer_claims SET claimed_until = now()")


def fired(application: CaseApplication, case_id: UUID) -> list[str]:
    return [event.role for event in application.events_of(case_id) if isinstance(event, DeadlinePassed)]


def test_what_is_due_is_fired_in_order_of_due_time(pool: Pool, application: CaseApplication, fine: UUID) -> None:
    assert Timers(pool, application, MovedTime(LATER)).fire_due() == 2
    # The appeal period ends at 17:00, the period to pay at midnight; representations passed before.
    assert fired(application, fine) == ["representations", "appeal", "payment"]


def test_what_is_not_due_waits(pool: Pool, application: CaseApplication, fine: UUID) -> None:
    before = datetime(2022, 6, 15, 15, 59, 59, tzinfo=UTC)
    assert Timers(pool, application, MovedTime(before)).fire_due() == 0
    assert Timers(pool, application, MovedTime(before + timedelta(seconds=1))).fire_due() == 1
    assert fired(application, fine)[-1] == "appeal"


def test_what_stands_still_until_a_day_runs_again_on_that_day_and_passes_later(
    pool: Pool, application: CaseApplication, database: Database
) -> None:
    desk = stayed_until_a_day()
    apply(pool, DEADLINES, store(desk, database))
    fine, begins = desk.names["fine"], datetime(2022, 7, 13, 23, tzinfo=UTC)  # 14 July 2022 in London
    assert Timers(pool, application, MovedTime(begins - timedelta(seconds=1))).fire_due() == 0
    assert Timers(pool, application, MovedTime(begins)).fire_due() == 1
    payment = application.case(fine).deadline("payment")
    assert payment is not None
    assert (payment.status, payment.due.isoformat()) == ("running", "2022-07-15")
    apply(pool, DEADLINES, history_of(database, fine))
    # The payment passes; for both demands another order ends, and the law's own suspension goes on.
    assert Timers(pool, application, MovedTime(LATER)).fire_due() == 3
    assert fired(application, fine)[-1] == "payment"
    demands = application.case(desk.names["notice"]).deadlines_of("comply")
    assert [deadline.status for deadline in demands] == ["suspended", "suspended"]


def test_the_event_says_when_it_was_due_and_when_it_was_fired(pool: Pool, application: CaseApplication, fine: UUID) -> None:
    Timers(pool, application, MovedTime(LATER)).fire_due()
    passed = [event for event in application.events_of(fine) if isinstance(event, DeadlinePassed)][-1]
    assert passed.due_at == datetime(2022, 6, 15, 23, tzinfo=UTC)
    assert datetime.now(UTC) - passed.fired_at < timedelta(minutes=1)


def test_how_late_a_deadline_was_fired_is_measured(pool: Pool, application: CaseApplication, fine: UUID) -> None:
    def measured(part: str) -> float:
        return REGISTRY.get_sample_value(f"regcase_timer_lateness_seconds_{part}") or 0.0

    before = measured("count"), measured("sum")
    Timers(pool, application, MovedTime(datetime(2022, 6, 15, 16, 0, 30, tzinfo=UTC))).fire_due()
    # The appeal period ended at 17:00 in London, 30 seconds before.
    assert measured("count") - before[0] == 1
    assert 30 <= measured("sum") - before[1] < 90


def test_several_workers_claim_each_deadline_once(pool: Pool, application: CaseApplication, database: Database) -> None:
    desks = [issued() for _ in range(10)]
    for desk in desks:
        apply(pool, DEADLINES, store(desk, database))
    with ThreadPoolExecutor(4) as workers:
        fired_by_each = workers.map(lambda _: Timers(pool, application, MovedTime(LATER)).fire_due(), range(8))
        assert sum(fired_by_each) == 20
    for desk in desks:
        assert sorted(fired(application, desk.names["fine"])) == ["appeal", "payment", "representations"]


def test_a_claim_whose_worker_died_is_free_again_after_its_time(
    pool: Pool, application: CaseApplication, fine: UUID, database: Database
) -> None:
    Timers(pool, application, MovedTime(LATER))._claim()
    assert Timers(pool, application, MovedTime(LATER)).fire_due() == 0
    free_all_claims(database)
    assert Timers(pool, application, MovedTime(LATER)).fire_due() == 2
    assert fired(application, fine)[-2:] == ["appeal", "payment"]


def test_a_claim_that_another_worker_commits_meanwhile_is_not_taken_over(
    pool: Pool, application: CaseApplication, fine: UUID, database: Database
) -> None:
    timers = Timers(pool, application, MovedTime(LATER))
    with ThreadPoolExecutor(1) as workers, psycopg.connect(database.app_url) as other:
        other.execute(
            "INSERT INTO timer_claims SELECT case_id, role, set_version, now() + interval '1 minute' "
            "FROM read_deadlines.deadlines WHERE case_id = %s",
            [fine],
        )
        claiming = workers.submit(timers.fire_due)
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted"
        with psycopg.connect(database.app_url, autocommit=True) as watcher:
            wait_for(lambda: watcher.execute(waiting).fetchone(), what="a claim that waits for the other")
        other.commit()
        assert claiming.result() == 0
    assert fired(application, fine) == ["representations"]


def test_old_claims_are_forgotten(pool: Pool, application: CaseApplication, fine: UUID, database: Database) -> None:
    with psycopg.connect(database.app_url) as connection:
        connection.execute(
            "INSERT INTO timer_claims SELECT gen_random_uuid(), 'payment', 1, now() - age FROM "
            "unnest(ARRAY[interval '2 hours', interval '1 minute']) AS age"
        )
    assert Timers(pool, application, MovedTime(LATER)).fire_due() == 2
    with psycopg.connect(database.app_url) as connection:
        assert connection.execute("SELECT count(*) FROM timer_claims").fetchone() == (3,)


def test_a_rebuild_leaves_claims_alone(pool: Pool, application: CaseApplication, fine: UUID) -> None:
    Timers(pool, application, MovedTime(LATER))._claim()
    rebuild(pool, DEADLINES)
    assert Timers(pool, application, MovedTime(LATER)).fire_due() == 0


def test_firing_again_before_the_read_model_knows_has_no_effect(
    pool: Pool, application: CaseApplication, fine: UUID, database: Database
) -> None:
    Timers(pool, application, MovedTime(LATER)).fire_due()
    before = application.events_of(fine)
    free_all_claims(database)
    assert Timers(pool, application, MovedTime(LATER)).fire_due() == 2
    assert application.events_of(fine) == before


def test_a_case_that_cannot_be_fired_on_keeps_no_other_waiting_and_is_told(
    pool: Pool, application: CaseApplication, fine: UUID, database: Database
) -> None:
    other = issued()
    apply(pool, DEADLINES, store(other, database))
    damage(database, fine, 1)
    assert Timers(pool, application, MovedTime(LATER)).fire_due() == 4
    assert fired(application, other.names["fine"])[-2:] == ["appeal", "payment"]
    apply(pool, DEADLINES, history_of(database, other.names["fine"]))
    assert {(overdue.case_id, overdue.role) for overdue in overdue_deadlines(pool, late_by=timedelta(minutes=1))} == {
        (fine, "appeal"),
        (fine, "payment"),
    }


def history_of(database: Database, case_id: UUID) -> list[Delivery]:
    with psycopg.connect(database.app_url) as connection:
        return history(connection, case_id, after=0)


def test_a_matter_that_is_being_loaded_follows_its_own_clock(
    pool: Pool, application: CaseApplication, fine: UUID, database: Database
) -> None:
    (matter_id,) = {deadline.matter_id for deadline in deadlines(pool)}
    with psycopg.connect(database.app_url, autocommit=True) as connection:
        clock = "INSERT INTO matter_clocks VALUES (%s, %s) ON CONFLICT (matter_id) DO UPDATE SET now = excluded.now"
        connection.execute(clock, [matter_id, datetime(2022, 6, 1, tzinfo=UTC)])
        timers = Timers(pool, application, MovedTime(LATER))
        assert timers.fire_due() == 0
        moved = datetime(2022, 6, 15, 16, tzinfo=UTC)
        connection.execute(clock, [matter_id, moved])
        assert timers.fire_due() == 1
    passed = [event for event in application.events_of(fine) if isinstance(event, DeadlinePassed)][-1]
    assert (passed.role, passed.recorded, passed.fired_at) == ("appeal", moved, moved)
