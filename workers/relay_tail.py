"""What lies at the end of a topic: the events in it from some offsets on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from workers.cloud_events import Claim, NotAnEvent, claim_of


def events_after(topic: str, offsets: Mapping[int, int], client_options: Mapping[str, Any]) -> set[Claim]:
    """Read each partition from its offset to where it ends now. What is no event is passed over.

    Args:
        offsets: per partition.
    """
    found: set[Claim] = set()
    starts = {TopicPartition(topic, partition): offset for partition, offset in offsets.items()}
    with _consumer(client_options) as consumer:
        consumer.assign(list(starts))
        ends = consumer.end_offsets(list(starts))
        left = {partition: ends[partition] for partition, start in starts.items() if start < ends[partition]}
        for partition in left:
            consumer.seek(partition, starts[partition])
        while left:
            for records in consumer.poll(timeout_ms=1000).values():
                found.update(_events_in(records))
            left = {partition: end for partition, end in left.items() if consumer.position(partition) < end}
    return found


def _events_in(records: Iterable[Any]) -> Iterator[Claim]:
    for record in records:
        with suppress(NotAnEvent):
            yield claim_of(record.headers, record.value)


@contextmanager
def _consumer(client_options: Mapping[str, Any]) -> Iterator[KafkaConsumer]:
    consumer = KafkaConsumer(
        **client_options,
        enable_auto_commit=False,
        group_id=None,
        allow_auto_create_topics=False,
        # Where messages were deleted from a noted offset on, what is left is looked through from its beginning.
        auto_offset_reset="earliest",
    )
    try:
        yield consumer
    finally:
        consumer.close()
