"""Applies events to a read model: each once, in the order of its case, with the position in the same transaction.

Event version <= position: a duplicate, skipped. Version = position + 1: applied. Greater: a gap; the missing versions are
read from the event store and applied first. An event that cannot be applied parks its case, and only its case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import structlog

from domain.mapper import UnreadableEvent
from foundation.database import Pool
from foundation.sql import load_statements
from projections.generations import enter, hold
from projections.history import Connection, Delivery, by_case, history
from projections.parking import park, waiting_cases
from projections.read_model import Change, Generation, ReadModel

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)


@dataclass
class Tally:
    """What became of a batch, counted in events; `parked` are the cases that wait from now on."""

    applied: int = 0
    duplicates: int = 0
    healed: int = 0
    passed_over: int = 0
    parked: list[UUID] = field(default_factory=list)


def apply(pool: Pool, model: ReadModel, deliveries: Sequence[Delivery], generation: Generation = "live") -> Tally:
    """Apply a batch in one transaction.

    Raises:
        psycopg.OperationalError: the database failed or broke off; nothing was kept, and the batch can be tried again.
    """
    with pool.connection() as connection, connection.transaction():
        hold(connection, model)
        return apply_within(connection, model, deliveries, generation)


def apply_within(
    connection: Connection,
    model: ReadModel,
    deliveries: Sequence[Delivery],
    generation: Generation = "live",
    *,
    retrying: Collection[UUID] = (),
) -> Tally:
    """Apply a batch within the caller's transaction, which holds the read model; `retrying` names cases that need not wait."""
    cases = by_case(deliveries)
    ids = sorted(cases)
    enter(connection, model, generation)
    positions = _lock_positions(connection, ids)
    waiting = waiting_cases(connection, model.name, generation, ids) - set(retrying)
    batch = _Batch(connection, model, generation, _skipped(connection, model.name, ids))
    todo: dict[UUID, list[Delivery]] = {}
    for case_id, delivered in cases.items():
        if case_id in waiting:
            batch.tally.passed_over += len(delivered)
            continue
        fresh = list(_next_events(connection, positions[case_id], delivered))
        repeated = sum(delivery.version <= positions[case_id] for delivery in delivered)
        batch.tally.duplicates += repeated
        batch.tally.healed += max(0, len(fresh) - (len(delivered) - repeated))
        if fresh:
            todo[case_id] = fresh
    batch.write(todo)
    return batch.tally


def _lock_positions(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Insert missing positions, then lock all in one order: without the lock two workers would apply an event twice."""
    connection.execute(_SQL["insert_positions"], {"case_ids": ids})
    return dict(connection.execute(_SQL["lock_positions"], {"case_ids": ids}).fetchall())


def _skipped(connection: Connection, read_model: str, ids: Sequence[UUID]) -> set[tuple[UUID, int]]:
    return set(connection.execute(_SQL["skipped"], {"read_model": read_model, "case_ids": ids}).fetchall())


def _next_events(connection: Connection, position: int, delivered: Sequence[Delivery]) -> Iterator[Delivery]:
    for delivery in delivered:
        if delivery.version <= position:
            continue
        if delivery.version > position + 1:
            missing = history(connection, delivery.case_id, after=position, up_to=delivery.version - 1)
            _log.info("gap_healed", case_id=str(delivery.case_id), after=position, events=len(missing))
            yield from missing
        yield delivery
        position = delivery.version


@dataclass
class _Batch:
    """The events of several cases on their way into one generation, within one transaction."""

    connection: Connection
    model: ReadModel
    generation: Generation
    skipped: set[tuple[UUID, int]]
    tally: Tally = field(default_factory=Tally)

    def write(self, todo: Mapping[UUID, Sequence[Delivery]]) -> None:
        """Write all at once; where that fails because of an event, one by one, and park the case of what fails."""
        try:
            self._write(todo)
            self.tally.applied += sum(map(len, todo.values()))
        except Exception as error:
            if not _is_of_the_event(error):
                raise
            for case_id, events in todo.items():
                self._write_or_park(case_id, events)

    def _write(self, todo: Mapping[UUID, Sequence[Delivery]]) -> None:
        with self.connection.transaction(), self.connection.pipeline(), self.connection.cursor() as cursor:
            for case_id, events in todo.items():
                for delivery in events:
                    if (case_id, delivery.version) in self.skipped:
                        continue
                    for change in self._changes(delivery):
                        cursor.execute(self.model.statements[change.statement], {**change.parameters, "case_id": case_id})
                cursor.execute(_SQL["advance"], {"case_id": case_id, "version": events[-1].version})

    def _changes(self, delivery: Delivery) -> Iterator[Change]:
        if isinstance(delivery.event, UnreadableEvent):
            raise delivery.event
        yield from self.model.changes(delivery.event)

    def _write_or_park(self, case_id: UUID, events: Sequence[Delivery]) -> None:
        for index, delivery in enumerate(events):
            try:
                self._write({case_id: [delivery]})
                self.tally.applied += 1
            except Exception as error:
                if not _is_of_the_event(error):
                    raise
                park(self.connection, self.model.name, self.generation, delivery, error)
                self.tally.parked.append(case_id)
                self.tally.passed_over += len(events) - index
                return


def _is_of_the_event(error: Exception) -> bool:
    """Whether the event is at fault, so that its case parks. The connection, the server and missing tables are not."""
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | psycopg.InternalError):
        return False
    return not (isinstance(error, psycopg.ProgrammingError) and error.sqlstate)
