"""Who gives a command on the command line: `ACTOR:ROLE`."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import ValidationError

from domain.roles import Actor
from interfaces.errors import Misused

By = Annotated[
    str, typer.Option("--by", metavar="ACTOR:ROLE", help="Who does it, and in which role: `jane:officer`.", show_default=False)
]


def parse_actor(given: str) -> Actor:
    """Read `ACTOR:ROLE`.

    Raises:
        Misused: it is written otherwise, or the role is unknown.
    """
    name, _, role = given.rpartition(":")
    try:
        return Actor.model_validate({"id": name, "role": role})
    except ValidationError:
        msg = f"{given!r} is not ACTOR:ROLE; write for example jane:officer. Roles: officer, issuer, registrar, auditor, analyst, admin."
        raise Misused(msg) from None
