"""Messages of the topic as faults read and write them, whatever is in them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import wraps
from random import Random
from typing import ParamSpec, TypeVar
from uuid import UUID

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from deploy.kafka_admin import BrokerUnreachable
from deploy.topics import EVENTS
from foundation.unreadable_batches import pass_over_unreadable
from tests.faults.fault import MARK, Place
from workers.cloud_events import NotAnEvent, claim_of

PARTITIONS = [TopicPartition(EVENTS.name, number) for number in range(EVENTS.partitions)]
_SOME = 25
_LONG_ENOUGH = 150.0
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Message:
    """A message as it lies in the topic, or is to lie there. `offset`: -1 of one that is yet to be written."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    offset: int = -1

    @property
    def event(self) -> tuple[UUID, int] | None:
        """Case and version of the event that it claims to be; None of one that no worker takes for an event."""
        try:
            claim = claim_of(self.headers, self.value)
        except NotAnEvent:
            return None
        return claim.case_id, claim.version

    @property
    def is_garbage(self) -> bool:
        """Whether it is no event, or a fault wrote it as none. One that cannot be read says nothing, and is none either."""
        return self.event is None or (MARK, b"garbage") in self.headers

    def saying(self, **headers: bytes) -> Message:
        """The same, with other values in some of its headers."""
        kept = [(name, value) for name, value in self.headers if name not in headers]
        return replace(self, headers=[*kept, *headers.items()])


def although_the_broker_fails(act: Callable[P, T]) -> Callable[P, T]:
    """Do it again where a broker does not answer: another fault may have it away at the same time."""

    @wraps(act)
    def persistent(*arguments: P.args, **named: P.kwargs) -> T:
        latest = time.monotonic() + _LONG_ENOUGH
        while True:
            try:
                return act(*arguments, **named)
            except (KafkaError, BrokerUnreachable):
                if time.monotonic() > latest:
                    raise
                time.sleep(1)

    return persistent


def reader(bootstrap: str) -> closing[KafkaConsumer]:
    """A consumer of no group, to be closed."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    pass_over_unreadable(consumer)
    return closing(consumer)


def read(consumer: KafkaConsumer, ends: dict[TopicPartition, int]) -> Iterator[Message]:
    """Everything that is retained of some partitions, up to the given offsets."""
    consumer.assign(list(ends))
    consumer.seek_to_beginning(*ends)
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        for partition, records in consumer.poll(timeout_ms=500).items():
            yield from (_message(record) for record in records if record.offset < ends[partition])


@although_the_broker_fails
def some(bootstrap: str, chance: Random) -> list[Message]:
    """Messages of a few partitions that chance chooses: of each the newest, and some from further back."""
    found: list[Message] = []
    with reader(bootstrap) as consumer:
        first, ends = consumer.beginning_offsets(PARTITIONS), consumer.end_offsets(PARTITIONS)
        filled = [partition for partition in PARTITIONS if ends[partition] > first[partition]]
        for partition in chance.sample(filled, k=min(3, len(filled))):
            consumer.assign([partition])
            for start in (chance.randrange(first[partition], ends[partition]), max(first[partition], ends[partition] - _SOME)):
                consumer.seek(partition, start)
                records = consumer.poll(timeout_ms=10_000, max_records=_SOME).get(partition, [])
                found += map(_message, records)
    return found


def write(bootstrap: str, messages: Iterable[Message], *, mark: str | None = None) -> list[Place]:
    """Write messages into the topic, each into its partition, and tell where they lie.

    Args:
        mark: the kind of the fault, for a header that tells these messages from the relay's; None: they shall look like its own.
    """
    marked = [(MARK, mark.encode())] if mark else []
    # One that has begun sends again by itself, and writes nothing twice.
    with closing(although_the_broker_fails(KafkaProducer)(**_idempotent(bootstrap))) as producer:
        sent = [
            producer.send(
                EVENTS.name,
                key=message.key,
                value=message.value,
                headers=[*message.headers, *marked],
                partition=message.partition,
            )
            for message in messages
        ]
        written = [future.get(timeout=_LONG_ENOUGH) for future in sent]
    return [Place(metadata.partition, metadata.offset) for metadata in written]


def _idempotent(bootstrap: str) -> dict[str, object]:
    return {
        "bootstrap_servers": bootstrap,
        "enable_idempotence": True,
        "max_request_size": 2**20,
        "delivery_timeout_ms": int(_LONG_ENOUGH * 1000),
    }


def _message(record: object) -> Message:
    # The library's records carry no types.
    return Message(record.partition, record.key, record.value, list(record.headers), record.offset)  # type: ignore[attr-defined] # records carry no types
