"""What an operator does about a parked case: try again, or skip the event; a skip is recorded for ever."""

from __future__ import annotations

from uuid import UUID

from domain.roles import Actor
from foundation.database import Pool
from foundation.errors import RegcaseError
from foundation.sql import load_statements
from projections.generations import hold
from projections.heal import heal_within
from projections.history import Connection
from projections.parking import unpark
from projections.read_model import ReadModel

_SQL = load_statements(__file__)
MAY_SKIP = ("admin",)


class ActRefused(RegcaseError):
    """The operator's act is not possible; nothing changed."""


def retry(pool: Pool, model: ReadModel, case_id: UUID) -> bool:
    """Apply a parked case again, from its position on. Returns whether it waits no more.

    Raises:
        ActRefused: the case does not wait there.
    """
    with pool.connection() as connection:
        hold(connection, model)
        _parked_at(connection, model, case_id)
        return _go_on(connection, model, case_id)


def skip(pool: Pool, model: ReadModel, case_id: UUID, *, actor: Actor, reason: str) -> bool:
    """Leave the event out that a case waits at, in this read model, for ever. Returns whether the case waits no more.

    Raises:
        ActRefused: the role may not do it, no reason was given, or the case does not wait there.
    """
    if actor.role not in MAY_SKIP:
        msg = f"Refused: to skip an event needs the role {' or '.join(MAY_SKIP)}; {actor.id} acts as {actor.role}."
        raise ActRefused(msg)
    if not reason.strip():
        msg = "Refused: to skip an event needs a reason, which is kept with it."
        raise ActRefused(msg)
    with pool.connection() as connection:
        hold(connection, model)
        connection.execute(
            _SQL["record_skip"],
            {
                "actor": actor.id,
                "role": actor.role,
                "read_model": model.name,
                "case_id": case_id,
                "version": _parked_at(connection, model, case_id),
                "reason": reason,
            },
        )
        return _go_on(connection, model, case_id)


def _parked_at(connection: Connection, model: ReadModel, case_id: UUID) -> int:
    row = connection.execute(_SQL["parked_at"], {"read_model": model.name, "case_id": case_id}).fetchone()
    if row is None:
        msg = f"Refused: case {case_id} is not parked in {model.name}. `regcase parked list` shows what is."
        raise ActRefused(msg)
    version: int = row[0]
    return version


def _go_on(connection: Connection, model: ReadModel, case_id: UUID) -> bool:
    """Apply the case again; it is parked once more where that fails."""
    tally = heal_within(connection, model, [case_id], retrying=[case_id])
    if tally.parked:
        return False
    unpark(connection, model.name, case_id)
    return True
