"""`regcase parked`: cases that wait in a read model, and what an operator does about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from domain.time_sources import MatterClocks
from foundation.database import Pool
from foundation.settings import load_settings
from interfaces.alarms import raised_by_parking
from interfaces.cli.actor import By, parse_actor
from interfaces.cli.case_names import case_id_of, full_names
from interfaces.cli.exits import Exit
from interfaces.cli.generations import known_read_model
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.parked_page import (
    parked_as_json,
    print_acts,
    print_parked,
    print_parked_cases,
    print_retried,
    retried_as_json,
)
from interfaces.cli.reading import reading_pool, rows_as_json
from interfaces.errors import Misused, NotDone
from projections import operator_acts
from projections.parking import ParkedCase, parked_cases

parked = typer.Typer(no_args_is_help=True, help="Cases that wait in a read model because an event could not be applied there.")

ReadModelName = Annotated[str, typer.Argument(metavar="READMODEL", show_default=False)]
CaseName = Annotated[
    str,
    typer.Argument(
        metavar="CASE", help="Its reference, its id, or the beginning of it: at least six characters.", show_default=False
    ),
]
OneIn = Annotated[str | None, typer.Argument(metavar="READMODEL", help="Only there.", show_default=False)]
OneCase = Annotated[
    str | None,
    typer.Argument(
        metavar="CASE", help="Its reference, its id, or the beginning of it: at least six characters.", show_default=False
    ),
]
WhereverItWaits = Annotated[
    str | None, typer.Option("--case", metavar="CASE", help="This case in every read model where it waits.", show_default=False)
]
BecauseOf = Annotated[
    str | None, typer.Option("--error", metavar="ERROR", help="All that wait because of this error.", show_default=False)
]
Why = Annotated[str | None, typer.Option("--reason", help="Why; kept for ever.", show_default=False)]


@parked.command("list")
def list_parked(
    model: Annotated[str | None, typer.Option("--read-model", metavar="READMODEL", show_default=False)] = None,
    error: BecauseOf = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only what this account sees to.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """List what waits, the longest waiting first."""
    read_models = _read_models(model)
    with reading_pool() as pool:
        rows = parked_cases(pool, read_models=read_models, error_class=error, owner=owner)
        raised = raised_by_parking(parked_cases(pool), load_settings(), MatterClocks(pool).wall())
        named = full_names(pool, {row.case_id for row in rows})
    if json:
        print_json(rows_as_json(rows))
    else:
        print_parked_cases(rows, named, Page())
    for alarm in raised:
        Page(stderr=True).line(f"Alarm: {alarm.words}", style="red")


@parked.command("show")
def show_parked(case: CaseName, json: Json = False) -> None:
    """Show where a case waits, because of which error, who sees to it, and what operators did about it."""
    with reading_pool() as pool:
        rows = _waiting(pool, case)
        done = operator_acts.acts(pool, case_id=rows[0].case_id)
        named = full_names(pool, [rows[0].case_id])
    if json:
        print_json(parked_as_json(rows, done))
    else:
        print_parked(rows, done, named, Page())


@parked.command("acts")
def list_acts(case: OneCase = None, json: Json = False) -> None:
    """Tell what operators did about parked cases, the earliest first; with CASE about that one, also where it waits no more."""
    with reading_pool() as pool:
        done = operator_acts.acts(pool, case_id=case_id_of(pool, case) if case else None)
        named = full_names(pool, {act.case_id for act in done})
    if json:
        print_json(rows_as_json(done))
    else:
        print_acts(done, named, Page())


@parked.command()
def assign(
    *,
    to: Annotated[str, typer.Option("--to", metavar="ACCOUNT", help="Who sees to it.", show_default=False)],
    by: By,
    model: OneIn = None,
    case: OneCase = None,
    everywhere: WhereverItWaits = None,
    error: BecauseOf = None,
    reason: Why = None,
    json: Json = False,
) -> None:
    """Make somebody the owner of a parked case, of a case wherever it waits, or of all that wait because of an error.

    Needs the role admin; it is recorded.
    """
    actor, chosen = parse_actor(by), _Chosen.by(model, case, everywhere, error)
    with reading_pool() as pool:
        rows = operator_acts.assign_each(pool, chosen.find(pool), owner=to, actor=actor, reason=reason)
        named = full_names(pool, {row.case_id for row in rows})
    if json:
        print_json([{"read_model": row.read_model, "case_id": str(row.case_id), "owner": to} for row in rows])
        return
    for row in rows:
        Page().line(f"{to} sees to case {named[row.case_id]} in {row.read_model}.")


@parked.command()
def retry(
    *,
    by: By,
    model: OneIn = None,
    case: OneCase = None,
    everywhere: WhereverItWaits = None,
    error: BecauseOf = None,
    reason: Why = None,
    json: Json = False,
) -> None:
    """Apply a parked case again once what hindered it is mended; a case wherever it waits, or all that wait because of an error.

    Needs the role admin; it is recorded. Ends with 1 where something still waits.
    """
    actor, chosen = parse_actor(by), _Chosen.by(model, case, everywhere, error)
    with reading_pool() as pool:
        done = operator_acts.retry_each(pool, chosen.find(pool), actor=actor, reason=reason)
        named = full_names(pool, {row.case_id for row, _ in done})
    if json:
        print_json(retried_as_json(done))
    else:
        print_retried(done, named, Page())
    if any(outcome == "waits" for _, outcome in done):
        raise typer.Exit(Exit.DIFFERENCE)


@parked.command()
def skip(
    *,
    model: ReadModelName,
    case: CaseName,
    by: By,
    reason: Annotated[
        str, typer.Option("--reason", help="Why the event may be missing there; kept for ever.", show_default=False)
    ],
    authority: Annotated[
        str, typer.Option("--authority", help="On whose decision, or under which rule; kept for ever.", show_default=False)
    ],
    version: Annotated[
        int | None,
        typer.Option(
            "--version",
            metavar="N",
            help="The version that was decided about; refused where the case waits at another by now.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Leave out, for ever, the event that a case waits at in a read model. Needs the role admin; it is recorded."""
    actor, chosen = parse_actor(by), known_read_model(model)
    with reading_pool() as pool:
        (row,) = _waiting(pool, case, [chosen.name])
        at = row.version if version is None else version
        outcome = operator_acts.skip(pool, chosen, row.case_id, version=at, actor=actor, reason=reason, authority=authority)
        named = full_names(pool, [row.case_id])
    if json:
        print_json(retried_as_json([(row, outcome)]))
    else:
        Page().line(f"Version {row.version} of case {named[row.case_id]}, {row.event_type}, is left out in {model}, for ever.")
        print_retried([(row, outcome)], named, Page())
    if outcome == "waits":
        raise typer.Exit(Exit.DIFFERENCE)


