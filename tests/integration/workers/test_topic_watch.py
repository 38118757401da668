from __future__ import annotations

import pytest

from deploy.kafka_admin import admin_client
from deploy.topics import ensure_topics, find_topic
from foundation.settings import Settings
from tests.relays import named
from tests.waiting import wait_for
from workers.topic_watch import TopicMadeAnew, TopicWatch


def test_a_topic_that_is_another_one_is_noted_and_one_that_is_away_is_not(kafka: str, events_topic: str) -> None:
    settings, topic = Settings(kafka_bootstrap=kafka), named(events_topic)
    watch = TopicWatch(settings, topic)
    watch.look()
    with admin_client(settings) as client:
        client.delete_topics([topic.name])
    wait_for(lambda: find_topic(settings, topic) is None, what="the deletion")
    watch.look()
    ensure_topics(settings, [topic])
    wait_for(lambda: find_topic(settings, topic), what="the new topic")
    with pytest.raises(TopicMadeAnew, match="deleted and made anew"):
        watch.look()


def test_brokers_that_are_away_tell_nothing_of_a_topic() -> None:
    TopicWatch(Settings(kafka_bootstrap="127.0.0.1:9"), named("t")).look()
