"""The facts of a command, from files and from NAME=VALUE."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.cli.facts_given import read_facts
from interfaces.errors import Misused
from interfaces.scripts.yaml_tree import Malformed


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("amount=GBP 7552800", "GBP 7552800"),
        ("sent_on=2022-05-18", "2022-05-18"),
        ("complete=true", True),
        ("size=42", 42),
        ("provisions=[UK GDPR Art 5, UK GDPR Art 6]", ["UK GDPR Art 5", "UK GDPR Art 6"]),
        ("subject={name: A Ltd, country: GB, kind: undertaking}", {"name": "A Ltd", "country": "GB", "kind": "undertaking"}),
        ("reasons=Provisional view: too late", "Provisional view: too late"),
        ("reasons=- not a list", "- not a list"),
        ("reasons=*not an alias", "*not an alias"),
        ("reasons=", ""),
        ("reasons=a=b", "a=b"),
        ('reference="[2025] UKUT 319 (AAC)"', "[2025] UKUT 319 (AAC)"),
    ],
)
def test_a_value_is_read_as_scripts_write_it_and_a_sentence_is_a_sentence(written: str, meant: Any) -> None:
    assert list(read_facts([written]).values()) == [meant]


def test_a_file_may_be_yaml_or_json_and_single_facts_stand_beside_it(tmp_path: Path) -> None:
    yaml, json = tmp_path / "facts.yaml", tmp_path / "facts.json"
    yaml.write_text("amount: GBP 5\nreceived_on: 2024-07-01\n")
    json.write_text('{"amount": {"amount": "5.00", "currency": "GBP"}}')
    assert read_facts([str(yaml), "reference=A7"]) == {"amount": "GBP 5", "received_on": "2024-07-01", "reference": "A7"}
    assert read_facts([str(json)]) == {"amount": {"amount": "5.00", "currency": "GBP"}}


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"amount: GBP 5")))
    assert read_facts(["-"]) == {"amount": "GBP 5"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["a=1", "a=2"], "a: given twice"),
        (["provisions=[a, b"], "provisions: line 1, column"),
        (["reference=[2025] UKUT 319"], "is put into quotation marks as a whole"),
        (["no-such-file.yaml"], "'no-such-file.yaml' is neither NAME=VALUE nor a file that can be read"),
    ],
)
def test_wrong_use_is_told(given: list[str], told: str) -> None:
    with pytest.raises(Misused, match=told.replace("[", r"\[")):
        read_facts(given)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"- a\n- b\n", "line 1, column 1: must be a mapping"),
        (b"a: 1\na: 2\n", "line 2, column 1: the key 'a' is given twice"),
        (b"a: &x 1\nb: *x\n", "line 1, column 4: the anchor &x"),
        (b"a: [" * 50, "nested more than"),
        (b"\xff\xfe", "line 1, column 1: not UTF-8"),
        (b"a: " + b"x" * 2_000_000, "at most 1,048,576 are read"),
    ],
)
def test_a_malformed_file_is_told_with_line_and_column(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_bytes(content)
    with pytest.raises(Malformed) as caught:
        read_facts([str(path)])
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


@given(st.text())
def test_whatever_the_value_it_is_read_or_told(value: str) -> None:
    told = ""
    try:
        told = ", ".join(read_facts([f"reasons={value}"]))
    except Misused as misused:
        told = str(misused).partition(":")[0]
    assert told == "reasons"
