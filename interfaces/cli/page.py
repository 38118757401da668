"""What commands print: wrapped and coloured in a terminal; otherwise plain lines that stay the same at any width."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_BETWEEN = 3
"""Signs between two columns."""
_LEAST_WORDS = 16
"""A column of words is no narrower than this, unless it has less to say."""


class Page:
    """One command's output. Nothing that was typed in by people is taken for markup or for orders to the terminal."""

    def __init__(self, *, stderr: bool = False) -> None:
        self._console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
        self._file = sys.stderr if stderr else sys.stdout

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it directly."""
        return self._console.is_terminal

    @property
    def console(self) -> Console:
        """Where bars are drawn that this page's lines stand between."""
        return self._console

    def line(self, text: str = "", *, indent: int = 0, style: str = "") -> None:
        """One paragraph; in a terminal it wraps within its indent."""
        shown = printable(text)
        if self.is_terminal:
            self._console.print(Padding(Text(shown, style=style), (0, 0, 0, indent)))
        else:
            print("\n".join(f"{' ' * indent}{part}".rstrip() for part in shown.split("\n")), file=self._file)

    def entry(self, label: str, text: str, *, indent: int = 0, width: int = 0, style: str = "") -> None:
        """A paragraph that belongs to a label; in a terminal it wraps beside it. `width` is the room for the label."""
        if not self.is_terminal:
            self.line(f"{label}: {text}", indent=indent)
            return
        grid = Table.grid(padding=(0, 2))
        grid.add_column(min_width=width, no_wrap=True, style="blue")
        grid.add_column()
        grid.add_row(Text(printable(label)), Text(printable(text), style=style))
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def bullet(self, text: str, *, indent: int = 0, style: str = "") -> None:
        """One item of a list; in a terminal it wraps beside its dash."""
        if not self.is_terminal:
            self.line(f"- {text}", indent=indent)
            return
        grid = Table.grid(padding=(0, 1))
        grid.add_row(Text("-", style=style), Text(printable(text), style=style))
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        title: str = "",
        right: Sequence[str] = (),
        wrap: Sequence[str] = (),
    ) -> None:
        """Rows under headings; nothing is cut off or broken in the middle. A terminal that is too narrow gets a block for each row.

        Args:
            columns: the headings.
            rows: as many cells each.
            title: told above.
            right: the columns that are set to the right.
            wrap: the columns of words, which may go on in a further line.
        """
        if title:
            self.line(title, style="bold")
        if not self.is_terminal:
            self._plain_table(columns, rows, right)
            return
        cells = [[printable(cell) for cell in row] for row in rows]
        widths = _widths(columns, cells, wrap, self._console.width - _BETWEEN * (len(columns) - 1))
        if widths is None:
            self._blocks(columns, cells)
            return
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
        for column, width in zip(columns, widths, strict=True):
            table.add_column(
                Text(column), justify="right" if column in right else "left", no_wrap=column not in wrap, width=width
            )
        for row in cells:
            table.add_row(*map(Text, row))
        self._console.print(table)

    def _blocks(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        width = max(map(len, columns))
        for number, row in enumerate(rows):
            if number:
                self.line()
            for column, cell in zip(columns, row, strict=True):
                if cell:
                    self.entry(column, cell, width=width)

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


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], wrap: Sequence[str], room: int) -> list[int] | None:
    """How wide each column is within the room; None: some word, or a cell that may not wrap, would have to be broken."""
    lines = [[column, *(line for row in rows for line in row[index].split("\n"))] for index, column in enumerate(columns)]
    widest = [max(map(cell_len, column)) for column in lines]
    widths = list(widest)
    for index, column in enumerate(columns):
        if column in wrap:
            longest_word = max(cell_len(word) for line in lines[index] for word in [*line.split(), ""])
            widths[index] = max(min(widest[index], _LEAST_WORDS), longest_word)
    if sum(widths) > room:
        return None
    for _ in range(min(room, sum(widest)) - sum(widths)):
        narrowest = max(range(len(columns)), key=lambda index: widest[index] - widths[index])
        widths[narrowest] += 1
    return widths
