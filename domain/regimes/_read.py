"""Reads one regime file: what of it is well formed, and every fault that it has by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from domain.fields import PERIOD_FORM
from domain.regimes._check import faults_in
from domain.regimes._file import FileData
from domain.regimes._place import Fault, Places
from domain.regimes.rule import BASIS_FORM, DAY_OF_THE_YEAR_FORM

_TABLE = "names and what they say are needed here; docs/regimes.md tells which"
_PLAIN = {
    "missing": "is missing",
    "extra_forbidden": "is nothing that a file may say here; correct the name or remove it",
    "model_type": _TABLE,
    "dict_type": _TABLE,
}
_FORMS = {
    PERIOD_FORM: "is no period of one unit; write for example P28D, P2W, P6M, P1Y or PT24H",
    DAY_OF_THE_YEAR_FORM: "is no day of each year; write the month and the day, for example 08-01",
    BASIS_FORM: "is nothing that a period counts from; write for example notice.sent, penalty_notice.served or appeal.ended",
}
_DEEPEST = 2_000
"""The parser in C goes as deep as a text does, and would end the process where its stack does. Files of law have hundreds."""
_ALIAS = "an alias (*name) stands for something said elsewhere; say it again, so that each version is whole"


@dataclass(frozen=True)
class RegimeFile:
    """A file as it was read. `data` lacks the rules that are malformed; None: nothing could be made of it."""

    id: str
    places: Places
    data: FileData | None
    faults: tuple[Fault, ...]
    malformed_rules: frozenset[str] = frozenset()


def read_file(path: Path) -> RegimeFile:
    """Read a file; its faults stand in the result."""
    try:
        return _read_text(path.name, path.read_text(encoding="utf-8"))
    except ValueError as error:
        return _unreadable(path.name, Fault(path.name, 1, f"no text in UTF-8: {error}"))
    except OSError as error:
        return _unreadable(path.name, Fault(path.name, 1, f"cannot be read: {error.strerror}"))


@lru_cache(maxsize=64)
def _read_text(name: str, text: str) -> RegimeFile:
    """What a text says as a file of that name; a file that is checked among others is not read anew with each."""
    try:
        root = _composed(text)
        aliases = list(_aliases(root)) if root else []
        if aliases:
            return _unreadable(name, *(Fault(name, line, _ALIAS) for line in aliases))
        content = YAML(typ="safe", pure=True).constructor.construct_document(root) if root else None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        return _unreadable(name, Fault(name, mark.line + 1 if mark else 1, said))
    except (YAMLError, ValueError) as error:
        return _unreadable(name, Fault(name, 1, f"no YAML: {error}"))
    except RecursionError:
        return _unreadable(name, Fault(name, 1, "nested deeper than any such file is"))
    return _understood(name.removesuffix(".yaml"), Places(name, root), content)


def _composed(text: str) -> Node | None:
    """The nodes of a text, each with its line. A command or a process reads thousands of lines of law when it starts.

    The parser in C is five times as fast, and knows YAML 1.1; what it refuses is read by the one that knows 1.2 and tells faults in full.
    """
    root: Node | None
    if _as_deep_as_can_be(text) < _DEEPEST:
        with suppress(YAMLError, ValueError):
            root = YAML(typ="safe").compose(text)
            return root
    root = YAML(typ="safe", pure=True).compose(text)
    return root


def _as_deep_as_can_be(text: str) -> int:
    """A bound for how deep a text is nested, within a factor of two: a column at least, or a bracket, for each level."""
    return text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0)


def _unreadable(name: str, *faults: Fault) -> RegimeFile:
    return RegimeFile(name.removesuffix(".yaml"), Places(name), None, faults)


def _understood(file_id: str, places: Places, content: Any) -> RegimeFile:
    """What the file says, and the faults of its form; what is well formed is looked at further, so that all are told at once."""
    faults: list[Fault] = []
    malformed: set[str] = set()
    data = None
    try:
        data = FileData.model_validate(content)
    except ValidationError as error:
        for found in _told_once(error):
            where = ".".join(map(str, found["loc"]))
            faults.append(places.fault(found["loc"], f"{where}: {_message(found)}" if where else _message(found)))
            if found["loc"][:1] == ("rules",) and len(found["loc"]) > 1:
                malformed.add(str(found["loc"][1]))
        data = _well_formed_part(content, malformed, without_law=any(e["loc"][:1] == ("law",) for e in error.errors()))
    if data is not None:
        if data.id != file_id:
            faults.append(places.fault(("id",), f"id: {data.id!r} is not the name of the file"))
        faults.extend(places.fault(path, message) for path, message in faults_in(data))
    return RegimeFile(file_id, places, data, tuple(faults), frozenset(malformed))


def _told_once(error: ValidationError) -> Iterator[ErrorDetails]:
    """Without the complaint that a list is too short because its items are malformed, which are told themselves."""
    errors = error.errors()
    for found in errors:
        inside = (other["loc"] for other in errors if other["loc"][: len(found["loc"])] == found["loc"])
        if found["type"] != "too_short" or len(list(inside)) == 1:
            yield found


def _message(found: ErrorDetails) -> str:
    """What is wrong, in words of whoever writes the file, where we have them."""
    form = _FORMS.get(found.get("ctx", {}).get("pattern", ""))
    return f"{found['input']!r} {form}" if form else _PLAIN.get(found["type"]) or found["msg"].removeprefix("Value error, ")


def _well_formed_part(content: Any, malformed: set[str], *, without_law: bool) -> FileData | None:
    if not isinstance(content, dict) or not isinstance(content.get("rules"), dict):
        return None
    rest = {**content, "rules": {name: rule for name, rule in content["rules"].items() if name not in malformed}}
    if without_law:
        rest.pop("law", None)
    try:
        return FileData.model_validate(rest)
    except ValidationError:
        return None


def _aliases(root: Node) -> Iterator[int]:
    """The lines of what is said once and meant twice: the same node, met again."""
    met: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            yield node.start_mark.line + 1
            continue
        met.add(id(node))
        if isinstance(node, MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
        elif isinstance(node, SequenceNode):
            waiting.extend(node.value)
