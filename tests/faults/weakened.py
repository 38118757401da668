"""Runs one of our processes with one protection switched off: `python -m tests.faults.weakened PROTECTION MODULE`.

So it can be shown that the suite finds what that protection prevents.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from projections.history import Connection, Delivery

WIDE_SECONDS = 1.0
"""How long a race is held open that is over in a moment otherwise."""


def position_check() -> None:
    """Whatever is delivered is applied, whether its case has got further already or not as far."""
    _replace("projections.apply._next_events", lambda _connection, _position, delivered: iter(delivered))


def gap_healing() -> None:
    """What is delivered beyond the next version is applied as if nothing were missing before it."""

    def next_events(_connection: Connection, position: int, delivered: Sequence[Delivery]) -> Iterator[Delivery]:
        yield from (delivery for delivery in delivered if delivery.version > position)

    _replace("projections.apply._next_events", next_events)


def lock_of_positions() -> None:
    """Positions are read and not locked; between reading and writing there is time for another."""
    apply = import_module("projections.apply")

    def positions(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
        connection.execute(apply._SQL["insert_positions"], {"case_ids": ids})
        unlocked = apply._SQL["lock_positions"].removesuffix("FOR UPDATE;")
        found = dict(connection.execute(unlocked, {"case_ids": ids}).fetchall())
        time.sleep(WIDE_SECONDS)
        return found

    _replace("projections.apply.lock_positions", positions)


def store_check() -> None:
    """What a message says is believed, as if it were what the store has."""
    read_models = import_module("workers.read_models")
    cloud_events, mapper = import_module("workers.cloud_events"), import_module("domain.mapper")

    def deliveries(pool: Any, batch: Sequence[Any]) -> list[Delivery]:
        found = []
        with pool.connection() as connection:
            for received in batch:
                claim = cloud_events.claim_of(received.headers, received.value)
                parameters = {"case_ids": [claim.case_id], "versions": [claim.version]}
                for case_id, version, event_type, state in connection.execute(read_models._SQL["stored"], parameters):
                    envelope = bytes(state)[: -len(mapper.split_state(bytes(state))[1])]
                    found.append(Delivery.from_state(case_id, version, event_type, envelope + received.value))
        return found

    _replace("workers.read_models._deliveries", deliveries)


def parking() -> None:
    """A case goes on after an event that could not be applied, as if it had been."""

    def go_on(batch: Any, case_id: UUID, events: Sequence[Delivery]) -> None:
        for delivery in events:
            try:
                batch._write({case_id: [delivery]})
            except Exception:  # noqa: BLE001 - that is the weakness
                batch.connection.execute(
                    import_module("projections.apply")._SQL["advance"], {"case_id": case_id, "version": delivery.version}
                )

    _replace("projections.apply._Batch._write_as_far_as_possible", go_on)


def commit_before_acknowledgement() -> None:
    """Messages are acknowledged as soon as they are there, before anything of them is kept."""
    noack_take = import_module("faust.streams").Stream.noack_take

    async def take(stream: Any, *given: Any, **named: Any) -> Any:
        async for batch in noack_take(stream, *given, **named):
            for event in batch:
                event.ack()
            yield batch

    _replace("faust.streams.Stream.noack_take", take)


def tail_of_the_partitions() -> None:
    """A relay that starts does not look whether what it is about to send lies in the topic already."""
    _replace("workers.relay.Relay._published_after_saved_offsets", lambda _relay: set())


def lock_of_the_relay() -> None:
    """Every relay takes itself for the active one."""
    module = import_module("workers.relay_lock")

    def take(lock: Any, _stop: Any) -> bool:
        lock._touched = time.monotonic()
        return True

    _replace(f"{module.__name__}.RelayLock.take", take)


def idempotence_of_the_producer() -> None:
    """The brokers do not know a batch again that is sent once more."""
    producer = import_module("kafka").KafkaProducer

    def plain(**given: Any) -> Any:
        return producer(**{**given, "enable_idempotence": False, "acks": "all", "retries": 10})

    _replace("workers.relay.KafkaProducer", plain)


def firing_once() -> None:
    """All that keeps a deadline from being fired twice: the claim, the key of the firing, and the look at the case's own state."""
    timers, application, case = (import_module(name) for name in ("workers.timers", "domain.application", "domain.case.case"))
    fire_command = application.fire_command

    def with_a_new_key(*given: Any) -> Any:
        return fire_command(*given).model_copy(update={"idempotency_key": str(uuid4())})

    def in_any_state(fired: Any, act: Any, _law: Any) -> None:
        fired.let_happen(fired.deadline(act.role))

    _replace(f"{timers.__name__}.fire_command", with_a_new_key)
    _replace(f"{timers.__name__}.CLAIM", _DUE)
    _replace(f"{case.__name__}.Case.fire_deadline", in_any_state)


def guard_of_the_clock() -> None:
    """The clock of the process is believed, whatever the database says."""
    own = import_module("domain.time_sources").SystemTime()
    for source in ("HeldAgainstTheDatabase", "MatterClocks"):
        _replace(f"domain.time_sources.{source}.now", lambda _source, matter_id: own.now(matter_id))


_DUE = """
SELECT case_id, case_type, matter_id, role, set_version, fires_at, false AS of_the_system
FROM read_deadlines.deadlines JOIN matter_clocks USING (matter_id)
WHERE fires_at <= matter_clocks.now AND %(now)s IS NOT NULL ORDER BY fires_at LIMIT %(limit)s
"""


PROTECTIONS: Mapping[str, Callable[[], None]] = {
    weaken.__name__: weaken
    for weaken in (
        position_check,
        gap_healing,
        lock_of_positions,
        store_check,
        parking,
        commit_before_acknowledgement,
        tail_of_the_partitions,
        lock_of_the_relay,
        idempotence_of_the_producer,
        firing_once,
        guard_of_the_clock,
    )
}


def _replace(name: str, by: Any) -> None:
    """For good. That there is something of that name to replace is made sure."""
    patch(name, by).start()


def main() -> None:
    """Run a process of ours without one of its protections."""
    _, protection, name, *arguments = sys.argv
    module = import_module(name)
    PROTECTIONS[protection]()
    sys.argv = [name, *arguments]
    sys.exit(module.main())


if __name__ == "__main__":
    main()
