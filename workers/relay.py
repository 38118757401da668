"""The relay: publishes what is stored to Kafka, in the order of the notification log, each event once.

One relay is active, by an advisory lock whose session dies within seconds of the relay; others stand by. It sends a window
of events, flushes, and looks at every acknowledgement; then it saves its place and each partition's next offset, on the
lock's own connection. A failed or overdue send ends the process: the process manager starts it anew, and the new one reads
each partition from its saved offset to the end and leaves out what it finds there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg
import structlog
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from deploy.topics import EVENTS
from foundation.database import session_options
from foundation.errors import Transient
from foundation.process import begin
from foundation.settings import Settings
from foundation.sql import load_statements
from foundation.stopping import stop_on_signals
from projections.places import place_of, relay_to, save_place
from workers.broker import wait_for_broker
from workers.cloud_events import Message, id_in, message_of
from workers.traces import publishing

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)

WINDOW = 500
TOUCH_SECONDS = 2.0
IDLE_SESSION_TIMEOUT = "6s"
SEND_SECONDS = 30.0


class SendFailed(Transient):
    """The broker did not acknowledge an event in time; the process ends and is started anew."""


class Relay:
    """Follows the notification log on the lock's connection and publishes to one topic."""

    def __init__(self, connection: psycopg.Connection[Any], topic: str, partitions: int, client_options: dict[str, Any]) -> None:
        self._connection = connection
        self._topic = topic
        self._partitions = partitions
        self._follower = relay_to(topic)
        self._offsets: dict[int, int] = dict(connection.execute(_SQL["offsets"], {"topic": topic}).fetchall())
        self._place = place_of(connection, self._follower)
        self._client_options = client_options
        self._already = self._published_after_saved_offsets()
        self._producer = KafkaProducer(
            **client_options,
            # Named, because other settings of theirs switch it off with only a warning.
            enable_idempotence=True,
            linger_ms=5,
            # Not longer than the lock's session may go without a touch.
            max_block_ms=int(TOUCH_SECONDS * 1000),
            delivery_timeout_ms=int(SEND_SECONDS * 1000),
            request_timeout_ms=int(SEND_SECONDS * 500),
            max_request_size=2**20,
            batch_size=2**17,
        )

    @property
    def place(self) -> int:
        """The notification id up to which everything is published."""
        return self._place

    def _published_after_saved_offsets(self) -> set[str]:
        """The ids of events that an earlier relay sent and did not come to note."""
        found: set[str] = set()
        partitions = [TopicPartition(self._topic, number) for number in range(self._partitions)]
        with _consumer(self._client_options) as consumer:
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            left: dict[TopicPartition, int] = {}
            for partition in partitions:
                saved = self._offsets.get(partition.partition, 0)
                # Shorter than what was saved: the topic was made anew, and all of it is new.
                start = saved if saved <= ends[partition] else 0
                if start < ends[partition]:
                    consumer.seek(partition, start)
                    left[partition] = ends[partition]
            while left:
                self.touch()
                for records in consumer.poll(timeout_ms=1000).values():
                    found.update(filter(None, (id_in(record.headers) for record in records)))
                left = {p: end for p, end in left.items() if consumer.position(p) < end}
        if found:
            _log.info("relay_found_unnoted_events", topic=self._topic, events=len(found))
        return found

    def touch(self) -> None:
        """Show the database that this relay lives; its session, and with it the lock, would end otherwise.

        Raises:
            psycopg.OperationalError: the session is gone, so another relay may be active already.
        """
        self._connection.execute(_SQL["touch"])

    def publish_window(self) -> int:
        """Publish the next window, and note it. Returns how many log entries it covered.

        Raises:
            SendFailed: an event was not acknowledged; what was is found again at the next start.
            psycopg.OperationalError: the lock's session is gone.
        """
        rows = self._connection.execute(_SQL["window"], {"after": self._place, "limit": WINDOW}).fetchall()
        if not rows:
            return 0
        messages = [message_of(topic, state) for _, topic, state in rows if not topic.startswith("_")]
        offsets = self._send([message for message in messages if message.id not in self._already])
        self._save(rows[-1][0], offsets)
        return len(rows)

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
                self.touch()
                if time.monotonic() > deadline:
                    break
            acknowledged = [future.get(timeout=0) for future in sent]
        except KafkaError as error:
            msg = f"{type(error).__name__}: the broker did not take {len(messages)} events for {self._topic}"
            raise SendFailed(msg) from error
        offsets: dict[int, int] = {}
        for metadata in acknowledged:
            offsets[metadata.partition] = max(offsets.get(metadata.partition, 0), metadata.offset + 1)
        return offsets

    def _flushed(self) -> bool:
        try:
            self._producer.flush(timeout=TOUCH_SECONDS)
        except KafkaTimeoutError:
            return False
        return True

    def _save(self, place: int, offsets: dict[int, int]) -> None:
        with self._connection.transaction():
            save_place(self._connection, self._follower, place)
            for partition, next_offset in offsets.items():
                self._connection.execute(
                    _SQL["save_offset"], {"topic": self._topic, "partition": partition, "next_offset": next_offset}
                )
        self._place = place

    def wait_for_more(self) -> None:
        """Wait until something is stored, or until it is time to touch."""
        for _ in self._connection.notifies(timeout=TOUCH_SECONDS, stop_after=1):
            pass

    def close(self) -> None:
        """Let the producer go; what it has not sent is found missing at the next start."""
        self._producer.close(timeout=1)


