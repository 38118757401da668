"""The relay publishes what is stored, in order, each event once, whatever ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from deploy.kafka_admin import admin_client
from deploy.topics import EVENTS, Topic, ensure_topics
from domain.case.events import CaseEvent
from domain.mapper import digest_of
from foundation.settings import Settings
from projections.history import Delivery
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database
from tests.topics import Published, published
from tests.waiting import wait_for
from workers import relay as module
from workers.relay import Relay, SendFailed, connect, run


@contextmanager
def a_relay(database: Database, kafka: str, topic: str) -> Iterator[Relay]:
    with connect(database.app_url) as connection:
        relay = Relay(connection, topic, EVENTS.partitions, {"bootstrap_servers": kafka})
        try:
            yield relay
        finally:
            relay.close()


def publish_all(relay: Relay) -> None:
    while relay.publish_window():
        pass


def ids(messages: list[Published]) -> list[str]:
    return sorted(message.headers["ce_id"] for message in messages)


def ids_of(deliveries: list[Delivery]) -> list[str]:
    return sorted(f"{delivery.case_id}/{delivery.version}" for delivery in deliveries)


def test_publishes_every_event_once_and_no_internal_one(database: Database, kafka: str, events_topic: str) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    assert ids(published(kafka, events_topic)) == ids_of(deliveries)


def test_keeps_a_matter_in_one_partition_and_each_case_in_order(database: Database, kafka: str, events_topic: str) -> None:
    for _ in range(4):
        store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    messages = published(kafka, events_topic)
    partitions = {(message.headers["ce_partitionkey"], message.partition) for message in messages}
    assert len(partitions) == 4
    by_case: dict[str, list[int]] = {}
    for message in messages:
        assert message.key == message.headers["ce_partitionkey"].encode()
        by_case.setdefault(message.headers["ce_subject"], []).append(int(message.headers["ce_sequence"]))
    assert all(after == before + 1 for versions in by_case.values() for before, after in pairwise(versions))


def test_messages_are_cloud_events_in_binary_mode(database: Database, kafka: str, events_topic: str) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    events = {f"{d.case_id}/{d.version}": d.event for d in deliveries if isinstance(d.event, CaseEvent)}
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    for message in published(kafka, events_topic):
        headers = message.headers
        assert headers["content-type"] == "application/json"
        assert headers["ce_specversion"] == "1.0"
        assert headers["ce_id"] == f"{headers['ce_subject']}/{headers['ce_sequence']}"
        assert headers["ce_type"].startswith(headers["ce_casetype"] + ".")
        assert headers["ce_dataschema"] == f"/regcase/schemas/{headers['ce_type']}/1"
        event = events[headers["ce_id"]]
        assert datetime.fromisoformat(headers["ce_time"]) == event.recorded
        assert headers["ce_partitionkey"] == str(event.matter_id)
        assert (headers["ce_type"], headers["ce_casetype"]) == (event.type, event.case_type)
        assert (headers["ce_actor"], headers["ce_actorrole"]) == (event.actor.id, event.actor.role)
        assert headers["ce_command"] == event.envelope.command
        assert headers["ce_correlationid"] == event.envelope.correlation_id
        assert headers["ce_digest"] == digest_of(message.value or b"")


def test_a_relay_that_ended_before_noting_a_window_leaves_no_duplicate(
    database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    monkeypatch.setattr(module, "WINDOW", 7)

    def dies(*_: Any) -> None:
        raise SystemExit

    with a_relay(database, kafka, events_topic) as relay:
        relay.publish_window()
        with monkeypatch.context() as patched:
            patched.setattr(relay, "_save", dies)
            with pytest.raises(SystemExit):
                relay.publish_window()
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    assert ids(published(kafka, events_topic)) == ids_of(deliveries)


def test_what_is_stored_after_a_topic_was_made_anew_is_in_it_once(database: Database, kafka: str, events_topic: str) -> None:
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    make_anew(kafka, events_topic)
    assert published(kafka, events_topic) == []
    more = store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    assert ids(published(kafka, events_topic)) == ids_of(more)


def test_a_relay_that_ended_before_noting_what_it_sent_to_a_topic_made_anew_leaves_no_duplicate(
    database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    make_anew(kafka, events_topic)
    more = store(nobody_complies_or_pays(), database)[:10]
    monkeypatch.setattr(module, "WINDOW", 10)

    def dies(*_: Any) -> None:
        raise SystemExit

    with a_relay(database, kafka, events_topic) as relay, monkeypatch.context() as patched:
        patched.setattr(relay, "_save", dies)
        with pytest.raises(SystemExit):
            relay.publish_window()
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    found = ids(published(kafka, events_topic))
    assert len(found) == len(set(found))
    assert set(found) >= set(ids_of(more)[:3])


def make_anew(kafka: str, name: str) -> None:
    """Delete a topic and make it again, empty."""
    settings = Settings(kafka_bootstrap=kafka)
    topic = Topic(name, EVENTS.partitions, EVENTS.key, EVENTS.retention, EVENTS.largest_batch)
    with admin_client(settings) as client:
        client.delete_topics([name])
        wait_for(lambda: name not in {there["name"] for there in client.describe_topics()}, what="the deletion")
    ensure_topics(settings, [topic])


def test_it_notes_where_each_partition_ends_and_its_producer_is_idempotent(
    database: Database, kafka: str, events_topic: str
) -> None:
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        assert relay._producer.config["enable_idempotence"] is True
        publish_all(relay)
    ends: dict[int, int] = {}
    for message in published(kafka, events_topic):
        ends[message.partition] = message.offset + 1
    with psycopg.connect(database.app_url) as connection:
        noted = connection.execute("SELECT partition, next_offset FROM relay_offsets WHERE topic = %s", [events_topic]).fetchall()
    assert dict(noted) == ends


def test_its_place_never_goes_back(database: Database, kafka: str, events_topic: str) -> None:
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as late, a_relay(database, kafka, events_topic) as early:
        publish_all(early)
        store(nobody_complies_or_pays(), database)
        publish_all(early)
        late.publish_window()
        with psycopg.connect(database.app_url) as connection:
            row = connection.execute("SELECT notification_id FROM follower_places").fetchone()
        assert row == (early.place,)


def test_a_broker_that_does_not_acknowledge_in_time_ends_the_relay(
    database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        monkeypatch.setattr(module, "SEND_SECONDS", 0.0)
        monkeypatch.setattr(relay, "_flushed", lambda: False)
        place = relay.place
        with pytest.raises(SendFailed):
            relay.publish_window()
        assert relay.place == place


class TestRunning:
    """The process itself, in a thread."""

    @pytest.fixture
    def settings(self, database: Database, kafka: str) -> Settings:
        return Settings(database_url=database.app_url, kafka_bootstrap=kafka)

    @staticmethod
    @contextmanager
    def running(settings: Settings, topic: str) -> Iterator[Thread]:
        stop = Event()
        thread = Thread(target=run, args=(settings, stop), kwargs={"topic": topic}, daemon=True)
        thread.start()
        try:
            yield thread
        finally:
            stop.set()
            thread.join(20)
            assert not thread.is_alive()

    def test_publishes_what_is_stored_while_it_runs(
        self, settings: Settings, database: Database, kafka: str, events_topic: str
    ) -> None:
        with self.running(settings, events_topic):
            deliveries = store(nobody_complies_or_pays(), database)
            wait_for(lambda: len(published(kafka, events_topic)) >= len(deliveries), what="publication")
        assert ids(published(kafka, events_topic)) == ids_of(deliveries)

    def test_one_that_hangs_loses_the_lock_within_seconds(self, database: Database, events_topic: str) -> None:
        """As a process does that is stopped by SIGSTOP: it no longer touches its session."""
        with connect(database.app_url) as hangs, connect(database.app_url) as other:
            assert module.wait_for_lock(hangs, events_topic, Event())
            assert wait_for(
                lambda: (
                    other.execute("SELECT pg_try_advisory_lock(hashtext('relay to ' || %s))", [events_topic]).fetchone()
                    or [False]
                )[0],
                seconds=10,
                what="the end of the session",
            )
            with pytest.raises(psycopg.OperationalError):
                hangs.execute("SELECT 1")

    def test_a_second_one_stands_by_and_takes_over_when_the_first_loses_its_session(
        self, settings: Settings, database: Database, kafka: str, events_topic: str
    ) -> None:
        active = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        with psycopg.connect(database.superuser_url, autocommit=True) as connection, connect(database.app_url) as first:
            assert module.wait_for_lock(first, events_topic, Event())
            with self.running(settings, events_topic):
                deliveries = store(nobody_complies_or_pays(), database)
                assert published(kafka, events_topic) == []
                ((holder,),) = connection.execute(active).fetchall()
                connection.execute("SELECT pg_terminate_backend(%s)", [holder])
                wait_for(lambda: len(published(kafka, events_topic)) >= len(deliveries), what="takeover")
            with pytest.raises(psycopg.OperationalError):
                first.execute("SELECT 1")
        assert ids(published(kafka, events_topic)) == ids_of(deliveries)
