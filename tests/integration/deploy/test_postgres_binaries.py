"""Postgres' programs run for another user also where the environment is closed to that user."""

from __future__ import annotations

import subprocess
from pathlib import Path

import platformdirs
import pytest

from deploy.local import postgres_binaries
from deploy.local.postgres_binaries import binaries


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As if the environment lay in a folder that is closed to others; copies go to the path given."""
    monkeypatch.setattr(postgres_binaries, "open_to_others", lambda _path: False)
    monkeypatch.setattr(platformdirs, "site_state_path", lambda _name: tmp_path / "state")
    return tmp_path / "state"


def version_told_by(folder: Path) -> str:
    return subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=True).stdout


def test_the_wheels_own_programs_are_run_where_they_can_be() -> None:
    assert "site-packages" in str(binaries(None))


def test_a_copy_is_run_where_they_are_closed_to_the_user(closed: Path) -> None:
    folder = binaries("somebody")
    assert folder.is_relative_to(closed)
    assert version_told_by(folder).startswith("initdb (PostgreSQL) 18")


def test_the_copy_is_made_once(closed: Path) -> None:
    before = binaries("somebody").stat().st_ino
    assert binaries("somebody").stat().st_ino == before
    assert [path.name for path in closed.iterdir()] == [binaries("somebody").parents[2].name]
