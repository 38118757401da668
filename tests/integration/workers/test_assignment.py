"""Partitions that nobody has are given out anew."""

from __future__ import annotations

import pytest

from deploy.kafka_admin import BrokerUnreachable, admin_client
from deploy.topics import EVENTS, ensure_topics
from foundation.settings import Settings
from tests.copies import copies, events_of, insert
from tests.histories import nobody_complies_or_pays
from tests.processes import running
from tests.services import Database
from tests.waiting import wait_for
from tests.ways import Ways, committed, remove_topic
from workers.assignment import leave_if_nobody_has_any
from workers.read_models import GROUP


def given_out(settings: Settings) -> int | None:
    """How many partitions the workers have; None while the group is giving them out."""
    try:
        with admin_client(settings) as client:
            group = client.describe_groups([GROUP])[GROUP]
    except BrokerUnreachable:
        return None  # nobody has asked for the group yet
    if group["group_state"] != "Stable":
        return None
    given = [part for member in group["members"] for part in member["member_assignment"]["assigned_partitions"]]
    return sum(len(part["partitions"]) for part in given)


@pytest.mark.faults  # too long for make test
@pytest.mark.usefixtures("topic", "pool")
def test_a_worker_that_comes_back_in_time_to_keep_its_place_is_not_left_with_the_nothing_that_a_missing_topic_gave_it(
    ways: Ways, database: Database
) -> None:
    with running("worker", ways.environment, ways.folder):
        with running("relay", ways.environment, ways.folder):
            insert(copies(events_of(nobody_complies_or_pays()), 1), database)
            wait_for(lambda: committed(ways.settings) > 0, seconds=90, what="the first batch")
        # It fetches by now, and learns from that that the topic is missing.
        remove_topic(ways.settings)
        wait_for(lambda: given_out(ways.settings) == 0, seconds=90, what="nothing for the worker")
        wait_for(lambda: committed(ways.settings) == 0, what="the end of what was committed for the topic")
    ensure_topics(ways.settings)
    with running("relay", ways.environment, ways.folder), running("worker", ways.environment, ways.folder):
        wait_for(lambda: committed(ways.settings) > 0, seconds=90, what="the first batch of the new topic")
        assert given_out(ways.settings) == EVENTS.partitions
        # A worker for which no partition is left is as it should be.
        assert not leave_if_nobody_has_any(ways.settings, EVENTS, group=GROUP, instance=f"{GROUP}-0")


def test_brokers_that_are_away_tell_nothing_of_a_group() -> None:
    assert not leave_if_nobody_has_any(Settings(kafka_bootstrap="127.0.0.1:9"), EVENTS, group=GROUP, instance=f"{GROUP}-0")
