"""Stored events as CloudEvents in Kafka's binary mode: attributes as headers `ce_`, the payload as the value.

CloudEvents 1.0.2, and its Kafka protocol binding 1.0.2 section 3.2. Extension attributes are lower case without signs.
`ce_traceparent` (the extension for distributed tracing) is the trace in which the event was stored, and stays as it is; the
header `traceparent` is the hop's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.identifiers import event_named
from domain.mapper import digest_of, split_state
from foundation.partitions import partition_of

SOURCE = "/regcase"
Headers = Sequence[tuple[str, bytes | None]]
"""Of a received message; who writes to the topic may leave a value out."""
_ID, _DIGEST = "ce_id", "ce_digest"
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True)
class Message:
    """What goes to Kafka for one stored event.

    Args:
        id: case_id/version.
        stored_at: the wall time of storing (aware).
        traceparent: the trace in which it was stored, if any.
    """

    id: str
    stored_at: datetime
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    traceparent: str | None = None
    about: Mapping[str, str | int] = field(default_factory=dict)

    def partition(self, partitions: int) -> int:
        """The partition of its key."""
        return partition_of(self.key, partitions)


@dataclass(frozen=True)
class Claim:
    """What a received message says it is: an event of a case, with a payload of that digest."""

    case_id: UUID
    version: int
    digest: str


class NotAnEvent(ValueError):
    """A message that is no event of the store, or whose digest does not match."""


def message_of(event_type: str, state: bytes) -> Message:
    """Wrap a stored event. Reads its envelope only, so that no payload can stop it.

    Raises:
        UnreadableEvent: there is no envelope.
    """
    envelope, payload = split_state(state)
    attributes = {
        "specversion": "1.0",
        "id": f"{envelope.case_id}/{envelope.version}",
        "source": SOURCE,
        "type": event_type,
        "subject": str(envelope.case_id),
        "time": envelope.recorded.isoformat(),
        "partitionkey": str(envelope.matter_id),
        "sequence": str(envelope.version),
        "dataschema": f"{SOURCE}/schemas/{event_type}/{envelope.schema_version}",
        "digest": digest_of(payload),
        "casetype": envelope.case_type,
        "storedat": envelope.stored_at.isoformat(),
        "actor": envelope.actor.id,
        "actorrole": envelope.actor.role,
        "command": envelope.command,
        "correlationid": envelope.correlation_id,
        "causationid": envelope.causation_id,
    }
    if envelope.traceparent:
        attributes["traceparent"] = envelope.traceparent
    headers = [("content-type", b"application/json")]
    headers += [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    about: dict[str, str | int] = {
        "case_id": str(envelope.case_id),
        "matter_id": str(envelope.matter_id),
        "event_type": event_type,
        "version": envelope.version,
        "correlation_id": envelope.correlation_id,
    }
    return Message(
        attributes["id"], envelope.stored_at, str(envelope.matter_id).encode(), payload, headers, envelope.traceparent, about
    )


def header_text(headers: Headers, name: str) -> str | None:
    """What a header of a received message says; None where it is not there, or has no value."""
    found = next((value for key, value in headers if key == name), None)
    return found.decode(errors="replace") if found is not None else None


def claim_of(headers: Headers, value: bytes | None) -> Claim:
    """Read what a received message says it is.

    Raises:
        NotAnEvent: it has no event's id, or its payload is not the one that its digest names.
    """
    given, digest = header_text(headers, _ID), header_text(headers, _DIGEST)
    if given is None or digest is None or value is None:
        msg = f"a message without {_ID}, {_DIGEST} or payload"
        raise NotAnEvent(msg)
    event = event_named(given)
    if event is None:
        msg = f"{_ID} is not case_id/version"
        raise NotAnEvent(msg)
    claim = Claim(*event, digest_of(value))
    if claim.digest != digest:
        msg = "the payload is not the one that the digest names"
        raise NotAnEvent(msg)
    return claim


def trace_of(traceparent: str) -> str | None:
    """The id of the trace that a W3C `traceparent` is of; None where it is none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else None
