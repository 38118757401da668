"""`regcase commands`: what can be asked of which case, with which facts, and by whom."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import typer
from pydantic import BaseModel

from domain.case.commands import Act
from domain.fields import Day, DayOrInstant, Period
from domain.money import Money
from domain.names import COMMANDS
from domain.roles import roles_that_may
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.errors import Misused

OFFERED: Mapping[str, type[Act]] = {name: act for name, act in sorted(COMMANDS.items()) if roles_that_may(name) != ["system"]}
"""The commands that a person may give."""

_OPENS = {"always": "opens the case", "never": "on an existing case", "if_absent": "opens the case, or on an existing one"}


def commands(
    command: Annotated[
        str | None,
        typer.Argument(metavar="[COMMAND]", help="Only those whose name begins so: `fine`, `fine.issue`.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """List the commands, with their facts and who may give them. Facts in square brackets are optional."""
    chosen = {name: act for name, act in OFFERED.items() if name.startswith(command or "")}
    if command and command in OFFERED:
        chosen = {command: OFFERED[command]}
    if not chosen:
        msg = f"There is no command that begins with {command!r}. `regcase commands` lists all."
        raise Misused(msg)
    if json:
        print_json([_as_json(name, act) for name, act in chosen.items()])
        return
    page = Page()
    if len(chosen) == 1:
        ((name, act),) = chosen.items()
        _print_one(name, act, page)
        return
    rows = [(name, ", ".join(_persons(name)), ", ".join(_shown(field) for field in _fields(act))) for name, act in chosen.items()]
    page.table(("command", "given by", "facts"), rows, wrap=("given by", "facts"))


def _print_one(name: str, act: type[Act], page: Page) -> None:
    page.line(name, style="bold")
    page.line(inspect.getdoc(act) or "", indent=2)
    page.line(f"Given by {' or '.join(_persons(name))}; {_OPENS[act.OPENS]}.", indent=2)
    page.line()
    rows = [(field["name"], field["form"], "" if field["required"] else "optional") for field in _fields(act)]
    page.table(("fact", "form", ""), rows, wrap=("form", ""))


def _persons(name: str) -> list[str]:
    return [role for role in roles_that_may(name) if role != "system"]


def _as_json(name: str, act: type[Act]) -> dict[str, Any]:
    return {
        "command": name,
        "what": inspect.getdoc(act) or "",
        "opens": act.OPENS,
        "given_by": _persons(name),
        "fields": _fields(act),
    }


def _fields(act: type[Act]) -> list[dict[str, Any]]:
    hints = get_type_hints(act, include_extras=True)
    return [
        {"name": info.alias or name, "form": _form(hints[name]), "required": info.is_required()}
        for name, info in act.model_fields.items()
    ]


def _shown(field: dict[str, Any]) -> str:
    name: str = field["name"]
    return name if field["required"] else f"[{name}]"


def _form(hint: Any) -> str:
    """What a field takes, in words."""
    named = ((Day, "date"), (DayOrInstant, "date, or instant with offset"), (Period, "period such as P28D"))
    for known, words in named:
        if hint == known:
            return words
    if get_origin(hint) is Annotated:
        return _form(get_args(hint)[0])
    inner = [part for part in get_args(hint) if part is not NoneType]
    match get_origin(hint):
        case origin if origin is Union or origin is UnionType:
            return " or ".join(dict.fromkeys(_form(part) for part in inner))
        case origin if origin is Literal:
            return " or ".join(str(part).lower() if isinstance(part, bool) else str(part) for part in inner)
        case origin if origin is tuple:
            return f"list of {_form(inner[0])}"
        case origin if origin is dict:
            return f"mapping of {_form(inner[0])} to {_form(inner[1])}"
        case _:
            return _plain_form(hint)


def _plain_form(hint: Any) -> str:
    if inspect.isclass(hint) and issubclass(hint, BaseModel):
        parts = (name if info.is_required() else f"[{name}]" for name, info in hint.model_fields.items())
        return f"{{{', '.join(parts)}}}"
    return {UUID: "case", Money: "money such as GBP 500.00", str: "text", int: "number", bool: "true or false"}.get(hint, "text")
