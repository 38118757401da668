"""Faults of the topic: copies, another order, gaps, garbage, lost and reset offsets, a topic that is made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import psycopg
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import MemberToRemove, OffsetSpec
from kafka.errors import KafkaError, NoError, UnknownTopicOrPartitionError

from deploy.kafka_admin import admin_client
from deploy.topics import EVENTS, ensure_topics
from projections.places import place_of, relay_to
from tests.faults.away import away
from tests.faults.fault import Fault, Ground
from tests.faults.garbage import garbage
from tests.faults.messages import PARTITIONS, Message, although_the_broker_fails, read, reader, some, write
from tests.topics import NotUtf8
from tests.waiting import wait_for
from workers.cloud_events import message_of
from workers.read_models import GROUP

_AT_ONCE = 500
_LONG_ENOUGH = 120.0
_DONE = ("OK", NoError)


def copy(ground: Ground, chance: Random) -> None:
    """Write copies of some events, new and old ones, each up to three times. Garbage is not copied: who wrote it notes where it is."""
    events = [message for message in some(ground.settings.kafka, chance) if not message.is_garbage]
    copies = [message for message in events for _ in range(chance.randint(1, 3))]
    chance.shuffle(copies)
    write(ground.settings.kafka, copies, mark="copy")


def reorder(ground: Ground, chance: Random) -> None:
    """Publish what the relay has not come to, in its stead: each case in its order, but the cases mixed with each other."""
    with away(ground, "relay"):
        ground.pause(chance.uniform(0.5, 2.0))
        cases = _unpublished(ground)
        turns = [case_id for case_id, messages in cases.items() for _ in messages]
        chance.shuffle(turns)
        # Without a mark: these are no copies. The relay finds them when it comes back, and leaves them out.
        write(ground.settings.kafka, [cases[case_id].pop(0) for case_id in turns])


def cut(ground: Ground, chance: Random) -> None:
    """Delete what lies in half of the partitions while the workers are away, so that they never see the end of it."""
    with away(ground, "worker"):
        ground.pause(chance.uniform(0.5, 2.0))
        cut_partitions(ground, chance.sample(PARTITIONS, k=len(PARTITIONS) // 2))


@although_the_broker_fails
def cut_partitions(ground: Ground, partitions: Sequence[TopicPartition]) -> None:
    """Delete everything that lies in them now."""
    with reader(ground.settings.kafka) as consumer:
        ends = consumer.end_offsets(partitions)
        for message in read(consumer, ends):
            if message.event:
                ground.injected.removed_event(*message.event)
    with admin_client(ground.settings) as admin:
        admin.delete_records(ends)


def pollute(ground: Ground, chance: Random) -> None:
    """Write messages that are no events of the store: each kind of garbage once."""

    def events() -> list[Message]:
        return [message for message in some(ground.settings.kafka, chance) if not message.is_garbage]

    # It is empty for a moment when it was made anew.
    message = chance.choice(wait_for(events, seconds=_LONG_ENOUGH, what="an event in the topic"))
    # What is in a batch with what cannot be read cannot be read either.
    unreadable = write(ground.settings.kafka, [replace(message, headers=[(NotUtf8("x"), b"")])])
    for place in (*write(ground.settings.kafka, garbage(chance, message), mark="garbage"), *unreadable):
        ground.injected.wrote_garbage(place)


def lose_offsets(ground: Ground, chance: Random) -> None:
    """Delete what the workers' group has committed, or the group as a whole, while the workers are away."""
    whole = chance.random() < 0.5

    def lose(admin: KafkaAdminClient) -> dict[Any, Any]:
        answers: dict[Any, Any] = admin.delete_groups([GROUP]) if whole else admin.delete_group_offsets(GROUP, PARTITIONS)
        return answers

    with away(ground, "worker"):
        _change_group(ground, lose)


def begin_again(ground: Ground, chance: Random) -> None:
    """Set the committed offsets back to the start of the topic, so that the workers read all of it once more."""

    def begin(admin: KafkaAdminClient) -> dict[Any, Any]:
        answers = admin.reset_group_offsets(GROUP, dict.fromkeys(PARTITIONS, OffsetSpec.EARLIEST))
        return {partition: answer["error"] for partition, answer in answers.items()}

    with away(ground, "worker"):
        _change_group(ground, begin)


def make_anew(ground: Ground, chance: Random) -> None:
    """Delete the topic while everybody goes on, and make it anew."""
    _delete_topic(ground)
    ground.injected.made_topic_anew()
    although_the_broker_fails(ensure_topics)(ground.settings)


FAULTS: tuple[Fault, ...] = (
    Fault("copies of messages in the topic", copy),
    Fault("cases in another order in the topic", reorder),
    Fault("gap in the topic", cut),
    Fault("garbage in the topic", pollute),
    Fault("committed offsets lost", lose_offsets),
    Fault("offsets set back to the start", begin_again),
    Fault("topic deleted and made anew", make_anew),
)


def _unpublished(ground: Ground) -> dict[str, list[Message]]:
    """What is stored and not noted as published, by its case, in order."""
    with psycopg.connect(ground.settings.database) as connection:
        rows = connection.execute(
            "SELECT topic, state FROM stored_events WHERE notification_id > %s AND NOT starts_with(topic, '_') "
            "ORDER BY notification_id LIMIT %s",
            (place_of(connection, relay_to(EVENTS.name)), _AT_ONCE),
        ).fetchall()
    cases: dict[str, list[Message]] = {}
    for event_type, state in rows:
        event = message_of(event_type, bytes(state))
        message = Message(event.partition(EVENTS.partitions), event.key, event.value, event.headers)
        cases.setdefault(event.id.partition("/")[0], []).append(message)
    return cases


@although_the_broker_fails
def _delete_topic(ground: Ground) -> None:
    with admin_client(ground.settings) as admin, suppress(UnknownTopicOrPartitionError):
        admin.delete_topics([EVENTS.name])


@although_the_broker_fails
def _change_group(ground: Ground, change: Callable[[KafkaAdminClient], dict[Any, Any]]) -> None:
    """Change the workers' group while the workers are away; its members would stay until their session ends."""
    with admin_client(ground.settings, timeout=30) as admin:
        members = [member["member_id"] for member in admin.describe_groups([GROUP])[GROUP]["members"]]
        if members:
            admin.remove_group_members(GROUP, [MemberToRemove(member_id=member) for member in members])
        # The client only tells what the broker refused.
        refused = {what: answer for what, answer in change(admin).items() if answer not in _DONE}
        if refused:
            raise KafkaError(f"the broker refuses: {refused}")
