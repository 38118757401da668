"""`regcase penalties`: what was imposed, what came in, and the totals by year and regime."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import typer

from domain.fine.fine import Fine
from domain.fine.interest import Interest, late_interest
from domain.regimes import regime
from interfaces.cli.options import Json, Matter
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import day, money, reading_pool, rows_as_json
from interfaces.cli.stale import print_rows, tell_what_is_stale
from interfaces.errors import Misused
from interfaces.running_system import running_system
from projections import reading
from projections.reading import PenaltyRow, YearTotal

InterestOn = Annotated[
    str | None,
    typer.Option(
        "--interest-on",
        metavar="DATE",
        help="Tell also what late interest has come to by the end of that day, where the law knows it.",
        show_default=False,
    ),
]


def penalties(matter: Matter = None, interest_on: InterestOn = None, json: Json = False) -> None:
    """List penalties: imposed, varied, paid, outstanding, to be refunded; and the totals by year and regime."""
    until = _day(interest_on) if interest_on is not None else None
    with reading_pool() as pool:
        matter_id = reading.find_matter(pool, matter) if matter else None
        rows = reading.penalties(pool, matter_id=matter_id)
        tell_what_is_stale(pool, reading.READS["penalties"], matter_id=matter_id)
        totals = [] if matter else reading.penalties_by_year(pool)
    interest = list(_interest(rows, until)) if until else []
    if json:
        asked = {"interest": [_interest_as_json(row, found) for row, found in interest]} if until else {}
        print_json({"penalties": rows_as_json(rows), "by_year": rows_as_json(totals), **asked})
        return
    page = Page()
    print_penalties(rows, totals, page)
    if until:
        print_interest(interest, until, page)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        msg = f"--interest-on is {given!r}; write a day such as 2024-01-31."
        raise Misused(msg) from None


def _interest(rows: list[PenaltyRow], until: date) -> Iterator[tuple[PenaltyRow, Interest]]:
    """Of each fine whose law knows late interest. It is computed from the case itself: no read model holds it."""
    with running_system() as system:
        for row in rows:
            law = regime(row.regime)
            case = system.app.case(row.case_id) if row.case_type == "fine" and law.data.late_interest else None
            found = late_interest(case, until, law) if isinstance(case, Fine) else None
            if found:
                yield row, found


def _interest_as_json(row: PenaltyRow, interest: Interest) -> dict[str, Any]:
    return {
        "case_id": str(row.case_id),
        "reference": row.reference,
        "amount": interest.amount.as_json(),
        "is_whole": interest.is_whole,
        "steps": list(interest.steps),
        "uncertain": list(interest.marks),
    }


def print_interest(interest: list[tuple[PenaltyRow, Interest]], until: date, page: Page) -> None:
    """What late interest has come to, with the steps that led there."""
    page.line()
    if not interest:
        page.line("No law of these penalties knows late interest.")
    for row, found in interest:
        part = "" if found.is_whole else ", as far as the rates are known"
        page.line(f"Late interest on {row.reference} by {until}: {found.amount}{part}")
        for step in found.steps:
            page.line(f"  {step}")
        for mark in found.marks:
            page.line(f"  not certain: {mark}")


def print_penalties(rows: list[PenaltyRow], totals: list[YearTotal], page: Page) -> None:
    """Penalties and their totals as tables."""
    if not rows:
        page.line("There are no penalties yet.")
        return
    print_rows(
        page,
        rows,
        ("case", "subject", "decided", "imposed", "varied to", "stands", "payable", "paid", "outstanding", "refund due", "notes"),
        [
            (
                row.reference,
                row.subject,
                day(row.decided_on) or "intended",
                money(row.imposed, row.currency),
                money(row.varied, row.currency),
                money(row.amount, row.currency),
                money(row.payable, row.currency),
                money(row.paid, row.currency),
                money(row.outstanding, row.currency),
                money(row.refund_due, row.currency),
                ", ".join(_notes(row)),
            )
            for row in rows
        ],
        right=("imposed", "varied to", "stands", "payable", "paid", "outstanding", "refund due"),
        wrap=("subject", "notes"),
    )
    if totals:
        page.line()
        print_rows(
            page,
            totals,
            ("regime", "year", "of", "cases", "imposed", "payable", "paid", "outstanding", "refund due"),
            [
                (
                    total.regime,
                    str(total.year),
                    "fines" if total.case_type == "fine" else "periodic penalties",
                    str(total.cases),
                    *(
                        money(value, total.currency)
                        for value in (total.imposed, total.payable, total.paid, total.outstanding, total.refund_due)
                    ),
                )
                for total in totals
            ],
            wrap=("of",),
            title="By regime and year of decision",
            right=("cases", "imposed", "payable", "paid", "outstanding", "refund due"),
        )


def _notes(row: PenaltyRow) -> list[str]:
    notes = {
        f"reduced by {row.reduction} %": row.reduction > 0,
        "under appeal": row.under_appeal,
        "in recovery": row.in_recovery,
        "periodic penalty": row.case_type == "non_compliance",
    }
    return [note for note, holds in notes.items() if holds]
