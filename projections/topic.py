"""Holds a topic against the event store: what the relay says it published is there, with the payload that is stored.

The relay keeps in one transaction up to which notification id it published, and where in each partition that ended. So what it
published since an earlier look is found from the offsets of that look on, and nothing before need be read again. What came twice
is no difference to those who read by case and version; it is counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition

from domain.identifiers import event_named
from domain.mapper import digest_of, envelope_of
from domain.time_sources import database_time
from foundation.database import Pool
from foundation.errors import Transient
from foundation.partitions import partition_of
from foundation.sql import load_statements
from projections.findings import Finding, Kind
from projections.history import Connection
from projections.places import relay_to
from projections.ranges import range_of

_SQL = load_statements(__file__)
_STANDS_STILL_SECONDS = 20.0


class TopicUnreachable(Transient):
    """The topic cannot be read to its end now, or is shorter than it was: it is being made anew."""


@dataclass(frozen=True)
class Held:
    """A topic that is held against the store: its name, partitions, how long it keeps a message, and what opens a consumer."""

    name: str
    partitions: int
    retention: timedelta
    reader: Callable[[], AbstractContextManager[KafkaConsumer]]


@dataclass(frozen=True)
class TopicPlace:
    """Up to where a topic was looked at: as the relay noted it then, of the topic with that id. The beginning: all that it has."""

    notification_id: int = 0
    offsets: Mapping[int, int] = field(default_factory=dict)
    topic_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        offsets = {str(partition): offset for partition, offset in self.offsets.items()}
        return {"notification_id": self.notification_id, "offsets": offsets, "topic_id": self.topic_id}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> TopicPlace:
        """As it was kept; empty is the beginning."""
        offsets = {int(partition): offset for partition, offset in kept.get("offsets", {}).items()}
        return cls(kept.get("notification_id", 0), offsets, kept.get("topic_id"))


@dataclass(frozen=True)
class TopicLook:
    """What a look at a topic found.

    Args:
        place: where the next look begins.
        began_anew: the relay published from the beginning of the log again since; so did this look.
        events: stored events that were looked for.
        copies: messages of an event that was there already.
        unknown: messages that are no event of the store.
    """

    place: TopicPlace
    began_anew: bool
    events: int
    copies: int
    unknown: int
    findings: list[Finding]


@dataclass
class _Read:
    """What was read: the first message of each partition from which something before had gone, and what names no event."""

    firsts: dict[int, tuple[UUID, int] | None] = field(default_factory=dict)
    nameless: int = 0


def look_at_topic(pool: Pool, held: Held, since: TopicPlace, *, moved: Callable[[], object] = lambda: None) -> TopicLook:
    """Look for what the relay published since an earlier look. Nothing is written.

    Args:
        moved: told again and again while the topic is read.

    Raises:
        Transient: no broker answers, or the topic is shorter than the relay knows it: it will begin anew.
        psycopg.OperationalError: the database failed.
    """
    with pool.connection() as connection, connection.transaction(force_rollback=True):
        row = connection.execute(_SQL["published"], {"topic": held.name, "follower": relay_to(held.name)}).fetchone()
        assert row is not None
        place = TopicPlace(row[0], {int(partition): offset for partition, offset in row[1].items()}, row[3])
        refill_until: int = row[2]
        if place == since:
            return TopicLook(place, began_anew=False, events=0, copies=0, unknown=0, findings=[])
        began_anew = since.topic_id not in (None, place.topic_id) or place.notification_id < since.notification_id
        since = TopicPlace() if began_anew else since
        connection.execute(_SQL["wait_for_brokers"])
        connection.execute(_SQL["found_table"])
        read = _read(connection, held, since, moved)
        window = {"after": since.notification_id, "up_to": place.notification_id}
        counted = connection.execute(_SQL["count"], window).fetchone()
        assert counted is not None
        events, copies, unknown = counted
        gone = {partition: _notification_id(connection, first) for partition, first in read.firsts.items()}
        findings = _findings(connection, held, window, gone, refill_until)
    return TopicLook(place, began_anew, events, copies, unknown + read.nameless, findings)


def _read(connection: Connection, held: Held, since: TopicPlace, moved: Callable[[], object]) -> _Read:
    read = _Read()
    with held.reader() as consumer, connection.cursor().copy(_SQL["copy_found"]) as copy:
        for partition, message in _messages(consumer, held, since, read, moved):
            # A header may be without a value.
            event = event_named((dict(message.headers).get("ce_id") or b"").decode(errors="replace"))
            if event is None or message.value is None:
                read.nameless += 1
                continue
            if read.firsts.get(partition, ...) is None:
                read.firsts[partition] = event
            copy.write_row((*event, digest_of(message.value)))
    return read


def _messages(
    consumer: Any, held: Held, since: TopicPlace, read: _Read, moved: Callable[[], object]
) -> Iterator[tuple[int, Any]]:
    partitions = [TopicPartition(held.name, number) for number in range(held.partitions)]
    consumer.assign(partitions)
    beginnings, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    left = {}
    for partition in partitions:
        begin = since.offsets.get(partition.partition, 0)
        if begin > ends[partition]:
            msg = f"the topic {held.name} is shorter than it was. The relay fills it anew; look again then."
            raise TopicUnreachable(msg)
        if beginnings[partition] > begin:
            read.firsts[partition.partition] = None
        consumer.seek(partition, max(begin, beginnings[partition]))
        if consumer.position(partition) < ends[partition]:
            left[partition] = ends[partition]
    moved_at = time.monotonic()
    while left:
        for partition, messages in consumer.poll(timeout_ms=1000).items():
            moved_at = time.monotonic()
            for message in messages:
                yield partition.partition, message
        left = {partition: end for partition, end in left.items() if consumer.position(partition) < end}
        moved()
        if time.monotonic() - moved_at > _STANDS_STILL_SECONDS:
            msg = f"the topic {held.name} cannot be read further: no broker answers. See whether they run."
            raise TopicUnreachable(msg)


def _notification_id(connection: Connection, event: tuple[UUID, int] | None) -> int | None:
    """The log's id of the first message that a partition still has; None: it has none any more."""
    if event is None:
        return None
    row = connection.execute(_SQL["notification_id"], {"case_id": event[0], "version": event[1]}).fetchone()
    return row[0] if row else None


