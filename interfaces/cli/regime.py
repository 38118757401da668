"""`regcase regime`: the law as data. Needs no service."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.regimes import Fault, FileData, RuleData, check_file, installed
from domain.regimes.differences import Difference, differences
from domain.regimes.facts import Fact, facts_of, facts_of_rule
from interfaces.cli.exits import Exit
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.regime_page import print_differences, print_file, print_list, print_rule
from interfaces.errors import Misused

regime = typer.Typer(no_args_is_help=True, help="The law as data: which bodies of law are installed, and what each says.")

RegimeId = Annotated[str, typer.Argument(metavar="ID", help="As `regcase regime list` shows it.", show_default=False)]
RegimeOrFile = Annotated[
    str, typer.Argument(metavar="ID|FILE", help="An installed regime, or a file that need not be installed.", show_default=False)
]


@regime.command("list")
def list_regimes(json: Json = False) -> None:
    """List the bodies of law that are installed, and those of procedure that they refer to."""
    files = installed().files
    if json:
        print_json([_head(file) for file in files.values()])
    else:
        print_list(list(files.values()), Page())


@regime.command()
def show(
    regime_id: RegimeId,
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="Only this rule: `sch16-2`, or its whole id.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Show what a body of law says here: each fact with its source, and how sure it is."""
    file = _installed(regime_id)
    name = rule.removeprefix(f"{file.id}/") if rule else None
    if name is not None and name not in file.rules:
        msg = f"{file.id} has no rule {name!r}; it has {', '.join(file.rules)}."
        raise Misused(msg)
    facts = list(facts_of_rule(name, file.rules[name])) if name else facts_of(file)
    if json:
        print_json({**_head(file), "facts": [_fact_as_json(fact) for fact in facts]})
    elif name:
        print_rule(file, name, Page())
    else:
        print_file(file, _rules(), Page())


@regime.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A regime file (YAML).", show_default=False)], json: Json = False
) -> None:
    """Check a file as if it were installed, in the place of one of the same name. Ends with 2 and every fault, each with its line."""
    data, faults = check_file(file)
    if json:
        head = {"regime": _head(data)} if data and not faults else {}
        print_json({"file": str(file), "faults": [_fault_as_json(fault) for fault in faults], **head})
    else:
        _tell_check(file, data, faults, Page())
    if faults:
        raise typer.Exit(Exit.MALFORMED)


def _tell_check(file: Path, data: FileData | None, faults: Sequence[Fault], page: Page) -> None:
    if faults:
        for fault in faults:
            page.line(str(fault), style="red")
        page.line(f"{len(faults)} fault{'s' if len(faults) != 1 else ''}; it cannot be installed.")
        return
    assert data is not None
    open_facts = [fact for fact in facts_of(data) if not fact.is_confirmed]
    compared = f"on {data.compared_with_law_on}" if data.compared_with_law_on else "by nobody yet"
    page.line(f"{file.name}: no faults; {len(data.rules)} rules.", style="green")
    page.line(f"Compared with the law {compared}; {len(open_facts)} facts are not confirmed [B].")


@regime.command()
def diff(first: RegimeOrFile, second: RegimeOrFile, json: Json = False) -> None:
    """Tell what differs between two bodies of law, or between an installed one and a file: rule by rule, field by field."""
    one, other = _file_or_installed(first), _file_or_installed(second)
    found = differences(one, other, _rules())
    if json:
        print_json({"first": first, "second": second, "differences": [_difference_as_json(each) for each in found]})
    else:
        print_differences(found, first, second, Page())


def _rules() -> dict[str, RuleData]:
    return {f"{file.id}/{name}": rule for file in installed().files.values() for name, rule in file.rules.items()}


def _installed(regime_id: str) -> FileData:
    known = installed().files
    if regime_id not in known:
        msg = f"There is no regime {regime_id!r}; there are {', '.join(known)}."
        raise Misused(msg)
    return known[regime_id]


def _file_or_installed(named: str) -> FileData:
    if named in installed().files:
        return installed().files[named]
    path = Path(named)
    if not path.exists():
        msg = f"{named!r} is neither an installed regime ({', '.join(installed().files)}) nor a file."
        raise Misused(msg)
    data, faults = check_file(path)
    if data is None or faults:
        msg = "\n".join([f"{named} has faults, so that nothing can be compared with it:", *map(str, faults)])
        raise Misused(msg)
    return data


def _head(file: FileData) -> dict[str, Any]:
    return {
        "id": file.id,
        "title": file.title,
        "governs_cases": file.law is not None,
        "authority": file.law.authority if file.law else None,
        "currency": file.law.currency if file.law else None,
        "time_zone": file.time_zone,
        "calendars": {calendar.id: calendar.holidays for calendar in file.calendars},
        "rules": [f"{file.id}/{name}" for name in file.rules],
        "covers_from": file.covers_from.isoformat(),
        "covers_until": file.covers_until.isoformat() if file.covers_until else None,
        "compared_with_law_on": file.compared_with_law_on.isoformat() if file.compared_with_law_on else None,
    }


def _fact_as_json(fact: Fact) -> dict[str, Any]:
    sources = [{"mark": source.mark, "said": source.said} for source in fact.sources]
    return {"path": list(fact.path), "words": fact.words, "confirmed": fact.is_confirmed, "sources": sources}


def _fault_as_json(fault: Fault) -> dict[str, Any]:
    return {"file": fault.file, "line": fault.line, "message": fault.message}


def _difference_as_json(difference: Difference) -> dict[str, Any]:
    sides = (("first", difference.first), ("second", difference.second))
    return {"path": list(difference.path), **{side: _fact_as_json(fact) if fact else None for side, fact in sides}}
