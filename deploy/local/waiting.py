"""Waiting for a condition, never for a guess of how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], *, seconds: float, every: float = 0.05) -> T:
    """Ask until the answer is true, at most `seconds` long; the last answer is returned, true or not.

    Args:
        condition: asked at least once.
        seconds: the limit.
        every: seconds between two questions.
    """
    limit = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < limit:
        time.sleep(every)
    return answer
