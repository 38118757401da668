"""Internal streams of the event store: never published, never projected. Their topics start with an underscore."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.case.events import CaseType
from domain.roles import Actor


class InternalEvent(BaseModel):
    """Base of what the system notes for itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    TOPIC: ClassVar[str]

    originator_id: UUID
    originator_version: int


class CommandOutcome(InternalEvent):
    """What a command under an idempotency key led to: the versions it wrote, or the refusal. A stream of one event.

    `changed` tells for each case the first and the last version that the command wrote; `case_id` the case addressed
    or opened; `stored_at` is wall time.
    """

    TOPIC = "_outcome.recorded"

    stored_at: datetime
    digest: str
    command: str
    case_id: UUID | None
    matter_id: UUID | None
    changed: dict[UUID, tuple[int, int]] = {}
    refusal: dict[str, Any] | None = None


class CaseAdded(InternalEvent):
    """A case belongs to the matter. The stream lists a matter's cases in order of opening."""

    TOPIC = "_matter.case_added"

    recorded: datetime
    case_id: UUID
    case_type: CaseType


class InvestigationTurned(InternalEvent):
    """The investigation closed or reopened: `turn` is the event's own name.

    It takes a place in the matter's stream, so that no case opens unseen meanwhile.
    """

    TOPIC = "_matter.investigation_turned"

    recorded: datetime
    turn: str


class HolidayAnnounced(InternalEvent):
    """A day off that a calendar's library does not know. One stream holds those of all calendars.

    `holidays` are the calendar's countries and subdivisions; every calendar that has one of them knows the day from now on,
    of whatever regime. `stored_at` is wall time.
    """

    TOPIC = "_calendar.holiday_announced"

    stored_at: datetime
    actor: Actor
    regime: str
    calendar: str
    holidays: str
    day: date
    reason: str


_TYPES: dict[str, type[InternalEvent]] = {
    event_type.TOPIC: event_type for event_type in (CommandOutcome, CaseAdded, InvestigationTurned, HolidayAnnounced)
}


def internal_event_type(topic: str) -> type[InternalEvent]:
    """The class behind an internal topic."""
    return _TYPES[topic]
