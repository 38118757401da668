"""`regcase matters`: the matters, with what is outstanding and what falls due next; `--siblings`: across jurisdictions."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.cli.case_names import matter_id_of
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import day, money, reading_pool, rows_as_json
from interfaces.cli.siblings import groups_as_json, print_groups
from interfaces.cli.stale import print_rows, tell_what_is_stale
from interfaces.errors import Misused
from projections import enforcement, reading
from projections.enforcement import sibling_groups


def matters(
    matter: Annotated[
        str | None,
        typer.Argument(metavar="[MATTER]", help="With --siblings: only those of this matter.", show_default=False),
    ] = None,
    siblings: Annotated[
        bool, typer.Option("--siblings", help="Show matters of other jurisdictions that are linked, side by side.")
    ] = False,
    json: Json = False,
) -> None:
    """List the matters, the latest opened first; with --siblings the enforcement across jurisdictions, side by side."""
    if matter and not siblings:
        msg = f"{matter!r} goes with --siblings. `regcase cases --matter {matter}` shows the cases of a matter."
        raise Misused(msg)
    with reading_pool() as pool:
        if siblings:
            groups = sibling_groups(pool, matter_id=matter_id_of(pool, matter) if matter else None)
            tell_what_is_stale(pool, enforcement.READS)
            if json:
                print_json(groups_as_json(groups))
            else:
                print_groups(groups, Page())
            return
        rows = reading.matters(pool)
        tell_what_is_stale(pool, reading.READS["matters"])
    if json:
        print_json(rows_as_json(rows))
        return
    page = Page()
    if not rows:
        page.line("There are no matters yet. `regcase load FILE` brings one in from a case script.")
        return
    print_rows(
        page,
        rows,
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
