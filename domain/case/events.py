"""Events: what happened to a case. This module holds the base of all, and those that every case type shares.

Those of deadlines stand in `deadline_events`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.fields import Day, DayOrInstant, Name, Names, Sha256, Text
from domain.money import Money
from domain.recorded import RECORDED
from domain.requirement import Requirement
from domain.roles import Actor
from domain.subject import Subject

CaseType = Literal["investigation", "fine", "enforcement_notice", "appeal", "non_compliance"]


class Envelope(BaseModel):
    """What every event carries besides its own facts. `recorded` and `stored_at` are aware instants.

    `recorded` is when the system learnt of it, by the clock that holds for the matter; `stored_at` is wall time.
    `correlation_id` ties together all that came of one request, `causation_id` names the command (its key) or the event that led to this.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: UUID
    case_type: CaseType
    matter_id: UUID
    version: int
    recorded: datetime
    stored_at: datetime
    actor: Actor
    command: str
    correlation_id: str
    causation_id: str


class CaseEvent(BaseModel):
    """Something that happened to a case. `NAME` with the case type in front is the event's type."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    NAME: ClassVar[str]
    SCHEMA: ClassVar[int] = 1

    envelope: Envelope

    @property
    def type(self) -> str:
        """The event type as it is stored and published: `fine.notice_of_intent_given`."""
        return f"{self.envelope.case_type}.{self.NAME}"

    @property
    def case_id(self) -> UUID:
        """The case it happened to."""
        return self.envelope.case_id

    @property
    def case_type(self) -> CaseType:
        """The type of that case."""
        return self.envelope.case_type

    @property
    def matter_id(self) -> UUID:
        """The matter that the case belongs to."""
        return self.envelope.matter_id

    @property
    def version(self) -> int:
        """Its number within the case, from 1."""
        return self.envelope.version

    @property
    def recorded(self) -> datetime:
        """When the system learnt of it."""
        return self.envelope.recorded

    @property
    def actor(self) -> Actor:
        """Who gave the command that led to it."""
        return self.envelope.actor

    @property
    def originator_id(self) -> UUID:
        """The case, by the event sourcing library's name."""
        return self.envelope.case_id

    @property
    def originator_version(self) -> int:
        """The version, by the event sourcing library's name."""
        return self.envelope.version

    def facts(self) -> dict[str, Any]:
        """Its own facts as JSON values: the payload."""
        return self.model_dump(mode="json", by_alias=True, exclude={"envelope"}, exclude_none=True)

    @classmethod
    def happened(cls, envelope: Envelope, **facts: Any) -> Self:
        """Make the event of this type with those facts. They are not held against rules of form: those are for commands."""
        return cls.model_validate({"envelope": envelope, **facts}, context=RECORDED)


class Cause(BaseModel):
    """Why the system opened a case: the event of another case that led to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: UUID
    version: int
    event: str


class Opened(CaseEvent):
    """The first event of every case. `reference` is what people call it."""

    NAME = "opened"

    regime: Name
    subject: Subject
    reference: Name
    cause: Cause | None = None


class Assigned(CaseEvent):
    """An officer is now responsible."""

    NAME = "assigned"

    officer: Name
    role: Name


class EvidenceAdded(CaseEvent):
    """A document, known by its digest; the document itself is kept elsewhere."""

    NAME = "evidence_added"

    title: Name
    sha256: Sha256
    media_type: Name
    size: int
    source: Name
    obtained_on: Day


class HoldPlaced(CaseEvent):
    """A legal hold: the case may not be closed while it stands."""

    NAME = "hold_placed"

    reason: Text
    placed_on: Day


class HoldReleased(CaseEvent):
    """The hold was lifted."""

    NAME = "hold_released"

    reason: Text
    released_on: Day


class JustificationRecorded(CaseEvent):
    """The reason that is owed for passing a soft limit."""

    NAME = "justification_recorded"

    role: Name
    reasons: Text
    recorded_on: Day


class NonComplianceOpened(CaseEvent):
    """A non-compliance case about this one was opened."""

    NAME = "non_compliance_opened"

    non_compliance: UUID
    about: Name
    since: date


class Corrected(CaseEvent):
    """An entry of this case had a clerical error: from now on the case is as if it had been entered so from the start.

    The entry itself stays as it was. `event` is its type, `before` what stood in the corrected fields, `fields` what stands in
    them now (JSON values by the names of the payload; null where nothing stands), `effective_on` the entry's day of law as
    corrected.
    """

    NAME = "corrected"

    event_version: int
    event: Name
    before: dict[str, Any]
    fields: dict[str, Any]
    reason: Text
    effective_on: Day | None = None


# What an appeal does to its target


class TargetAppealLodged(CaseEvent):
    """An appeal against this case was lodged. `main`: by the subject, against the whole or the amount."""

    NAME = "appeal_lodged"

    appeal: UUID
    scope: Name
    appellant: Literal["subject", "third_party"]
    received_on: DayOrInstant
    main: bool


class Stayed(CaseEvent):
    """A court ordered in an appeal that deadlines of these roles stand still; `stay` is the order. With `until`, up to that day."""

    NAME = "stayed"

    appeal: UUID
    stay: UUID
    roles: Names
    ordered_on: Day
    until: Day | None = None


class StayEnded(CaseEvent):
    """A court let deadlines run again that stood still because of the appeal.

    `stays` are the orders that are lifted, `roles` the deadlines for which they are; none: for all. `lifts_law`: the suspension
    is lifted that the law itself makes while the appeal is pending.
    """

    NAME = "stay_ended"

    appeal: UUID
    stays: tuple[UUID, ...] = ()
    roles: Names = ()
    lifts_law: bool = False
    ended_on: Day


class SetAside(CaseEvent):
    """A court set the notice aside; this can still be reversed until the appeal is final."""

    NAME = "set_aside"

    appeal: UUID
    court: Name
    decided_on: Day


class PointsSetAside(CaseEvent):
    """A court set the notice aside in these points only; the rest stands. None: no point is set aside any more."""

    NAME = "points_set_aside"

    appeal: UUID
    court: Name
    decided_on: Day
    points: Names = ()


class Restored(CaseEvent):
    """The decision that set aside or substituted has fallen. What stands again is told: the amount or the requirements.

    `pay_by` is the day to pay of a decision that still stands; None: the notice's own time to pay counts.
    """

    NAME = "restored"

    appeal: UUID
    court: Name
    decided_on: Day
    amount: Money | None = None
    requirements: tuple[Requirement, ...] | None = None
    pay_by: Day | None = None


class AppealEnded(CaseEvent):
    """The appeal against this case is final or withdrawn. `main` as when it was lodged."""

    NAME = "appeal_ended"

    appeal: UUID
    scope: Name
    main: bool
    ended_on: date
    ending: Literal["final", "withdrawn"]
