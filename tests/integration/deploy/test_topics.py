from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from deploy.kafka_admin import BrokerUnreachable, admin_client
from deploy.local.waiting import wait_until
from deploy.topics import EVENTS, Topic, ensure_topics
from foundation.errors import Misconfigured
from foundation.settings import Settings


@pytest.fixture
def settings(kafka: str) -> Settings:
    return Settings(kafka_bootstrap=kafka)


@pytest.fixture
def topic() -> Topic:
    return replace(EVENTS, name=f"test.{uuid4().hex}")


def stated(settings: Settings, topic: Topic, name: str) -> str:
    with admin_client(settings) as client:
        configs = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
    value = configs["topic"][topic.name][name]
    return str(value["value"] if isinstance(value, dict) else value)


class TestEnsuringTopics:
    def test_makes_what_is_missing_once(self, settings: Settings, topic: Topic) -> None:
        assert ensure_topics(settings, [topic]) == [topic.name]
        assert ensure_topics(settings, [topic]) == []

    def test_states_how_long_messages_are_kept_and_how_large_they_may_be(self, settings: Settings, topic: Topic) -> None:
        ensure_topics(settings, [topic])

        assert stated(settings, topic, "retention.ms") == str(30 * 24 * 3600 * 1000)
        assert stated(settings, topic, "cleanup.policy") == "delete"
        assert int(stated(settings, topic, "max.message.bytes")) > 2 * 256 * 1024

    def test_gives_a_topic_that_is_there_the_stated_settings(self, settings: Settings, topic: Topic) -> None:
        ensure_topics(settings, [topic])
        ensure_topics(settings, [replace(topic, retention=timedelta(days=7))])

        week = str(7 * 24 * 3600 * 1000)
        # The broker takes note of it a moment later.
        assert wait_until(lambda: stated(settings, topic, "retention.ms") == week, seconds=10)

    def test_is_refused_when_a_topic_has_another_number_of_partitions(self, settings: Settings, topic: Topic) -> None:
        ensure_topics(settings, [topic])

        with pytest.raises(Misconfigured, match="has 12 partitions, 24 are stated"):
            ensure_topics(settings, [replace(topic, partitions=24)])

    def test_is_refused_when_there_are_too_few_brokers_for_the_copies(self, settings: Settings, topic: Topic) -> None:
        three = settings.model_copy(update={"kafka_replication": 3})

        with pytest.raises(Misconfigured, match=f"refuses to make the topic {topic.name}.*REGCASE_KAFKA_REPLICATION"):
            ensure_topics(three, [topic])

    def test_says_which_broker_does_not_answer(self, topic: Topic) -> None:
        with pytest.raises(BrokerUnreachable, match=r"127\.0\.0\.1:9 does not answer"):
            ensure_topics(Settings(kafka_bootstrap="127.0.0.1:9"), [topic], timeout=1.0)


def test_the_topic_of_events_keeps_the_order_within_a_matter() -> None:
    assert (EVENTS.name, EVENTS.partitions, EVENTS.key) == ("regcase.events", 12, "matter_id")
