"""The process manager of a stack: supervisor, one for each data folder, which outlives who started it."""

from __future__ import annotations

import configparser
import getpass
import http.client
import io
import os
import shlex
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from deploy.local.errors import LocalStackFailed, ServiceFailed, UnknownProcess
from deploy.local.notes import write_secret
from deploy.local.places import Places
from deploy.local.programs import Program
from deploy.local.waiting import wait_until

_MARK = "REGCASE_STACK"  # in the environment of every process of a stack: its data folder
_PROJECT = Path(__file__).resolve().parents[2]
_START_SECONDS = 15.0
_CALL_SECONDS = 10.0
_KILL_SECONDS = 10.0
_RUNNING = ("RUNNING", "STARTING")
_DEAD = ("EXITED", "BACKOFF", "FATAL", "UNKNOWN")
# A default of three would give up on a process while its database is away for a minute.
_RETRIES = 1_000_000_000
# A process that lived for a second is restarted at once; below that supervisor waits a second longer each time.
_START_COUNTS_AFTER = 1


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
        self._write_config(())
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
        self._write_config(programs)
        added, changed, removed = self._rpc().reloadConfig()[0]
        self.stop([*changed, *removed], seconds=60)
        for name in (*changed, *removed):
            self._rpc().removeProcessGroup(name)
        for name in (*changed, *added):
            self._rpc().addProcessGroup(name)

    def processes(self) -> list[Process]:
        """How each process is; none where the supervisor itself does not run."""
        return [_process(info) for info in self._infos()]

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
        """Start one that does not run."""
        if not self.process(name).running:
            self._rpc().startProcess(name, False)  # noqa: FBT003 - the remote call takes no names

    def stop(self, names: Iterable[str], *, seconds: float) -> None:
        """Stop some, all at the same time, and wait until none of them runs.

        Raises:
            ServiceFailed: one still runs after `seconds`.
        """
        names = set(names)
        for info in self._infos():
            if info["name"] in names and info["statename"] in (*_RUNNING, *_DEAD):
                try:
                    self._rpc().stopProcess(info["name"], False)  # noqa: FBT003
                except xmlrpc.client.Fault:
                    continue  # ended by itself in between
        if not wait_until(lambda: not self._stopping(names), seconds=seconds):
            msg = f"{', '.join(sorted(self._stopping(names)))} did not stop within {seconds:.0f} s. Look at its log in {self._places.logs}."
            raise ServiceFailed(msg)

    def signal(self, name: str, signal: str) -> None:
        """Send a signal (`KILL`, `HUP`) to a process that runs."""
        self.process(name)
        self._rpc().signalProcess(name, signal)

    def end_everything(self) -> None:
        """Stop the supervisor and all that is under it; nothing of this stack is left running then."""
        if self.is_running():
            self._rpc().shutdown()
            wait_until(lambda: not self._marked(), seconds=_KILL_SECONDS)
        # A supervisor that was killed leaves its processes behind; and some do not want to end.
        for ask in (psutil.Process.terminate, psutil.Process.kill):
            left = self._marked()
            for process in left:
                try:
                    ask(process)
                except psutil.NoSuchProcess:
                    continue
            if left:
                wait_until(lambda: not self._marked(), seconds=_KILL_SECONDS)

    def wait_settled(self, programs: Sequence[Program], *, seconds: float) -> None:
        """Wait until each has run unbroken for the time in which it counts as started well.

        Raises:
            ServiceFailed: one ended, or needed too long; the end of its log is told.
        """
        began = time.time()
        first_pids: dict[str, int] = {}

        def settled() -> bool:
            infos = {info["name"]: info for info in self._infos()}
            for program in programs:
                info = infos[program.name]
                pid = info["pid"]
                if info["statename"] in _DEAD or (pid and first_pids.setdefault(program.name, pid) != pid):
                    raise self.failure(program.name, "it ended again soon after its start")
            return all(
                infos[program.name]["statename"] == "RUNNING"
                and time.time() - max(infos[program.name]["start"], began - program.settles_after) >= program.settles_after
                for program in programs
            )

        if not wait_until(settled, seconds=seconds, every=0.1):
            raise self.failure(", ".join(program.name for program in programs), f"not running after {seconds:.0f} s")

    def has_died(self, name: str) -> bool:
        """Whether a process that was started has ended by itself."""
        return any(info["name"] == name and info["statename"] in _DEAD for info in self._infos())

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

    def _stopping(self, names: set[str]) -> set[str]:
        stopped = ("STOPPED", "EXITED", "FATAL", "UNKNOWN")
        return {info["name"] for info in self._infos() if info["name"] in names and info["statename"] not in stopped}

    def _infos(self) -> list[dict[str, Any]]:
        try:
            infos: list[dict[str, Any]] = self._rpc().getAllProcessInfo()
        except OSError:
            return []
        return infos

    def _rpc(self) -> Any:
        return xmlrpc.client.ServerProxy("http://stack", transport=_OverSocket(self._places.socket)).supervisor

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

    def _write_config(self, programs: Sequence[Program]) -> None:
        places = self._places
        config = configparser.RawConfigParser(delimiters=("=",))
        config["unix_http_server"] = {"file": _plain(places.socket), "chmod": "0700"}
        config["rpcinterface:supervisor"] = {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"}
        config["supervisord"] = {
            "logfile": _plain(places.logs / "supervisor.log"),
            "logfile_maxbytes": "5MB",
            "logfile_backups": "1",
            "pidfile": _plain(places.data / "supervisord.pid"),
            "childlogdir": _plain(places.logs),
            # Said although it changes nothing: it warns where root does not say so.
            **({"user": getpass.getuser()} if os.geteuid() == 0 else {}),
        }
        for program in programs:
            config[f"program:{program.name}"] = self._section(program)
        text = io.StringIO()
        config.write(text)
        write_secret(places.supervisor_config, text.getvalue())

    def _section(self, program: Program) -> dict[str, str]:
        section = {
            "command": _plain(shlex.join(program.command)),
            "directory": _plain(_PROJECT),
            "environment": ",".join(_variable(*item) for item in sorted(program.environment.items())),
            "autostart": "false",  # `up` starts them in their order
            "autorestart": "true",
            "startsecs": str(_START_COUNTS_AFTER),
            "startretries": str(_RETRIES),
            "stopsignal": program.stop_signal,
            "stopwaitsecs": str(program.stop_seconds),
            "stopasgroup": str(program.signals_group).lower(),
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": _plain(self._places.logs / f"{program.name}.log"),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "3",
        }
        return {**section, "user": program.user} if program.user else section


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_CALL_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_CALL_SECONDS)
        try:
            self.sock.connect(str(self._path))
        except OSError:
            self.sock.close()
            raise


