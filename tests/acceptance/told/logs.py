"""Reading the log files of a stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from projections.read_model import all_read_models
from tests.system import System

OURS = ("relay", "worker", "reconciler")


def log_files(system: System) -> list[Path]:
    """Every log file of the stack, the rotated ones too."""
    return sorted(path for path in (system.settings.data / "logs").iterdir() if path.is_file())


def lines_of(system: System, process: str) -> list[str]:
    """The lines of one process's log."""
    return (system.settings.data / "logs" / f"{process}.log").read_text(encoding="utf-8").splitlines()


def logged(system: System, event: str, *processes: str) -> list[dict[str, Any]]:
    """The lines of that event in the logs of these processes, of all of ours where none is named."""
    found = [json.loads(line) for process in processes or OURS for line in lines_of(system, process) if line.endswith("}")]
    return [line for line in found if line["event"] == event]


def is_built(system: System) -> bool:
    """Whether every read model has been built: what was stored before is in it without having been applied."""
    return {line["read_model"] for line in logged(system, "read_model_rebuilt")} >= set(all_read_models())
