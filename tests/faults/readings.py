"""What the system holds once it is at rest: store, topic, read models, parking, rejections. Read around every proxy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg
from psycopg import sql

from deploy.topics import EVENTS
from foundation.database import DATABASE_FAILED, Pool, open_pool
from foundation.settings import Settings
from foundation.sql import load_statements
from projections.compare import Difference, compare
from projections.findings import TOPIC_KINDS, findings_since
from projections.places import relay_to
from projections.read_model import all_read_models
from tests.faults.fault import Place
from tests.faults.model import Event, EventId
from tests.topics import Published, published

_SQL = load_statements(__file__)


@dataclass(frozen=True)
class Stored:
    """An event of the store, in order of storing."""

    event_id: EventId
    event: Event
    stored_at: datetime
    causation_id: str
    matter_id: UUID

    @classmethod
    def of(cls, case_id: UUID, version: int, event_type: str, state: bytes) -> Stored:
        """From its row."""
        envelope = json.loads(state.partition(b"\n")[0])
        return cls(
            (case_id, version),
            Event.of(event_type, state),
            datetime.fromisoformat(envelope["stored_at"]),
            envelope["causation_id"],
            UUID(envelope["matter_id"]),
        )

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Its payload, read."""
        facts: dict[str, Any] = json.loads(self.event.payload)
        return facts


@dataclass(frozen=True)
class Readings:
    """Everything that the checker holds against each other.

    Args:
        stored: every event of a case, in order of storing.
        messages: everything in the topic, partition by partition.
        differences: where a read model is not what the store says.
        mended: where one was not, and the reconciler healed it meanwhile or told of it, in words.
        parked: what waits for a person.
        rejected: where the messages lay that were rejected.
        due: deadlines whose time has come and that have not fired, in words.
        unsettled: what had not come to rest in time, in words.
    """

    stored: Sequence[Stored]
    messages: Sequence[Published]
    differences: Sequence[Difference] = ()
    mended: Sequence[str] = ()
    parked: Sequence[str] = ()
    rejected: frozenset[Place] = frozenset()
    due: Sequence[str] = ()
    unsettled: Sequence[str] = ()


def read_everything(settings: Settings, *, settled_within: float, say: Callable[[str], None]) -> Readings:
    """Wait until all is at rest, but not for ever; then read it."""
    with open_pool(settings.database, name="fault suite checks", size=2, timeout=10.0) as pool:
        say("waiting until all is at rest")
        unsettled = _settle(pool, seconds=settled_within)
        say("reading the store")
        stored = _stored(settings.database)
        say("reading the topic")
        messages = published(settings.kafka, EVENTS.name)
        differences: list[Difference] = []
        for model in all_read_models().values():
            say(f"comparing the read model {model.name}, row for row")
            # It is at rest: what has not arrived now is not on its way.
            with patch("projections.compare.IN_FLIGHT", timedelta(0)):
                differences += compare(pool, model)
        mended = [
            f"{one.kind} in {one.place}, {one.cases} cases such as {one.example}, found by the reconciler"
            for one in findings_since(pool, datetime.fromtimestamp(0, UTC))
            if one.kind not in TOPIC_KINDS
        ]
        with pool.connection() as connection:
            parked = [f"{model}: {case} ({error})" for model, case, error in connection.execute(_SQL["parked"])]
            rejected = frozenset(
                Place(partition, offset) for partition, offset in connection.execute(_SQL["rejected"], {"topic": EVENTS.name})
            )
            due = [f"{role} of {case_id}, due at {at}" for case_id, role, at in connection.execute(_SQL["due"])]
    return Readings(stored, messages, differences, mended, parked, rejected, due, unsettled)


def behind(pool: Pool) -> list[str]:
    """What has not arrived yet: in the topic, in a read model; and what is due."""
    with pool.connection() as connection:
        found = []
        (unpublished,) = _one(connection, _SQL["unpublished"], {"follower": relay_to(EVENTS.name)})
        if unpublished:
            found.append(f"{unpublished} events are not published")
        for model in all_read_models().values():
            statement = sql.SQL(_SQL["behind"]).format(positions=sql.Identifier(model.schema("live"), "positions"))
            (cases,) = _one(connection, statement, {})
            if cases:
                found.append(f"{cases} cases are behind in {model.name}")
        due = connection.execute(_SQL["due"]).fetchall()
        if due:
            found.append(f"{len(due)} deadlines are due")
        return found


def _settle(pool: Pool, *, seconds: float) -> list[str]:
    latest = time.monotonic() + seconds
    left = ["the database does not answer"]
    while left and time.monotonic() < latest:
        try:
            left = behind(pool)
        except DATABASE_FAILED:
            left = ["the database does not answer"]
        if left:
            time.sleep(0.5)
    return left


def _one(connection: psycopg.Connection[Any], statement: Any, parameters: dict[str, Any]) -> tuple[Any, ...]:
    row = connection.execute(statement, parameters).fetchone()
    assert row
    return tuple(row)


def _stored(conninfo: str) -> list[Stored]:
    with psycopg.connect(conninfo) as connection, connection.cursor("stored") as cursor:
        cursor.execute(_SQL["stored"])
        return [Stored.of(case_id, version, topic, bytes(state)) for case_id, version, topic, state in cursor]
