"""A topic that was deleted, or made anew, is filled with what it would still hold: each event once, each case in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from threading import Event

import psycopg
import pytest

from deploy.topics import EVENTS, ensure_topics, find_topic
from foundation.errors import Misconfigured
from foundation.settings import Settings
from tests.histories import nobody_complies_or_pays, store
from tests.poison import grow_old
from tests.relays import a_relay, delete, ends_before_noting, ids, ids_of, make_anew, named, publish_all, running
from tests.services import Database
from tests.topics import Published, published, versions_by_case
from tests.waiting import wait_for
from workers import relay as module
from workers.health import Health
from workers.relay import Relay, SendFailed, run
from workers.relay_client import RelayClient
from workers.relay_topic import TopicGone


def forget_the_id(database: Database) -> None:
    """As a stack from before ids were noted."""
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("DELETE FROM relay_topics")


def each_case_is_in_order(messages: list[Published]) -> bool:
    return all(before < after for versions in versions_by_case(messages).values() for before, after in pairwise(versions))


def published_once(database: Database, kafka: str, topic: str) -> None:
    with a_relay(database, kafka, topic) as relay:
        publish_all(relay)


class TestATopicMadeAnew:
    def test_has_what_was_published_before_and_since_each_once_and_each_case_in_order(
        self, database: Database, kafka: str, events_topic: str
    ) -> None:
        before = store(nobody_complies_or_pays(), database)
        published_once(database, kafka, events_topic)
        make_anew(kafka, events_topic)
        since = store(nobody_complies_or_pays(), database)
        published_once(database, kafka, events_topic)

        messages = published(kafka, events_topic)
        assert ids(messages) == sorted(ids_of(before) + ids_of(since))
        assert each_case_is_in_order(messages)

    def test_is_filled_in_windows_and_by_the_next_relay_where_one_ends_in_the_midst(
        self, database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        published_once(database, kafka, events_topic)
        make_anew(kafka, events_topic)
        monkeypatch.setattr(module, "WINDOW", 7)
        with a_relay(database, kafka, events_topic) as relay:
            relay.publish_window()
            ends_before_noting(relay)
        assert len(published(kafka, events_topic)) <= 14
        published_once(database, kafka, events_topic)

        messages = published(kafka, events_topic)
        assert ids(messages) == ids_of(deliveries)
        assert each_case_is_in_order(messages)

    def test_a_second_time_while_it_was_filled_is_filled_from_the_beginning(
        self, database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        published_once(database, kafka, events_topic)
        make_anew(kafka, events_topic)
        with monkeypatch.context() as patched, a_relay(database, kafka, events_topic) as relay:
            patched.setattr(module, "WINDOW", 7)
            relay.publish_window()
        make_anew(kafka, events_topic)
        published_once(database, kafka, events_topic)

        assert ids(published(kafka, events_topic)) == ids_of(deliveries)

    def test_has_nothing_of_what_it_would_not_keep_any_more(self, database: Database, kafka: str, events_topic: str) -> None:
        store(nobody_complies_or_pays(), database)
        grow_old(database)
        recent = store(nobody_complies_or_pays(), database)
        published_once(database, kafka, events_topic)
        make_anew(kafka, events_topic)
        published_once(database, kafka, events_topic)

        assert ids(published(kafka, events_topic)) == ids_of(recent)

    def test_has_also_what_is_old_and_was_never_published(self, database: Database, kafka: str, events_topic: str) -> None:
        store(nobody_complies_or_pays(), database)
        published_once(database, kafka, events_topic)
        make_anew(kafka, events_topic)
        since = store(nobody_complies_or_pays(), database)
        grow_old(database)
        published_once(database, kafka, events_topic)

        assert ids(published(kafka, events_topic)) == ids_of(since)

    def test_is_known_by_its_offsets_where_its_id_was_never_noted(
        self, database: Database, kafka: str, events_topic: str
    ) -> None:
        """A stack from before ids were noted."""
        deliveries = store(nobody_complies_or_pays(), database)
        published_once(database, kafka, events_topic)
        forget_the_id(database)
        make_anew(kafka, events_topic)
        published_once(database, kafka, events_topic)

        assert ids(published(kafka, events_topic)) == ids_of(deliveries)

    def test_leaves_no_duplicate_when_the_relay_ended_before_noting_what_it_sent(
        self, database: Database, kafka: str, events_topic: str
    ) -> None:
        store(nobody_complies_or_pays(), database)
        published_once(database, kafka, events_topic)
        make_anew(kafka, events_topic)
        with a_relay(database, kafka, events_topic) as relay:
            ends_before_noting(relay)
        published_once(database, kafka, events_topic)

        found = ids(published(kafka, events_topic))
        assert len(found) == len(set(found)) > 0


def test_a_topic_whose_id_was_never_noted_gets_nothing_twice(database: Database, kafka: str, events_topic: str) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    published_once(database, kafka, events_topic)
    forget_the_id(database)
    published_once(database, kafka, events_topic)

    assert ids(published(kafka, events_topic)) == ids_of(deliveries)


class TestARelayWhoseTopicIsDeleted:
    def test_ends_and_the_next_one_makes_it_and_fills_it(self, database: Database, kafka: str, events_topic: str) -> None:
        settings = Settings(database_url=database.app_url, kafka_bootstrap=kafka)
        deliveries = store(nobody_complies_or_pays(), database)
        with ThreadPoolExecutor() as pool:
            first = pool.submit(run, settings, Event(), Health("relay", settings), topic=named(events_topic))
            wait_for(lambda: len(published(kafka, events_topic)) == len(deliveries), what="publication")
            delete(kafka, events_topic)
            assert isinstance(first.exception(timeout=60), TopicGone)
        with running(database, kafka, events_topic):
            wait_for(lambda: find_topic(settings, named(events_topic)), what="the topic")
            wait_for(lambda: len(published(kafka, events_topic)) >= len(deliveries), what="filling")

        assert ids(published(kafka, events_topic)) == ids_of(deliveries)

    def test_sends_nothing_to_the_one_that_took_its_place(
        self, database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store(nobody_complies_or_pays(), database)
        with a_relay(database, kafka, events_topic) as relay:
            known = relay._clients[-1].topic_id()
            make_anew(kafka, events_topic)
            wait_for(lambda: relay._clients[-1].topic_id() not in (known, None), what="news of the topic")
            with pytest.raises(TopicGone):
                relay.publish_window()
            monkeypatch.setattr(Relay, "look", lambda _: None)
            with pytest.raises(SendFailed) as failure:
                relay.publish_window()
            assert "deleted or made anew" in str(failure.value.__cause__)

        assert published(kafka, events_topic) == []

    def test_is_refused_by_the_one_that_took_its_place_where_nobody_told_it_yet(
        self, database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store(nobody_complies_or_pays(), database)
        monkeypatch.setattr(module, "SEND_SECONDS", 2.0)
        with a_relay(database, kafka, events_topic) as relay:
            known = relay._target.topic_id
            monkeypatch.setattr(RelayClient, "topic_id", lambda _: known)
            make_anew(kafka, events_topic)
            with pytest.raises(SendFailed):
                relay.publish_window()

        assert published(kafka, events_topic) == []

    def test_ends_also_with_something_left_to_send(
        self, database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store(nobody_complies_or_pays(), database)
        with a_relay(database, kafka, events_topic) as relay:
            # Its producer goes on trying for longer.
            monkeypatch.setattr(module, "SEND_SECONDS", 1.0)
            known = relay._target.topic_id
            monkeypatch.setattr(RelayClient, "topic_id", lambda _: known)
            make_anew(kafka, events_topic)
            with pytest.raises(SendFailed):
                relay.publish_window()
            # By that error, not by another.
            relay.close()
            wait_for(lambda: not relay._producer._sender.is_alive(), what="the end of its attempts")

    def test_does_not_start_where_its_successor_has_other_partitions(
        self, database: Database, kafka: str, events_topic: str
    ) -> None:
        delete(kafka, events_topic)
        ensure_topics(Settings(kafka_bootstrap=kafka), [replace(EVENTS, name=events_topic, partitions=3)])

        with pytest.raises(Misconfigured, match="has 3 partitions, 12 are stated"), a_relay(database, kafka, events_topic):
            pass
