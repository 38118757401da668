"""Brings cases of a read model up to the event store, whatever was delivered or lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from foundation.database import Pool
from foundation.sql import load_statements
from projections.apply import Tally, apply_within
from projections.generations import enter, hold
from projections.history import Connection, Delivery, history
from projections.read_model import ReadModel

_SQL = load_statements(__file__)


def heal(pool: Pool, model: ReadModel, case_ids: Sequence[UUID]) -> Tally:
    """Apply everything that the store has of these cases and the read model has not.

    Raises:
        psycopg.OperationalError: the database failed or broke off; nothing was kept.
    """
    with pool.connection() as connection:
        hold(connection, model)
        return heal_within(connection, model, case_ids)


def heal_within(connection: Connection, model: ReadModel, case_ids: Sequence[UUID], *, retrying: Collection[UUID] = ()) -> Tally:
    """Heal within the caller's transaction, which holds the read model."""
    enter(connection, model)
    positions = dict(connection.execute(_SQL["positions"], {"case_ids": list(case_ids)}).fetchall())
    missing: list[Delivery] = []
    for case_id in sorted(case_ids):
        missing += history(connection, case_id, after=positions.get(case_id, 0))
    return apply_within(connection, model, missing, retrying=retrying)


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
