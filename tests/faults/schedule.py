"""Which faults come in which order: from the seed alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from tests.faults.fault import Fault

_TWO_AT_ONCE = 0.15


def schedule(faults: Sequence[Fault], *, seed: int) -> Iterator[tuple[Fault, ...]]:
    """Rounds without end: in each every fault comes once, in random order, most alone, some two at once."""
    random = Random(f"schedule {seed}")
    while True:
        left = random.sample(list(faults), len(faults))
        while left:
            both = len(left) > 1 and random.random() < _TWO_AT_ONCE
            yield tuple(left.pop() for _ in range(2 if both else 1))


def random_for(fault: Fault, number: int, *, seed: int) -> Random:
    """What a fault draws from: its own numbers for each time that it comes."""
    return Random(f"{seed} {number} {fault.kind}")
