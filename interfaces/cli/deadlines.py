"""`regcase deadlines`: what is due, under which rule, and why on that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import typer

from domain.regimes.facts import mark_words
from domain.regimes.rule import MARKS
from interfaces.cli.options import Json, Matter
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import reading_pool, rows_as_json
from interfaces.cli.stale import print_rows, stale_words, tell_what_is_stale
from projections import reading
from projections.reading import DeadlineRow

_DOUBTS = ("B", "S")
"""The marks of facts of law that are not certain, the least certain first."""


def deadlines(
    matter: Matter = None,
    due_before: Annotated[
        datetime | None,
        typer.Option(
            "--due-before",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Only those that run or stand still and are due before that day.",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Tell how each date was worked out.")] = False,
    json: Json = False,
) -> None:
    """List deadlines in order of due time."""
    with reading_pool() as pool:
        matter_id = reading.find_matter(pool, matter) if matter else None
        rows = reading.deadlines(pool, matter_id=matter_id, due_before=due_before.date() if due_before else None)
        tell_what_is_stale(pool, reading.READS["deadlines"], matter_id=matter_id)
    if json:
        print_json(rows_as_json(rows))
        return
    page = Page()
    if explain:
        for row in rows:
            explain_deadline(row, page)
    else:
        print_deadlines(rows, page)


def print_deadlines(rows: list[DeadlineRow], page: Page) -> None:
    """Deadlines as a table."""
    if not rows:
        page.line("There are no such deadlines.")
        return
    print_rows(
        page,
        rows,
        ("due", "case", "deadline", "kind", "status", "rule", "law"),
        [
            (due_words(row.due, row.marks), row.reference, row.role, row.kind, _status(row), row.rule, "; ".join(row.cites))
            for row in rows
        ],
        wrap=("deadline", "kind", "status", "law"),
    )
    tell_what_the_marks_mean([row.marks for row in rows], page)


def due_words(due: date, marks: Sequence[str]) -> str:
    """A day, with the mark of the least certain of the facts of law that decided it: `2022-05-30 [B]`."""
    mark = next((mark for mark in _DOUBTS if any(f"[{mark}]" in said for said in marks)), None)
    return f"{due} [{mark}]" if mark else str(due)


def tell_what_the_marks_mean(marks: Sequence[Sequence[str]], page: Page) -> None:
    """Say under a table of days what its marks mean, if it has any."""
    if any(marks):
        meant = "; ".join(f"[{mark}] {MARKS[mark]}" for mark in _DOUBTS)
        page.line(
            f"Of what the law behind these days says, not all is certain: {meant}. `regcase deadlines --explain` tells what.",
            style="yellow",
        )


def explain_deadline(row: DeadlineRow, page: Page) -> None:
    """One deadline with the worked steps that led to its day, and what is not certain about it."""
    page.line(f"{row.reference}: {row.role}, due {row.due} ({_status(row)}){stale_words(row)}", style="bold")
    law = "; ".join(row.cites)
    page.line(f"Rule {row.rule}, version {row.rule_version}: {law}. Calendar {row.calendar} ({row.calendar_version}).", indent=2)
    for step in row.steps:
        page.line(f"- {step}", indent=4)
    for mark in row.marks:
        page.line(f"Not certain: {mark_words(mark)}", indent=4, style="yellow")
    page.line()


def _status(row: DeadlineRow) -> str:
    if row.reason_owed:
        return f"{row.status}, a reason is owed"
    if row.met_on:
        return f"{row.status} on {row.met_on}"
    return f"{row.status}: {row.lapsed_because}" if row.lapsed_because else row.status
