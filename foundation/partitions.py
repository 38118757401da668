"""Which partition of a topic a key belongs to. The relay publishes by it, and lag is told by it."""

from __future__ import annotations

from kafka.partitioner import murmur2


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, as Kafka's own default partitioner would have it."""
    digest: int = murmur2(key)
    return (digest & 0x7FFFFFFF) % partitions
