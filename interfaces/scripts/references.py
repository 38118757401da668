"""The places in a command's fields that name other cases: found in a file, and put in with the cases' ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from domain.case.commands import Act
from domain.names import COMMANDS
from interfaces.scripts.yaml_tree import Place, place_of


def names_in(command: str, fields: MappingNode) -> tuple[tuple[str, Place], ...]:
    """The names of cases in the fields of a command, with their places. Ids are no names; other things the command judges."""
    return tuple(
        (node.value, place_of(node))
        for key, value in fields.value
        if isinstance(key, ScalarNode) and key.value in COMMANDS[command].REFERS
        for node in _candidates(value)
        if isinstance(node, ScalarNode) and (node.tag or "").endswith(":str") and not is_id(node.value)
    )


def with_ids(
    command: str, data: Mapping[str, Any], id_of: Callable[[str], UUID], matter_of: Callable[[str], UUID]
) -> dict[str, Any]:
    """The fields of a command with the names of cases and of matters replaced by ids. Texts that are ids stay.

    Args:
        id_of: gives the case of a name; what it raises goes through.
        matter_of: gives the matter of a name, likewise.
    """
    act = COMMANDS.get(command, Act)
    replacements = dict.fromkeys(act.REFERS, id_of) | dict.fromkeys(act.NAMES_MATTERS, matter_of)
    return {field: _replaced(value, replacements[field]) if field in replacements else value for field, value in data.items()}


def is_id(text: str) -> bool:
    """Whether a text is a UUID in full."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _candidates(node: Node) -> Iterator[Node]:
    if isinstance(node, SequenceNode):
        yield from node.value
    elif isinstance(node, MappingNode):
        yield from (key for key, _ in node.value)
    else:
        yield node


def _replaced(value: Any, id_of: Callable[[str], UUID]) -> Any:
    match value:
        case str():
            return value if is_id(value) else str(id_of(value))
        case list():
            return [_replaced(item, id_of) if isinstance(item, str) else item for item in value]
        case dict():
            return {_replaced(key, id_of): item for key, item in value.items()}
        case _:
            return value
