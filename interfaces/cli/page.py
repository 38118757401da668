"""What commands print: wrapped and coloured in a terminal; otherwise plain lines that stay the same at any width."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


class Page:
    """One command's output. Nothing that was typed in by people is taken for markup or for orders to the terminal."""

    def __init__(self, *, stderr: bool = False) -> None:
        self._console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
        self._file = sys.stderr if stderr else sys.stdout

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it directly."""
        return self._console.is_terminal

    def line(self, text: str = "", *, indent: int = 0, style: str = "") -> None:
        """One paragraph; in a terminal it wraps within its indent."""
        shown = printable(text)
        if self.is_terminal:
            self._console.print(Padding(Text(shown, style=style), (0, 0, 0, indent)))
        else:
            print("\n".join(f"{' ' * indent}{part}".rstrip() for part in shown.split("\n")), file=self._file)

    def entry(self, label: str, text: str, *, indent: int = 0, width: int = 0) -> None:
        """A paragraph that belongs to a label; in a terminal it wraps beside it. `width` is the room for the label."""
        if not self.is_terminal:
            self.line(f"{label}: {text}", indent=indent)
            return
        grid = Table.grid(padding=(0, 2))
        grid.add_column(min_width=width, no_wrap=True, style="blue")
        grid.add_column()
        grid.add_row(Text(printable(label)), Text(printable(text)))
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def bullet(self, text: str, *, indent: int = 0, style: str = "") -> None:
        """One item of a list; in a terminal it wraps beside its dash."""
        if not self.is_terminal:
            self.line(f"- {text}", indent=indent)
            return
        grid = Table.grid(padding=(0, 1))
        grid.add_row(Text("-", style=style), Text(printable(text), style=style))
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "", right: Sequence[str] = ()) -> None:
        """Rows under headings; nothing is cut off where nobody looks at it directly.

        Args:
            columns: the headings.
            rows: as many cells each.
            title: told above.
            right: the columns that are set to the right.
        """
        if title:
            self.line(title, style="bold")
        if not self.is_terminal:
            self._plain_table(columns, rows, right)
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
        for column in columns:
            table.add_column(column, justify="right" if column in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        self._console.print(table)

    def _plain_table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> None:
        cells = [tuple(columns), *(tuple(printable(cell).replace("\n", " ") for cell in row) for row in rows)]
        widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
        for row in cells:
            sized = [
                cell.rjust(width) if column in right else cell.ljust(width)
                for cell, width, column in zip(row, widths, columns, strict=True)
            ]
            print("  ".join(sized).rstrip(), file=self._file)


def print_json(value: Any) -> None:
    """The answer for machines: one JSON document on standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def printable(text: str) -> str:
    """A text without signs that steer a terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)
