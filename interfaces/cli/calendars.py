"""`regcase calendar`: the days off that decide about deadlines, those announced late, and what they move."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from domain import calendars
from domain.calendars import Recomputed
from domain.case import words
from domain.clock.calendar import Calendar
from domain.days_off import day_off
from domain.refusals import Malformed
from domain.regimes import Regime, regime, regimes
from domain.roles import Actor
from interfaces.cli.actor import parse_actor
from interfaces.cli.exits import Exit
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.errors import Misused
from interfaces.running_system import RunningSystem, running_system

_SATURDAY = 5

calendar = typer.Typer(
    no_args_is_help=True, help="Days off: those of the installed holidays, those announced late, what they move."
)

RegimeName = Annotated[str, typer.Argument(metavar="REGIME", help="Its id: `uk-dpa-2018`.", show_default=False)]
CalendarName = Annotated[
    str | None,
    typer.Option(
        "--calendar",
        metavar="ID",
        help="Which of the regime's calendars, if it has several; or the place of a matter's own holidays: `GB/SCT`.",
        show_default=False,
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        "--actor",
        metavar="ACTOR:ROLE",
        help="Who does it: a registrar or an admin. If absent, whoever runs the command, as admin.",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what would move; nothing is saved.")]


@calendar.command("add-holiday")
def add_holiday(
    regime_id: RegimeName,
    day: Annotated[str, typer.Argument(metavar="DATE", help="The day off: 2022-09-19.", show_default=False)],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why it is off; told wherever it moves a date.", show_default=False)],
    calendar_id: CalendarName = None,
    dry_run: DryRun = False,
    by: By = None,
    json: Json = False,
) -> None:
    """Announce a day off that the installed holidays do not know, and compute anew the open deadlines that it moves.

    From then on every date is computed with it. Interrupted, it goes on when run again; `--dry-run` first lists what would move.

    Ends with 0 when all was computed anew, 1 when it was refused or some case could not be computed.
    """
    actor = _actor(by)
    with running_system() as system, _refusals_of_form():
        wanted = calendars.holiday_to_add(regime=regime_id, day=day, reason=reason, calendar=calendar_id)
        known = len(system.app.days_off.announced())
        announced = calendars.add_holiday(system.app, wanted, actor=actor, dry_run=dry_run)
        is_new = len(system.app.days_off.announced()) > known
        off = day_off(announced) if announced else calendars.as_known(wanted)
        why = f"{words.day(off.day)} is a day off: {off.reason}"
        with _progress(quiet=json) as show:
            found = calendars.recompute(
                system.app, regime_id, reason=why, actor=actor, because_of=off, dry_run=dry_run, progress=show
            )
    if json:
        print_json({"day": str(off.day), "reason": off.reason, "announced": is_new, "dry_run": dry_run, **_as_json(found)})
    else:
        page = Page()
        if dry_run:
            page.line(f"Dry run: {off.day} was not announced, and nothing was saved.", style="bold")
        elif is_new:
            page.line(f"{off.day} is a day off from now on: {off.reason}.", style="bold green")
        else:
            page.line(f"{off.day} was announced before: {off.reason}. What it moves was looked for again.")
        _print(found, page, dry_run=dry_run)
    _end(found)


@calendar.command("recompute")
def recompute(regime_id: RegimeName, dry_run: DryRun = False, by: By = None, json: Json = False) -> None:
    """Compute anew the open deadlines that come out differently under the installed holidays, such as after an upgrade.

    Ends with 0 when all was computed anew, 1 when some case could not be computed.
    """
    actor = _actor(by)
    with running_system() as system, _refusals_of_form():
        system.app.days_off.announced()
        law = system.app.days_off.law_with_them(_known(regime_id))
        versions = "; ".join(dict.fromkeys(f"{one.ref.id} ({one.ref.version})" for one in law.calendars))
        why = f"The calendars are now {versions}"
        with _progress(quiet=json) as show:
            found = calendars.recompute(system.app, regime_id, reason=why, actor=actor, dry_run=dry_run, progress=show)
    if json:
        print_json({"dry_run": dry_run, **_as_json(found)})
    else:
        page = Page()
        page.line(f"{'Dry run, nothing was saved. ' if dry_run else ''}{why}.", style="bold")
        _print(found, page, dry_run=dry_run)
    _end(found)


@calendar.command("show")
def show(
    regime_id: RegimeName,
    year: Annotated[
        int | None, typer.Option("--year", min=1950, max=2199, help="The year; this one if absent.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Show the working days that are off in a year, with the version of each calendar and the days announced late."""
    with running_system() as system:
        system.app.days_off.announced()
        law = system.app.days_off.law_with_them(_known(regime_id))
        shown_year = year or datetime.now(UTC).astimezone(law.time_zone).year
        if json:
            print_json([_calendar_as_json(one, shown_year) for one in law.calendars])
            return
        page = Page()
        for one in law.calendars:
            page.line(f"{one.id} ({one.holidays}), {one.ref.version}: days off in {shown_year} besides weekends", style="bold")
            page.table(
                ("day", "", "why"), [(str(day), f"{day:%a}", why) for day, why in _days_off(one, shown_year)], wrap=("why",)
            )
            for announced in _announced(system, one):
                page.line(announced, indent=2)
            page.line()


