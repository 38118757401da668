"""Disks of the suite's own under the data of Postgres and Kafka, which it can fill and free again. Only root may mount them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.kafka import Kafka
from deploy.local.notes import load_notes
from deploy.local.places import Places
from deploy.local.postgres import Postgres

_MEGABYTES = 3000
"""Of each; they take memory, but only as much as is written."""
_TRIES = 50


@dataclass(frozen=True)
class SmallDisk:
    """A file system in memory."""

    folder: Path

    def fill(self) -> None:
        """Leave no room on it, without a file that takes it: the disk is made as small as what it holds."""
        for _ in range(_TRIES):
            found = os.statvfs(self.folder)
            # What is written between the look and the change makes it fail; then once more.
            if _done("mount", "-o", f"remount,size={(found.f_blocks - found.f_bfree) * found.f_frsize}", str(self.folder)):
                return
        msg = f"{self.folder} cannot be made smaller"
        raise OSError(msg)

    def free(self) -> None:
        """Let there be room again."""
        assert _done("mount", "-o", f"remount,size={_MEGABYTES}m", str(self.folder))


@contextmanager
def small_disks(data: Path) -> Iterator[Mapping[str, SmallDisk]]:
    """Mount them where Postgres and the first broker of a data folder will keep their data; none where that is not allowed.

    Their processes must have ended when the context does.
    """
    places = Places(data)
    notes = load_notes(places.notes)
    folders = {"postgres": Postgres(places, notes).folder.parent, "kafka": Kafka(places, notes).folder}
    with ExitStack() as mounted:
        yield {name: SmallDisk(folder) for name, folder in folders.items() if _mount(folder, mounted)}


def _mount(folder: Path, mounted: ExitStack) -> bool:
    if os.geteuid() != 0:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    if not _done("mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m,mode=711", "regcase", str(folder)):
        return False
    mounted.callback(_done, "umount", "--lazy", str(folder))
    return True


def _done(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