@dataclass(frozen=True)
class _Chosen:
    """What an act is about: one case in one read model, a case wherever it waits, or all of an error."""

    read_models: list[str] | None
    case: str | None
    error: str | None

    @classmethod
    def by(cls, model: str | None, case: str | None, everywhere: str | None, error: str | None) -> _Chosen:
        match model, case, everywhere, error:
            case (str(), str(), None, None) | (None, None, str(), None) | (_, None, None, str()):
                return cls(_read_models(model), case or everywhere, error)
            case _:
                msg = "Name READMODEL and CASE, or --case CASE, or --error ERROR (with READMODEL: only there)."
                raise Misused(msg)

    def find(self, pool: Pool) -> list[ParkedCase]:
        if self.case is not None:
            return _waiting(pool, self.case, self.read_models)
        rows = parked_cases(pool, read_models=self.read_models, error_class=self.error)
        if not rows:
            msg = f"No case waits because of {self.error}{_in(self.read_models)}. `regcase parked list` shows what does."
            raise NotDone(msg)
        return rows


def _read_models(model: str | None) -> list[str] | None:
    return [known_read_model(model).name] if model else None


def _waiting(pool: Pool, text: str, read_models: list[str] | None = None) -> list[ParkedCase]:
    """Where the case waits that a text names."""
    rows = parked_cases(pool, read_models=read_models, case_id=case_id_of(pool, text))
    if not rows:
        msg = f"{text} is not parked{_in(read_models)}. `regcase parked list` shows what is."
        raise NotDone(msg)
    return rows


def _in(read_models: list[str] | None) -> str:
    return f" in {read_models[0]}" if read_models else ""
