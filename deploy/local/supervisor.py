"""The process manager of a stack: supervisor, one for each data folder, which outlives who started it."""

from __future__ import annotations

import os
import subprocess
import sys
import xmlrpc.client
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
from supervisor.xmlrpc import Faults

from deploy.local.errors import LocalStackFailed, ServiceFailed, UnknownProcess
from deploy.local.notes import write_secret
from deploy.local.places import Places
from deploy.local.process import Process
from deploy.local.programs import Program
from deploy.local.supervisor_config import configuration
from deploy.local.supervisor_rpc import connect
from deploy.local.waiting import wait_until

_MARK = "REGCASE_STACK"  # in the environment of every process of a stack: its data folder
_START_SECONDS = 15.0
_STOP_SECONDS = 10.0
_SETTLE_SECONDS = 60.0
# One quick end is forgiven: a server that was killed may find what it left behind not yet cleared away.
_TRIES = 3
# States of supervisor in which a process is not there and is not started anew.
_ENDED = ("STOPPED", "FATAL", "UNKNOWN")


class Supervisor:
    """Starts, asks and stops the supervisor of a data folder."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def is_running(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self._rpc().getState())
        except OSError:
            return False

    def start(self) -> None:
        """Start it with no process under it. What an earlier one left running when it was killed is ended first.

        Raises:
            LocalStackFailed: it does not start; the end of its log is told.
        """
        self.end_everything()
        self._places.socket.unlink(missing_ok=True)
        write_secret(self._places.supervisor_config, configuration(self._places, ()))
        log = self._places.logs / "supervisor.start.log"
        with log.open("wb") as output:
            subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._places.supervisor_config)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                # So that Ctrl-C in the terminal does not reach it before it is on its own.
                start_new_session=True,
                check=False,
                timeout=_START_SECONDS,
            )
        if not wait_until(self.is_running, seconds=_START_SECONDS):
            msg = f"supervisor, which keeps the processes up, did not start. Its log {log} ends with:\n{self.log_end('supervisor.start')}"
            raise LocalStackFailed(msg)

    def keep(self, programs: Sequence[Program]) -> None:
        """Make these the programs that it knows. New ones are not started; gone or changed ones are stopped."""
        write_secret(self._places.supervisor_config, configuration(self._places, programs))
        added, changed, removed = self._rpc().reloadConfig()[0]
        self.stop([*changed, *removed])
        for name in (*changed, *removed):
            self._rpc().removeProcessGroup(name)
        for name in (*changed, *added):
            self._rpc().addProcessGroup(name)

    def processes(self) -> list[Process]:
        """How each process is; none where the supervisor itself does not run."""
        return [Process.of(info) for info in self._infos()]

    def process(self, name: str) -> Process:
        """How one process is.

        Raises:
            UnknownProcess: there is none of that name.
        """
        for process in self.processes():
            if process.name == name:
                return process
        known = ", ".join(process.name for process in self.processes()) or "none: start the stack with `regcase up`"
        msg = f"no process is called {name!r}. There are: {known}."
        raise UnknownProcess(msg)

    def start_process(self, name: str) -> None:
        """Start one that does not run; one that is between two tries stays so."""
        if not self.process(name).running:
            self._unless_so_already("startProcess", name)

    def stop(self, names: Iterable[str], *, seconds: float = 60.0) -> None:
        """Stop some, all at the same time, and wait until none of them runs; none is started anew then.

        Raises:
            ServiceFailed: one still runs after `seconds`.
        """
        names = set(names)

        def left() -> list[str]:
            # Asked again each time: one that ends by itself just now is started anew otherwise.
            running = [info["name"] for info in self._infos() if info["name"] in names and info["statename"] not in _ENDED]
            for name in running:
                self._unless_so_already("stopProcess", name)
            return running

        if not wait_until(lambda: not left(), seconds=seconds):
            msg = f"{', '.join(left())} did not stop within {seconds:.0f} s. Look at its log in {self._places.logs}."
            raise ServiceFailed(msg)

    def signal(self, name: str, signal: str) -> None:
        """Send a signal (`KILL`, `HUP`) to a process that runs."""
        self.process(name)
        self._rpc().signalProcess(name, signal)

    def end_everything(self) -> None:
        """Stop the supervisor and all that is under it; nothing of this stack is left running then."""
        if self.is_running():
            self._rpc().shutdown()
            wait_until(lambda: not self._marked(), seconds=_STOP_SECONDS)
        # A supervisor that was killed leaves its processes behind; and some do not want to end.
        for ask in (psutil.Process.terminate, psutil.Process.kill):
            left = self._marked()
            for process in left:
                try:
                    ask(process)
                except psutil.NoSuchProcess:
                    continue
            if left:
                wait_until(lambda: not self._marked(), seconds=_STOP_SECONDS)

    def wait_ready(self, name: str, is_ready: Callable[[Process], bool], *, seconds: float) -> None:
        """Wait until a process that was started is ready.

        Args:
            is_ready: asked about the running process.

        Raises:
            ServiceFailed: it ended again and again, or needed too long; the end of its log is told.
        """
        seen: set[int] = set()
        ends: set[object] = set()

        def ready() -> bool:
            process = self.process(name)
            if process.pid:
                seen.add(process.pid)
            else:
                ends.add(process.since)
            if len(ends) >= _TRIES or len(seen) > _TRIES:
                raise self.failure(name, f"it ended {_TRIES} times soon after its start")
            return process.running and is_ready(process)

        if not wait_until(ready, seconds=seconds, every=0.1):
            raise self.failure(name, f"it was not ready after {seconds:.0f} s")

    def wait_settled(self, name: str, after: float) -> None:
        """Wait until a process that was started has run unbroken for some seconds. Whether it does its work only itself can tell.

        Raises:
            ServiceFailed: it ended again and again; the end of its log is told.
        """

        def settled(process: Process) -> bool:
            return process.since is not None and datetime.now(UTC) - process.since >= timedelta(seconds=after)

        self.wait_ready(name, settled, seconds=_SETTLE_SECONDS)

    def failure(self, name: str, why: str) -> ServiceFailed:
        """An error about a process, with the end of its log."""
        log = self._places.logs / f"{name}.log"
        end = self.log_end(name)
        return ServiceFailed(f"{name} failed: {why}. {_advice(end)} Its log {log} ends with:\n{end or '(nothing)'}")

    def log_end(self, name: str, lines: int = 15) -> str:
        """The last lines of a process' log."""
        log = self._places.logs / f"{name}.log"
        if not log.exists():
            return ""
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 20_000))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])

    def _infos(self) -> list[dict[str, Any]]:
        try:
            infos: list[dict[str, Any]] = self._rpc().getAllProcessInfo()
        except OSError:
            return []
        return infos

    def _unless_so_already(self, call: str, name: str) -> None:
        try:
            getattr(self._rpc(), call)(name, False)  # noqa: FBT003 - the remote call takes no names
        except xmlrpc.client.Fault as fault:
            if fault.faultCode not in (Faults.ALREADY_STARTED, Faults.NOT_RUNNING):
                raise

    def _rpc(self) -> Any:
        return connect(self._places.socket)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REGCASE_")}
        return {**kept, _MARK: str(self._places.data)}

    def _marked(self) -> list[psutil.Process]:
        """Every process of this stack, whoever its parent is now."""
        ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
        found = []
        for process in psutil.process_iter():
            try:
                if process.pid not in ours and process.environ().get(_MARK) == str(self._places.data):
                    found.append(process)
            except psutil.Error:
                continue
        return found


def _advice(log_end: str) -> str:
    if "No space left on device" in log_end:
        return "Its disk is full: free some room and try again."
    if "Address already in use" in log_end:
        return "Its port is taken: end the process that listens there and try again."
    return "Mend what the log names and try again."
