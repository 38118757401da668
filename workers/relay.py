"""The relay: publishes what is stored to Kafka, in the order of the notification log, each event once.

One relay is active, by an advisory lock whose session dies within seconds of the relay; others stand by. It sends a window
of events, flushes, and looks at every acknowledgement; then it saves its place and each partition's next offset, on the
lock's own connection. A failed or overdue send ends the process: the process manager starts it anew, and the new one reads
each partition from its saved offset to the end and leaves out what it finds there. A topic that was made anew is filled with
what it would still hold.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from functools import partial
from threading import Event
from typing import Any

import psycopg
import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from deploy.kafka_admin import BrokerUnreachable
from deploy.topics import EVENTS, Topic
from domain.mapper import UnreadableEvent
from domain.time_sources import database_time
from foundation.errors import Misconfigured, Transient
from foundation.metrics import PUBLISHED, RELAY_ACTIVE, WINDOW_SECONDS
from foundation.process import begin
from foundation.settings import Settings
from foundation.sql import load_statements
from foundation.stopping import stop_on_signals
from projections.places import place_of, relay_to, save_place
from workers.broker import wait_for_broker
from workers.cloud_events import Claim, Message, claim_of, message_of
from workers.database import wait_for_database
from workers.health import Health
from workers.relay_client import RelayClient
from workers.relay_lock import TOUCH_SECONDS, LockLost, RelayLock, connect
from workers.relay_tail import events_after
from workers.relay_topic import TopicGone, noted_offsets, target_of
from workers.traces import publishing

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)

WINDOW = 500
SEND_SECONDS = 30.0
# How soon a relay that waits for the brokers notes that its lock or its topic is gone.
_LOOK_SECONDS = 0.25
_AGAIN_SECONDS = 0.5
# One broker of several may hang: it takes a connection and answers nothing. The client asks one by chance, and gives all its
# time (30 s) to that; the next try asks another.
_FIRST_ANSWER_SECONDS = 5


class SendFailed(Transient):
    """The broker did not acknowledge an event in time; the process ends and is started anew."""


class Relay:
    """Follows the notification log on the lock's connection and publishes to one topic.

    Args:
        lock: taken.
        settings: how to reach the brokers, and how many copies of each partition there are to be.
    """

    def __init__(self, lock: RelayLock, topic: Topic, settings: Settings) -> None:
        self._lock = lock
        self._target = target_of(lock, topic, settings)
        self._topic = topic.name
        self._partitions = topic.partitions
        self._follower = relay_to(topic.name)
        self._offsets = noted_offsets(lock, topic)
        self._place = place_of(lock.connection, self._follower)
        self._client_options = settings.kafka_client_options() | {"bootstrap_timeout_ms": _FIRST_ANSWER_SECONDS * 1000}
        self._already = lock.while_touching(self._published_after_saved_offsets)
        self._clients: list[RelayClient] = []
        self._producer = lock.while_touching(self._make_producer)

    def _make_producer(self) -> KafkaProducer:
        producer = KafkaProducer(
            **self._client_options,
            kafka_client=self._keep_client,
            # Named, because other settings of theirs switch it off with only a warning.
            enable_idempotence=True,
            linger_ms=5,
            # Not longer than the lock's session may go without a touch.
            max_block_ms=int(TOUCH_SECONDS * 1000),
            delivery_timeout_ms=int(SEND_SECONDS * 1000),
            request_timeout_ms=int(SEND_SECONDS * 500),
            max_request_size=2**20,
            batch_size=2**17,
            # It is known soon when the topic is deleted, also while there is nothing to publish.
            metadata_max_age_ms=int(TOUCH_SECONDS * 1000),
            allow_auto_create_topics=False,
            # Else it waits up to half a minute for a broker that is back.
            reconnect_backoff_max_ms=1000,
        )
        try:
            producer.partitions_for(self._topic)
        except BaseException:
            producer.close(timeout=0)
            raise
        return producer

    def _keep_client(self, **options: Any) -> RelayClient:
        self._clients.append(RelayClient(self._target, self._lock, **options))
        return self._clients[-1]

    @property
    def place(self) -> int:
        """The notification id up to which everything is published."""
        return self._place

    def _published_after_saved_offsets(self) -> set[Claim]:
        """The events that an earlier relay sent and did not come to note.

        Known by what they say as well: a message that only bears the id of an event, which is yet to come perhaps, keeps
        nobody from publishing that.
        """
        offsets = {number: self._offsets.get(number, 0) for number in range(self._partitions)}
        found = events_after(self._topic, offsets, self._client_options)
        if found:
            _log.info("relay_found_unnoted_events", topic=self._topic, events=len(found))
        return found

    def look(self) -> None:
        """Show the database that this relay lives, and see that its topic is the one that it knows.

        Raises:
            LockLost: the last look is too long ago.
            psycopg.OperationalError: the session is gone, so another relay may be active already.
            TopicGone: the topic was deleted, or made anew.
        """
        self._lock.touch()
        if self._clients[-1].topic_id() != self._target.topic_id:
            msg = f"the topic {self._topic} was deleted or made anew"
            raise TopicGone(msg)

    def publish_window(self) -> int:
        """Publish the next window, and note it. Returns how many log entries it covered.

        Raises:
            SendFailed: an event was not acknowledged; what was is found again at the next start.
            UnreadableEvent: one has no envelope; the log names it. Somebody must restore it.
            LockLost, psycopg.OperationalError, TopicGone: as of `look`.
        """
        self.look()
        rows = self._lock.execute(_SQL["window"], {"after": self._place, "limit": WINDOW}).fetchall()
        if not rows:
            return 0
        messages = list(self._to_be_sent(rows))
        with WINDOW_SECONDS.time():
            offsets = self._send(messages)
            # What was sent to another topic than the noted one is not noted of this one.
            self.look()
            self._save(rows[-1][0], offsets)
        PUBLISHED.inc(len(messages))
        return len(rows)

    def _to_be_sent(self, rows: list[tuple[int, str, bytes]]) -> Iterator[Message]:
        # By the clock that tells when events are stored.
        oldest_kept = database_time(self._lock.connection) - self._target.topic.retention
        for notification_id, event_type, state in rows:
            if event_type.startswith("_"):
                continue
            try:
                message = message_of(event_type, state)
            except UnreadableEvent:
                # Nothing goes past it: what comes later may be of the same case.
                _log.error("event_without_envelope", notification_id=notification_id, event_type=event_type)
                raise
            if self._already and (claim := claim_of(message.headers, message.value)) in self._already:
                # It does not come again: a log entry is read once.
                self._already.discard(claim)
            elif notification_id > self._target.refill_until or message.stored_at >= oldest_kept:
                yield message

    def _send(self, messages: list[Message]) -> dict[int, int]:
        """Send all, wait for all, and give the next offset of each partition."""
        if not messages:
            return {}
        with publishing(messages) as traced:
            return self._send_and_wait(traced)

    def _send_and_wait(self, messages: list[Message]) -> dict[int, int]:
        deadline = time.monotonic() + SEND_SECONDS
        try:
            sent = [
                self._producer.send(
                    self._topic,
                    key=message.key,
                    value=message.value,
                    headers=message.headers,
                    partition=message.partition(self._partitions),
                )
                for message in messages
            ]
            while not self._flushed():
                self.look()
                if time.monotonic() > deadline:
                    break
            acknowledged = [future.get(timeout=0) for future in sent]
        except KafkaError as error:
            msg = f"{type(error).__name__}: the broker did not take {len(messages)} events for {self._topic}"
            raise SendFailed(msg) from error
        offsets: dict[int, int] = {}
        for metadata in acknowledged:
            # -1 where the broker says that it had the event already, and not where: behind it is 0, which notes nothing.
            offsets[metadata.partition] = max(offsets.get(metadata.partition, 0), metadata.offset + 1)
        return offsets

    def _flushed(self) -> bool:
        try:
            self._producer.flush(timeout=_LOOK_SECONDS)
        except KafkaTimeoutError:
            return False
        return True

    def _save(self, place: int, offsets: dict[int, int]) -> None:
        with self._lock.connection.transaction():
            save_place(self._lock.connection, self._follower, place)
            for partition, next_offset in offsets.items():
                self._lock.execute(
                    _SQL["save_offset"], {"topic": self._topic, "partition": partition, "next_offset": next_offset}
                )
        if self._place < self._target.refill_until <= place:
            _log.info("relay_filled_topic_made_anew", topic=self._topic, until=self._target.refill_until)
        self._place = place

    def wait_for_more(self) -> None:
        """Wait until something is stored, or until it is time to look."""
        for _ in self._lock.connection.notifies(timeout=TOUCH_SECONDS, stop_after=1):
            pass

    def close(self) -> None:
        """Let the producer go; what it has not sent is found missing at the next start."""
        try:
            self._producer.close(timeout=1)
        except KafkaTimeoutError:
            # It closes only where nothing is left, and goes on trying otherwise. That it does not close must not take the place
            # of the error by which the relay ends.
            self._producer._sender.force_close()  # noqa: SLF001 - `close` would do it, but does not come to that


def run(settings: Settings, stop: Event, health: Health, *, topic: Topic = EVENTS) -> None:
    """Be a relay until told to stop, and tell `health` of it.

    Raises:
        SendFailed: an event was not acknowledged in time.
        LockLost: it was not heard of for so long that another relay may be active.
        TopicGone: the topic was deleted, or made anew.
        psycopg.OperationalError: the database broke off.
    """
    with connect(settings.database) as connection:
        lock = RelayLock(connection, topic.name, moved=partial(health.moves, "publishing"))
        RELAY_ACTIVE.tell({(): 0})
        health.becomes("standby")
        if not lock.take(stop):
            return
        _log.info("relay_active", topic=topic.name)
        health.waits_for("it looks at what an earlier relay published")
        lock.execute(_SQL["listen"])
        relay = _once_brokers_answer(lock, topic, settings, stop)
        if relay is None:
            return
        RELAY_ACTIVE.tell({(): 1})
        health.becomes("active")
        try:
            while not stop.is_set():
                if not relay.publish_window():
                    relay.wait_for_more()
        finally:
            relay.close()


def _once_brokers_answer(lock: RelayLock, topic: Topic, settings: Settings, stop: Event) -> Relay | None:
    """A relay that has its topic; None where it was told to stop before."""
    while lock.while_touching(partial(wait_for_broker, settings, stop)):
        try:
            return Relay(lock, topic, settings)
        except (BrokerUnreachable, KafkaError) as error:
            # One of several is away, and leads a partition. To begin the process anew would only take longer.
            _log.warning("relay_waits_for_brokers", error=error)
            stop.wait(_AGAIN_SECONDS)
    return None


def main() -> int:
    """Run the process `relay`. Ends with 0 when told to stop, 75 when it must be started anew, 78 when somebody must mend something."""
    stop = stop_on_signals()
    settings = begin("relay")
    health = Health("relay", settings)
    health.start()
    if not wait_for_database(settings.database, stop):
        return 0
    try:
        run(settings, stop, health)
    except (SendFailed, LockLost, TopicGone, BrokerUnreachable, psycopg.Error, KafkaError) as error:
        _log.error("relay_ends", error=error)
        return 75
    except (Misconfigured, UnreadableEvent) as error:
        _log.error("relay_ends", error=error)
        return 78
    return 0


if __name__ == "__main__":
    sys.exit(main())
