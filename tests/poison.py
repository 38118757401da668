"""Stored events that are changed, as only the owner of the table can: damaged and mended again, or made old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from foundation.database import Pool
from projections.apply import apply
from projections.history import Delivery
from projections.read_model import all_read_models
from tests.desk import Desk
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database

_KNOWN, _UNKNOWN = 1, 99


def poisoned(desk: Desk, database: Database, *event_types: str) -> tuple[list[Delivery], list[Delivery]]:
    """Store a desk's events, the first of each of these types damaged. Returns all as they are delivered, and the damaged."""
    deliveries = store(desk, database)
    bad = [next(delivery for delivery in deliveries if delivery.event_type == event_type) for event_type in event_types]
    for delivery in bad:
        damage(database, delivery.case_id, delivery.version)
    return stored(database), bad


@dataclass(frozen=True)
class Parked:
    """Two cases that wait in every read model, each at an event that cannot be read."""

    deliveries: list[Delivery]
    fine: Delivery
    notice: Delivery
    database: Database

    def mend(self, bad: Delivery) -> None:
        """Let an event be read again."""
        mend(self.database, bad.case_id, bad.version)


def parked_in_every_read_model(pool: Pool, database: Database) -> Parked:
    """Store a story of which a fine and a notice cannot be read, and apply it everywhere."""
    deliveries, (fine, notice) = poisoned(
        nobody_complies_or_pays(), database, "fine.penalty_notice_issued", "enforcement_notice.issued"
    )
    for model in all_read_models().values():
        apply(pool, model, deliveries)
    return Parked(deliveries, fine, notice, database)


def damage(database: Database, case_id: UUID, version: int) -> None:
    """Make a stored event one of a schema that nobody knows."""
    _set_schema_version(database, case_id, version, _KNOWN, _UNKNOWN)


def mend(database: Database, case_id: UUID, version: int) -> None:
    """Make it what it was."""
    _set_schema_version(database, case_id, version, _UNKNOWN, _KNOWN)


def grow_old(database: Database) -> None:
    """Let everything that is stored have been stored many years ago."""
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(
            "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8')",
            (f'"stored_at":"{datetime.now(UTC).year}', '"stored_at":"1999'),
        )


def stored(database: Database) -> list[Delivery]:
    """Every event of the store, as it would be delivered."""
    with psycopg.connect(database.app_url) as connection:
        rows = connection.execute(
            "SELECT originator_id, originator_version, topic, state FROM stored_events "
            "WHERE NOT starts_with(topic, '_') ORDER BY notification_id"
        )
        return [Delivery.from_state(*row) for row in rows]


def _set_schema_version(database: Database, case_id: UUID, version: int, before: int, after: int) -> None:
    with psycopg.connect(database.owner_url) as connection:
        changed = connection.execute(
            "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8') "
            "WHERE originator_id = %s AND originator_version = %s",
            (f'"schema_version":{before}', f'"schema_version":{after}', case_id, version),
        )
        assert changed.rowcount == 1
