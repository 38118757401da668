"""A process that is told to stop finishes what is in hand and ends with 0 within ten seconds, whatever is away."""

from __future__ import annotations

import signal

import psycopg
import pytest

from foundation.database import Pool
from foundation.stopping import ENDS_WITHIN_SECONDS
from tests.copies import copies, events_of, insert
from tests.firings import passed_in_order
from tests.histories import nobody_complies_or_pays
from tests.many_deadlines import overdue_fines, store_in_bulk
from tests.processes import all_running, running, seconds_to_end
from tests.services import Database
from tests.topics import published
from tests.waiting import wait_for
from tests.ways import Ways, committed

TERM, INT = signal.SIGTERM, signal.SIGINT
A_MOMENT = 2.0
"""Beyond the stated time: on a loaded machine a process that was ended is not gone at once."""


def ended_well(ends: dict[str, tuple[int, float]]) -> bool:
    return all(code == 0 and seconds < ENDS_WITHIN_SECONDS + A_MOMENT for code, seconds in ends.values())


def count(database: Database, query: str) -> int:
    with psycopg.connect(database.app_url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def applied(database: Database) -> int:
    return count(database, "SELECT coalesce(sum(version), 0) FROM read_timeline.positions")


def test_in_the_middle_of_work_what_was_applied_is_committed_and_what_was_sent_is_noted(
    ways: Ways, topic: str, database: Database, pool: Pool
) -> None:
    """Signals that come again while it ends change nothing."""
    insert(copies(events_of(nobody_complies_or_pays()), 80), database)
    with (
        running("relay", ways.environment, ways.folder) as relay,
        running("worker", ways.environment, ways.folder) as worker,
    ):
        wait_for(lambda: applied(database) > 100, seconds=90, what="the first batches")
        ends = seconds_to_end([relay, worker], TERM, TERM, INT)
    assert ended_well(ends), ends
    assert committed(ways.settings) == applied(database)
    in_topic = published(ways.settings.kafka, topic)
    assert len(in_topic) == count(database, "SELECT sum(next_offset) FROM relay_offsets")
    assert len(in_topic) == len({message.headers["ce_id"] for message in in_topic})


def test_in_the_middle_of_firing_what_is_not_fired_is_free_for_others(ways: Ways, database: Database, pool: Pool) -> None:
    store_in_bulk(overdue_fines(days=5, copies_a_day=60), database, pool)
    with running("reconciler", ways.environment, ways.folder) as reconciler:
        wait_for(lambda: passed_in_order(database), seconds=90, what="the first firing")
        ends = seconds_to_end([reconciler], TERM)
    assert ended_well(ends), ends
    fired = len(passed_in_order(database))
    assert 0 < fired < 600
    assert count(database, "SELECT count(*) FROM timer_claims WHERE claimed_until > now()") <= fired


@pytest.mark.faults  # too long for make test
@pytest.mark.usefixtures("topic", "pool")
def test_while_the_database_does_not_answer(ways: Ways, database: Database) -> None:
    with all_running(ways.environment, ways.folder) as processes:
        insert(copies(events_of(nobody_complies_or_pays()), 1), database)
        wait_for(lambda: committed(ways.settings) > 0, seconds=90, what="the first batch")
        ways.database.hold(held=True)
        ends = seconds_to_end(list(processes.values()), TERM)
    assert ended_well(ends), ends


@pytest.mark.faults  # too long for make test
@pytest.mark.usefixtures("topic", "pool")
def test_while_the_broker_is_away(ways: Ways, database: Database) -> None:
    with all_running(ways.environment, ways.folder) as processes:
        insert(copies(events_of(nobody_complies_or_pays()), 1), database)
        wait_for(lambda: committed(ways.settings) > 0, seconds=90, what="the first batch")
        ways.kafka.hold(held=True)
        insert(copies(events_of(nobody_complies_or_pays()), 50), database)
        ends = seconds_to_end(list(processes.values()), TERM)
    assert ended_well(ends), ends


def test_before_the_database_was_ever_there(ways: Ways) -> None:
    ways.database.refuse(refused=True)
    with all_running(ways.environment, ways.folder) as processes:
        for process in processes.values():
            process.wait_until_logged("waiting_for_database")
        ends = seconds_to_end(list(processes.values()), INT)
    assert ended_well(ends), ends
