"""Identifiers that derive from what they name, so that the same cause always leads to the same stream."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

_REGCASE = UUID("6f1c0d8e-8f4b-5b0e-9d59-3c1f3a9d7a10")
_EVENT_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([1-9][0-9]{0,17})")


def matter_id_of(name: str) -> UUID:
    """The matter that a case script names."""
    return uuid5(_REGCASE, f"matter\n{name}")


def event_named(text: str) -> tuple[UUID, int] | None:
    """Case and version of the event with this id, `case_id/version`; None where it is no such id, or no version that the database can count to."""
    found = _EVENT_ID.fullmatch(text)
    return (UUID(found[1]), int(found[2])) if found else None


def matter_index_id(matter_id: UUID) -> UUID:
    """The internal stream that lists the cases of a matter."""
    return uuid5(_REGCASE, f"matter-index\n{matter_id}")


def outcome_id(actor_id: str, idempotency_key: str) -> UUID:
    """The internal one-event stream that holds the outcome of a command."""
    return uuid5(_REGCASE, f"outcome\n{actor_id}\n{idempotency_key}")


def opened_case_id(actor_id: str, idempotency_key: str) -> UUID:
    """The case that a command opens."""
    return uuid5(_REGCASE, f"case\n{actor_id}\n{idempotency_key}")


def stay_id(appeal: UUID, version: int) -> UUID:
    """A stay that a court ordered in an appeal, by the version of the event that says so."""
    return uuid5(_REGCASE, f"stay\n{appeal}\n{version}")


def caused_case_id(case_id: UUID, version: int, about: str) -> UUID:
    """The case that the system opens because of an event of another case (case, version)."""
    return uuid5(_REGCASE, f"caused\n{case_id}\n{version}\n{about}")


def announced_days_id() -> UUID:
    """The internal stream of all days off that were announced late."""
    return uuid5(_REGCASE, "announced-days")
