"""`regcase penalties`: what was imposed, what came in, and the totals by year and regime."""

from __future__ import annotations

from interfaces.cli.options import Json, Matter
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import day, money, reading_pool, rows_as_json
from projections import reading
from projections.reading import PenaltyRow, YearTotal


def penalties(matter: Matter = None, json: Json = False) -> None:
    """List penalties: imposed, varied, paid, outstanding, to be refunded; and the totals by year and regime."""
    with reading_pool() as pool:
        rows = reading.penalties(pool, matter_id=reading.find_matter(pool, matter) if matter else None)
        totals = [] if matter else reading.penalties_by_year(pool)
    if json:
        print_json({"penalties": rows_as_json(rows), "by_year": rows_as_json(totals)})
    else:
        print_penalties(rows, totals, Page())


def print_penalties(rows: list[PenaltyRow], totals: list[YearTotal], page: Page) -> None:
    """Penalties and their totals as tables."""
    if not rows:
        page.line("There are no penalties yet.")
        return
    page.table(
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
        page.table(
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
