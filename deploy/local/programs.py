"""The programs that make up a stack, as data."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from deploy.local.numbers import Numbers


@dataclass(frozen=True)
class Program:
    """A process that supervisor keeps up.

    Args:
        name: what people call it, and the name of its log file.
        command: the executable and its arguments.
        environment: added to the environment of the stack.
        user: the system user it runs as; ours where none is named.
        stop_signal: what asks it to end.
        stop_seconds: how long it may take to end before it is killed.
        signals_group: whether signals go to its child processes as well.
        settles_after: seconds that it must have run unbroken to count as started well.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: Literal["TERM", "INT"] = "TERM"
    stop_seconds: int = 15
    signals_group: bool = True
    settles_after: float = 0.0


SETTLES_AFTER = 3.0
"""Seconds after which one of our own processes counts as started well."""

# Our own processes. A new kind of process is a line here, and its number in `numbers.py`.
_MODULES = {"relay": "workers.relay", "worker": "workers.app", "reconciler": "workers.reconciler"}


def our_programs(numbers: Numbers) -> tuple[Program, ...]:
    """Our own processes: `worker`, `worker-2` and so on, as many of each kind as stated."""
    counted = {"relay": numbers.relays, "worker": numbers.workers, "reconciler": numbers.reconcilers}
    return tuple(_ours(kind, module, slot) for kind, module in _MODULES.items() for slot in range(counted[kind]))


def nth(kind: str, slot: int) -> str:
    """What a process is called among those of its kind: the first like its kind, the others with their number."""
    return f"{kind}-{slot + 1}" if slot else kind


def _ours(kind: str, module: str, slot: int) -> Program:
    return Program(
        name=nth(kind, slot),
        command=(sys.executable, "-m", module),
        # Each process of a kind has a slot of its own: its consumer's lasting identity goes by it.
        environment={"REGCASE_SLOT": str(slot), "PYTHONUNBUFFERED": "1"},
        settles_after=SETTLES_AFTER,
    )
