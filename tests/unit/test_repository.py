"""What must hold of the project's files themselves."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINS = re.compile(r"^[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+ \\$", re.IGNORECASE)


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.fail("the project's files are listed by git; run the tests in a checkout")
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def test_every_dependency_is_pinned_with_hashes() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pins
    assert [pin for pin in pins if not PINS.match(pin)] == []
    followed = [lines[lines.index(pin) + 1].strip() for pin in pins]
    assert all(line.startswith("--hash=sha256:") for line in followed)


@pytest.mark.parametrize(
    "name",
    ["requirements.txt", "requirements.in", "pyproject.toml", "deploy/local/jgo.toml", "deploy/local/jgo.lock.toml", "Makefile"],
)
def test_no_file_that_pins_or_installs_names_a_host(name: str) -> None:
    assert not re.search(
        r"https?://|^--(extra-)?index-url|^--trusted-host", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE
    )


def test_nothing_reads_outside_the_project() -> None:
    outside = "../" + "shared"
    assert [str(path) for path in tracked() if outside in path.read_text(encoding="utf-8", errors="replace")] == []
