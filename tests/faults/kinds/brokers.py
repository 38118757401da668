"""Faults of a cluster of three brokers: the leader of a partition dies, any one, two of the three."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from deploy.kafka_admin import admin_client
from deploy.local.programs import nth
from deploy.topics import EVENTS
from tests.faults.fault import CannotBeMade, Fault, Ground

KAFKA = "kafka"


def leader_of(ground: Ground, partition: int) -> str:
    """The name of the broker that leads a partition of the topic."""
    with admin_client(ground.settings) as client:
        (topic,) = client.describe_topics([EVENTS.name])
    leads = {each["partition_index"]: each["leader_id"] for each in topic["partitions"]}
    return nth(KAFKA, leads[partition] - 1)


def lose(ground: Ground, names: Sequence[str], *, seconds: float) -> None:
    """Kill brokers at the same moment, with SIGKILL; they stay dead for a while."""
    for name in names:
        ground.system.kill(name)
    for name in names:
        # The process manager has begun another one already.
        ground.system.stop(name)
    try:
        ground.pause(seconds)
    finally:
        for name in names:
            ground.system.start(name)


def _of_three(kind: str, choose: Callable[[Ground, Random, list[str]], Sequence[str]]) -> Fault:
    def inject(ground: Ground, random: Random) -> None:
        names = ground.names(KAFKA)
        if len(names) < 3:
            msg = "the stack has not three brokers"
            raise CannotBeMade(msg)
        lose(ground, choose(ground, random, names), seconds=random.uniform(5.0, 15.0))

    return Fault(kind, inject)


FAULTS: tuple[Fault, ...] = (
    _of_three(
        "broker lost that leads a partition", lambda ground, random, _: [leader_of(ground, random.randrange(EVENTS.partitions))]
    ),
    _of_three("broker lost, any of three", lambda _, random, names: [random.choice(names)]),
    _of_three("brokers lost, two of three", lambda _, random, names: random.sample(names, 2)),
)
"""Every fault that needs three brokers."""
