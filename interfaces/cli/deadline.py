"""`regcase deadline compute`: what if; the end of a time limit under any installed rule. Needs no service and no case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from domain import what_if
from domain.clock.words import in_words
from domain.refusals import Malformed
from domain.regimes.facts import mark_words
from domain.what_if import Answer
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.errors import Misused

deadline = typer.Typer(no_args_is_help=True, help="Time limits worked out from dates alone.")

_KINDS = {
    "floor": "not before its end: the act is allowed from the day after",
    "ceiling": "not after its end: a later act is refused",
    "due": "somebody must act by its end",
    "soft": "an aim: past its end a reason is owed",
}
_HALF_OPEN = "From A to the day before B no day counts; B counts again."


@deadline.command()
def compute(
    *,
    rule: Annotated[
        str, typer.Option("--rule", metavar="REGIME/RULE", help="As `regcase regime show` names it.", show_default=False)
    ],
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="DATE",
            help="The day that the rule counts from, 2021-11-29, or the instant, 2026-05-01T14:20:00+01:00.",
            show_default=False,
        ),
    ],
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="PERIOD", help="What the notice gives: P28D, P2W, P6M, P1Y, PT24H.", show_default=False),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="What the notice gives as a day instead.", show_default=False)
    ] = None,
    suspend: Annotated[
        list[str] | None,
        typer.Option("--suspend", metavar="A..B", help=f"It stood still. {_HALF_OPEN} May be repeated.", show_default=False),
    ] = None,
    extend: Annotated[
        list[str] | None,
        typer.Option(
            "--extend",
            metavar="PERIOD|DATE",
            help="A period is added to the end before it is rolled; a day stands as it is. May be repeated; in that order.",
            show_default=False,
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out", metavar="A..B", help=f"Days that the law leaves out, a recess. {_HALF_OPEN}", show_default=False
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--also", metavar="EVENT=DATE", help="Another trigger: the latest counts. May be repeated.", show_default=False
        ),
    ] = None,
    anchored: Annotated[
        bool, typer.Option("--anchored", help="--from is the end of another deadline; it can stand still before that.")
    ] = False,
    abroad: Annotated[bool, typer.Option("--abroad", help="The subject resides abroad.")] = False,
    holidays: Annotated[
        str | None,
        typer.Option("--holidays", metavar="PLACE", help="The matter's own holidays: GB/SCT, or AT+DE/BY.", show_default=False),
    ] = None,
    announced: Annotated[
        list[str] | None,
        typer.Option("--announced", metavar="DATE=REASON", help="A day off that was announced late.", show_default=False),
    ] = None,
    conduct: Annotated[
        str | None,
        typer.Option("--conduct", metavar="DATE", help="Its last day, where it chooses the version.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Work out the end of a time limit, with every step and the law behind it.

    Ends with 1 when the rule was not law on that day, 2 when an option is not what it should be.
    """
    asked: dict[str, Any] = {
        "rule": rule,
        "from": start,
        "period": period,
        "until": until,
        "holidays": holidays,
        "conduct": conduct,
    }
    asked = {name: given for name, given in asked.items() if given is not None}
    asked |= {"anchored": anchored, "abroad": abroad, "extended": tuple(extend or ())}
    asked["suspended"] = _ranges("--suspend", suspend)
    asked["left_out"] = _ranges("--leave-out", leave_out)
    asked["also"] = [{"event": event, "on": day} for event, day in _pairs("--also", also, "reasons_sent=2025-12-05")]
    days_off = _pairs("--announced", announced, "2022-09-19=State funeral")
    asked["announced"] = [{"on": day, "reason": reason} for day, reason in days_off]
    try:
        answer = what_if.compute(asked)
    except Malformed as refusal:
        raise Misused(refusal.message) from None
    if json:
        print_json(answer.as_json())
    else:
        _print(answer, Page())


def _ranges(option: str, given: Sequence[str] | None) -> list[dict[str, str]]:
    found = []
    for written in given or ():
        since, dots, until = written.partition("..")
        if not dots:
            msg = f"{option} {written!r}: write two days, 2022-06-14..2022-10-31. {_HALF_OPEN}"
            raise Misused(msg)
        found.append({"from": since, "until": until})
    return found


def _pairs(option: str, given: Sequence[str] | None, example: str) -> list[tuple[str, str]]:
    found = []
    for written in given or ():
        one, sign, other = written.partition("=")
        if not sign:
            msg = f"{option} {written!r}: write for example {example!r}."
            raise Misused(msg)
        found.append((one, other))
    return found


def _print(answer: Answer, page: Page) -> None:
    rule, end = answer.rule, answer.end
    page.line(f"Due {in_words(end.due)}", style="bold")
    page.entry("late from", f"{in_words(end.due_at)}, {rule.time_zone}", indent=2, width=9)
    page.entry("kind", f"{answer.kind}: {_KINDS[answer.kind]}", indent=2, width=9)
    cites = f" ({'; '.join(rule.cites)})" if rule.cites else ""
    page.entry("rule", f"{rule.id}, version {rule.version}: {rule.title}{cites}", indent=2, width=9)
    page.entry("version", answer.chosen_because, indent=2, width=9)
    page.entry("calendar", f"{end.calendar.id} ({end.calendar.version})", indent=2, width=9)
    for step in end.steps:
        page.bullet(step, indent=4)
    for note in answer.notes:
        page.line(f"Note: {note}", indent=4, style="yellow")
    for mark in end.marks:
        page.line(f"Not certain: {mark_words(mark)}", indent=4, style="yellow")
