"""Applies events to a read model: each once, in the order of its case, with the position in the same transaction.

Event version <= position: a duplicate, skipped. Version = position + 1: applied. Greater: a gap; the missing versions are
read from the event store and applied first. An event that cannot be applied parks its case, and only its case: at once, or
where the reason may pass, after so many attempts.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import structlog

from domain.mapper import UnreadableEvent
from foundation.database import Pool
from foundation.patience import Patience
from foundation.sql import load_statements
from foundation.tracing import continue_trace
from projections.error_kinds import kind_of
from projections.generations import TookTooLong, enter_to_write, holding_briefly
from projections.history import Connection, Delivery, by_case, history
from projections.parking import park, waiting_cases
from projections.read_model import Change, Generation, ReadModel

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
PATIENCE = Patience()

OnTransient = Literal["raise", "leave", "park"]
"""What is done when an event fails for a reason that may pass: give up all, leave its case for another attempt, or park it."""


@dataclass
class Tally:
    """What became of a batch, counted in events; `parked` are the cases that wait from now on, `left` those to try again.

    `traced` are the events with a trace that were applied in one attempt, or not: then with the error's class.
    """

    applied: int = 0
    duplicates: int = 0
    healed: int = 0
    passed_over: int = 0
    parked: list[UUID] = field(default_factory=list)
    left: list[UUID] = field(default_factory=list)
    traced: list[tuple[Delivery, str | None]] = field(default_factory=list)

    def go_on(self, again: Tally) -> None:
        """Add what another attempt made of the cases that were left: their events were counted as they came."""
        self.applied += again.applied
        self.passed_over += again.passed_over
        self.parked += again.parked
        self.left = again.left

    def add(self, other: Tally) -> None:
        """Add what became of other events."""
        for name in Tally.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def apply(
    pool: Pool,
    model: ReadModel,
    deliveries: Sequence[Delivery],
    generation: Generation = "live",
    *,
    patience: Patience = PATIENCE,
) -> Tally:
    """Apply a batch in one transaction, or in several where it takes longer than one may.

    Cases whose events fail for a reason that may pass are tried again in further ones.

    Raises:
        psycopg.OperationalError: the database failed or broke off; the batch can be given again, what was kept is known.
        BuiltOtherwise: another version of the program built these tables; nothing was applied.
    """
    try:
        return _apply_at_once(pool, model, deliveries, generation, patience)
    except TookTooLong as broken_off:
        if len(deliveries) <= 1:
            raise broken_off.error from None
    _log.warning("batch_divided", read_model=model.name, events=len(deliveries))
    middle = len(deliveries) // 2
    tally = apply(pool, model, deliveries[:middle], generation, patience=patience)
    tally.add(apply(pool, model, deliveries[middle:], generation, patience=patience))
    return tally


def _apply_at_once(
    pool: Pool, model: ReadModel, deliveries: Sequence[Delivery], generation: Generation, patience: Patience
) -> Tally:
    tally = Tally()
    for attempt, pause in enumerate(patience.bounded_pauses(), start=1):
        begun_at = time.time_ns()
        with holding_briefly(pool, model) as connection:
            on_transient: OnTransient = "park" if pause is None else "leave"
            done = apply_within(connection, model, deliveries, generation, on_transient=on_transient, attempts=attempt)
        if generation == "live":
            _trace(model, done, begun_at)
        if attempt == 1:
            tally = done
        else:
            tally.go_on(done)
        if pause is None or not tally.left:
            break
        _log.warning("tried_again", read_model=model.name, cases=len(tally.left), attempts=attempt, in_seconds=round(pause, 2))
        patience.sleep(pause)
        left = set(tally.left)
        deliveries = [delivery for delivery in deliveries if delivery.case_id in left]
    return tally


def apply_within(
    connection: Connection,
    model: ReadModel,
    deliveries: Sequence[Delivery],
    generation: Generation = "live",
    *,
    retrying: Collection[UUID] = (),
    on_transient: OnTransient = "raise",
    attempts: int = 1,
) -> Tally:
    """Apply a batch within the caller's transaction, which holds the read model.

    Args:
        retrying: cases that need not wait though they are parked.
        on_transient: what to do where an event fails for a reason that may pass.
        attempts: which attempt this is; kept with a case that is parked.

    Raises:
        BuiltOtherwise: another version of the program built these tables.
    """
    cases = by_case(deliveries)
    ids = sorted(cases)
    enter_to_write(connection, model, generation)
    positions = lock_positions(connection, ids)
    waiting = waiting_cases(connection, model.name, generation, ids) - set(retrying)
    batch = _Batch(connection, model, generation, _skipped(connection, model.name, ids), on_transient, attempts)
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


def _trace(model: ReadModel, tally: Tally, begun_at: int) -> None:
    """A span for each event that was traced: its row is written, and its command's trace ends here."""
    for delivery, failed in tally.traced:
        about = {**delivery.about, "read_model": model.name}
        continue_trace(f"apply {model.name}", delivery.traceparent, about, begun_at=begun_at).end(failed=failed)


def lock_positions(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Insert missing positions of the generation entered, then lock all in one order: else two workers apply an event twice."""
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
            _log.info("gap_healed", **delivery.named, after=position, events=len(missing))
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
    on_transient: OnTransient
    attempts: int
    tally: Tally = field(default_factory=Tally)

    def write(self, todo: Mapping[UUID, Sequence[Delivery]]) -> None:
        """Write all at once; where that fails because of an event, one by one, and park or leave the case of what fails."""
        self.connection.execute(_SQL["wait_briefly"])
        try:
            self._write(todo)
            for events in todo.values():
                self._applied(events)
        except Exception as error:
            if not self._is_of_a_case(error):
                raise
            for case_id, events in todo.items():
                self._write_as_far_as_possible(case_id, events)

    def _applied(self, events: Sequence[Delivery]) -> None:
        self.tally.applied += len(events)
        self.tally.traced += [(delivery, None) for delivery in events if delivery.traceparent]

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

    def _write_as_far_as_possible(self, case_id: UUID, events: Sequence[Delivery]) -> None:
        for index, delivery in enumerate(events):
            try:
                self._write({case_id: [delivery]})
                self._applied([delivery])
            except Exception as error:
                if not self._is_of_a_case(error):
                    raise
                if kind_of(error) == "transient" and self.on_transient == "leave":
                    self.tally.left.append(case_id)
                    return
                if delivery.traceparent:
                    self.tally.traced.append((delivery, type(error).__name__))
                park(self.connection, self.model.name, self.generation, delivery, error, attempts=self.attempts)
                self.tally.parked.append(case_id)
                self.tally.passed_over += len(events) - index
                return

    def _is_of_a_case(self, error: Exception) -> bool:
        """Whether only the case need suffer for it. The connection, the server and missing tables are not of a case."""
        kind = kind_of(error)
        return kind == "permanent" or (kind == "transient" and self.on_transient != "raise")
