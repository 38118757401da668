"""Partitions that nobody was given.

A static member that comes back is given what it had, and nothing is given out anew for it (KIP-345). Where it had nothing, because
the topic was missing when partitions were given out, nobody would ever have any again. Who sees that leaves the group; the group
then gives everything out anew, to it as well, for it joins again by itself.
"""

from __future__ import annotations

import structlog
from kafka.admin import MemberToRemove
from kafka.errors import KafkaError

from deploy.kafka_admin import BrokerUnreachable, admin_client
from deploy.topics import Topic, find_topic
from foundation.settings import Settings

_log = structlog.get_logger(__name__)
_ANSWER_SECONDS = 3.0


def leave_if_nobody_has_any(settings: Settings, topic: Topic, *, group: str, instance: str) -> bool:
    """Have a group give out the partitions of a topic anew, if its members agree that none of them has any. Returns whether they did.

    While the topic is missing there is nothing to give out, and while a group gives out it is not asked. Brokers that are away tell
    nothing.

    Args:
        instance: the id of the static member that leaves.
    """
    try:
        if find_topic(settings, topic, timeout=_ANSWER_SECONDS) is None:
            return False
        with admin_client(settings, timeout=_ANSWER_SECONDS) as client:
            described = client.describe_groups([group])[group]
            if described["group_state"] != "Stable" or any(_has_some(member) for member in described["members"]):
                return False
            client.remove_group_members(group, [MemberToRemove(group_instance_id=instance, reason="nobody has a partition")])
    except (BrokerUnreachable, KafkaError):
        return False
    _log.warning("nobody_has_partitions", topic=topic.name, group=group)
    return True


def _has_some(member: dict[str, object]) -> bool:
    assignment = member["member_assignment"]
    return isinstance(assignment, dict) and bool(assignment["assigned_partitions"])
