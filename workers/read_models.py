"""Feeds the read models: what Kafka delivers is held against the store, and applied to each read model in its own transaction.

The message says which event is there; the event itself is read from the store, so that nobody who can write to the topic
can show a wrong date.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog

from domain.mapper import UnreadableEvent, digest_of, split_state
from foundation.database import DATABASE_FAILED, Pool
from foundation.patience import Patience
from foundation.sql import load_statements
from projections.apply import PATIENCE, Tally, apply
from projections.generations import distrusting, with_each_read_model
from projections.history import Connection, Delivery
from projections.read_model import ReadModel
from workers.cloud_events import Claim, Headers, NotAnEvent, claim_of
from workers.counting import count
from workers.traces import arrived, receiving

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
T = TypeVar("T")
GROUP = "regcase-read-models"
"""The consumer group that all workers are in."""


@dataclass(frozen=True)
class Received:
    """A message as it came from Kafka, with its place there."""

    topic: str
    partition: int
    offset: int
    headers: Headers
    value: bytes | None


def consume(
    pool: Pool, batch: Sequence[Received], *, patience: Patience = PATIENCE, moved: Callable[[], object] = lambda: None
) -> list[Tally]:
    """Apply a batch to every read model, and record what is no event of the store.

    A database that is away is waited out here, however long: the batch must not be given back half done. A read model whose
    tables are not what they should be holds up none of the others.

    Args:
        moved: told after each read model.

    Raises:
        psycopg.ProgrammingError, psycopg.InternalError: of such a read model, once the others have the batch. It is built anew at the next start.
        BuiltOtherwise: as above; another version of the program built it meanwhile.
    """
    begun_at = time.time_ns()
    events = _until_it_succeeds(lambda: _deliveries(pool, batch), patience)
    with receiving(events, begun_at=begun_at) as deliveries:
        return _apply_to_each(pool, deliveries, patience, moved)


def _apply_to_each(pool: Pool, deliveries: Sequence[Delivery], patience: Patience, moved: Callable[[], object]) -> list[Tally]:
    def apply_to(model: ReadModel) -> Tally:
        tally = _until_it_succeeds(partial(_apply, pool, model, deliveries, patience), patience)
        count(model.name, tally)
        moved()
        return tally

    return with_each_read_model(apply_to)


def _apply(pool: Pool, model: ReadModel, deliveries: Sequence[Delivery], patience: Patience) -> Tally:
    with distrusting(pool, model):
        return apply(pool, model, deliveries, patience=patience)


def _until_it_succeeds(attempt: Callable[[], T], patience: Patience) -> T:
    pauses = patience.pauses()
    while True:
        try:
            return attempt()
        except DATABASE_FAILED as error:
            pause = next(pauses)
            _log.warning("database_failed", error=error, retry_in_seconds=round(pause, 2))
            patience.sleep(pause)


def _deliveries(pool: Pool, batch: Sequence[Received]) -> list[Delivery]:
    """The events that a batch is about, as the store has them."""
    with pool.connection() as connection:
        claims: list[tuple[Received, Claim]] = []
        for received in batch:
            try:
                claims.append((received, claim_of(received.headers, received.value)))
            except NotAnEvent as finding:
                _reject(connection, received, str(finding))
        stored = _stored(connection, [claim for _, claim in claims])
        deliveries = []
        for received, claim in claims:
            delivery = stored.get((claim.case_id, claim.version))
            if delivery is None:
                _reject(connection, received, "no such event in the store")
            elif delivery[1] != claim.digest:
                _reject(connection, received, "the payload is not the stored one")
            else:
                deliveries.append(arrived(delivery[0], received.headers))
        return deliveries


def _stored(connection: Connection, claims: Sequence[Claim]) -> dict[tuple[object, int], tuple[Delivery, str | None]]:
    """The stored events that are claimed, each with the digest of its payload."""
    parameters = {"case_ids": [claim.case_id for claim in claims], "versions": [claim.version for claim in claims]}
    return {
        (case_id, version): (Delivery.from_state(case_id, version, event_type, bytes(state)), _payload_digest(bytes(state)))
        for case_id, version, event_type, state in connection.execute(_SQL["stored"], parameters)
    }


def _payload_digest(state: bytes) -> str | None:
    try:
        return digest_of(split_state(state)[1])
    except UnreadableEvent:
        return None


def _reject(connection: Connection, received: Received, reason: str) -> None:
    """Record a message that is never applied: once, with its place in the topic."""
    connection.execute(
        _SQL["reject"],
        {
            "topic": received.topic,
            "partition": received.partition,
            "message_offset": received.offset,
            "message_digest": hashlib.sha256(received.value or b"").hexdigest(),
            "reason": reason,
        },
    )
    _log.error("message_rejected", topic=received.topic, partition=received.partition, offset=received.offset, reason=reason)
