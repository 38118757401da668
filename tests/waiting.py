"""Waiting for a condition, with a time limit; never by sleeping alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(condition: Callable[[], T], *, seconds: float = 60.0, what: str = "the condition") -> T:
    """Wait until a condition gives something true, and give that.

    Raises:
        TimeoutError: it did not within the time.
    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            msg = f"{what} did not come about within {seconds} s"
            raise TimeoutError(msg)
        time.sleep(0.02)
    return found