def _findings(
    connection: Connection, held: Held, window: Mapping[str, int], gone: Mapping[int, int | None], refill_until: int
) -> list[Finding]:
    """What is not there, or not as it is stored: one finding for each range of cases and kind."""
    oldest_kept = database_time(connection) - held.retention
    events: dict[tuple[int, Kind], int] = {}
    cases: dict[tuple[int, Kind], set[UUID]] = {}
    with connection.cursor("missing") as cursor:
        for notification_id, case_id, state, is_there in cursor.execute(_SQL["missing"], window):
            if not is_there and _is_kept_no_more(
                bytes(state),
                held,
                notification_id=notification_id,
                gone=gone,
                refill_until=refill_until,
                oldest_kept=oldest_kept,
            ):
                continue
            key: tuple[int, Kind] = (range_of(case_id), "differs_in_topic" if is_there else "not_in_topic")
            events[key] = events.get(key, 0) + 1
            cases.setdefault(key, set()).add(case_id)
    return [
        Finding(held.name, number, kind, len(cases[number, kind]), events[number, kind], min(cases[number, kind]), healed=False)
        for number, kind in sorted(events)
    ]


def _is_kept_no_more(
    state: bytes,
    held: Held,
    *,
    notification_id: int,
    gone: Mapping[int, int | None],
    refill_until: int,
    oldest_kept: datetime,
) -> bool:
    """Whether the topic need not have an event: its time there is over, or was when the topic was filled anew."""
    envelope = envelope_of(state)
    if envelope is None:
        return False
    if notification_id <= refill_until and envelope.stored_at < oldest_kept:
        return True
    partition = partition_of(str(envelope.matter_id).encode(), held.partitions)
    if partition not in gone:
        return False
    first = gone[partition]
    return first is None or notification_id < first
