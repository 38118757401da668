"""The configuration of a stack's supervisor, made from the programs."""

from __future__ import annotations

import configparser
import io
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from deploy.local.errors import LocalStackFailed
from deploy.local.places import Places
from deploy.local.programs import Program

_PROJECT = Path(__file__).resolve().parents[2]
# A default of three would give up on a process while its database is away for a minute.
_RETRIES = 1_000_000_000
# A process that lived for a second is restarted at once; below that supervisor waits a second longer each time.
_START_COUNTS_AFTER = 1


def configuration(places: Places, programs: Sequence[Program]) -> str:
    """The text of the configuration file.

    Raises:
        LocalStackFailed: a variable of the environment has a value that the file cannot hold.
    """
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
        **({"user": "root"} if os.geteuid() == 0 else {}),
    }
    for program in programs:
        config[f"program:{program.name}"] = _section(places, program)
    text = io.StringIO()
    config.write(text)
    return text.getvalue()


def _section(places: Places, program: Program) -> dict[str, str]:
    section = {
        "command": _plain(shlex.join(program.command)),
        # Another user may not be able to enter the project's folder.
        "directory": "/" if program.user else _plain(_PROJECT),
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
        "stdout_logfile": _plain(places.logs / f"{program.name}.log"),
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": "3",
    }
    return {**section, "user": program.user} if program.user else section


def _plain(value: object) -> str:
    """A value as supervisor reads it: it expands percent signs."""
    return str(value).replace("%", "%%")


def _variable(name: str, value: str) -> str:
    # Its configuration knows no way to write these down.
    if any(sign in value for sign in ('"', "\n", " ;", " #")):
        msg = f"{name} holds a double quote, a line break, or a blank before ; or #, which cannot be handed to the processes. Change it."
        raise LocalStackFailed(msg)
    return f'{name}="{_plain(value)}"'
