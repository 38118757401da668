"""`regcase timeline`: what happened, with both kinds of date."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from domain.regimes import regime
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.reading import day, reading_pool, rows_as_json
from interfaces.cli.stale import print_rows, tell_what_is_stale
from projections import reading
from projections.reading import HappeningRow

Named = Annotated[
    str,
    typer.Argument(
        metavar="MATTER|CASE",
        help="A matter's reference or id (its first six characters or more), or a case's with --case.",
        show_default=False,
    ),
]


def timeline(
    named: Named,
    case: Annotated[bool, typer.Option("--case", help="Only the one case that is named.")] = False,
    json: Json = False,
) -> None:
    """Tell what happened in a matter, or with --case in one case, in order of recording."""
    with reading_pool() as pool:
        matter_id = None if case else reading.find_matter(pool, named)
        case_id = reading.find_case(pool, named) if case else None
        rows = reading.timeline(pool, matter_id=matter_id, case_id=case_id)
        tell_what_is_stale(pool, reading.READS["timeline"], matter_id=matter_id, case_id=case_id)
        regimes = {row.regime for row in reading.cases(pool, matter_id=rows[0].matter_id)} if rows else set()
    if json:
        print_json(rows_as_json(rows))
        return
    zones = {regime(name).time_zone for name in regimes}
    print_time_line(rows, Page(), zones.pop() if len(zones) == 1 else ZoneInfo("UTC"), entries=case)


def print_time_line(rows: list[HappeningRow], page: Page, zone: ZoneInfo, *, entries: bool = False) -> None:
    """The time line as a table; times of recording are in the zone given. `entries`: with each entry's number, for `correct`."""
    print_rows(
        page,
        rows,
        (*(("entry",) if entries else ()), "date of law", "recorded", "case", "what happened", "by"),
        [
            (
                *((str(row.version),) if entries else ()),
                day(row.law_date),
                f"{row.recorded.astimezone(zone):%Y-%m-%d %H:%M}",
                row.reference,
                row.words,
                f"{row.actor} ({row.role})",
            )
            for row in rows
        ],
        right=("entry",) if entries else (),
        wrap=("what happened", "by"),
    )
