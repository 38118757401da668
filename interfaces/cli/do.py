"""`regcase do`: gives one command, and shows what it changed or why it was refused."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from pydantic import ValidationError

from domain.application import CaseApplication, Outcome
from domain.case.case import Case
from domain.case.events import Opened
from domain.commands import Command
from domain.faults import words_for
from domain.roles import Actor
from domain.words import describe, worked_steps
from interfaces.cli.actor import By, parse_actor
from interfaces.cli.case_names import case_id_of, matter_id_of
from interfaces.cli.commands import OFFERED
from interfaces.cli.exits import Exit
from interfaces.cli.facts_given import read_facts
from interfaces.cli.options import Json, Wait
from interfaces.cli.page import Page, print_json
from interfaces.cli.show import print_deadlines
from interfaces.cli.unreadable import told_if_unreadable
from interfaces.cli.waiting import is_shown
from interfaces.errors import Misused
from interfaces.facts import deadline_facts
from interfaces.running_system import RunningSystem, running_system
from interfaces.scripts.references import with_ids
from interfaces.scripts.report import event_as_json


def _complete_command(incomplete: str) -> list[str]:
    return [name for name in OFFERED if name.startswith(incomplete)]


def do(
    command: Annotated[
        str,
        typer.Argument(
            metavar="COMMAND", autocompletion=_complete_command, help="As `regcase commands` lists them.", show_default=False
        ),
    ],
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="More facts, as --with takes them.", show_default=False)
    ] = None,
    *,
    by: By,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="CASE",
            help="The case: its reference, its id, or the beginning of it: at least six characters.",
            show_default=False,
        ),
    ] = None,
    facts: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="FILE|NAME=VALUE...",
            help="The command's facts: a YAML or JSON file (- for standard input), or one by one.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", help="Given again under the same key, a command takes effect once. Made up if absent.", show_default=False
        ),
    ] = None,
    expect_version: Annotated[
        int | None,
        typer.Option(
            "--expect-version", min=0, metavar="N", help="Refuse unless the case is at that version.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; nothing is saved.")] = False,
    wait: Wait = None,
    json: Json = False,
) -> None:
    """Give a command.

    Shows what it changed and how each date was worked out, or why it was refused and what to do.

    Example: regcase do fine.record_payment --on INV-1/fine-1 --by ann:registrar --with "amount=GBP 5" received_on=2024-07-01 reference=A7

    Ends with 0 when it was done, 1 when it was refused, 4 when it was done and the read models did not show it within --wait.
    """
    actor = _person(by)
    _require_offered(command)
    _require_case_as_needed(command, on)
    given = read_facts([*(facts or ()), *(more or ())])
    used_key = key or f"do-{uuid4()}"
    with running_system() as system:
        asked = _command(command, given, system, actor, on=on, key=used_key, expect_version=expect_version)
        stands = "What it did when it was given before under this key, if it was, stands. " if key else ""
        with told_if_unreadable(_not_decided(command, on), besides=stands):
            outcome = system.app.execute(asked, dry_run=dry_run)
        case = system.app.case(outcome.case_id) if outcome.case_id and not outcome.refusal and not dry_run else None
        if json:
            print_json(_as_json(outcome, case, key=used_key, dry_run=dry_run))
        elif outcome.refusal:
            _print_refusal(outcome.refusal, command)
        else:
            _print_done(outcome, case, system.app, key=used_key, dry_run=dry_run)
        shown = True
        if wait is not None and not outcome.refusal and not dry_run:
            shown = is_shown(system.pool, outcome.versions, wait)
    if outcome.refusal:
        raise typer.Exit(Exit.DIFFERENCE)
    if not shown:
        raise typer.Exit(Exit.NOT_SHOWN_YET)


def _person(by: str) -> Actor:
    actor = parse_actor(by)
    if actor.role == "system":
        msg = "The role system is the system's own; its acts cannot be given by hand. Name a person's role."
        raise Misused(msg)
    return actor


def _require_offered(command: str) -> None:
    if command not in OFFERED:
        near = get_close_matches(command, OFFERED, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        msg = f"There is no command {command!r}.{hint} `regcase commands` lists them."
        raise Misused(msg)


def _require_case_as_needed(command: str, on: str | None) -> None:
    opens = OFFERED[command].OPENS
    if opens == "never" and on is None:
        msg = f"{command} is given on a case. Say which: --on CASE, its reference, its id, or at least six characters of it. Nothing was done."
        raise Misused(msg)
    if opens == "always" and on is not None:
        msg = f"{command} opens a new case. Leave --on out. Nothing was done."
        raise Misused(msg)


def _not_decided(command: str, on: str | None) -> str:
    return f"The command {command}{f' on {on}' if on else ''} was not decided, and nothing was changed"


def _command(
    name: str, given: dict[str, Any], system: RunningSystem, actor: Actor, *, on: str | None, key: str, expect_version: int | None
) -> Command:
    def id_of(text: str) -> UUID:
        return case_id_of(system.pool, text)

    def matter_of(text: str) -> UUID:
        return matter_id_of(system.pool, text)

    try:
        return Command(
            name=name,
            data=with_ids(name, given, id_of, matter_of),
            on=id_of(on) if on else None,
            actor=actor,
            idempotency_key=key,
            expected_version=expect_version,
        )
    except ValidationError as error:
        told = "; ".join(f"{fault['loc'][0]}: {words_for(fault)}" for fault in error.errors())
        msg = f"{told}. Give a key of 1 to 200 characters."
        raise Misused(msg) from None


def _print_refusal(refusal: dict[str, Any], command: str) -> None:
    page = Page(stderr=True)
    page.line(refusal["message"], style="yellow")
    page.line(f"Code {refusal['code']}. Nothing was changed.", indent=2)
    if _is_about_facts(refusal):
        page.line(f"`regcase commands {command}` tells its facts, and how each is written.", indent=2)
    if refusal["cites"]:
        page.line(f"Law: {'; '.join(refusal['cites'])}", indent=2)


def _is_about_facts(refusal: dict[str, Any]) -> bool:
    faults = refusal["details"].get("faults", [])
    return any(fault["field"] != "idempotency_key" for fault in faults)


def _print_done(outcome: Outcome, case: Case | None, app: CaseApplication, *, key: str, dry_run: bool) -> None:
    page = Page()
    if dry_run:
        page.line(f"Dry run of {outcome.command}: nothing was saved. This would happen:", style="bold")
    elif outcome.repeated:
        page.line(f"{outcome.command} was given before under the key {key}; this is what it led to:", style="bold")
    else:
        page.line(f"Done: {outcome.command}, under the key {key}.", style="bold green")
    names = _references(outcome, app)
    for event in outcome.events:
        page.entry(names[event.case_id], describe(event), indent=2, width=max(map(len, names.values())))
        for sentence in worked_steps(event):
            page.bullet(sentence, indent=6, style="dim")
    if case:
        page.line()
        page.line(f"{case.reference} is {case.state} now, at version {case.version} (case {case.id}, matter {case.matter_id}).")
        print_deadlines(case, page)


def _references(outcome: Outcome, app: CaseApplication) -> dict[UUID, str]:
    """What people call the cases that changed; a case that a dry run opens is known from its first event only."""
    opened = {event.case_id: event.reference for event in outcome.events if isinstance(event, Opened)}
    return {case_id: opened.get(case_id) or app.case(case_id).reference for case_id in outcome.versions}


def _as_json(outcome: Outcome, case: Case | None, *, key: str, dry_run: bool) -> dict[str, Any]:
    return {
        "command": outcome.command,
        "key": key,
        "dry_run": dry_run,
        "repeated": outcome.repeated,
        "case_id": str(outcome.case_id) if outcome.case_id else None,
        "matter_id": str(outcome.matter_id) if outcome.matter_id else None,
        "refusal": outcome.refusal,
        "events": [event_as_json(event) for event in outcome.events],
        "versions": {str(case_id): version for case_id, version in outcome.versions.items()},
        "state": case.state if case else None,
        "deadlines": [deadline_facts(deadline) for deadline in case.deadlines.values()] if case else [],
    }
