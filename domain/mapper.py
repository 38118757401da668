"""The one way to and from stored events: store, workers, audit and feed all decode with it.

A stored event's topic is its type. Its state is two lines: the envelope as JSON, and the payload as JSON. Who passes
events on (the relay) reads only the first, so that no payload can stop it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.case.events import CaseEvent, Envelope
from domain.internal_events import InternalEvent, internal_event_type
from domain.names import EVENT_TYPES
from domain.recorded import RECORDED
from domain.refusals import Malformed
from foundation.errors import Permanent
from foundation.tracing import current_traceparent

MAX_STATE_BYTES = 256 * 1024
"""A larger event is refused when the command is given: Kafka must be able to carry it."""


class UnreadableEvent(Permanent):
    """A stored or received event cannot be decoded: of an unknown type, or not as its type says."""


class StoredEnvelope(Envelope):
    """The envelope as it is stored: with the version of the payload's schema, and the trace in which it was stored, if any.

    The trace (a W3C `traceparent`) is not the event's: an event that is loaded does not have it, so no row can hold it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int
    traceparent: str | None = None


def split_state(state: bytes) -> tuple[StoredEnvelope, bytes]:
    """The envelope and the payload's bytes, without looking at the payload.

    Raises:
        UnreadableEvent: the first line is no envelope.
    """
    envelope, _, payload = state.partition(b"\n")
    try:
        return StoredEnvelope.model_validate_json(envelope, context=RECORDED), payload
    except ValidationError as error:
        msg = f"a stored event's envelope cannot be read: {error.error_count()} faults. Restore it from the ledger or a backup."
        raise UnreadableEvent(msg) from error


def envelope_of(state: bytes) -> StoredEnvelope | None:
    """The envelope alone; None where it cannot be read."""
    try:
        return split_state(state)[0]
    except UnreadableEvent:
        return None


def digest_of(payload: bytes) -> str:
    """SHA-256 of a payload, in hex: what the message on Kafka carries beside it."""
    return hashlib.sha256(payload).hexdigest()


def decode(event_type: str, envelope: StoredEnvelope, payload: bytes) -> CaseEvent:
    """Make the event again.

    Raises:
        UnreadableEvent: the type or its schema version is unknown, or the payload is not as the type says.
    """
    cls = EVENT_TYPES.get(event_type)
    if cls is None or envelope.schema_version != cls.SCHEMA:
        msg = f"event {envelope.case_id}/{envelope.version} of type {event_type}, schema {envelope.schema_version}, is unknown to this version of the program. Upgrade it."
        raise UnreadableEvent(msg)
    try:
        facts = json.loads(payload)
        plain = Envelope(**{name: getattr(envelope, name) for name in Envelope.model_fields})
        return cls.happened(plain, **facts)
    except (ValueError, TypeError, RecursionError) as error:
        msg = f"event {envelope.case_id}/{envelope.version} ({event_type}) does not have the form of its type: {type(error).__name__}"
        raise UnreadableEvent(msg) from error


class CaseEventMapper(Mapper[UUID]):
    """The mapper that the event store uses."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Encode.

        Raises:
            Malformed: the event is larger than 256 KiB.
        """
        if isinstance(domain_event, InternalEvent):
            return StoredEvent(
                originator_id=domain_event.originator_id,
                originator_version=domain_event.originator_version,
                topic=domain_event.TOPIC,
                state=_dump(domain_event),
            )
        assert isinstance(domain_event, CaseEvent)
        envelope = {**domain_event.envelope.model_dump(mode="json"), "schema_version": domain_event.SCHEMA}
        traceparent = current_traceparent()
        if traceparent:
            envelope["traceparent"] = traceparent
        state = _json(envelope) + b"\n" + _json(domain_event.facts())
        if len(state) > MAX_STATE_BYTES:
            message = f"Refused: what the command says is larger than {MAX_STATE_BYTES // 1024} KiB. Shorten it, or enter documents as evidence by their digest."
            raise Malformed(message, size=len(state), limit=MAX_STATE_BYTES)
        return StoredEvent(
            originator_id=domain_event.case_id,
            originator_version=domain_event.version,
            topic=domain_event.type,
            state=state,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Decode.

        Raises:
            UnreadableEvent: it cannot be decoded.
        """
        if stored_event.topic.startswith("_"):
            return _decode_internal(stored_event)
        return decode(stored_event.topic, *split_state(stored_event.state))


def _decode_internal(stored_event: StoredEvent) -> InternalEvent:
    try:
        return internal_event_type(stored_event.topic).model_validate_json(stored_event.state)
    except (KeyError, ValueError) as error:
        stream = f"{stored_event.originator_id}/{stored_event.originator_version}"
        msg = f"the internal event {stream} of topic {stored_event.topic} cannot be read. Upgrade the program, or restore it."
        raise UnreadableEvent(msg) from error


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _dump(model: BaseModel) -> bytes:
    return _json(model.model_dump(mode="json"))
