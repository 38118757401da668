"""What an operator does about parked cases: give them to somebody, try again, or skip an event. Each act is recorded for ever.

An act is an administrator's. It is saved in one transaction with what it changes; the database lets nobody of the application
change or remove what was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from domain.refusals import Forbidden, Malformed, WrongState
from domain.roles import ACCOUNT, Actor
from foundation.database import Pool
from foundation.sql import load_statements
from projections.generations import hold
from projections.heal import go_on
from projections.history import Connection
from projections.parking import ParkedCase
from projections.read_model import ReadModel, read_model

_SQL = load_statements(__file__)
OPERATORS = ("admin",)
"""The roles whose acts these are."""

Outcome = Literal["goes_on", "waits"]


@dataclass(frozen=True)
class OperatorAct:
    """An act as it was recorded; `done_at` is aware, and the database's own.

    `version` and `error_class` are what the case waited at; `outcome` is what came of a retry.
    """

    act_id: int
    done_at: datetime
    actor: str
    role: str
    act: Literal["assign", "retry", "skip"]
    read_model: str
    case_id: UUID
    version: int
    error_class: str | None
    owner: str | None
    reason: str | None
    authority: str | None
    outcome: Outcome | None


def assign(pool: Pool, model: ReadModel, case_id: UUID, *, owner: str, actor: Actor, reason: str | None = None) -> None:
    """Make somebody the owner of a parked case: who sees to it.

    Raises:
        Forbidden: the actor's role may not do it.
        Malformed: `owner` is no account's id.
        WrongState: the case does not wait there.
    """
    _require_operator(actor, "assign a parked case")
    if not re.fullmatch(ACCOUNT, owner):
        msg = f"Refused: {owner!r} is no account's id; write letters, digits and . _ @ -, such as jane.doe."
        raise Malformed(msg)
    with pool.connection() as connection:
        parked = _parked(connection, model, case_id)
        connection.execute(_SQL["assign"], {"read_model": model.name, "case_id": case_id, "owner": owner})
        _record(connection, "assign", model, parked, actor, owner=owner, reason=reason)


def assign_each(
    pool: Pool, parked: Sequence[ParkedCase], *, owner: str, actor: Actor, reason: str | None = None
) -> list[ParkedCase]:
    """Assign what `parked_cases` found, each in a transaction of its own; one that goes on meanwhile is left out.

    Raises:
        Forbidden: the actor's role may not do it.
        Malformed: `owner` is no account's id.
        psycopg.OperationalError: the database failed; those before it are done and recorded.
    """
    _require_operator(actor, "assign parked cases")
    done: list[ParkedCase] = []
    for row in parked:
        with suppress(WrongState):
            assign(pool, read_model(row.read_model), row.case_id, owner=owner, actor=actor, reason=reason)
            done.append(row)
    return done


def retry(pool: Pool, model: ReadModel, case_id: UUID, *, actor: Actor, reason: str | None = None) -> Outcome:
    """Apply a parked case again, from its position on, in order. Returns whether it goes on; otherwise it waits, and tells why.

    Raises:
        Forbidden: the actor's role may not do it.
        WrongState: the case does not wait there.
        psycopg.OperationalError: the database failed; nothing changed.
    """
    _require_operator(actor, "retry a parked case")
    with pool.connection() as connection:
        hold(connection, model)
        parked = _parked(connection, model, case_id)
        outcome = _go_on(connection, model, case_id)
        _record(connection, "retry", model, parked, actor, reason=reason, outcome=outcome)
        return outcome


def retry_each(
    pool: Pool, parked: Sequence[ParkedCase], *, actor: Actor, reason: str | None = None
) -> list[tuple[ParkedCase, Outcome]]:
    """Retry what `parked_cases` found: a case wherever it waits, or all that wait because of one error.

    Each in a transaction of its own; one that goes on meanwhile is left out.

    Raises:
        Forbidden: the actor's role may not do it.
        psycopg.OperationalError: the database failed; those before it are done and recorded.
    """
    _require_operator(actor, "retry parked cases")
    done: list[tuple[ParkedCase, Outcome]] = []
    for row in parked:
        with suppress(WrongState):
            done.append((row, retry(pool, read_model(row.read_model), row.case_id, actor=actor, reason=reason)))
    return done


def skip(pool: Pool, model: ReadModel, case_id: UUID, *, version: int, actor: Actor, reason: str, authority: str) -> Outcome:
    """Leave the event out that a case waits at, in this read model, for ever. Returns whether the case goes on from there.

    Args:
        version: of the event that was decided about; the case may wait at another by now.
        reason: why the event may be missing from what is read.
        authority: on whose decision, or under which rule of the house.

    Raises:
        Forbidden: the actor's role may not do it.
        Malformed: no reason, or no authority, was given.
        WrongState: the case does not wait there, or not at that event.
        psycopg.OperationalError: the database failed; nothing changed.
    """
    _require_operator(actor, "skip an event")
    for name, given in (("a reason", reason), ("an authority", authority)):
        if not given.strip():
            msg = f"Refused: to skip an event needs {name}, which is kept with it for ever. Say it."
            raise Malformed(msg)
    with pool.connection() as connection:
        hold(connection, model)
        parked = _parked(connection, model, case_id)
        if parked.version != version:
            msg = (
                f"Refused: case {case_id} waits at version {parked.version} in {model.name}, not at {version}. "
                f"`regcase parked show {case_id}` shows why; decide about that event."
            )
            raise WrongState(msg, case_id=str(case_id), read_model=model.name, version=parked.version)
        # First recorded: what is applied now leaves out what is recorded as skipped.
        _record(connection, "skip", model, parked, actor, reason=reason, authority=authority)
        return _go_on(connection, model, case_id)


def acts(pool: Pool, *, case_id: UUID | None = None) -> list[OperatorAct]:
    """What operators did, the earliest first; of one case, if it is named."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(OperatorAct)) as cursor:
        return cursor.execute(_SQL["acts"], {"case_id": case_id}).fetchall()


