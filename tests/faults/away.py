"""Processes that are away for a while, stopped in order: what a fault does behind their back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.fault import Ground


@contextmanager
def away(ground: Ground, kind: str) -> Iterator[None]:
    """Stop every process of a kind; all that were there are started again at the end.

    Args:
        kind: `relay`, `worker` and so on.
    """
    names = ground.names(kind)
    try:
        for name in names:
            ground.system.stop(name)
        yield
    finally:
        for name in names:
            ground.system.start(name)
