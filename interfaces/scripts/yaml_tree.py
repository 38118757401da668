"""YAML 1.2 as a tree of plain values that remember line and column. Bounded, and without aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from foundation.errors import RegcaseError

MOST_BYTES = 1_048_576
MOST_DEPTH = 24
MOST_NODES = 60_000
"""Keys and values: a script of the most steps has fewer, and reading that many takes seconds, not minutes."""
MOST_FAULTS = 50
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_CORE = "tag:yaml.org,2002:"


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong at a place of a file."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"line {self.place.line}, column {self.place.column}: {self.message}"


class Malformed(RegcaseError):
    """A file is not what it should be. Holds all faults that were found, in order of place."""

    def __init__(self, faults: list[Fault], source: str = "") -> None:
        self.faults = sorted(set(faults))[:MOST_FAULTS]
        self.source = source
        prefix = f"{source}: " if source else ""
        super().__init__("\n".join(f"{prefix}{fault}" for fault in self.faults))


def read_text(given: bytes) -> str:
    """Decode a file.

    Raises:
        Malformed: too long, or not UTF-8.
    """
    if len(given) > MOST_BYTES:
        msg = f"the file has {len(given):,} bytes; at most {MOST_BYTES:,} are read"
        raise Malformed([Fault(Place(1, 1), msg)])
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = given[: error.start].decode("utf-8-sig", errors="replace")
        raise Malformed([Fault(_place_after(before), "not UTF-8; save the file in that encoding")]) from None


def tree_of(text: str) -> Node:
    """The one document of a YAML 1.2 text.

    Raises:
        Malformed: syntax, more than one document or none, aliases, tags, or too deep.
    """
    try:
        faults = list(_forbidden(text))
        if faults:
            raise Malformed(faults)
        node = _parser().compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise Malformed([Fault(place, f"not YAML: {said}")]) from None
    except ReaderError as error:
        message = "a control character that YAML does not allow; remove it"
        raise Malformed([Fault(_place_after(text[: error.position]), message)]) from None
    except (YAMLError, ValueError) as error:
        raise Malformed([Fault(Place(1, 1), f"not YAML: {error}")]) from None
    if node is None:
        raise Malformed([Fault(Place(1, 1), "the file is empty")])
    found: Node = node
    return found


def value_of(node: Node, faults: list[Fault]) -> Any:
    """A node as str, int, bool, None, list or dict. Dates and decimals stay the text that was written.

    Keys given twice and keys that are no words are added to `faults`.
    """
    if isinstance(node, MappingNode):
        return {key: value_of(value, faults) for key, value, _ in entries(node, faults)}
    if isinstance(node, SequenceNode):
        return [value_of(item, faults) for item in node.value]
    return _scalar(node)


def entries(node: MappingNode, faults: list[Fault]) -> list[tuple[str, Node, Place]]:
    """The entries of a mapping: key, value, and where the key stands."""
    found: dict[str, tuple[str, Node, Place]] = {}
    for key, value in node.value:
        place = place_of(key)
        if not isinstance(key, ScalarNode):
            faults.append(Fault(place, "a key must be a word, not a list or a mapping"))
        elif key.value in found:
            faults.append(Fault(place, f"the key {shown(key.value)} is given twice"))
        else:
            found[key.value] = (key.value, value, place)
    return list(found.values())


def place_of(node: Node) -> Place:
    """Where a node begins."""
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def shown(text: object) -> str:
    """A value as a message shows it: quoted, and not longer than a line."""
    whole = repr(text) if isinstance(text, str) else str(text)
    return whole if len(whole) <= 60 else f"{whole[:57]}..."


def _parser() -> YAML:
    parser = YAML(typ="rt", pure=True)
    parser.version = None
    return parser


def _forbidden(text: str) -> Iterator[Fault]:
    """Look before composing: aliases can make a short text into an endless tree."""
    depth = nodes = 0
    for event in _parser().parse(text):
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > MOST_DEPTH + 2:  # the stream and the document count too
            yield Fault(place, f"nested more than {MOST_DEPTH} deep")
            return
        nodes += isinstance(event, NodeEvent)
        if nodes > MOST_NODES:
            yield Fault(place, f"there are more than {MOST_NODES:,} keys and values; at most that many are read")
            return
        if isinstance(event, AliasEvent):
            yield Fault(place, f"the alias *{event.anchor} is not taken; write it out")
        elif isinstance(event, NodeEvent) and event.anchor:
            yield Fault(place, f"the anchor &{event.anchor} is not taken; write each part out")
        elif getattr(event, "tag", None):
            yield Fault(place, f"the tag {shown(str(event.tag))} is not taken; write plain values")
        if kind == "DocumentStartEvent" and getattr(event, "version", None) not in (None, (1, 2)):
            yield Fault(place, "only YAML 1.2 is read; remove the %YAML line")
            return


def _scalar(node: Node) -> str | int | bool | None:
    text: str = node.value
    match (node.tag or "").removeprefix(_CORE):
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" if _INTEGER.fullmatch(text):
            return int(text)
        case _:
            return text


def _place_after(text: str) -> Place:
    lines = text.split("\n")
    return Place(len(lines), len(lines[-1]) + 1)
