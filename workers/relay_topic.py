"""Which topic the relay publishes to: the one that it knows, or one that was made anew, which it has to fill.

Kafka gives each topic an id of its own; one that is deleted and made again under its name has another. Where the id is not
the noted one, the relay begins the notification log anew, and leaves out what is older than the topic keeps. So what a
reader of the new topic finds is what the old one would still hold: each event once, each case in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog

from deploy.topics import FoundTopic, Topic, ensure_topics, find_topic
from foundation.errors import Transient
from foundation.settings import Settings
from foundation.sql import load_statements
from projections.places import begin_anew, place_of, relay_to
from workers.relay_lock import RelayLock

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)


class TopicGone(Transient):
    """The topic was deleted, or made anew, under the relay; the process ends, and its next start fills the new one."""


@dataclass(frozen=True)
class Target:
    """The topic that a relay publishes to.

    Args:
        topic_id: Kafka's own id of it.
        refill_until: events up to this notification id were published to an earlier topic of the name; those that the
            topic would not keep any more are left out. 0: there was none.
    """

    topic: Topic
    topic_id: UUID
    refill_until: int


def target_of(lock: RelayLock, topic: Topic, settings: Settings) -> Target:
    """Find the topic, or make it where it is missing; and begin anew where it is not the one that was published to.

    Raises:
        Misconfigured: it has another number of partitions than stated, or the broker refuses to make it.
        BrokerUnreachable: no broker answers.
        LockLost, psycopg.OperationalError: another relay may be active.
    """
    found = lock.while_touching(lambda: _found_or_made(topic, settings))
    name = {"topic": topic.name}
    noted = lock.execute(_SQL["noted"], name).fetchone()
    offsets = noted_offsets(lock, topic)
    other = noted is not None and noted[0] != found.topic_id
    # A stack from before ids were noted; or a broker that lost what it had acknowledged.
    shorter = any(found.ends[partition] < saved for partition, saved in offsets.items())
    if noted and not other and not shorter:
        return Target(topic, found.topic_id, noted[1])
    if not other and not shorter:
        lock.execute(_SQL["note"], {**name, "topic_id": found.topic_id, "refill_until": 0})
        return Target(topic, found.topic_id, 0)
    # A refill that was cut short had further to go than the place that it reached.
    refill_until = max(place_of(lock.connection, relay_to(topic.name)), noted[1] if noted else 0)
    with lock.connection.transaction():
        lock.execute(_SQL["note"], {**name, "topic_id": found.topic_id, "refill_until": refill_until})
        lock.execute(_SQL["forget_offsets"], name)
        begin_anew(lock.connection, relay_to(topic.name))
    _log.warning("relay_fills_topic_made_anew", topic=topic.name, until=refill_until)
    return Target(topic, found.topic_id, refill_until)


def noted_offsets(lock: RelayLock, topic: Topic) -> dict[int, int]:
    """Per partition, the offset behind the last event that was noted as published; none in a topic that is to be filled.

    Raises:
        LockLost, psycopg.OperationalError: another relay may be active.
    """
    return dict(lock.execute(_SQL["offsets"], {"topic": topic.name}).fetchall())


def _found_or_made(topic: Topic, settings: Settings) -> FoundTopic:
    found = find_topic(settings, topic)
    if found is None:
        if ensure_topics(settings, [topic]):
            _log.warning("topic_made", topic=topic.name)
        found = find_topic(settings, topic)
    if found is None:
        msg = f"the topic {topic.name} is not at work yet, or gone again"
        raise TopicGone(msg)
    return found
