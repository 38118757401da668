"""The relay's lock goes soon after its relay, however that ends; and whoever may have lost it publishes no more."""

from __future__ import annotations

import time
from contextlib import closing
from threading import Event

import psycopg
import pytest

from tests.histories import nobody_complies_or_pays, store
from tests.relays import a_relay
from tests.services import Database
from tests.topics import published
from tests.waiting import wait_for
from workers import relay_lock as module
from workers.relay import Relay, SendFailed
from workers.relay_lock import LockLost, RelayLock, connect


@pytest.fixture
def shorter_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """All times a third of what they are."""
    monkeypatch.setattr(module, "TOUCH_SECONDS", 0.6)
    monkeypatch.setattr(module, "HELD_SECONDS", 1.6)
    monkeypatch.setattr(module, "SESSION_SECONDS", 2)


def free(lock: RelayLock, topic: str) -> bool:
    row = lock.connection.execute("SELECT pg_try_advisory_lock(hashtext('relay to ' || %s))", [topic]).fetchone()
    return bool(row and row[0])


@pytest.mark.usefixtures("shorter_lives")
def test_of_a_process_that_hangs_is_free_within_seconds(database: Database) -> None:
    """As a process does that is stopped by SIGSTOP: it no longer touches its session."""
    with connect(database.app_url) as hangs, connect(database.app_url) as session:
        lock, other = RelayLock(hangs, "t"), RelayLock(session, "t")
        assert lock.take(Event())
        assert wait_for(lambda: free(other, "t"), seconds=20, what="the end of the session")
        assert not lock.is_held()
        with pytest.raises(psycopg.OperationalError):
            hangs.execute("SELECT 1")


@pytest.mark.usefixtures("shorter_lives")
def test_of_a_process_that_hangs_while_an_answer_comes_is_free_within_seconds(database: Database) -> None:
    """More than fits between the two: the server waits for somebody to read it."""
    with closing(connect(database.app_url)) as hangs, connect(database.app_url) as session:
        assert RelayLock(hangs, "t").take(Event())
        hangs.pgconn.send_query(b"SELECT repeat('x', 1000000) FROM generate_series(1, 100)")
        other = RelayLock(session, "t")
        assert wait_for(lambda: free(other, "t"), seconds=30, what="the end of the session")


def test_counts_as_lost_before_its_session_can_have_ended(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.TOUCH_SECONDS < module.HELD_SECONDS <= module.SESSION_SECONDS - 1
    with connect(database.app_url) as connection:
        lock = RelayLock(connection, "t")
        assert not lock.is_held()
        assert lock.take(Event())
        assert lock.is_held()
        lock.touch()
        monkeypatch.setattr(module, "HELD_SECONDS", 0.0)
        with pytest.raises(LockLost, match="another one may be active"):
            lock.touch()


@pytest.mark.usefixtures("shorter_lives")
def test_is_touched_while_work_goes_on_that_takes_longer_than_its_session_lives(database: Database) -> None:
    with connect(database.app_url) as connection:
        lock = RelayLock(connection, "t")
        assert lock.take(Event())
        until = time.monotonic() + 1.5 * module.SESSION_SECONDS
        lock.while_touching(lambda: wait_for(lambda: time.monotonic() > until))
        assert lock.is_held()


def test_that_was_lost_is_told_at_once_also_while_the_work_waits_for_a_broker_that_is_away(database: Database) -> None:
    comes_back = Event()
    with connect(database.app_url) as connection:
        lock = RelayLock(connection, "t")
        assert lock.take(Event())
        with psycopg.connect(database.superuser_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            lock.while_touching(lambda: comes_back.wait(60))
        comes_back.set()
        assert time.monotonic() - began < 30


def test_that_was_lost_lets_nothing_be_published_not_even_by_the_producers_own_thread(
    database: Database, kafka: str, events_topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(nobody_complies_or_pays(), database)
    with a_relay(database, kafka, events_topic) as relay:
        monkeypatch.setattr(RelayLock, "is_held", lambda _: False)
        with pytest.raises(LockLost):
            relay.publish_window()
        # It wakes after it has looked for the last time.
        monkeypatch.setattr(Relay, "look", lambda _: None)
        monkeypatch.setattr(RelayLock, "execute", lambda lock, *given: lock.connection.execute(*given))
        with pytest.raises(SendFailed, match="NotPublished"):
            relay.publish_window()
    assert published(kafka, events_topic) == []
