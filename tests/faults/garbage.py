"""Garbage of every kind: messages that are no events of the store, most of them made from one that is."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from uuid import UUID

from domain.mapper import digest_of
from tests.faults.messages import Message

_LARGE = 200 * 1024
_BEYOND = 10**18 - 1  # the highest version that an id can name


def garbage(chance: Random, message: Message) -> list[Message]:
    """One of each kind.

    Args:
        message: an event as the relay published it; the garbage lies in its partition.
    """
    assert message.event is not None
    case_id, version = message.event
    nobody = UUID(int=chance.getrandbits(128))
    return [
        replace(message, headers=[]),
        replace(message, key=b"", value=None, headers=[]),
        # A tombstone.
        replace(message, value=None),
        replace(message, key=None, value=chance.randbytes(300), headers=[("ce_id", chance.randbytes(60))]),
        replace(message, headers=[("ce_id", b"x" * _LARGE)]),
        message.saying(ce_digest=digest_of(chance.randbytes(10)).encode()),
        message.saying(ce_id=b"not an id"),
        message.saying(ce_id=f"{case_id}/0".encode()),
        # In perfect order, but for what they tell.
        _forged(chance, message, f"{case_id}/{version}"),
        _forged(chance, message, f"{case_id}/{version + chance.choice((1, 2, 100))}"),
        _forged(chance, message, f"{case_id}/{_BEYOND}"),
        _forged(chance, message, f"{nobody}/1"),
    ]


def _forged(chance: Random, message: Message, event_id: str) -> Message:
    payload = b'{"due": "%d-01-01"}' % chance.randint(2100, 2999)
    return replace(message, value=payload).saying(ce_id=event_id.encode(), ce_digest=digest_of(payload).encode())
