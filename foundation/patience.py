"""Trying again: pauses that grow, with jitter so that those who failed together do not come back together."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

_GROWTH = 2


@dataclass(frozen=True)
class Patience:
    """How what failed for a passing reason is tried again.

    Args:
        attempts: how often in all, the first included, where the number is bounded.
        first: seconds of the first pause at the most; each further one may be twice as long.
        longest: seconds that no pause exceeds.
        sleep: waits so many seconds.
        chance: a number in [0, 1), for the jitter.
    """

    attempts: int = 8
    first: float = 0.1
    longest: float = 5.0
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def pauses(self) -> Iterator[float]:
        """Seconds to wait before each further attempt, without end; each between half of its bound and the bound."""
        bound = self.first
        while True:
            yield bound * (1 + self.chance()) / 2
            bound = min(bound * _GROWTH, self.longest)

    def bounded_pauses(self) -> Iterator[float | None]:
        """Seconds to wait after each attempt that is allowed; None after the last."""
        yield from islice(self.pauses(), self.attempts - 1)
        yield None
