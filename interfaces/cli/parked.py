"""`regcase parked`: cases that wait in a read model, and what an operator does about them."""

from __future__ import annotations

from typing import Annotated

import typer

from foundation.database import Pool
from interfaces.cli.actor import By, parse_actor
from interfaces.cli.exits import Exit
from interfaces.cli.maintenance import known_read_model
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import reading_pool, rows_as_json
from interfaces.errors import NotDone
from projections import operator_acts
from projections.parking import ParkedCase, parked_cases
from projections.reading import find_case

parked = typer.Typer(no_args_is_help=True, help="Cases that wait in a read model because an event could not be applied there.")

ReadModelName = Annotated[str, typer.Argument(metavar="READMODEL", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why, and on what authority; kept for ever.", show_default=False)]
CaseName = Annotated[str, typer.Argument(metavar="CASE", help="Its reference, or the beginning of its id.", show_default=False)]


@parked.command("list")
def list_parked(json: Json = False) -> None:
    """List what waits, the longest waiting first."""
    with reading_pool() as pool:
        rows = parked_cases(pool)
    if json:
        print_json(rows_as_json(rows))
        return
    page = Page()
    if not rows:
        page.line("No case is parked.")
        return
    page.table(
        ("read model", "case", "waits at", "event", "error", "attempts", "since"),
        [
            (
                row.read_model,
                str(row.case_id),
                f"version {row.version}",
                row.event_type,
                row.error_class,
                str(row.attempts),
                f"{row.parked_at.astimezone():%Y-%m-%d %H:%M:%S}",
            )
            for row in rows
        ],
    )


@parked.command("show")
def show_parked(case: CaseName, json: Json = False) -> None:
    """Show where a case waits, and because of which error."""
    with reading_pool() as pool:
        case_id = _case(pool, case).case_id
        rows = parked_cases(pool, case_id=case_id)
    if json:
        print_json(rows_as_json(rows))
        return
    page = Page()
    for row in rows:
        page.line(f"{row.read_model}: case {row.case_id} waits at version {row.version} ({row.event_type})", style="bold")
        page.entry("error", f"{row.error_class}: {row.error}", indent=2, width=9)
        page.entry("attempts", str(row.attempts), indent=2, width=9)
        page.entry("since", f"{row.parked_at.astimezone():%Y-%m-%d %H:%M:%S}", indent=2, width=9)


@parked.command()
def retry(model: ReadModelName, case: CaseName) -> None:
    """Apply a parked case again, once what hindered it is mended."""
    chosen = known_read_model(model)
    with reading_pool() as pool:
        done = operator_acts.retry(pool, chosen, _case(pool, case, model).case_id)
    _tell(done, case, model)


@parked.command()
def skip(model: ReadModelName, case: CaseName, by: By, reason: Reason) -> None:
    """Leave out, for ever, the event that a case waits at in a read model. Needs the role admin and a reason; it is recorded."""
    chosen = known_read_model(model)
    with reading_pool() as pool:
        case_id = _case(pool, case, model).case_id
        done = operator_acts.skip(pool, chosen, case_id, actor=parse_actor(by), reason=reason)
    _tell(done, case, model)


def _tell(done: bool, case: str, model: str) -> None:
    if not done:
        Page().line(f"{case} still waits in {model}; `regcase parked show {case}` tells why.", style="red")
        raise typer.Exit(Exit.DIFFERENCE)
    Page().line(f"{case} goes on in {model}.")


def _case(pool: Pool, text: str, model: str | None = None) -> ParkedCase:
    """The parked case that a text names; where a case waits, the docket may not know it."""
    waiting = [row for row in parked_cases(pool, read_model=model) if str(row.case_id).startswith(text.lower())]
    if not waiting or len({row.case_id for row in waiting}) > 1:
        case_id = find_case(pool, text)
        waiting = parked_cases(pool, read_model=model, case_id=case_id)
    if not waiting:
        msg = f"{text} is not parked{f' in {model}' if model else ''}. `regcase parked list` shows what is."
        raise NotDone(msg)
    return waiting[0]
