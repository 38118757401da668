"""Faults of the topic: copies, another order, gaps, garbage, lost and reset offsets, a topic that is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import psycopg
from kafka import KafkaAdminClient
from kafka.admin import MemberToRemove, OffsetSpec

from deploy.kafka_admin import admin_client
from deploy.topics import EVENTS, ensure_topics
from projections.places import place_of, relay_to
from tests.faults.away import away
from tests.faults.fault import CannotBeMade, Fault, Ground
from tests.faults.garbage import garbage
from tests.faults.messages import PARTITIONS, Message, read, reader, some, write
from tests.waiting import wait_for
from workers.app import GROUP
from workers.cloud_events import message_of

_AT_ONCE = 500
_LONG_ENOUGH = 120.0


def copy(ground: Ground, chance: Random) -> None:
    """Write copies of some messages, new and old ones, each up to three times."""
    copies = [message for message in some(ground.settings.kafka, chance) for _ in range(chance.randint(1, 3))]
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
    _await_rejections(ground)
    with away(ground, "worker"):
        ground.pause(chance.uniform(0.5, 2.0))
        with reader(ground.settings.kafka) as consumer:
            ends = consumer.end_offsets(chance.sample(PARTITIONS, k=len(PARTITIONS) // 2))
            gone = [message.event for message in read(consumer, ends)]
        for event in filter(None, gone):
            ground.injected.removed_event(*event)
        with admin_client(ground.settings) as admin:
            admin.delete_records(ends)


def pollute(ground: Ground, chance: Random) -> None:
    """Write messages that are no events of the store: each kind of garbage once."""
    events = [message for message in some(ground.settings.kafka, chance) if message.event]
    if not events:
        raise CannotBeMade("nothing is in the topic yet")
    for place in write(ground.settings.kafka, garbage(chance, chance.choice(events)), mark="garbage"):
        ground.injected.wrote_garbage(place)


def lose_offsets(ground: Ground, chance: Random) -> None:
    """Delete what the workers' group has committed, or the group as a whole, while the workers are away."""
    with _group_without_members(ground) as admin:
        if chance.random() < 0.5:
            _require_done(admin.delete_groups([GROUP]))
        else:
            _require_done(admin.delete_group_offsets(GROUP, PARTITIONS))


def begin_again(ground: Ground, chance: Random) -> None:
    """Set the committed offsets back to the start of the topic, so that the workers read all of it once more."""
    with _group_without_members(ground) as admin:
        answers = admin.reset_group_offsets(GROUP, dict.fromkeys(PARTITIONS, OffsetSpec.EARLIEST))
        _require_done({partition: answer["error"] for partition, answer in answers.items()})


def make_anew(ground: Ground, chance: Random) -> None:
    """Delete the topic while everybody goes on, and make it anew."""
    _await_rejections(ground)
    with admin_client(ground.settings) as admin:
        admin.delete_topics([EVENTS.name])
        ground.injected.made_topic_anew()
    ensure_topics(ground.settings, timeout=30)


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


def _await_rejections(ground: Ground) -> None:
    """Wait until all garbage was seen: what is deleted before would never be."""

    def unseen() -> bool:
        with psycopg.connect(ground.settings.database) as connection:
            seen = connection.execute("SELECT partition, message_offset FROM rejected_messages").fetchall()
        return not {(place.partition, place.offset) for place in ground.injected.garbage} - set(seen)

    wait_for(unseen, seconds=_LONG_ENOUGH, what="rejection of the garbage that was injected before")


@contextmanager
def _group_without_members(ground: Ground) -> Iterator[KafkaAdminClient]:
    """The workers' group while the workers are away; its members stay otherwise until their session ends."""
    with away(ground, "worker"), admin_client(ground.settings, timeout=30) as admin:
        members = [member["member_id"] for member in admin.describe_groups([GROUP])[GROUP]["members"]]
        if members:
            admin.remove_group_members(GROUP, [MemberToRemove(member_id=member) for member in members])
        yield admin


def _require_done(answers: dict[object, object]) -> None:
    """The client only tells what the broker refused."""
    refused = {what: answer for what, answer in answers.items() if answer != "OK" and getattr(answer, "errno", None) != 0}
    assert not refused, f"the broker refuses: {refused}"
