"""Reading and writing topics in tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from deploy.topics import EVENTS
from foundation.unreadable_batches import pass_over_unreadable


class NotUtf8(str):
    """The name of a header that is written as bytes which are no UTF-8, as a library of another language may write one."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        """As it is written."""
        return b"\xff\xfe"


@dataclass(frozen=True)
class Published:
    """A message in a topic."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, str]


def published(bootstrap: str, topic: str) -> list[Published]:
    """Everything in a topic, partition by partition, in order."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    pass_over_unreadable(consumer)
    try:
        partitions = [TopicPartition(topic, number) for number in range(EVENTS.partitions)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        found: list[Published] = []
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            for records in consumer.poll(timeout_ms=500).values():
                found += [
                    Published(
                        r.partition,
                        r.offset,
                        r.key,
                        r.value,
                        {name: (value or b"").decode(errors="replace") for name, value in r.headers},
                    )
                    for r in records
                ]
        return sorted(found, key=lambda message: (message.partition, message.offset))
    finally:
        consumer.close()


def unreadable_everywhere() -> list[Published]:
    """A message for each partition that kafka-python and aiokafka raise at."""
    return [Published(number, -1, b"k", b"{}", {NotUtf8("x"): "y"}) for number in range(EVENTS.partitions)]


def versions_by_case(messages: Iterable[Published]) -> dict[str, list[int]]:
    """The versions of each case, in the order of their messages."""
    found: dict[str, list[int]] = {}
    for message in messages:
        found.setdefault(message.headers["ce_subject"], []).append(int(message.headers["ce_sequence"]))
    return found


def inject(bootstrap: str, topic: str, messages: Sequence[Published]) -> None:
    """Write messages into a topic as they are, each into its partition."""
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    try:
        sent = [
            producer.send(
                topic,
                key=message.key,
                value=message.value,
                headers=[(name, value.encode()) for name, value in message.headers.items()],
                partition=message.partition,
            )
            for message in messages
        ]
        for future in sent:
            future.get(timeout=30)
    finally:
        producer.close(timeout=5)
