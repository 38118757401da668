"""Where something stands in a regime's file, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

FactPath = tuple[str | int, ...]
"""The keys and numbers that lead to a value: `("rules", "r22", "versions", 0, "kind")`."""


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong with a file, in words, and the line where that stands (from 1)."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}: line {self.line}: {self.message}"


@dataclass(frozen=True)
class Places:
    """The lines of one file."""

    file: str
    root: Node | None = None

    def fault(self, path: FactPath, message: str) -> Fault:
        """A fault at the place of a value, or of the nearest that is there."""
        return Fault(self.file, self._line(path), message)

    def _line(self, path: FactPath) -> int:
        node, line = self.root, 1
        for part in path:
            match node:
                case MappingNode():
                    found = next(((key, value) for key, value in node.value if key.value == part), None)
                    if found:  # else the checker's own name for one of several forms, which stands in no file
                        line, node = found[0].start_mark.line + 1, found[1]
                case SequenceNode() if isinstance(part, int) and part < len(node.value):
                    node = node.value[part]
                    line = node.start_mark.line + 1
                case _:
                    break
        return line
