"""The command line, pointed at a database of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foundation.database import Pool
from interfaces.cli.entry import app
from tests.services import Database
from workers.reconciler import Reconciler


@dataclass(frozen=True)
class Answer:
    """What a command ended with and printed."""

    code: int
    out: str
    err: str


Regcase = Callable[..., Answer]


def show_everything(pool: Pool) -> None:
    """Let the read models have what is stored."""
    Reconciler(pool, behind=0).look()


@pytest.fixture
def regcase(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Regcase:
    """Runs `regcase` with the test's database."""
    monkeypatch.setenv("REGCASE_DATABASE_URL", database.app_url)
    monkeypatch.setenv("REGCASE_DATA", str(tmp_path / "data"))

    def run(*arguments: str) -> Answer:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    return run