class _OverSocket(xmlrpc.client.Transport):
    """XML-RPC over a unix socket; a connection for each call, so that none is left open."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _SocketConnection(self._path)
        self._connection = (host, connection)  # `close` looks there
        return connection

    def single_request(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().single_request(*args, **kwargs)
        finally:
            self.close()


def _process(info: dict[str, Any]) -> Process:
    running = info["statename"] in (*_RUNNING, "STOPPING")
    moment = info["start"] if running else info["stop"]
    return Process(
        name=info["name"],
        running=running,
        since=datetime.fromtimestamp(moment, UTC) if moment else None,
        pid=info["pid"] or None,
        exit_reason=None if running else _exit_reason(info),
    )


def _exit_reason(info: dict[str, Any]) -> str:
    if info["statename"] == "STOPPED":
        return "stopped on request" if info["start"] else "not started yet"
    if info["spawnerr"]:
        return str(info["spawnerr"])
    return "ended by a signal" if info["exitstatus"] < 0 else f"exit code {info['exitstatus']}"


def _advice(log_end: str) -> str:
    if "No space left on device" in log_end:
        return "Its disk is full: free some room and try again."
    if "Address already in use" in log_end:
        return "Its port is taken: end the process that listens there and try again."
    return "Mend what the log names and try again."


def _plain(value: object) -> str:
    """A value as supervisor reads it: it expands percent signs."""
    return str(value).replace("%", "%%")


def _variable(name: str, value: str) -> str:
    # Its configuration knows no way to write these down.
    if any(sign in value for sign in ('"', "\n", " ;", " #")):
        msg = f"{name} holds a double quote, a line break, or a blank before ; or #, which cannot be handed to the processes. Change it."
        raise LocalStackFailed(msg)
    return f'{name}="{_plain(value)}"'
