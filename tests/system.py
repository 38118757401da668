"""The whole system for acceptance tests: services and our own processes, and the real `regcase` command beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from deploy import local
from deploy.local.numbers import Given
from deploy.local.programs import Program
from foundation.settings import Settings
from tests.services import data_folder


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    exit_code: int
    out: str
    err: str


@dataclass(frozen=True)
class System:
    """A stack that is up.

    Args:
        settings: with the addresses of all parts.
    """

    settings: Settings

    def run(self, *arguments: str, exit_code: int | None = 0, seconds: float = 120, given: str | None = None) -> Answer:
        """Run `regcase` as a person would.

        Args:
            exit_code: the one that is expected, None for any.
            seconds: how long it may take.
            given: its standard input.
        """
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        answer = Answer(done.returncode, done.stdout, done.stderr)
        assert exit_code in (None, answer.exit_code), (
            f"regcase {' '.join(arguments)} ended with {answer.exit_code}\n{answer.out}\n{answer.err}"
        )
        return answer

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `regcase` and go on while it runs; the caller waits for its end."""
        return subprocess.Popen(
            self.command(*arguments), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def command(self, *arguments: str) -> list[str]:
        """The command line of the real command."""
        return [str(Path(sys.executable).with_name("regcase")), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a person who has set nothing but the data folder."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REGCASE_")}
        return {**kept, "REGCASE_DATA": str(self.settings.data)}

    def processes(self) -> list[local.Process]:
        """How all of its processes are."""
        return local.processes(self.settings)

    def process(self, name: str) -> local.Process:
        """How one of its processes is."""
        return next(process for process in self.processes() if process.name == name)

    def start(self, name: str) -> None:
        """Start one of its processes."""
        local.start_process(self.settings, name)

    def stop(self, name: str) -> None:
        """Stop one, with SIGTERM, for good."""
        local.stop_process(self.settings, name)

    def kill(self, name: str) -> None:
        """Kill one, with SIGKILL; it is started anew at once."""
        local.signal_process(self.settings, name, "KILL")


@contextmanager
def running_system(programs: Sequence[Program] | None = None, **given: Unpack[Given]) -> Iterator[System]:
    """A system in a data folder of its own, stopped and removed afterwards.

    Args:
        programs: our own processes, where they are to be others.
        given: how many there are of a kind: `brokers=3`, `relays=2`, `workers=2`, `reconcilers=2`.
    """
    with data_folder() as data:
        yield System(local.up(Settings(data=data), print, programs=programs, **given))
        local.down(Settings(data=data))
