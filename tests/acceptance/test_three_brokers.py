"""A cluster of three brokers, each of which has every event: one may be lost, and of two nothing is lost but time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, KafkaTimeoutError

from deploy import local
from deploy.kafka_admin import admin_client, brokers_known
from deploy.local.errors import LocalStackFailed
from deploy.local.programs import nth
from deploy.topics import EVENTS, ensure_topics
from foundation.settings import Settings, load_settings
from tests.acceptance.checks import CLEARVIEW, doubled_in_topic, each_case_in_order, missing_from_topic, settle, variant
from tests.copies import events_of, is_published
from tests.crew import published_up_to_the_end
from tests.faults.fault import Ground
from tests.faults.kinds.brokers import leader_of, lost
from tests.faults.kinds.processes import KAFKA, paused
from tests.histories import nobody_complies_or_pays
from tests.relays import named
from tests.services import data_folder
from tests.system import System, running_system
from tests.waiting import wait_for
from workers.cloud_events import Claim, claim_of, message_of
from workers.relay_tail import events_after

pytestmark = [
    pytest.mark.faults,  # three brokers take minutes
    pytest.mark.timeout(900),
    # kafka-python leaves a socket open when it asks a broker that is gone.
    pytest.mark.filterwarnings("ignore:.*socket.socket:pytest.PytestUnraisableExceptionWarning"),  # kafka-python leaves them
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[System]:
    with running_system(brokers=3) as up:
        yield up


def check(system: System) -> None:
    """Nothing is lost in the topic or a read model, nothing doubled, each case in order."""
    settle(system, within=300)
    assert doubled_in_topic(system) == []
    assert each_case_in_order(system)


def test_each_broker_has_every_event_and_what_is_written_counts_when_two_have_it(cluster: System) -> None:
    with admin_client(cluster.settings) as client:
        wait_for(lambda: "__consumer_offsets" in client.list_topics(), what="Kafka's own topic")
        names = [EVENTS.name, "__consumer_offsets"]
        topics = client.describe_topics(names)
        configs = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names], config_filter="all")
        own = client.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")], config_filter="all")["broker"]["1"]

    assert {len(partition["replica_nodes"]) for topic in topics for partition in topic["partitions"]} == {3}
    assert {configs["topic"][name]["min.insync.replicas"]["value"] for name in names} == {"2"}
    assert own["transaction.state.log.replication.factor"]["value"] == "3"
    assert own["transaction.state.log.min.isr"]["value"] == "2"


@pytest.mark.parametrize("which", ["leader", "any one"])
def test_of_three_brokers_one_may_be_lost(cluster: System, tmp_path: Path, which: str) -> None:
    ground = Ground(cluster)
    name = leader_of(ground, 0) if which == "leader" else Random(5).choice(ground.names(KAFKA))
    with lost(cluster, [name]):
        cluster.run("load", str(variant(CLEARVIEW, f"without-{which.replace(' ', '-')}", tmp_path)))
        wait_for(lambda: published_up_to_the_end(cluster), seconds=300, what="publication by the two that are left")
        wait_for(lambda: len(brokers_known(cluster.settings, timeout=10)) == 2, what="the cluster's noting that one is gone")
        assert not missing_from_topic(cluster)
    check(cluster)


def test_of_three_brokers_two_may_be_lost_and_what_happens_meanwhile_is_published_later(cluster: System, tmp_path: Path) -> None:
    with lost(cluster, ["kafka", "kafka-3"]):
        cluster.run("load", str(variant(CLEARVIEW, "without-two", tmp_path)))
        assert not published_up_to_the_end(cluster)
    check(cluster)


def leader_of_first(system: System, topic: str) -> int | None:
    """The broker that leads the first partition; none where the one that is asked has not heard of it yet."""
    with admin_client(system.settings) as client:
        (described,) = client.describe_topics([topic])
    return next((int(each["leader_id"]) for each in described["partitions"] if each["partition_index"] == 0), None)


def shown_to_consumers(topic: str, client_options: Mapping[str, Any]) -> int:
    """Where the first partition ends for them. One may ask a broker that is paused, and is not answered; the next asks another."""
    partition = TopicPartition(topic, 0)

    def ask() -> list[int]:
        with closing(KafkaConsumer(**client_options, group_id=None)) as consumer, suppress(KafkaTimeoutError):
            consumer.assign([partition])
            return [int(consumer.end_offsets([partition], timeout_ms=5_000)[partition])]
        return []

    (end,) = wait_for(ask, seconds=120, what="an answer")
    return end


def found_by_a_relay(topic: str, client_options: Mapping[str, Any]) -> set[Claim]:
    """What one that starts finds in the first partition. It ends where it asks a broker that is paused, and is started anew."""

    def start() -> list[set[Claim]]:
        with suppress(KafkaError):
            return [events_after(topic, {0: 0}, client_options)]
        return []

    (found,) = wait_for(start, seconds=240, what="what it finds")
    return found


def test_what_a_leader_alone_has_is_waited_for_until_others_have_it(cluster: System) -> None:
    """A relay that looked away from it would send it again, and have it twice when they do."""
    topic = named(f"test.{uuid4().hex}")
    ensure_topics(cluster.settings, [topic])
    leader = wait_for(lambda: leader_of_first(cluster, topic.name), seconds=60, what="a leader")
    assert leader
    others = [cluster.process(nth(KAFKA, number)).pid for number in range(3) if number != leader - 1]
    options = cluster.settings.kafka_client_options() | {"bootstrap_servers": cluster.settings.kafka.split(",")[leader - 1]}
    event = next(event for event in events_of(nobody_complies_or_pays()) if is_published(event))
    message = message_of(event.topic, event.state)
    with ThreadPoolExecutor(1) as executor, closing(KafkaProducer(**options, acks=1, enable_idempotence=False)) as producer:
        with paused([pid for pid in others if pid]):
            sent = producer.send(topic.name, key=message.key, value=message.value, headers=message.headers, partition=0)
            sent.get(timeout=30)
            reading = executor.submit(found_by_a_relay, topic.name, options)
            # One that goes by what consumers are shown would have ended before two that began after it, one after the other.
            assert [shown_to_consumers(topic.name, options) for _ in range(2)] == [0, 0]
            assert not reading.done()
        assert reading.result(timeout=120) == {claim_of(message.headers, message.value)}


def test_a_stack_of_one_broker_becomes_one_of_three_as_its_refusal_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with data_folder() as data:
        monkeypatch.setenv("REGCASE_DATA", str(data))
        system = System(local.up(Settings(data=data)))
        system.run("load", str(variant(CLEARVIEW, "from-one-broker", tmp_path)))
        settle(system, within=300)
        local.down(system.settings)
        with pytest.raises(LocalStackFailed, match=r"move .*/kafka away, and `regcase up --brokers 3` publishes anew"):
            local.up(Settings(data=data), brokers=3)
        assert [process.name for process in local.processes(system.settings)].count("kafka") == 1

        (data / "kafka").rename(tmp_path / "kafka")
        local.up(Settings(data=data), brokers=3)
        system = System(load_settings())

        assert system.settings.kafka.count(",") == 2
        check(system)
        local.down(system.settings)
