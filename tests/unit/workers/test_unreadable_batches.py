"""A batch that a library cannot read holds up nothing that comes after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import aiokafka.consumer.fetcher
import pytest
from aiokafka.record.memory_records import MemoryRecords as AioMemoryRecords
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.record import MemoryRecords
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.util import calc_crc32c

from foundation.unreadable_batches import pass_over_unreadable
from tests.topics import NotUtf8
from workers import faust_worker

PARTITION = TopicPartition("t", 0)
LZ4 = 3
_CODEC_AT = 22  # the low byte of a batch's attributes
_CRC_AT = 17


def batch(first: int, *names: str) -> bytes:
    """A batch of messages from an offset on, each with a header of one of these names."""
    builder = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 10_000)
    for number, name in enumerate(names):
        builder.append(number, 1, b"key", b"value", [(name, b"said")])
    made = bytearray(builder.build())
    made[:8] = first.to_bytes(8)
    return bytes(made)


def said_to_be_compressed(made: bytes, codec: int) -> bytes:
    """The same batch, with attributes that name a codec, and the checksum that goes with them."""
    changed = bytearray(made)
    changed[_CODEC_AT] |= codec
    checksum: int = calc_crc32c(bytes(changed[_CRC_AT + 4 :]))
    changed[_CRC_AT : _CRC_AT + 4] = checksum.to_bytes(4)
    return bytes(changed)


def by_kafka_python(content: bytes) -> Iterator[Any]:
    consumer = KafkaConsumer.__new__(KafkaConsumer)
    consumer._fetcher = Fetcher.__new__(Fetcher)
    pass_over_unreadable(consumer)
    yield from consumer._fetcher.PartitionRecords(0, PARTITION, MemoryRecords(content)).take(100)


def by_aiokafka(content: bytes) -> Iterator[Any]:
    assert aiokafka.consumer.fetcher.PartitionRecords is faust_worker.ReadableRecords
    records = AioMemoryRecords(content)
    yield from aiokafka.consumer.fetcher.PartitionRecords(PARTITION, records, [], 0, None, None, True, 0)


@pytest.mark.parametrize("read", [by_kafka_python, by_aiokafka])
class TestBothLibraries:
    @pytest.mark.parametrize(
        "unreadable",
        [batch(2, NotUtf8("x"), "b"), batch(2, "b", NotUtf8("x")), said_to_be_compressed(batch(2, "b", "b"), LZ4)],
        ids=["a name that is no UTF-8", "behind one that can be read", "a codec that is not installed"],
    )
    def test_what_cannot_be_read_says_nothing_and_the_rest_is_read(self, read: Any, unreadable: bytes) -> None:
        found = list(read(batch(0, "a", "a") + unreadable + batch(4, "c")))
        assert [message.offset for message in found if message.headers and message.headers[0][0] in "ac"] == [0, 1, 4]
        (nothing,) = (message for message in found if not message.headers)
        assert (nothing.offset, nothing.key, nothing.value) == (3, None, None)

    def test_what_can_be_read_is_as_it_is(self, read: Any) -> None:
        found = list(read(batch(0, "a") + batch(1, "b")))
        assert [(m.offset, m.key, m.value, tuple(m.headers)) for m in found] == [
            (0, b"key", b"value", (("a", b"said"),)),
            (1, b"key", b"value", (("b", b"said"),)),
        ]

    def test_a_batch_whose_checksum_is_wrong_is_not_taken_for_one_that_says_nothing(self, read: Any) -> None:
        """It was damaged on its way, and is fetched again."""
        damaged = bytearray(batch(0, "a"))
        damaged[-1] ^= 1
        with pytest.raises(Exception, match=r"(?i)crc"):
            list(read(bytes(damaged)))