def skips(pool: Pool, *, read_models: Sequence[str] | None = None, case_ids: Sequence[UUID] | None = None) -> list[OperatorAct]:
    """The acts by which events were left out, one for each event and read model; of these read models and cases, if they are named.

    What a read model tells of those cases lacks those events for ever, as what it is compared with does.
    """
    parameters = {
        "read_models": None if read_models is None else list(read_models),
        "case_ids": None if case_ids is None else list(case_ids),
    }
    with pool.connection() as connection, connection.cursor(row_factory=class_row(OperatorAct)) as cursor:
        return cursor.execute(_SQL["skips"], parameters).fetchall()


def _require_operator(actor: Actor, what: str) -> None:
    if actor.role not in OPERATORS:
        msg = f"Refused: to {what} needs the role {' or '.join(OPERATORS)}; {actor.id} acts as {actor.role}. Have an administrator do it."
        raise Forbidden(msg, role=actor.role, needs=list(OPERATORS))


@dataclass(frozen=True)
class _Parked:
    case_id: UUID
    version: int
    error_class: str


def _parked(connection: Connection, model: ReadModel, case_id: UUID) -> _Parked:
    """Where the case waits; nobody else acts on it until the transaction ends."""
    parameters = {"read_model": model.name, "case_id": case_id}
    with connection.cursor(row_factory=class_row(_Parked)) as cursor:
        parked = cursor.execute(_SQL["parked"], parameters).fetchone()
    if parked is None:
        msg = f"Refused: case {case_id} is not parked in {model.name}. `regcase parked list` shows what is."
        raise WrongState(msg, case_id=str(case_id), read_model=model.name)
    return parked


def _go_on(connection: Connection, model: ReadModel, case_id: UUID) -> Outcome:
    """Apply the case again; it is parked once more where that fails."""
    return "waits" if go_on(connection, model, [case_id]) else "goes_on"


def _record(connection: Connection, act: str, model: ReadModel, parked: _Parked, actor: Actor, **facts: str | None) -> None:
    told = dict.fromkeys(("reason", "authority", "owner", "outcome")) | facts
    connection.execute(
        _SQL["record"],
        {
            "actor": actor.id,
            "role": actor.role,
            "act": act,
            "read_model": model.name,
            "case_id": parked.case_id,
            "version": parked.version,
            "error_class": parked.error_class,
            **told,
        },
    )
