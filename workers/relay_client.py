"""The network client of the relay's producer: asked before each request whether it may still publish.

The producer sends from a thread of its own and tries again by itself, whatever the relay's own thread knows by then: after a
pause, when the lock is another one's; or when the topic under its name is another one. So the question is asked there, each time.
And the topic is named by its id (KIP-516, Kafka 4.1 and later): a broker refuses what is meant for one that was deleted, even
where nobody has told the relay yet that another took its place.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kafka.errors import KafkaError
from kafka.future import Future
from kafka.net.compat import KafkaNetClient
from kafka.protocol.producer import ProduceRequest

from workers.relay_lock import RelayLock
from workers.relay_topic import Target


class NotPublished(KafkaError):  # type: ignore[misc] # kafka-python carries no types
    """A request that was not sent, because the relay may not publish any more."""


class RelayClient(KafkaNetClient):  # type: ignore[misc] # kafka-python carries no types
    """Sends a request to publish only to the stated topic, and only while the lock is held.

    Args:
        target: the topic.
        lock: asked in the producer's thread.
        options: those of the producer.
    """

    def __init__(self, target: Target, lock: RelayLock, **options: Any) -> None:
        super().__init__(**options)
        self._target = target
        self._relay_lock = lock

    def topic_id(self) -> UUID | None:
        """The id of what has the topic's name now, as far as the brokers have told; None where nothing has."""
        topic_id: UUID | None = self.cluster.topic_id(self._target.topic.name)
        return topic_id

    def send(self, node_id: int, request: Any, **options: Any) -> Future:
        """Send a request, or fail at once."""
        if not isinstance(request, ProduceRequest):
            return super().send(node_id, request, **options)
        if not self._relay_lock.is_held():
            return Future().failure(NotPublished("the lock may be another relay's by now"))
        if self.topic_id() != self._target.topic_id:
            return Future().failure(NotPublished("the topic was deleted or made anew"))
        # The first callback: the producer's own, which comes after it, looks for the name.
        return super().send(node_id, self._by_id(request), **options).add_callback(self._by_name)

    def _by_id(self, request: Any) -> ProduceRequest:
        """The request for the topic's id where the broker knows that, else for its name: the newest version that both know."""
        topics = [
            ProduceRequest.TopicProduceData(name=topic.name, topic_id=self._target.topic_id, partition_data=topic.partition_data)
            for topic in request.topic_data
        ]
        return ProduceRequest(
            transactional_id=request.transactional_id, acks=request.acks, timeout_ms=request.timeout_ms, topic_data=topics
        )

    def _by_name(self, response: Any) -> None:
        for topic in response.responses:
            topic.name = self._target.topic.name
