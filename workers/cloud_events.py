"""Stored events as CloudEvents in Kafka's binary mode: attributes as headers `ce_`, the payload as the value.

CloudEvents 1.0.2, and its Kafka protocol binding 1.0.2 section 3.2. Extension attributes are lower case without signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from kafka.partitioner import murmur2

from domain.mapper import digest_of, split_state

SOURCE = "/regcase"
_ID, _DIGEST = "ce_id", "ce_digest"
_EVENT_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([1-9][0-9]{0,17})")
"""case_id/version, with a version that the database can count to."""


@dataclass(frozen=True)
class Message:
    """What goes to Kafka for one stored event. `id` is case_id/version."""

    id: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]

    def partition(self, partitions: int) -> int:
        """The partition of its key, as Kafka's own default partitioner would have it."""
        digest: int = murmur2(self.key)
        return (digest & 0x7FFFFFFF) % partitions


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
    headers = [("content-type", b"application/json")]
    headers += [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    return Message(attributes["id"], str(envelope.matter_id).encode(), payload, headers)


def id_in(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """The id that a message carries, if any."""
    found = _header(headers, _ID)
    return found.decode(errors="replace") if found is not None else None


def claim_of(headers: Sequence[tuple[str, bytes]], value: bytes | None) -> Claim:
    """Read what a received message says it is.

    Raises:
        NotAnEvent: it has no event's id, or its payload is not the one that its digest names.
    """
    given, digest = id_in(headers), _header(headers, _DIGEST)
    if given is None or digest is None or value is None:
        msg = f"a message without {_ID}, {_DIGEST} or payload"
        raise NotAnEvent(msg)
    event_id = _EVENT_ID.fullmatch(given)
    if event_id is None:
        msg = f"{_ID} is not case_id/version"
        raise NotAnEvent(msg)
    claim = Claim(UUID(event_id[1]), int(event_id[2]), digest_of(value))
    if claim.digest.encode() != digest:
        msg = "the payload is not the one that the digest names"
        raise NotAnEvent(msg)
    return claim


def _header(headers: Iterable[tuple[str, bytes]], name: str) -> bytes | None:
    return next((value for key, value in headers if key == name), None)
