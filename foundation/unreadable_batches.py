"""What a client of Kafka cannot read is read as one message that says nothing, and what comes after it is read too.

Whoever can write to a topic can write what the brokers take and the libraries do not: a header whose name is no UTF-8, messages
compressed in a way that is not installed. aiokafka and kafka-python raise at such a batch, whenever it is read again, and never get
past it. A batch is of one producer, so none of them is the relay's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka.errors import KafkaError as AioKafkaError
from kafka import KafkaConsumer
from kafka.errors import KafkaError

_log = structlog.get_logger(__name__)
_UNREADABLE = (UnicodeDecodeError, KafkaError, AioKafkaError)


@dataclass(frozen=True)
class Unreadable:
    """The record in the place of those of a batch that cannot be read. It has what both libraries ask of a record."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: None = None
    value: None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    checksum: None = None
    size_in_bytes: int = 0

    def validate_crc(self) -> bool:
        """Nothing: that of the batch was looked at."""
        return True


class Readable:
    """The batches of an answer, as a library has them, each of which can be read to its end.

    Args:
        records: the library's `MemoryRecords`.
    """

    def __init__(self, records: Any) -> None:
        self._records = records

    def __getattr__(self, name: str) -> Any:
        """All else is the library's."""
        return getattr(self._records, name)

    def next_batch(self) -> Any:
        """The next one; None where there is no more."""
        batch = self._records.next_batch()
        return None if batch is None else _ReadableBatch(batch)


class _ReadableBatch:
    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except _UNREADABLE as error:
            # In the last one's place, for the library goes on behind it.
            last = self._batch.next_offset - 1
            _log.error("batch_unreadable", first_offset=self._batch.base_offset, last_offset=last, error=error)
            yield Unreadable(last, self._batch.max_timestamp, self._batch.timestamp_type)


def pass_over_unreadable(consumer: KafkaConsumer) -> None:
    """Let a consumer of kafka-python read what cannot be read as a message that says nothing."""
    fetcher = consumer._fetcher  # noqa: SLF001 - there is no other way in
    records_of: Callable[..., Any] = fetcher.PartitionRecords

    def readable(offset: int, partition: Any, records: Any, **options: Any) -> Any:
        return records_of(offset, partition, Readable(records), **options)

    fetcher.PartitionRecords = readable
