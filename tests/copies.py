"""The same history many times over, each with ids of its own: thousands of real cases, made in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg
from eventsourcing.persistence import StoredEvent

from domain.event_store import in_postgres
from domain.identifiers import matter_index_id
from domain.mapper import split_state
from tests.desk import Desk
from tests.histories import EVERYTHING
from tests.services import Database

PAGE = 2_000
"""More at once in one pipeline hangs: neither side reads while it writes."""


def events_of(desk: Desk) -> list[StoredEvent]:
    """Everything that a desk has stored, in order."""
    return list(desk.app.recorder.select_notifications(start=None, limit=EVERYTHING))


def is_published(event: StoredEvent) -> bool:
    """Whether it is an event of a case, and none that the application keeps for itself."""
    return not event.topic.startswith("_")


def insert(events: Sequence[StoredEvent], database: Database) -> None:
    """Put events into a store."""
    recorder = in_postgres(database.app_url, pool_size=1).application_recorder()
    for start in range(0, len(events), PAGE):
        recorder.insert_events(events[start : start + PAGE])


def copy_in(events: Sequence[StoredEvent], database: Database) -> None:
    """Put very many events into a store, past the library."""
    rows = "COPY stored_events (originator_id, originator_version, topic, state) FROM STDIN"
    with psycopg.connect(database.app_url) as connection, connection.cursor().copy(rows) as copy:
        for event in events:
            copy.write_row((event.originator_id, event.originator_version, event.topic, event.state))


def copies(events: Sequence[StoredEvent], number: int, *, first: int = 0) -> list[StoredEvent]:
    """The same story so many times, one after the other; those of other numbers are others."""
    matters = {split_state(event.state)[0].matter_id for event in events if is_published(event)}
    ids = {event.originator_id for event in events} | matters
    made = []
    for copy in range(first, first + number):
        new = {old: uuid5(NAMESPACE_OID, f"{copy}/{old}") for old in ids if isinstance(old, UUID)}
        new |= {matter_index_id(matter): matter_index_id(new[matter]) for matter in matters}
        renamed = {str(old).encode(): str(its).encode() for old, its in new.items()}
        for event in events:
            state = event.state
            for old_id, new_id in renamed.items():
                state = state.replace(old_id, new_id)
            assert isinstance(event.originator_id, UUID)
            made.append(StoredEvent(new[event.originator_id], event.originator_version, event.topic, state))
    return made
