"""What lies at the end of a topic: the events in it from some offsets on.

A consumer is shown what enough brokers have. The partition's leader may hold more, which others have yet to fetch: what a relay sent
last when brokers were lost is there again when they are back. So the end that is read to is the leader's own, as it tells it to
another replica (`replica_id` of ListOffsets, Kafka's protocol), and it is waited for until a consumer is shown all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.protocol.consumer import ListOffsetsRequest

from foundation.unreadable_batches import pass_over_unreadable
from workers.cloud_events import Claim, NotAnEvent, claim_of

_NO_REPLICA_OF_ITS = -2
"""Kafka's own id for who looks at a replica without being one."""


def events_after(topic: str, offsets: Mapping[int, int], client_options: Mapping[str, Any]) -> set[Claim]:
    """Read each partition from its offset to where its leader's log ends. What is no event is passed over.

    Takes as long as brokers are missing without which nothing could be published either.

    Args:
        offsets: per partition.
    """
    found: set[Claim] = set()
    starts = {TopicPartition(topic, partition): offset for partition, offset in offsets.items()}
    with _consumer(client_options) as consumer:
        consumer.assign(list(starts))
        for partition, start in starts.items():
            consumer.seek(partition, start)
        # Asked again each time: another leader may have less.
        while _is_behind(consumer, starts):
            for records in consumer.poll(timeout_ms=1000).values():
                found.update(_events_in(records))
    return found


def _is_behind(consumer: KafkaConsumer, partitions: Iterable[TopicPartition]) -> bool:
    ends = consumer.end_offsets(list(partitions))
    return any(consumer.position(partition) < end for partition, end in ends.items())


def _events_in(records: Iterable[Any]) -> Iterator[Claim]:
    for record in records:
        with suppress(NotAnEvent):
            yield claim_of(record.headers, record.value)


class _AsReplica(KafkaConnectionManager):  # type: ignore[misc] # kafka-python carries no types
    """Asks for the ends of a leader's log, not for the ends of what consumers are shown."""

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        """Send a request; one for offsets as a replica that is none of the partition's."""
        if isinstance(request, ListOffsetsRequest):
            request.replica_id = _NO_REPLICA_OF_ITS
        return super().send(request, *args, **options)


def _client(**options: Any) -> KafkaNetClient:
    net = NetworkSelector(**options)
    return KafkaNetClient(net=net, manager=_AsReplica(net, **options), **options)


@contextmanager
def _consumer(client_options: Mapping[str, Any]) -> Iterator[KafkaConsumer]:
    consumer = KafkaConsumer(
        **client_options,
        kafka_client=_client,
        enable_auto_commit=False,
        group_id=None,
        allow_auto_create_topics=False,
        # Where messages were deleted from a noted offset on, what is left is looked through from its beginning.
        auto_offset_reset="earliest",
    )
    try:
        pass_over_unreadable(consumer)
        yield consumer
    finally:
        consumer.close()
