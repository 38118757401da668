"""Deadlines by the thousand: rows that wait, for what a claim costs; and real cases whose deadlines are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.rows import TupleRow

from foundation.database import Pool
from projections.apply import apply
from projections.history import Delivery
from projections.read_model import all_read_models
from tests.copies import PAGE, copies, events_of, insert, is_published
from tests.desk import issued
from tests.services import Database

_WAITING = """
INSERT INTO read_deadlines.deadlines
    (case_id, role, matter_id, case_type, kind, status, rule, rule_version, cites, trigger_event, trigger_date, calendar,
     calendar_version, steps, marks, due, due_at, started_version, set_version)
SELECT gen_random_uuid(), 'payment', gen_random_uuid(), 'fine', 'ceiling', 'running', 'uk-dpa-2018/sch16-6', 1,
       '{DPA 2018 Sch 16 para 6}', 'penalty_notice.sent', '2022-05-18', 'england-wales', '2022', '{Counted,Rolled}', '{P}',
       at::date, at, 7, 7
FROM (SELECT %(first)s::timestamptz + make_interval(secs => number * %(apart)s) AS at
      FROM generate_series(1, %(number)s) AS number) AS each
"""


def insert_waiting(connection: psycopg.Connection[TupleRow], number: int, *, first: datetime, apart: float) -> None:
    """Insert deadlines into the read model, due `apart` seconds one after the other from a moment on."""
    connection.execute(_WAITING, {"number": number, "first": first, "apart": apart})


def overdue_fines(*, days: int, copies_a_day: int) -> list[StoredEvent]:
    """Fines with two deadlines each, a different due time for each day on which a penalty notice was given."""
    first = date(2022, 1, 10)
    return [
        event
        for number in range(days)
        for event in copies(events_of(issued((first + timedelta(days=number)).isoformat())), copies_a_day)
    ]


def store_in_bulk(events: Sequence[StoredEvent], database: Database, pool: Pool) -> None:
    """Put events into the store, and apply them to every read model."""
    insert(events, database)
    for start in range(0, len(events), PAGE):
        deliveries = [
            Delivery.from_state(event.originator_id, event.originator_version, event.topic, event.state)  # type: ignore[arg-type] # ids are UUIDs here
            for event in events[start : start + PAGE]
            if is_published(event)
        ]
        for model in all_read_models().values():
            apply(pool, model, deliveries)
