"""How a process of the stack is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# States of supervisor in which a process is there.
_THERE = ("STARTING", "RUNNING", "STOPPING")


@dataclass(frozen=True)
class Process:
    """How a process of the stack is.

    Args:
        name: its program's name.
        running: whether there is such a process now.
        since: since when it runs, or does not (aware, UTC); None where it was never started.
        pid: its process id while it runs.
        exit_reason: why it does not run.
    """

    name: str
    running: bool
    since: datetime | None
    pid: int | None
    exit_reason: str | None

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> Process:
        """From what supervisor says of it."""
        running = info["statename"] in _THERE
        moment = info["start"] if running else info["stop"]
        return cls(
            name=info["name"],
            running=running,
            since=datetime.fromtimestamp(moment, UTC) if moment else None,
            pid=info["pid"] or None,
            exit_reason=None if running else _exit_reason(info),
        )


def _exit_reason(info: Mapping[str, Any]) -> str:
    if info["statename"] == "STOPPED":
        return "stopped on request" if info["start"] else "not started yet"
    if info["statename"] == "BACKOFF":
        return "ended at once, is being tried again"
    if info["spawnerr"]:
        return str(info["spawnerr"])
    return "ended by a signal" if info["exitstatus"] < 0 else f"exit code {info['exitstatus']}"
