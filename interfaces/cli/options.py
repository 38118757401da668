"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_JSON = "regcase.json"


def _note_json(context: typer.Context, value: bool) -> bool:
    context.meta[_JSON] = value
    return value


def wants_json(context: typer.Context) -> bool:
    """Whether the answer, an error too, is for machines."""
    return bool(context.meta.get(_JSON))


Json = Annotated[bool, typer.Option("--json", callback=_note_json, is_eager=True, help="Answer in JSON, for machines.")]
Scripts = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Case scripts (YAML).", show_default=False)]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        min=0,
        max=3600,
        help="Afterwards wait at most that long until the read models show what was written.",
        show_default=False,
    ),
]
Matter = Annotated[
    str | None,
    typer.Option(
        "--matter",
        metavar="MATTER",
        help="Only this matter: its reference, its id, or the beginning of it: at least six characters.",
        show_default=False,
    ),
]
