"""Faults of a cluster of three brokers: the leader of a partition dies, any one, two of the three; one hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

from deploy.kafka_admin import admin_client
from deploy.local.programs import nth
from deploy.topics import EVENTS
from tests.faults.fault import CannotBeMade, Fault, Ground
from tests.faults.kinds.processes import KAFKA, paused, pid_of
from tests.system import System


def leader_of(ground: Ground, partition: int) -> str:
    """The name of the broker that leads a partition of the topic."""
    with admin_client(ground.settings) as client:
        (topic,) = client.describe_topics([EVENTS.name])
    leads = {each["partition_index"]: each["leader_id"] for each in topic["partitions"]}
    return nth(KAFKA, leads[partition] - 1)


@contextmanager
def lost(system: System, names: Sequence[str]) -> Iterator[None]:
    """Kill brokers at the same moment, with SIGKILL; within, they stay dead."""
    for name in names:
        system.kill(name)
    for name in names:
        # The process manager has begun another one already.
        system.stop(name)
    try:
        yield
    finally:
        for name in names:
            system.start(name)


def three(ground: Ground) -> list[str]:
    """The names of the three brokers.

    Raises:
        CannotBeMade: there are not three.
    """
    names = ground.names(KAFKA)
    if len(names) < 3:
        msg = "the stack has not three brokers"
        raise CannotBeMade(msg)
    return names


def _of_three(kind: str, choose: Callable[[Ground, Random, list[str]], Sequence[str]]) -> Fault:
    def inject(ground: Ground, random: Random) -> None:
        with lost(ground.system, choose(ground, random, three(ground))):
            ground.pause(random.uniform(5.0, 15.0))

    return Fault(kind, inject)


def _pause_one_for_long(ground: Ground, random: Random) -> None:
    """It takes connections and answers nothing for longer than clients give to one that they ask."""
    ground.injected.left_a_writer_behind()
    with paused([pid_of(ground, random.choice(three(ground)))]):
        ground.pause(random.uniform(35.0, 45.0))


FAULTS: tuple[Fault, ...] = (
    _of_three(
        "broker lost that leads a partition", lambda ground, random, _: [leader_of(ground, random.randrange(EVENTS.partitions))]
    ),
    _of_three("broker lost, any of three", lambda _, random, names: [random.choice(names)]),
    _of_three("brokers lost, two of three", lambda _, random, names: random.sample(names, 2)),
    Fault("broker paused for long, any of three", _pause_one_for_long),
)
"""Every fault that needs three brokers."""
