"""docs/regimes.md explains every field that a regime's file may have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.regimes import installed
from domain.regimes._file import FileData, RuleData
from domain.regimes.law import RegimeData
from domain.regimes.rule import VersionData

ROOT = Path(__file__).parents[2]
DOCUMENTED = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs" / "regimes.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("form", [FileData, RuleData, VersionData, RegimeData])
def test_every_field_of_a_file_is_explained(form: type[FileData | RuleData | VersionData | RegimeData]) -> None:
    assert set(form.model_fields) <= DOCUMENTED


def test_every_body_of_law_is_named_in_the_readme() -> None:
    named = set(re.findall(r"`([a-z]+-[a-z0-9-]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert set(installed().files) <= named
