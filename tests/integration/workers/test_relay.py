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

from deploy.topics import EVENTS
from domain.mapper import digest_of
from foundation.settings import Settings
from projections.history import Delivery
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database
from tests.topics import Published, published
from tests.waiting import wait_for
from workers import relay as module
from workers.relay import Relay, connect, run


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
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    for message in published(kafka, events_topic):
        headers = message.headers
        assert headers["content-type"] == "application/json"
        assert headers["ce_specversion"] == "1.0"
        assert headers["ce_id"] == f"{headers['ce_subject']}/{headers['ce_sequence']}"
        assert headers["ce_type"].startswith(headers["ce_casetype"] + ".")
        assert headers["ce_dataschema"] == f"/regcase/schemas/{headers['ce_type']}/1"
        assert datetime.fromisoformat(headers["ce_time"]).tzinfo is not None
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


def test_a_topic_made_anew_is_written_from_its_beginning(database: Database, kafka: str, events_topic: str) -> None:
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    with psycopg.connect(database.app_url) as connection:
        connection.execute("UPDATE relay_offsets SET next_offset = next_offset + 1000")
    more = store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    assert set(ids_of(more)) <= set(ids(published(kafka, events_topic)))


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
