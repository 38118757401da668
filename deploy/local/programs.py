"""The programs that make up a stack, as data."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


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


def _ours(name: str, module: str, *arguments: str, slot: int = 0) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-m", module, *arguments),
        # Each process of a kind has a slot of its own: its consumer's lasting identity goes by it.
        environment={"REGCASE_SLOT": str(slot), "PYTHONUNBUFFERED": "1"},
        settles_after=3.0,
    )


OUR_PROGRAMS: tuple[Program, ...] = (
    _ours("relay", "workers.relay"),
    _ours("worker", "workers.app"),
    _ours("reconciler", "workers.reconciler"),
)
"""Our own processes. A new kind of process is a line here."""
