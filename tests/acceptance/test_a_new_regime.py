"""A newcomer adds a body of law: one file dropped into the folder, no Python touched, no service running."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEW = Path(__file__).parent / "new_regime"
PACKAGES = ("foundation", "domain", "projections", "audit", "workers", "interfaces", "deploy")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The program's own folders, copied, so that the new file is installed there and nowhere else."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def regcase(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of that copy, with nothing in the environment that names a service."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGCASE_")}
    environment["PYTHONPATH"] = str(checkout)
    command = [sys.executable, "-c", "from interfaces.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_a_file_that_is_dropped_into_the_folder_governs_cases(checkout: Path) -> None:
    draft, script = NEW / "mt-invented.yaml", NEW / "case.yaml"
    unknown = regcase(checkout, "rehearse", str(script))
    assert unknown.returncode == 2
    assert "the regime 'mt-invented' is unknown" in unknown.stderr

    checked = regcase(checkout, "regime", "check", str(draft))
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "mt-invented.yaml: no faults; 3 rules." in checked.stdout

    shutil.copy(draft, checkout / "domain" / "regimes")
    shown = regcase(checkout, "regime", "show", "mt-invented")
    assert "Invented Commissioner" in shown.stdout
    assert "Ten working days to answer the letter of warning" in shown.stdout

    played = regcase(checkout, "rehearse", str(script))
    assert played.returncode == 0, played.stdout + played.stderr
    assert "Everything happened as stated" in played.stdout


def test_a_file_with_faults_stops_everything_and_says_why_and_check_finds_the_line(checkout: Path) -> None:
    text = (NEW / "mt-invented.yaml").read_text(encoding="utf-8")
    installed = checkout / "domain" / "regimes" / "mt-invented.yaml"
    installed.write_text(text.replace("payment: mt-invented/s4", "payment: mt-invented/s9"), encoding="utf-8")

    stopped = regcase(checkout, "regime", "list")
    assert stopped.returncode == 3
    assert "the regime files have faults; nothing was loaded" in stopped.stderr
    line = text[: text.index("payment: mt-invented/s4")].count("\n") + 1
    fault = f"mt-invented.yaml: line {line}: law.roles.fine.payment: unknown rule 'mt-invented/s9'"
    assert fault in stopped.stderr
    checked = regcase(checkout, "regime", "check", str(installed))
    assert checked.returncode == 2
    assert fault in checked.stdout
