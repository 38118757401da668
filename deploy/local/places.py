"""Where the local stack keeps things: all in its data folder, but for two that cannot always live there."""

from __future__ import annotations

import hashlib
import os
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path

import platformdirs

# The kernel's limit is 107 bytes; supervisor binds a name that is longer by its process id first.
_SOCKET_LIMIT = 90
_MAY_PASS = 0o711


@dataclass(frozen=True)
class Places:
    """The files and folders of one stack.

    Args:
        data: its data folder, absolute.
    """

    data: Path

    @property
    def logs(self) -> Path:
        """A log file per process, rotated."""
        return self.data / "logs"

    @property
    def notes(self) -> Path:
        """Ports and passwords, chosen once."""
        return self.data / "stack.json"

    @property
    def lock(self) -> Path:
        """Locked by whoever starts or stops the stack."""
        return self.data / "stack.lock"

    @property
    def supervisor_config(self) -> Path:
        """Written anew at every start. It also tells our supervisor from others'."""
        return self.data / "supervisord.conf"

    def kafka(self, node: str) -> Path:
        """Configuration and log of a Kafka node, by its name."""
        return self.data / node

    @property
    def socket(self) -> Path:
        """Where supervisor listens: in the data folder, or under the user's runtime path where that name is too long."""
        beside = self.data / "supervisor.sock"
        key = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return beside if len(os.fsencode(beside)) <= _SOCKET_LIMIT else self._runtime() / f"{key}.sock"

    def postgres(self, *, other_user: bool, stack_id: str) -> Path:
        """The folder of Postgres' data.

        Args:
            other_user: Postgres runs as another user, who must be able to reach the folder. Where the data folder
                lies in one that is closed to others, it is a folder of its own outside: we open no folder of anybody's.
            stack_id: tells that folder from one that an earlier stack in the same place has left.
        """
        if not other_user or open_to_others(self.data):
            return self.data / "postgres"
        # Not the user's runtime path: that is closed to others too, and lost when the machine restarts.
        return platformdirs.site_state_path("regcase") / stack_id / "postgres"

    def make(self) -> None:
        """Make the folders that are not there. What is secret has its own mode; others may pass through."""
        if not self.data.exists():
            self.data.mkdir(parents=True, mode=_MAY_PASS)
            self.data.chmod(_MAY_PASS)
        self.logs.mkdir(exist_ok=True, mode=0o700)
        self.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    @staticmethod
    def _runtime() -> Path:
        with warnings.catch_warnings():
            # It warns where no runtime folder is set and takes one under the folder for temporary files: good enough.
            warnings.simplefilter("ignore")
            return platformdirs.user_runtime_path("regcase")


def open_to_others(path: Path) -> bool:
    """Whether every other user of the machine can pass into a folder."""
    existing = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in existing)
