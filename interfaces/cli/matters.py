"""`regcase matters`: the matters, with what is outstanding and what falls due next."""

from __future__ import annotations

from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import day, money, reading_pool, rows_as_json
from projections import reading


def matters(json: Json = False) -> None:
    """List the matters, the latest opened first."""
    with reading_pool() as pool:
        rows = reading.matters(pool)
    if json:
        print_json(rows_as_json(rows))
        return
    page = Page()
    if not rows:
        page.line("There are no matters yet. `regcase load FILE` brings one in from a case script.")
        return
    page.table(
        ("matter", "subject", "regime", "opened", "cases", "open", "by timers", "payable", "outstanding", "next due", "id"),
        [
            (
                row.reference,
                row.subject,
                row.regime,
                day(row.opened_on) + (f", closed {row.closed_on}" if row.closed_on else ""),
                str(row.cases),
                str(row.open_cases),
                str(row.opened_by_timers),
                money(row.payable, row.currency),
                money(row.outstanding, row.currency),
                f"{row.next_due} {row.next_role}" if row.next_due else "",
                str(row.matter_id)[:8],
            )
            for row in rows
        ],
        right=("cases", "open", "by timers", "payable", "outstanding"),
        wrap=("subject", "opened", "next due"),
    )
