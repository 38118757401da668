"""The relay publishes what is stored, in order, each event once, whatever ends it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise
from threading import Event
from typing import Any

import psycopg
import pytest
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError
from structlog.testing import capture_logs

from deploy.kafka_admin import BrokerUnreachable, admin_client
from deploy.topics import EVENTS
from domain.case.events import CaseEvent
from domain.mapper import UnreadableEvent, digest_of
from foundation.settings import Settings
from tests.histories import nobody_complies_or_pays, store
from tests.relays import a_relay, ends_before_noting, ids, ids_of, publish_all, running
from tests.services import Database
from tests.topics import Published, inject, published, unreadable_everywhere, versions_by_case
from tests.waiting import wait_for
from workers import relay as module
from workers.relay import SendFailed
from workers.relay_lock import RelayLock, connect
from workers.relay_topic import Target, target_of


def test_publishes_every_event_once_and_no_internal_one(database: Database, kafka: str, events_topic: str) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    assert ids(published(kafka, events_topic)) == ids_of(deliveries)


def test_gives_up_soon_on_a_broker_that_hangs_so_that_another_try_may_ask_another(
    database: Database, kafka: str, events_topic: str, hanging: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FIRST_ANSWER_SECONDS", 1)
    with a_relay(database, kafka, events_topic) as relay, ThreadPoolExecutor(1) as executor:
        relay._client_options |= {"bootstrap_servers": hanging}
        making = executor.submit(relay._make_producer)
        # The client's own limit is thirty seconds.
        with pytest.raises(KafkaTimeoutError):
            making.result(timeout=15)


def test_keeps_a_matter_in_one_partition_and_each_case_in_order(database: Database, kafka: str, events_topic: str) -> None:
    for _ in range(4):
        store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    messages = published(kafka, events_topic)
    partitions = {(message.headers["ce_partitionkey"], message.partition) for message in messages}
    assert len(partitions) == 4
    assert all(message.key == message.headers["ce_partitionkey"].encode() for message in messages)
    cases = versions_by_case(messages)
    assert all(after == before + 1 for versions in cases.values() for before, after in pairwise(versions))


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
    with a_relay(database, kafka, events_topic) as relay:
        relay.publish_window()
        ends_before_noting(relay)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    assert ids(published(kafka, events_topic)) == ids_of(deliveries)


def test_what_is_left_of_a_partition_that_was_cut_behind_the_noted_offset_is_looked_through(
    database: Database, kafka: str, events_topic: str
) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        ends_before_noting(relay)
    first = published(kafka, events_topic)[0]
    with admin_client(Settings(kafka_bootstrap=kafka)) as admin:
        admin.delete_records({TopicPartition(events_topic, first.partition): first.offset + 1})
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    # The deleted one comes again, for nobody can know of it; no other does.
    assert ids(published(kafka, events_topic)) == ids_of(deliveries)


def test_a_message_that_only_bears_the_id_of_an_event_keeps_nobody_from_publishing_that(
    database: Database, kafka: str, events_topic: str
) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    last = deliveries[-1]
    forged = {"ce_id": f"{last.case_id}/{last.version}", "ce_digest": digest_of(b"{}")}
    inject(kafka, events_topic, [Published(0, 0, b"k", b"{}", forged), Published(0, 0, b"k", b"{}", {"ce_id": forged["ce_id"]})])
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    true = [message for message in published(kafka, events_topic) if message.headers.get("ce_specversion")]
    assert ids(true) == ids_of(deliveries)


def test_a_message_that_the_library_cannot_read_keeps_no_relay_from_its_start(
    database: Database, kafka: str, events_topic: str
) -> None:
    """Behind the noted offsets, which a relay that starts reads from on."""
    first = store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    inject(kafka, events_topic, unreadable_everywhere())
    more = store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        publish_all(relay)
    true = [message for message in published(kafka, events_topic) if message.headers.get("ce_specversion")]
    assert ids(true) == ids_of([*first, *more])


def test_an_event_without_an_envelope_is_named_and_nothing_goes_past_it(
    database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    monkeypatch.setattr(module, "WINDOW", 1)
    with psycopg.connect(database.owner_url) as connection:
        row = connection.execute(
            "UPDATE stored_events SET state = 'damaged' WHERE originator_id = %s AND originator_version = %s RETURNING notification_id",
            [deliveries[3].case_id, deliveries[3].version],
        ).fetchone()
    assert row
    with a_relay(database, kafka, events_topic) as relay, capture_logs() as logs:
        with pytest.raises(UnreadableEvent):
            publish_all(relay)
        assert relay.place < row[0]
    assert [line["notification_id"] for line in logs if line["event"] == "event_without_envelope"] == [row[0]]
    assert ids(published(kafka, events_topic)) == ids_of(deliveries[:3])


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


def test_an_offset_that_the_broker_did_not_tell_takes_none_back_that_is_noted(
    database: Database, kafka: str, events_topic: str
) -> None:
    """A broker that has a batch already may say no more than that; the library then takes -1 for its offset."""
    store(nobody_complies_or_pays(), database)
    noted = "SELECT partition, next_offset FROM relay_offsets WHERE topic = %s AND next_offset > 0 ORDER BY partition"
    with a_relay(database, kafka, events_topic) as relay, psycopg.connect(database.app_url, autocommit=True) as connection:
        publish_all(relay)
        before = connection.execute(noted, [events_topic]).fetchall()
        relay._save(relay.place + 1, dict.fromkeys(range(EVENTS.partitions), 0))
        assert connection.execute(noted, [events_topic]).fetchall() == before != []


def test_its_place_never_goes_back(database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store(nobody_complies_or_pays(), database)

    def takes_it_beside_another(lock: RelayLock, _: Event) -> bool:
        lock._touched = time.monotonic()
        return True

    monkeypatch.setattr(RelayLock, "take", takes_it_beside_another)
    with a_relay(database, kafka, events_topic) as late, a_relay(database, kafka, events_topic) as early:
        publish_all(early)
        store(nobody_complies_or_pays(), database)
        publish_all(early)
        late.publish_window()
        with psycopg.connect(database.app_url) as connection:
            row = connection.execute("SELECT notification_id FROM follower_places").fetchone()
        assert row == (early.place,)


class Unacknowledged:
    """What the producer gives for an event that no broker has acknowledged."""

    def get(self, timeout: float) -> None:
        raise KafkaTimeoutError(timeout)


def test_a_broker_that_does_not_acknowledge_in_time_ends_the_relay(
    database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        monkeypatch.setattr(module, "SEND_SECONDS", 0.0)
        monkeypatch.setattr(relay, "_flushed", lambda: False)
        # The real ones may be acknowledged before anybody looks.
        monkeypatch.setattr(relay._producer, "send", lambda *_, **__: Unacknowledged())
        place = relay.place
        with pytest.raises(SendFailed):
            relay.publish_window()
        assert relay.place == place


class TestRunning:
    """The process itself, in a thread."""

    def test_publishes_what_is_stored_while_it_runs(self, database: Database, kafka: str, events_topic: str) -> None:
        with running(database, kafka, events_topic):
            deliveries = store(nobody_complies_or_pays(), database)
            wait_for(lambda: len(published(kafka, events_topic)) >= len(deliveries), what="publication")
        assert ids(published(kafka, events_topic)) == ids_of(deliveries)

    def test_tries_again_while_some_brokers_are_away(
        self, database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        away = iter([BrokerUnreachable("the leader of a partition"), KafkaTimeoutError("its offsets")])

        def found_later(*given: Any) -> Target:
            if (error := next(away, None)) is not None:
                raise error
            return target_of(*given)

        monkeypatch.setattr(module, "target_of", found_later)
        with running(database, kafka, events_topic):
            wait_for(lambda: len(published(kafka, events_topic)) >= len(deliveries), what="publication")
        assert next(away, None) is None

    def test_a_second_one_stands_by_and_takes_over_when_the_first_loses_its_session(
        self, database: Database, kafka: str, events_topic: str
    ) -> None:
        active = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_try_advisory_lock(%' AND pid <> pg_backend_pid()"
        with psycopg.connect(database.superuser_url, autocommit=True) as connection, connect(database.app_url) as session:
            first = RelayLock(session, events_topic)
            assert first.take(Event())
            with running(database, kafka, events_topic):
                deliveries = store(nobody_complies_or_pays(), database)
                wait_for(lambda: connection.execute(asked).fetchone() == (2,), what="the second one's asking for the lock")
                assert published(kafka, events_topic) == []
                ((holder,),) = connection.execute(active).fetchall()
                connection.execute("SELECT pg_terminate_backend(%s)", [holder])
                wait_for(lambda: len(published(kafka, events_topic)) >= len(deliveries), what="takeover")
            with pytest.raises(psycopg.OperationalError):
                first.touch()
        assert ids(published(kafka, events_topic)) == ids_of(deliveries)