@contextmanager
def _consumer(client_options: dict[str, Any]) -> Iterator[KafkaConsumer]:
    consumer = KafkaConsumer(**client_options, enable_auto_commit=False, group_id=None)
    try:
        yield consumer
    finally:
        consumer.close()


def connect(conninfo: str) -> psycopg.Connection[Any]:
    """The connection that the lock lives on: it ends soon after its relay does, however that ends."""
    return psycopg.connect(
        conninfo,
        autocommit=True,
        application_name="regcase relay",
        connect_timeout=3,
        keepalives_idle=2,
        keepalives_interval=1,
        keepalives_count=3,
        tcp_user_timeout=6000,
        options=session_options(
            idle_session_timeout=IDLE_SESSION_TIMEOUT,
            # The other does not count inside a transaction.
            idle_in_transaction_session_timeout=IDLE_SESSION_TIMEOUT,
            tcp_keepalives_idle="2",
            tcp_keepalives_interval="1",
            tcp_keepalives_count="3",
        ),
    )


def wait_for_lock(connection: psycopg.Connection[Any], topic: str, stop: Event) -> bool:
    """Stand by until this relay is the active one. False: it was told to stop before."""
    while not stop.is_set():
        row = connection.execute(_SQL["try_lock"], {"topic": topic}).fetchone()
        if row and row[0]:
            return True
        stop.wait(1)
    return False


def run(settings: Settings, stop: Event, *, topic: str = EVENTS.name, partitions: int = EVENTS.partitions) -> None:
    """Be a relay until told to stop.

    Raises:
        SendFailed: an event was not acknowledged in time.
        psycopg.OperationalError: the database broke off.
    """
    with connect(settings.database) as connection:
        if not wait_for_lock(connection, topic, stop):
            return
        _log.info("relay_active", topic=topic)
        options = settings.kafka_client_options()
        if not wait_for_broker(settings, stop, meanwhile=lambda: connection.execute(_SQL["touch"])):
            return
        connection.execute(_SQL["listen"])
        relay = Relay(connection, topic, partitions, options)
        try:
            while not stop.is_set():
                if not relay.publish_window():
                    relay.wait_for_more()
        finally:
            relay.close()


def main() -> int:
    """Run the process `relay`. Ends with 0 when told to stop, 75 when it must be started anew."""
    settings = begin("relay")
    try:
        run(settings, stop_on_signals())
    except (SendFailed, psycopg.Error, KafkaError) as error:
        _log.error("relay_ends", error=error)
        return 75
    return 0


if __name__ == "__main__":
    sys.exit(main())
