"""The facts of a command as the command line takes them: a YAML or JSON file, or NAME=VALUE."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from interfaces.errors import Misused
from interfaces.scripts.yaml_tree import MOST_BYTES, Fault, Malformed, Place, read_text, tree_of, value_of

_PAIR = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)", re.DOTALL)
_BRACKETED = ("{", "[", '"', "'")


def read_facts(given: Iterable[str]) -> dict[str, Any]:
    """Put the facts of a command together.

    Args:
        given: names of files (`-` is standard input), and `NAME=VALUE`. A value is read as scripts write it: lists and
            mappings in brackets, `true`, numbers, quoted texts; everything else is the text that it is.

    Raises:
        Malformed: a file cannot be read or is no mapping; with line and column.
        Misused: a name is given twice, or a bracketed value is not YAML.
    """
    facts: dict[str, Any] = {}
    for one in given:
        pair = _PAIR.fullmatch(one)
        found = {pair["name"]: _value(pair["name"], pair["value"])} if pair else _file(one)
        twice = sorted(facts.keys() & found.keys())
        if twice:
            msg = f"{', '.join(twice)}: given twice. Name each fact once."
            raise Misused(msg)
        facts |= found
    return facts


def _value(name: str, text: str) -> Any:
    try:
        value = _read(text)
    except Malformed as error:
        if not text.startswith(_BRACKETED):
            return text
        msg = f"{name}: {error}. A text that begins with a bracket or a quotation mark is put into quotation marks as a whole."
        raise Misused(msg) from None
    return text if isinstance(value, dict | list) and not text.startswith(_BRACKETED) else value


def _file(name: str) -> dict[str, Any]:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except OSError as error:
        msg = f"{name!r} is neither NAME=VALUE nor a file that can be read ({error.strerror})."
        raise Misused(msg) from None
    try:
        facts = _read(read_text(content))
    except Malformed as error:
        raise Malformed(error.faults, "standard input" if name == "-" else name) from None
    if not isinstance(facts, dict):
        raise Malformed([Fault(Place(1, 1), "must be a mapping of the command's fields")], name)
    return facts


def _read(text: str) -> Any:
    faults: list[Fault] = []
    value = value_of(tree_of(text), faults)
    if faults:
        raise Malformed(faults)
    return value
