"""What reading any part of a script needs: mappings with known keys, words and texts, and the faults found so far."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node

from interfaces.scripts.yaml_tree import Fault, Place, entries, place_of, shown, value_of

MOST_TEXT = 2_000


class Reader:
    """Collects faults while it reads; nothing is raised on the way, so that all are told at once."""

    def __init__(self, faults: list[Fault] | None = None) -> None:
        self.faults: list[Fault] = [] if faults is None else faults

    def fault(self, place: Place, message: str) -> None:
        """Note what is wrong there."""
        self.faults.append(Fault(place, message))

    def value(self, node: Node) -> Any:
        """A node's plain value."""
        return value_of(node, self.faults)

    def entries(self, node: MappingNode) -> list[tuple[str, Node, Place]]:
        """The entries of a mapping, each key once."""
        return entries(node, self.faults)

    def fields(self, node: Node, what: str, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> dict[str, Node]:
        """The entries of a mapping of known keys; unknown and missing ones are faults."""
        if not isinstance(node, MappingNode):
            keys = ", ".join((*required, *optional))
            self.fault(place_of(node), f"{what} must be a mapping with the keys {keys}")
            return {}
        found: dict[str, Node] = {}
        for key, value, place in self.entries(node):
            if key in required or key in optional:
                found[key] = value
            else:
                keys = ", ".join((*required, *optional))
                self.fault(place, f"the key {shown(key)} is unknown; {what} takes {keys}")
        missing = [key for key in required if key not in found]
        if missing:
            self.fault(place_of(node), f"{what} needs the key {' and '.join(repr(key) for key in missing)}")
        return found

    def text(self, fields: dict[str, Node], key: str) -> str:
        """A text of one field; empty when it is missing or none."""
        node = fields.get(key)
        if node is None:
            return ""
        given = self.value(node)
        if isinstance(given, str) and given.strip() and len(given) <= MOST_TEXT and given.isprintable():
            return given
        self.fault(place_of(node), f"{key} must be a text of at most {MOST_TEXT:,} printable characters, not {shown(given)}")
        return ""

    def word(self, fields: dict[str, Node], key: str, form: re.Pattern[str], words: str) -> str:
        """A text of a stated form; empty when it is missing or otherwise."""
        given = self.text(fields, key)
        if given and not form.fullmatch(given):
            self.fault(place_of(fields[key]), f"{key} is {shown(given)}; it takes {words}")
            return ""
        return given
