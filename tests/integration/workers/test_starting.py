"""The order in which things are started does not matter: each process waits for what it needs, and says so now and then."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from deploy.local.postgres import Postgres
from deploy.migrate import migrate
from tests.copies import copies, events_of, insert
from tests.firings import passed_in_order
from tests.histories import nobody_complies_or_pays
from tests.integration.workers.test_stopping import applied, count, ended_well
from tests.many_deadlines import overdue_fines
from tests.processes import all_running, running, seconds_to_end
from tests.services import Database, fresh_database
from tests.waiting import wait_for
from tests.ways import Ways, remove_topic

LINES = 60
"""Of all that one process may say until everything is there."""


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """A database without a table."""
    with fresh_database(postgres, template="template1") as fresh:
        yield fresh


def test_each_process_may_be_started_first_and_then_all_the_rest(ways: Ways, database: Database) -> None:
    remove_topic(ways.settings)
    ways.database.refuse(refused=True)
    ways.kafka.refuse(refused=True)
    with all_running(ways.environment, ways.folder) as processes:
        need_kafka = [processes["relay"], processes["worker"]]
        for process in processes.values():
            process.wait_until_logged("waiting_for_database")
        ways.database.refuse(refused=False)
        for process in processes.values():
            process.wait_until_logged("waiting_for_migrations")
        migrate(database.owner_url)
        for process in need_kafka:
            process.wait_until_logged("waiting_for_broker")
        with running("worker", ways.environment, ways.folder) as another:
            another.wait_until_logged("waiting_for_broker")
            assert ended_well(seconds_to_end([another], signal.SIGTERM))
        ways.kafka.refuse(refused=False)
        # The relay makes the topic, which the worker waits for.
        try:
            everything_works(database)
        finally:
            remove_topic(ways.settings)
        assert not any(process.ended() for process in processes.values())
        assert all(len(process.logged()) < LINES for process in need_kafka)


def everything_works(database: Database) -> None:
    """Events come to the read models by way of Kafka, and what is overdue is fired."""
    insert([*copies(events_of(nobody_complies_or_pays()), 1), *overdue_fines(days=1, copies_a_day=1)], database)
    wait_for(lambda: len(passed_in_order(database)) >= 2, seconds=90, what="the firing of what is overdue")
    published = "SELECT coalesce(sum(next_offset), 0) FROM relay_offsets"
    stored = "SELECT count(*) FROM stored_events WHERE NOT starts_with(topic, '_')"
    wait_for(lambda: count(database, published) == count(database, stored), seconds=90, what="the topic")
    wait_for(lambda: applied(database) == count(database, stored), seconds=90, what="the read models")
