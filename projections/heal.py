"""Brings cases of a read model up to the event store, whatever was delivered or lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import structlog
from psycopg import sql

from foundation.database import Pool
from foundation.patience import Patience
from foundation.sql import load_statements
from projections.apply import PATIENCE, OnTransient, Tally, apply, apply_within, lock_positions
from projections.generations import enter, enter_to_write, holding_briefly, tables
from projections.history import Connection, Delivery, history
from projections.parking import unpark, waiting_cases
from projections.read_model import Generation, ReadModel

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)


def heal(pool: Pool, model: ReadModel, case_ids: Sequence[UUID], *, patience: Patience = PATIENCE) -> Tally:
    """Apply everything that the store has of these cases and the read model has not.

    Raises:
        psycopg.OperationalError: the database failed or broke off; nothing is lost by giving it again.
    """
    with pool.connection() as connection:
        enter(connection, model)
        positions: dict[UUID, int] = dict(connection.execute(_SQL["positions"], {"case_ids": list(case_ids)}).fetchall())
        missing = missing_of(connection, dict.fromkeys(case_ids, 0) | positions)
    return apply(pool, model, missing, patience=patience)


def go_on(
    connection: Connection,
    model: ReadModel,
    case_ids: Collection[UUID],
    generation: Generation = "live",
    *,
    on_transient: OnTransient = "park",
) -> set[UUID]:
    """Apply what parked cases wait for, within the caller's transaction, which holds the read model: one attempt.

    The positions are locked before the store is read. What somebody else passes over because a case waits is in the store by
    then; read before, it could fall between the two.

    Returns: those that still wait.
    """
    enter(connection, model, generation)
    missing = missing_of(connection, lock_positions(connection, sorted(case_ids)))
    tally = apply_within(connection, model, missing, generation, retrying=case_ids, on_transient=on_transient)
    waiting = set(tally.parked)
    unpark(connection, model.name, generation, sorted(set(case_ids) - waiting))
    return waiting


def derive_anew(pool: Pool, model: ReadModel, case_ids: Sequence[UUID], generation: Generation = "live") -> set[UUID]:
    """Remove the rows of these cases and apply their events from the first on, in one transaction. Returns the cases so healed.

    For rows or positions that cannot be trusted: where a position says less than the rows hold, events applied on top of them
    would count twice. Cases that are parked, or that the store does not have, are left as they are; so is one that would not get
    as far again, because an event that was applied once cannot be now: what is read of it would be less, not better.

    Raises:
        psycopg.OperationalError: the database failed, or somebody holds a row for long; nothing was changed.
        TookTooLong: so many cases take longer than a transaction may; likewise.
        BuiltOtherwise: another version of the program built these tables.
    """
    with holding_briefly(pool, model) as connection:
        enter_to_write(connection, model, generation)
        reached = lock_positions(connection, sorted(case_ids))
        waiting = waiting_cases(connection, model.name, generation, case_ids)
        events = [event for event in missing_of(connection, dict.fromkeys(case_ids, 0)) if event.case_id not in waiting]
        try:
            return _derive(connection, model, generation, events, reached)
        except _NotAsFar as stuck:
            _log.error("left_as_it_was", read_model=model.name, cases=len(stuck.case_ids), case_id=str(min(stuck.case_ids)))
            others = [event for event in events if event.case_id not in stuck.case_ids]
            return _derive(connection, model, generation, others, reached)


class _NotAsFar(Exception):
    """Takes back what was done; no error to anybody."""

    def __init__(self, case_ids: Collection[UUID]) -> None:
        super().__init__()
        self.case_ids = case_ids


def _derive(
    connection: Connection, model: ReadModel, generation: Generation, events: Sequence[Delivery], reached: Mapping[UUID, int]
) -> set[UUID]:
    ids = {event.case_id for event in events}
    with connection.transaction():
        for table in tables(connection, model, generation):
            remove = sql.SQL(_SQL["remove_rows"]).format(table=sql.Identifier(table))
            connection.execute(remove, {"case_ids": list(ids)})
        connection.execute(_SQL["begin_again"], {"case_ids": list(ids)})
        parked = apply_within(connection, model, events, generation).parked
        stuck = {case_id for case_id, version in lock_positions(connection, parked).items() if version < reached[case_id]}
        if stuck:
            raise _NotAsFar(stuck)
    return ids - set(parked)


def missing_of(connection: Connection, positions: Mapping[UUID, int]) -> list[Delivery]:
    """What the store has of these cases after their positions, case by case."""
    missing: list[Delivery] = []
    for case_id in sorted(positions):
        missing += history(connection, case_id, after=positions[case_id])
    return missing


def cases_behind(pool: Pool, model: ReadModel, versions: Mapping[UUID, int]) -> list[UUID]:
    """Which of these cases the live read model has not brought to the given version; not those that are parked."""
    with pool.connection() as connection:
        return behind_in(connection, model, versions, "live")


def behind_in(connection: Connection, model: ReadModel, versions: Mapping[UUID, int], generation: Generation) -> list[UUID]:
    """The same of a generation."""
    enter(connection, model, generation)
    parameters = {
        "read_model": model.name,
        "generation": generation,
        "case_ids": list(versions),
        "versions": list(versions.values()),
    }
    return [row[0] for row in connection.execute(_SQL["behind"], parameters)]