def _actor(by: str | None) -> Actor:
    if by:
        return parse_actor(by)
    name = re.sub(r"[^A-Za-z0-9._@-]", "", getpass.getuser()).lstrip("._@-")[:100]
    return Actor(id=name or "operator", role="admin")


def _known(regime_id: str) -> Regime:
    if regime_id not in regimes():
        msg = f"There is no regime {regime_id!r}; there are {', '.join(sorted(regimes()))}."
        raise Misused(msg)
    return regime(regime_id)


@contextmanager
def _refusals_of_form() -> Iterator[None]:
    """What is not well formed was used wrongly here; there is no command of a case that it could be refused by."""
    try:
        yield
    except Malformed as refusal:
        raise Misused(refusal.message) from None


def _days_off(one: Calendar, year: int) -> list[tuple[date, str]]:
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    return [(day, why) for day in days if day.weekday() < _SATURDAY and (why := one.why_not_working(day))]


def _announced(system: RunningSystem, one: Calendar) -> list[str]:
    return [
        f"{event.day} was announced on {event.stored_at:%Y-%m-%d} by {event.actor}: {event.reason}"
        for event in system.app.days_off.announced()
        if day_off(event).places <= one.places
    ]


def _calendar_as_json(one: Calendar, year: int) -> dict[str, Any]:
    return {
        "calendar": one.id,
        "holidays": one.holidays,
        "version": one.ref.version,
        "year": year,
        "days_off": [{"day": str(day), "why": why} for day, why in _days_off(one, year)],
        "announced": [{"day": str(late.day), "reason": late.reason} for late in one.known_late],
    }


def _print(found: Recomputed, page: Page, *, dry_run: bool) -> None:
    would = "would move" if dry_run else "moved"
    page.line(f"Of the open deadlines of {found.cases} cases, {len(found.moved)} {would}.")
    if found.moved:
        rows = [(moved.reference, moved.role, str(moved.old_due), str(moved.new_due)) for moved in found.moved]
        page.table(("case", "role", "was due", "is due" if not dry_run else "would be due"), rows)
    for case in found.not_computed:
        page.line(f"{case.reference or case.case_id} could not be computed anew: {case.why}", style="red")


def _as_json(found: Recomputed) -> dict[str, Any]:
    return {
        "cases": found.cases,
        "moved": [
            {
                "case_id": str(moved.case_id),
                "reference": moved.reference,
                "role": moved.role,
                "old_due": str(moved.old_due),
                "new_due": str(moved.new_due),
            }
            for moved in found.moved
        ],
        "not_computed": [{"case_id": str(case.case_id), "why": case.why} for case in found.not_computed],
    }


def _end(found: Recomputed) -> None:
    if found.not_computed:
        raise typer.Exit(Exit.DIFFERENCE)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """How many cases have been looked at; told only to a terminal."""
    if quiet or not Page(stderr=True).is_terminal:
        yield lambda _: None
        return
    with Progress(transient=True, console=Console(stderr=True)) as progress:
        task = progress.add_task("cases", total=None)
        yield lambda seen: progress.update(task, completed=seen, description=f"{seen} cases")
