"""`regcase reconcile`: read models against the event store."""

from __future__ import annotations

import typer

from interfaces.cli.exits import Exit
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import reading_pool, rows_as_json
from projections.compare import Difference, compare
from projections.parking import ParkedCase, parked_cases
from projections.read_model import all_read_models


def reconcile_command(json: Json = False) -> None:
    """Compare every read model with the event store, row for row, and list the cases that are parked.

    Ends with 0 when all are equal and none is parked, 1 with each difference and each parked case.
    """
    with reading_pool() as pool:
        differences = [found for model in all_read_models().values() for found in compare(pool, model)]
        waiting = parked_cases(pool)
    if json:
        print_json({"differences": [_as_json(difference) for difference in differences], "parked": rows_as_json(waiting)})
    else:
        _print(differences, waiting, Page())
    if differences or waiting:
        raise typer.Exit(Exit.DIFFERENCE)


_KINDS = {
    "never_projected": "events were never applied",
    "row_missing": "a row is missing",
    "row_unexpected": "a row stands there that should not",
    "row_different": "a row differs",
}


def _print(differences: list[Difference], waiting: list[ParkedCase], page: Page) -> None:
    for row in waiting:
        page.line(f"{row.read_model}: case {row.case_id} is parked at version {row.version} ({row.error_class})", style="red")
    if waiting:
        page.line("What is parked is compared as far as it was applied; see `regcase parked show CASE`, then `retry`.")
    if not differences and waiting:
        return
    if not differences:
        page.line(f"Every row of {', '.join(all_read_models())} is what the event store says.", style="green")
        return
    for found in differences:
        where = ", ".join(f"{name} {value}" for name, value in found.key.items()) or f"case_id {found.case_id}"
        page.line(f"{found.read_model}.{found.table}: {_KINDS[found.kind]} ({where})", style="red")
        for column, (held, stated) in found.columns.items():
            page.line(f"{column}: holds {held}, should hold {stated}", indent=4)
    models = sorted({found.read_model for found in differences})
    page.line(f"Build anew what differs: {'; '.join(f'`regcase rebuild {name}`' for name in models)}.")


def _as_json(found: Difference) -> dict[str, object]:
    return {
        "read_model": found.read_model,
        "table": found.table,
        "case_id": str(found.case_id),
        "kind": found.kind,
        "key": dict(found.key),
        "columns": {name: {"holds": held, "should_hold": stated} for name, (held, stated) in found.columns.items()},
    }
