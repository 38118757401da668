"""Our own processes, started as a process manager starts them, but one by one and without one: what ends stays ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import psutil

from deploy.local.numbers import Numbers
from deploy.local.programs import our_programs
from tests.waiting import wait_for

_PROGRAMS = {program.name: program for program in our_programs(Numbers())}


@dataclass(frozen=True)
class Running:
    """A process that was started.

    Args:
        log: where its log goes.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def logged(self, event: str | None = None) -> list[dict[str, Any]]:
        """The lines of its log so far; only those of an event, if one is named."""
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return [line for line in lines if event in (None, line["event"])]

    def wait_until_logged(self, event: str, *, seconds: float = 60) -> None:
        """Wait until it says something."""
        wait_for(lambda: self.ended() or self.logged(event), seconds=seconds, what=f"{event} in the log of {self.name}")
        assert not self.ended(), self.log.read_text(encoding="utf-8")[-3000:]

    def ended(self) -> bool:
        """Whether it is there no more."""
        return self.process.poll() is not None

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ends(self, *, within: float = 60.0) -> int:
        """Wait for its end; the exit code."""
        return self.process.wait(within)

    def megabytes(self) -> float:
        """The memory it holds: its resident set."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20


@contextmanager
def running(name: str, environment: Mapping[str, str], folder: Path) -> Iterator[Running]:
    """One of our processes, in an environment that names database and brokers; killed afterwards if it has not ended."""
    program = _PROGRAMS[name]
    log = folder / f"{name}-{time.monotonic_ns()}.log"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("REGCASE_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            program.command,
            env={**kept, **program.environment, "REGCASE_DATA": str(folder), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Running(name, process, log)
        finally:
            process.kill()
            process.wait()


@contextmanager
def all_running(environment: Mapping[str, str], folder: Path) -> Iterator[dict[str, Running]]:
    """One of each kind."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(running(name, environment, folder)) for name in _PROGRAMS}


def seconds_to_end(processes: list[Running], *numbers: signal.Signals) -> dict[str, tuple[int, float]]:
    """Send signals to all of them at once; for each its exit code, and how many seconds it took to end."""
    began = time.monotonic()
    for number in numbers:
        for process in processes:
            process.tell(number)
    ends: dict[str, tuple[int, float]] = {}
    while len(ends) < len(processes):
        for process in processes:
            if process.name not in ends and process.ended():
                ends[process.name] = (process.ends(), time.monotonic() - began)
        assert time.monotonic() - began < 60, f"of {[p.name for p in processes]} only {ends} have ended"
        time.sleep(0.02)
    return ends


class KeptUp:
    """One of our processes, started anew whenever it ends, as a process manager does; and the most memory that any of them held."""

    def __init__(self, name: str, environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.starts = 0
        self._peak = 0.0
        self._stop = Event()
        self._thread = Thread(target=self._keep_up, args=(environment, folder), name=f"keeps {name} up")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def take_peak(self) -> float:
        """The most megabytes (resident) since this was asked last."""
        peak, self._peak = self._peak, 0.0
        return peak

    def _keep_up(self, environment: Mapping[str, str], folder: Path) -> None:
        while not self._stop.is_set():
            self.starts += 1
            with running(self.name, environment, folder) as process:
                while not process.ended() and not self._stop.wait(0.1):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        self._peak = max(self._peak, process.megabytes())
            self._stop.wait(1)
