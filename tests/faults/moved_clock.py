"""Runs one of our processes on a clock that the suite moves: `python -m tests.faults.moved_clock MODULE`.

What the process takes for the machine's wall clock is the true one and so many seconds more, as a file says at the moment.
Its monotonic clock goes on, as it does when a machine's clock is set.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from importlib import import_module
from pathlib import Path
from typing import Any

FILE = "MOVED_CLOCK"
_OURS = ("domain", "foundation", "projections", "workers", "deploy")
_true_datetime, _true_time = datetime, time.time


@dataclass(frozen=True)
class MovedClock:
    """The clock of the processes that are run on it.

    Args:
        file: where it says by how much it is off.
    """

    file: Path

    def move(self, seconds: float) -> None:
        """Set it so many seconds off the true time; 0 sets it right."""
        fresh = self.file.with_name(f"{self.file.name}.new")
        fresh.write_text(str(seconds), encoding="utf-8")
        fresh.replace(self.file)

    def seconds(self) -> float:
        """By how much it is off."""
        return float(self.file.read_text(encoding="utf-8")) if self.file.exists() else 0.0


class _IsADatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _true_datetime)


def main() -> None:
    """Run a process of ours under the clock that the environment names."""
    _, name, *arguments = sys.argv
    module = import_module(name)
    _move_wall_clock(MovedClock(Path(os.environ[FILE])))
    sys.argv = [name, *arguments]
    sys.exit(module.main())


def _move_wall_clock(clock: MovedClock) -> None:
    class Moved(datetime, metaclass=_IsADatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return _true_datetime.now(tz) + timedelta(seconds=clock.seconds())

    time.time = lambda: _true_time() + clock.seconds()
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] in _OURS and vars(module).get("datetime") is _true_datetime:
            vars(module)["datetime"] = Moved


if __name__ == "__main__":
    main()
