"""Brings cases of a read model up to the event store, whatever was delivered or lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from foundation.database import Pool
from foundation.patience import Patience
from foundation.sql import load_statements
from projections.apply import PATIENCE, Tally, apply, apply_within, lock_positions
from projections.generations import enter
from projections.history import Connection, Delivery, history
from projections.read_model import ReadModel

_SQL = load_statements(__file__)


def heal(pool: Pool, model: ReadModel, case_ids: Sequence[UUID], *, patience: Patience = PATIENCE) -> Tally:
    """Apply everything that the store has of these cases and the read model has not.

    Raises:
        psycopg.OperationalError: the database failed or broke off; nothing is lost by giving it again.
    """
    with pool.connection() as connection:
        enter(connection, model)
        positions: dict[UUID, int] = dict(connection.execute(_SQL["positions"], {"case_ids": list(case_ids)}).fetchall())
        missing = _missing(connection, case_ids, positions)
    return apply(pool, model, missing, patience=patience)


def go_on(connection: Connection, model: ReadModel, case_id: UUID) -> Tally:
    """Apply what a parked case waits for, within the caller's transaction, which holds the read model: one attempt.

    The position is locked before the store is read. What somebody else passes over because the case waits is in the store by
    then; read before, it could fall between the two.
    """
    enter(connection, model)
    missing = _missing(connection, [case_id], lock_positions(connection, [case_id]))
    return apply_within(connection, model, missing, retrying=[case_id], on_transient="park")


def _missing(connection: Connection, case_ids: Sequence[UUID], positions: Mapping[UUID, int]) -> list[Delivery]:
    missing: list[Delivery] = []
    for case_id in sorted(case_ids):
        missing += history(connection, case_id, after=positions.get(case_id, 0))
    return missing


def cases_behind(pool: Pool, model: ReadModel, versions: Mapping[UUID, int]) -> list[UUID]:
    """Which of these cases the live read model has not brought to the given version; not those that are parked."""
    with pool.connection() as connection:
        enter(connection, model)
        parameters = {
            "read_model": model.name,
            "case_ids": list(versions),
            "versions": list(versions.values()),
        }
        return [row[0] for row in connection.execute(_SQL["behind"], parameters)]
