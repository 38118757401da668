"""A consumer whose topic was deleted gets nothing of the one that is made under its name; who notes that begins anew."""

from __future__ import annotations

from uuid import UUID

from deploy.kafka_admin import BrokerUnreachable
from deploy.topics import Topic, find_topic
from foundation.errors import Transient
from foundation.settings import Settings

_ANSWER_SECONDS = 3.0


class TopicMadeAnew(Transient):
    """The topic that was consumed was deleted, and another has its name; the process ends, and its next start reads that."""


class TopicWatch:
    """Looks whether a topic is the one that was there at the first look."""

    def __init__(self, settings: Settings, topic: Topic) -> None:
        self._settings = settings
        self._topic = topic
        self._first: UUID | None = None

    def look(self) -> None:
        """Compare the topic's id; one that is missing, or brokers that are away, tell nothing.

        Raises:
            TopicMadeAnew: it is another one.
            Misconfigured: it has another number of partitions than stated.
        """
        try:
            found = find_topic(self._settings, self._topic, timeout=_ANSWER_SECONDS)
        except BrokerUnreachable:
            return
        if found is None:
            return
        self._first = self._first or found.topic_id
        if found.topic_id != self._first:
            msg = f"the topic {self._topic.name} was deleted and made anew"
            raise TopicMadeAnew(msg)
