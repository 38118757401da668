"""Relays in tests, step by step or as the process runs, and the topics that are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import Any
from unittest.mock import patch

import psycopg
import pytest

from deploy.kafka_admin import admin_client
from deploy.topics import EVENTS, Topic, ensure_topics, find_topic
from foundation.settings import Settings
from projections.history import Delivery
from tests.services import Database
from tests.topics import Published
from tests.waiting import wait_for
from workers.cloud_events import claim_of, message_of
from workers.health import Health
from workers.relay import Relay, run
from workers.relay_lock import RelayLock, connect


def named(topic: str) -> Topic:
    """A topic like the real one."""
    return replace(EVENTS, name=topic)


def delete(kafka: str, topic: str) -> None:
    """Delete a topic, and wait until it is gone."""
    settings = Settings(kafka_bootstrap=kafka)
    with admin_client(settings) as client:
        client.delete_topics([topic])
    wait_for(lambda: find_topic(settings, named(topic)) is None, what="the deletion")


def make_anew(kafka: str, topic: str) -> None:
    """Delete a topic and make it again, empty."""
    delete(kafka, topic)
    ensure_topics(Settings(kafka_bootstrap=kafka), [named(topic)])


@contextmanager
def a_relay(database: Database, kafka: str, topic: str) -> Iterator[Relay]:
    with connect(database.app_url) as connection:
        lock = RelayLock(connection, topic)
        assert lock.take(Event())
        relay = Relay(lock, named(topic), Settings(kafka_bootstrap=kafka))
        try:
            yield relay
        finally:
            relay.close()


@contextmanager
def running(database: Database, kafka: str, topic: str) -> Iterator[Thread]:
    """The process, in a thread."""
    stop = Event()
    settings = Settings(database_url=database.app_url, kafka_bootstrap=kafka)
    thread = Thread(target=run, args=(settings, stop, Health("relay", settings)), kwargs={"topic": named(topic)}, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def publish_all(relay: Relay) -> None:
    while relay.publish_window():
        pass


def ends_before_noting(relay: Relay) -> None:
    """Let a relay send a window, and end before it has noted that."""

    def ends(*_: Any) -> None:
        raise SystemExit

    with patch.object(relay, "_save", ends), pytest.raises(SystemExit):
        relay.publish_window()


def leave_out(relay: Relay, database: Database, event: Delivery) -> None:
    """Have a relay take an event for published that it has not published."""
    with psycopg.connect(database.app_url) as connection:
        row = connection.execute(
            "SELECT topic, state FROM stored_events WHERE originator_id = %s AND originator_version = %s",
            [event.case_id, event.version],
        ).fetchone()
    assert row
    message = message_of(row[0], bytes(row[1]))
    relay._already.add(claim_of(message.headers, message.value))


def ids(messages: list[Published]) -> list[str]:
    return sorted(message.headers["ce_id"] for message in messages)


def ids_of(deliveries: list[Delivery]) -> list[str]:
    return sorted(f"{delivery.case_id}/{delivery.version}" for delivery in deliveries)
