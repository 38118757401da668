"""How something that takes long is getting on: a bar in a terminal, lines otherwise. A load tells of each of its steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from interfaces.cli.page import Page, printable
from interfaces.scripts.load import Loading
from interfaces.scripts.report import PlayedStep

LINE_SECONDS = 5.0
"""Where nobody looks on directly, it is told no more often than this how far something has got."""


@contextmanager
def progress(page: Page, name: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far something has got: a bar in a terminal, a line every few seconds otherwise."""
    if page.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=page.console) as bars:
            task = bars.add_task(name, total=None)
            yield lambda reached, end: bars.update(task, total=end, completed=reached)
        return
    told = time.monotonic()

    def tell(reached: int, end: int) -> None:
        nonlocal told
        if time.monotonic() - told >= LINE_SECONDS:
            told = time.monotonic()
            page.line(f"{name}: {reached:,} of {end:,}")

    yield tell


class Progress:
    """Tells of the steps of loads as they are done. `quiet`: of none."""

    def __init__(self, *, quiet: bool) -> None:
        self._page = Page()
        self._quiet = quiet
        self._task: TaskID | None = None
        self._bars: Bars | None = None

    def __enter__(self) -> Self:
        if self._page.is_terminal and not self._quiet:
            columns = (TextColumn("{task.fields[matter]}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bars = Bars(*columns, TextColumn("{task.description}", markup=False), transient=True)
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away, so that what is told next stands by itself."""
        if self._bars:
            self._bars.stop()

    def begin(self, loading: Loading) -> None:
        """A script is about to be played."""
        script, before = loading.script, len(loading.before)
        if before and not loading.is_complete:
            self._line(f"{script.matter}: going on after step {before} of {len(script.steps)}.")
        if self._bars:
            self._task = self._bars.add_task("", total=len(script.steps), completed=before, matter=script.matter)

    def step(self, loading: Loading, played: PlayedStep) -> None:
        """A step was played."""
        step, script = played.step, loading.script
        what = f"{step.at:%Y-%m-%d}  {step.do or 'the clock moves'}"
        if self._bars and self._task is not None:
            self._bars.update(self._task, advance=1, description=printable(what))
        else:
            self._line(f"{script.matter}: step {step.number} of {len(script.steps)}, {what}: {_came_of(played)}")
        for difference in played.differences:
            self._line(f"{script.matter}: DIFFERENT: {difference}", style="bold red")

    def end(self, loading: Loading) -> None:
        """A script has been played to its end."""
        script, now = loading.script, len(loading.played)
        if not now:
            found = sum(len(step.differences) for step in loading.before)
            unlike = f" {found} things were not as stated when it was." if found else ""
            self._line(f"{script.matter}: all {len(script.steps)} steps were played before; nothing was to be done.{unlike}")
        elif loading.differences:
            number = len(loading.differences)
            self._line(f"{script.matter}: loaded, {now} step{'s' if now > 1 else ''}; not as stated: {number}.", style="bold red")
            for difference in loading.differences:
                self._line(f"  {difference}")
        else:
            self._line(
                f"{script.matter}: loaded, {now} step{'s' if now > 1 else ''}; everything happened as stated.", style="bold green"
            )
        if self._bars and self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None

    def _line(self, text: str, style: str = "") -> None:
        if self._quiet:
            return
        if self._bars:
            self._bars.console.print(printable(text), style=style, markup=False, highlight=False)
        else:
            self._page.line(text, style=style)


def _came_of(played: PlayedStep) -> str:
    if played.skipped:
        return "skipped"
    if played.refusal:
        return f"refused ({played.refusal['code']})"
    if played.step.do:
        return "done"
    number = len(played.fell_due)
    return f"{number} event{'s' if number > 1 else ''} fell due" if number else "nothing fell due"
