"""When a process dies and stays dead, or the topic is deleted, the others go on: nothing lost, nothing doubled, in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eventsourcing.persistence import StoredEvent

from deploy.kafka_admin import admin_client
from deploy.topics import EVENTS
from tests.acceptance.checks import doubled_in_topic, each_case_in_order, missing_from_topic
from tests.copies import copies, events_of
from tests.crew import Crew, crew_of, published_up_to_the_end, store, wait_until_applied
from tests.desk import issued
from tests.system import System, running_system
from tests.waiting import wait_for
from workers.app import UNEXPECTED

pytestmark = pytest.mark.timeout(900)  # on a machine with much else to do

MATTERS = 24  # so many that each partition has some


@pytest.fixture(scope="module")
def services() -> Iterator[System]:
    """Services alone."""
    with running_system([]) as up:
        yield up


@pytest.fixture
def crew(services: System) -> Iterator[Crew]:
    with crew_of(services) as members:
        yield members


@pytest.fixture(scope="module")
def batches() -> Iterator[list[StoredEvent]]:
    """Events of many new matters at each turn."""
    story = events_of(issued())
    events = copies(story, 16 * MATTERS)
    length = MATTERS * len(story)
    return iter([events[start : start + length] for start in range(0, len(events), length)])


def check_topic(system: System) -> None:
    """Every stored event is in the topic, once, each case in order."""
    wait_for(lambda: published_up_to_the_end(system), seconds=240, what="publication")
    assert not missing_from_topic(system)
    assert doubled_in_topic(system) == []
    assert each_case_in_order(system)


def test_a_relay_publishes_what_the_killed_one_leaves(crew: Crew, batches: Iterator[list[StoredEvent]]) -> None:
    crew.start("relay", "relay-2")
    first = wait_for(crew.active_relay, seconds=240, what="an active relay")
    store(crew.system, next(batches))
    wait_for(lambda: published_up_to_the_end(crew.system), seconds=240, what="publication")
    store(crew.system, next(batches))
    crew.kill(first)
    store(crew.system, next(batches))

    check_topic(crew.system)
    assert crew.is_dead(first)
    assert crew.active_relay() not in (first, "")


@pytest.mark.faults  # too long for make test
def test_a_relay_publishes_what_the_paused_one_leaves_and_that_one_ends_when_it_wakes(
    crew: Crew, batches: Iterator[list[StoredEvent]]
) -> None:
    crew.start("relay", "relay-2")
    first = wait_for(crew.active_relay, seconds=240, what="an active relay")
    store(crew.system, next(batches))
    crew.pause(first)
    store(crew.system, next(batches))
    wait_for(lambda: published_up_to_the_end(crew.system), seconds=240, what="publication by the other")
    assert crew.is_dead(first)
    store(crew.system, next(batches))
    crew.wake(first)

    assert crew.members[first].wait(240) == 75
    check_topic(crew.system)


@pytest.mark.faults  # too long for make test
def test_a_worker_applies_what_the_killed_one_leaves(crew: Crew, batches: Iterator[list[StoredEvent]]) -> None:
    """No reconciler is there to help."""
    crew.start("relay", "worker", "worker-2")
    wait_for(lambda: crew.workers_share(2), seconds=240, what="two workers with partitions each")
    events = next(batches)
    store(crew.system, events)
    crew.kill("worker")
    more = next(batches)
    store(crew.system, more)

    wait_until_applied(crew.system, [*events, *more])
    assert crew.is_dead("worker")
    crew.system.run("reconcile")


@pytest.mark.faults  # too long for make test
def test_a_reconciler_brings_what_the_killed_one_leaves(crew: Crew, batches: Iterator[list[StoredEvent]]) -> None:
    """Neither relay nor worker is there to help."""
    crew.start("reconciler", "reconciler-2")
    events = next(batches)
    store(crew.system, events)
    wait_until_applied(crew.system, events)
    more = next(batches)
    store(crew.system, more)
    crew.kill("reconciler")

    wait_until_applied(crew.system, more)
    assert crew.is_dead("reconciler")
    crew.system.run("reconcile")


@pytest.mark.faults  # too long for make test
def test_when_the_topic_is_deleted_the_relay_makes_and_fills_it_and_the_worker_goes_on(
    crew: Crew, batches: Iterator[list[StoredEvent]]
) -> None:
    """No reconciler is there to help. Both end, and are started anew as the process manager does it."""
    crew.start("relay", "worker")
    wait_for(lambda: crew.workers_share(1), seconds=240, what="a worker with its partitions")
    events = next(batches)
    store(crew.system, events)
    wait_until_applied(crew.system, events)
    with admin_client(crew.system.settings) as client:
        client.delete_topics([EVENTS.name])
    assert crew.members["relay"].wait(240) == 75
    crew.start("relay")
    # A consumer gets nothing of the topic that took the place of its own.
    assert crew.members["worker"].wait(240) == UNEXPECTED
    crew.start("worker")
    more = next(batches)
    store(crew.system, more)

    wait_until_applied(crew.system, more)
    check_topic(crew.system)
    crew.system.run("reconcile")
