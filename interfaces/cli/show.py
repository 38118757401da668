"""`regcase show`: one case as it stands, or as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer

from audit.replay import Replay, replay
from domain.case.case import Case
from domain.case.words import case_words, court_name, day, role_name
from domain.investigation.investigation import Investigation
from domain.regimes.facts import mark_words
from foundation.database import Pool
from interfaces.cli.case_names import case_id_of
from interfaces.cli.deadlines import due_words, tell_what_the_marks_mean
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.unreadable import told_if_unreadable
from interfaces.errors import Misused, NotDone
from interfaces.facts import as_json, deadline_facts, facts_of
from interfaces.investigation_facts import investigation_json, investigation_lines
from interfaces.running_system import running_system
from projections.enforcement import LinkRow, links


class Time(StrEnum):
    """The two kinds of time."""

    recorded = "recorded"
    effective = "effective"


def show(
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE", help="Its reference, its id, or the beginning of it: at least six characters.", show_default=False
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", help="As of the end of that day, or of an instant with its offset.", show_default=False
        ),
    ] = None,
    by: Annotated[
        Time | None,
        typer.Option(
            "--by",
            help="recorded: as it was known then (if absent). effective: as it stood in law then, with everything known today.",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Tell how each date was worked out.")] = False,
    json: Json = False,
) -> None:
    """Show a case: its state, its money, its deadlines; as it stands now, or as of a day."""
    if by and as_of is None:
        msg = "--by says which kind of time --as-of means. Give --as-of as well."
        raise Misused(msg)
    moment = _moment(as_of) if as_of is not None else None
    with running_system() as system:
        case_id = case_id_of(system.pool, case)
        time = by or Time.recorded
        linked_by: list[LinkRow] = []
        with told_if_unreadable(_not_shown(case, as_of)):
            if moment is None:
                now = system.app.case(case_id)
                linked_by = _links_with(system.pool, now.matter_id)
                found = Replay(now, tuple(system.app.events_of(case_id)), now.version)
            else:
                found = replay(system.app, case_id, moment, time.value)
    if found.case is None:
        known = "was not known" if time is Time.recorded else "had not begun in law"
        msg = f"The case {case} {known} as of {as_of}. {'Try --by effective.' if time is Time.recorded else 'Give a later day.'}"
        raise NotDone(msg)
    if json:
        print_json(_as_json(found.case, found, moment, time, linked_by))
    else:
        print_case(found.case, Page(), when=_when(found, moment, time), explain=explain, linked_by=linked_by)


def _not_shown(case: str, as_of: str | None) -> str:
    if as_of is None:
        return f"The case {case} cannot be shown"
    return f"The case {case} cannot be shown as it stood as of {as_of}, for which its whole history is read"


def _links_with(pool: Pool, matter_id: UUID) -> list[LinkRow]:
    """The links that other matters made with this one; a case is shown also where no read model is built yet."""
    try:
        return [link for link in links(pool) if link.sibling == matter_id]
    except psycopg.errors.UndefinedTable:
        return []


def _moment(given: str) -> date | datetime:
    try:
        if len(given) == len("2024-01-31"):
            return date.fromisoformat(given)
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        msg = f"--as-of is {given!r}; write a day such as 2024-01-31, or an instant such as 2024-01-31T16:30:00+00:00."
        raise Misused(msg)
    return moment


def _when(found: Replay, moment: date | datetime | None, time: Time) -> str:
    if moment is None:
        return "As it stands now."
    end = moment.isoformat() if isinstance(moment, datetime) else f"the end of {day(moment)}"
    if time is Time.recorded:
        return f"As it was known at {end}: {len(found.events)} of the {found.known} events known today were recorded by then."
    return f"As it stood in law at {end}, with everything known today: {len(found.events)} of {found.known} events had effect by then."


def print_case(case: Case, page: Page, *, when: str, explain: bool, linked_by: Sequence[LinkRow]) -> None:
    """One case on a page."""
    page.line(f"{case_words(case.TOPIC)} {case.reference}", style="bold")
    page.line(when, style="cyan")
    page.line()
    for name, value in _lines(case, linked_by):
        page.entry(name, value, indent=2, width=12)
    print_deadlines(case, page, explain=explain)


def _lines(case: Case, linked_by: Sequence[LinkRow]) -> list[tuple[str, str]]:
    facts = facts_of(case)
    subject = case.subject
    lines = [("state", str(facts.pop("state")).replace("_", " "))]
    lines.append(("subject", f"{subject.name} ({subject.country}, {subject.kind.replace('_', ' ')})"))
    for name, value in facts.items():
        if isinstance(value, bool):
            lines.append((name.replace("_", " "), "yes" if value else "no"))
        elif value is not None:
            lines.append((name.replace("_", " "), court_name(value) if name == "tier" else str(value)))
    if isinstance(case, Investigation):
        lines += investigation_lines(case, linked_by)
    if case.officer:
        lines.append(("officer", case.officer))
    if case.hold:
        lines.append(("legal hold", f"since {day(case.hold.placed_on)}"))
    lines += [("regime", case.regime), ("case", str(case.id)), ("matter", str(case.matter_id))]
    return lines


def print_deadlines(case: Case, page: Page, *, explain: bool = False) -> None:
    """The deadlines of a case; with `explain` each with the worked steps."""
    if not case.deadlines:
        return
    page.line()
    rows = [
        (role_name(d.role), due_words(d.due, d.terms.marks), d.status, d.terms.rule.id, "; ".join(d.cites))
        for d in case.deadlines.values()
    ]
    page.table(("deadline", "due", "status", "rule", "law"), rows, title="Deadlines", wrap=("deadline", "status", "law"))
    tell_what_the_marks_mean([d.terms.marks for d in case.deadlines.values()], page)
    for deadline in case.deadlines.values() if explain else ():
        page.line()
        page.line(f"{role_name(deadline.role)}, until {day(deadline.due)}", style="bold")
        for sentence in deadline.terms.steps:
            page.bullet(sentence, indent=2)
        for mark in deadline.terms.marks:
            page.line(f"Not certain: {mark_words(mark)}", indent=2, style="yellow")


def _as_json(
    case: Case, found: Replay, moment: date | datetime | None, time: Time, linked_by: Sequence[LinkRow]
) -> dict[str, Any]:
    return {
        "case_id": str(case.id),
        "matter_id": str(case.matter_id),
        "case_type": case.TOPIC,
        "reference": case.reference,
        "regime": case.regime,
        "subject": case.subject.model_dump(mode="json", exclude_none=True),
        "officer": case.officer,
        "on_hold": case.hold is not None,
        "as_of": moment.isoformat() if moment else None,
        "by": time.value if moment else None,
        "events": {"taken": len(found.events), "known": found.known},
        **as_json(facts_of(case)),
        **(investigation_json(case, linked_by) if isinstance(case, Investigation) else {}),
        "deadlines": [deadline_facts(deadline) for deadline in case.deadlines.values()],
    }
