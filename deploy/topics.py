"""The topics, as data, and how they come to be: the project makes them, no broker does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from deploy.kafka_admin import admin_client
from foundation.errors import Misconfigured
from foundation.settings import Settings

_KIB = 1024


@dataclass(frozen=True)
class Topic:
    """One topic.

    Args:
        partitions: never changes: the key's messages would move to another partition and lose their order.
        key: which field of its messages is their key; messages of one key keep their order.
        retention: how long a message is kept; read models are rebuilt from the store, not from here.
        largest_batch: bytes of the largest batch of messages, headers included, before it is refused.
    """

    name: str
    partitions: int
    key: str
    retention: timedelta
    largest_batch: int

    def configuration(self, replication: int) -> dict[str, str]:
        """What the broker is told about it."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention // timedelta(milliseconds=1)),
            "max.message.bytes": str(self.largest_batch),
            # A message counts as written when one broker may be lost without it.
            "min.insync.replicas": str(max(1, replication - 1)),
        }


EVENTS = Topic(
    name="regcase.events",
    partitions=12,
    key="matter_id",
    retention=timedelta(days=30),
    # An event is 256 KiB at most; its envelope, headers and others of its batch come on top.
    largest_batch=1024 * _KIB,
)
TOPICS: tuple[Topic, ...] = (EVENTS,)


@dataclass(frozen=True)
class FoundTopic:
    """A topic as it is.

    Args:
        topic_id: Kafka's own id; a topic that is deleted and made anew has another.
        ends: per partition, the offset that its next message will have.
    """

    topic_id: UUID
    ends: dict[int, int]


def find_topic(settings: Settings, topic: Topic, *, timeout: float = 10.0) -> FoundTopic | None:
    """Find a topic; None where it is missing, or so new that a partition of it is not at work yet.

    Raises:
        BrokerUnreachable: no broker answers, or one that leads a partition is away.
        Misconfigured: it has another number of partitions than stated.
    """
    with admin_client(settings, timeout=timeout) as client:
        (described,) = client.describe_topics([topic.name])
        error = for_code(described["error_code"])
        if error is UnknownTopicOrPartitionError:
            return None
        if described["error_code"]:
            raise error
        _require_partitions(topic, len(described["partitions"]))
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        try:
            latest = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        except UnknownTopicOrPartitionError:
            return None
        ends = {partition.partition: latest[partition].offset for partition in partitions}
        return FoundTopic(UUID(str(described["topic_id"])), ends)


def ensure_topics(settings: Settings, topics: Sequence[Topic] = TOPICS, *, timeout: float = 10.0) -> list[str]:
    """Make the topics that are missing, and give those that are there the stated settings.

    Args:
        settings: how to reach the brokers, and how many copies of each partition there are to be.
        topics: those that there must be.
        timeout: seconds to wait for each answer of a broker.

    Returns: the names of those made now.

    Raises:
        BrokerUnreachable: no broker answers, or the topics are not ready in time.
        Misconfigured: a topic has another number of partitions than stated, or the broker refuses it.
    """
    with admin_client(settings, timeout=timeout) as client:
        return _ensure(client, topics, settings.kafka_replication)


def _ensure(client: KafkaAdminClient, topics: Sequence[Topic], replication: int) -> list[str]:
    partitions = {there["name"]: len(there["partitions"]) for there in client.describe_topics()}
    made = []
    for topic in topics:
        if topic.name not in partitions and _create(client, topic, replication):
            made.append(topic.name)
            continue
        found = partitions.get(topic.name) or len(client.describe_topics([topic.name])[0]["partitions"])
        _require_partitions(topic, found)
        _configure(client, topic, replication)
    client.wait_for_topics([topic.name for topic in topics])
    return made


def _require_partitions(topic: Topic, found: int) -> None:
    if found != topic.partitions:
        msg = (
            f"the topic {topic.name} has {found} partitions, {topic.partitions} are stated. Their number cannot change, the order "
            f"of events would be lost: delete the topic. The relay makes it anew and fills it with what is stored; the read models lose "
            f"nothing, they are held against the event store."
        )
        raise Misconfigured(msg)


def _create(client: KafkaAdminClient, topic: Topic, replication: int) -> bool:
    """Make one; false where another start was quicker."""
    stated = {
        topic.name: {
            "num_partitions": topic.partitions,
            "replication_factor": replication,
            "configs": topic.configuration(replication),
        }
    }
    answer = client.create_topics(stated, raise_errors=False)["topics"][0]
    error = for_code(answer["error_code"])
    if error is TopicAlreadyExistsError:
        return False
    if answer["error_code"]:
        reason = answer.get("error_message") or error.__name__
        msg = f"the broker refuses to make the topic {topic.name}: {reason}. Correct REGCASE_KAFKA_REPLICATION or the broker's rights."
        raise Misconfigured(msg)
    return True


def _configure(client: KafkaAdminClient, topic: Topic, replication: int) -> None:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.configuration(replication))
    # It raises nothing when the broker refuses.
    answer = client.alter_configs([resource])["topic"][topic.name]
    if answer != "OK":
        msg = f"the broker refuses the settings of the topic {topic.name}: {answer}. Correct the broker's rights or its limits."
        raise Misconfigured(msg)
