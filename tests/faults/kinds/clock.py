"""Faults of the clock: the wall clock of our processes jumps forth and back, while that of the database is right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from tests.faults.fault import CannotBeMade, Fault, Ground

_SMALL = timedelta(seconds=2), timedelta(minutes=2)
_LARGE = timedelta(hours=1), timedelta(days=400)


def _fault(kind: str, seconds: Callable[[Random], float]) -> Fault:
    def inject(ground: Ground, chance: Random) -> None:
        if ground.clock is None:
            raise CannotBeMade("the processes were started on the machine's own clock")
        try:
            for _ in range(chance.randint(1, 3)):
                ground.clock.move(seconds(chance))
                ground.pause(chance.uniform(0.5, 4.0))
        finally:
            ground.clock.move(0)

    return Fault(kind, inject)


def _between(bounds: tuple[timedelta, timedelta], chance: Random) -> float:
    shortest, longest = bounds
    return chance.uniform(shortest.total_seconds(), longest.total_seconds())


FAULTS: tuple[Fault, ...] = (
    _fault("clock jumps a little", lambda chance: chance.choice((1, -1)) * _between(_SMALL, chance)),
    _fault("clock jumps ahead", lambda chance: _between(_LARGE, chance)),
    _fault("clock jumps back", lambda chance: -_between(_LARGE, chance)),
)
