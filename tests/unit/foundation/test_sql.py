"""Statements come by name from the file beside a module; a file that is missing or wrong is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import Misconfigured
from foundation.sql import load_statements


def test_each_statement_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- name: one\nSELECT 1;\n\n-- name: two\n-- why\nSELECT 2;\n")
    assert load_statements(tmp_path / "a.py") == {"one": "SELECT 1;", "two": "-- why\nSELECT 2;"}


@pytest.mark.parametrize("content", ["", "SELECT 1;", "-- name: one\nSELECT 1;\n-- name: one\nSELECT 2;"])
def test_a_file_without_names_or_with_one_twice_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.sql").write_text(content)
    with pytest.raises(Misconfigured, match="each name once"):
        load_statements(tmp_path / "a.py")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"a\.sql is missing beside a\.py"):
        load_statements(tmp_path / "a.py")
