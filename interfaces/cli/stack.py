"""`regcase up`, `down` and `restart`: the system as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Unpack

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.local import STAGES, Report, down, restart, up
from deploy.local.numbers import Given
from foundation.settings import Settings, load_settings
from interfaces.cli.page import Page


def _number(option: str, what: str) -> Any:
    return typer.Option(option, metavar="N", help=f"{what}; 1 where none was ever given.", show_default=False)


_Brokers = Annotated[int | None, _number("--brokers", "Brokers of the local Kafka, 1 or 3: of three one may be lost")]
_Relays = Annotated[int | None, _number("--relays", "Relays: one publishes, the others stand by")]
_Workers = Annotated[int | None, _number("--workers", "Workers, which share the partitions")]
_Reconcilers = Annotated[int | None, _number("--reconcilers", "Reconcilers")]

_HOW_EACH_IS = "`regcase status` tells how each process is."
"""That it runs does not say that it does its work."""


def up_command(
    brokers: _Brokers = None, relays: _Relays = None, workers: _Workers = None, reconcilers: _Reconcilers = None
) -> None:
    """Set up and start the system: Postgres and Kafka (unless the environment names yours) and regcase's processes.

    Done again, it only looks whether everything runs. What it starts goes on until `regcase down`. Numbers that are given
    are kept: the next `regcase up` needs none.
    """
    numbers = {"brokers": brokers, "relays": relays, "workers": workers, "reconcilers": reconcilers}
    given: Any = {kind: number for kind, number in numbers.items() if number is not None}
    page = Page()
    start_stack(page, **given)
    page.line(_HOW_EACH_IS)


def start_stack(page: Page, **given: Unpack[Given]) -> Settings:
    """Start the system and show how it goes.

    Args:
        given: how many processes of a kind there are from now on.
    """
    with _shown(page) as show:
        return up(load_settings(), show, **given)


def down_command() -> None:
    """Stop everything that `regcase up` started. The data is kept."""
    page = Page()
    stopped = down(load_settings())
    page.line(f"Stopped: {', '.join(stopped)}. The data is kept." if stopped else "Nothing was running.")


def restart_command(
    names: Annotated[list[str], typer.Argument(metavar="PROCESS...", help="As `regcase status` calls them.", show_default=False)],
) -> None:
    """Stop processes of the local stack, start them again and wait until they run: for what hangs.

    One that does not end within its time is killed; that loses nothing. It starts with the settings of the last `regcase up`.
    """
    page = Page()
    restart(load_settings(), names, page.line)
    page.line(_HOW_EACH_IS)


@contextmanager
def _shown(page: Page) -> Iterator[Any]:
    """Show the stages of a start: as they run in a terminal, a line for each that ended otherwise."""
    if not page.is_terminal:
        yield lambda report: page.line(f"{STAGES[report.stage]}: {report.detail}") if report.done else None
        return
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TextColumn("{task.fields[detail]}"))
    with Progress(*columns, TimeElapsedColumn()) as progress:
        tasks: dict[str, Any] = {}

        def show(report: Report) -> None:
            if report.stage not in tasks:
                tasks[report.stage] = progress.add_task(STAGES[report.stage], total=1, detail="")
            progress.update(tasks[report.stage], detail=report.detail, completed=int(report.done))

        yield show
