"""Which deadlines fired, in what order, told by the events themselves."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import psycopg

from domain.application import StoreUnreachable
from domain.case.deadline_events import DeadlinePassed
from foundation.database import DATABASE_FAILED
from projections.history import Delivery
from tests.services import Database
from workers.timers import Timers

Deadline = tuple[UUID, str]
"""Of a case, in a role."""


class Firing(NamedTuple):
    """A deadline that passed, as its event has it."""

    deadline: Deadline
    due_at: datetime
    fired_at: datetime
    stored_at: datetime


def rank_of(database: Database) -> dict[Deadline, int]:
    """The deadlines that wait, each with its place in the order of due time; the first has 0."""
    with psycopg.connect(database.app_url) as connection:
        rows = connection.execute(
            "SELECT case_id, role FROM read_deadlines.deadlines WHERE fires_at IS NOT NULL ORDER BY fires_at, case_id, role"
        ).fetchall()
    return {(case_id, role): place for place, (case_id, role) in enumerate(rows)}


def passed_in_order(database: Database) -> list[Firing]:
    """The deadlines that timers let pass, in the order of the log; not those for representations, which the stories let pass."""
    query = (
        "SELECT originator_id, originator_version, topic, state FROM stored_events "
        "WHERE topic LIKE '%.deadline_passed' ORDER BY notification_id"
    )
    with psycopg.connect(database.app_url) as connection:
        events = [Delivery.from_state(*row).event for row in connection.execute(query)]
    return [
        Firing((event.case_id, event.role), event.due_at, event.fired_at, event.envelope.stored_at)
        for event in events
        if isinstance(event, DeadlinePassed) and event.role != "representations"
    ]


def fires(timers: Timers) -> bool:
    """Fire a batch as the processes do: a database that does not answer in time is asked again."""
    try:
        return timers.fire_due() > 0
    except (StoreUnreachable, *DATABASE_FAILED):
        return True
