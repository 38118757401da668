"""Events: what happened to a case. This module holds the base of all, and those that every case type shares.

A type that starts a deadline or changes one carries everything that the date was computed from, with the steps in words.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.clock import CalendarRef, Count
from domain.fields import ComputedEnd, Day, DayOrInstant, Name, Names, Sha256, Text
from domain.money import Money
from domain.recorded import RECORDED
from domain.requirement import Requirement
from domain.roles import Actor
from domain.subject import Subject

CaseType = Literal["investigation", "fine", "enforcement_notice", "appeal", "non_compliance"]
DeadlineKind = Literal["floor", "ceiling", "due", "soft"]


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


# Deadlines


class RuleRef(BaseModel):
    """The version of a rule that decided, and the law that it cites."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: int
    cites: tuple[str, ...]


class Trigger(BaseModel):
    """The event that a period counts from, and its date of law."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str
    date: ComputedEnd


class DeadlineTerms(BaseModel):
    """One computed deadline, whole: rule, trigger, calendar, steps, and the day.

    `due` is the last day on which the act is in time, in the regime's zone; `due_at` the first instant at which it is
    late. `count` holds everything that the date was computed from, `anchor` the role whose end it counts from.
    `marks` names what is not certain about the rule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: DeadlineKind
    rule: RuleRef
    trigger: Trigger
    calendar: CalendarRef
    steps: tuple[str, ...]
    marks: tuple[str, ...] = ()
    nominal: ComputedEnd
    due: date
    due_at: datetime
    count: Count
    anchor: str | None = None
    urgent: bool = False


class DeemedReceipt(BaseModel):
    """How the law works out the day on which something served by a method is deemed received."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: RuleRef
    calendar: CalendarRef
    steps: tuple[str, ...]
    marks: tuple[str, ...] = ()
    count: Count


class Served(CaseEvent):
    """Base of the events by which a notice reached its recipient. `deemed` tells how the law worked out `deemed_on`, where it did."""

    method: Name
    deemed_on: Day | None = None
    deemed: DeemedReceipt | None = None


class DeadlineSet(CaseEvent):
    """Base of the events that set or move the end of a deadline."""

    role: Name
    terms: DeadlineTerms


class DeadlineStarted(DeadlineSet):
    """A deadline began to run."""

    NAME = "deadline_started"


class DeadlineExtended(DeadlineSet):
    """Its end was moved by agreement, order, statute or decision."""

    NAME = "deadline_extended"

    agreed_on: Day
    authority: Literal["agreement", "tribunal_order", "statute", "decision"]
    reason: Text
    old_due: date


class DeadlineSuspended(CaseEvent):
    """It stopped running on a date of law, because of `cause` (a case, or a court's order).

    `until`: the day from which it runs again by itself; `until_at`: the instant at which that day begins.
    """

    NAME = "deadline_suspended"

    role: Name
    since: Day
    cause: UUID
    reason: Text
    cites: tuple[str, ...] = ()
    until: Day | None = None
    until_at: datetime | None = None


class DeadlineResumed(DeadlineSet):
    """It runs again, and ends later by the days that it stood still."""

    NAME = "deadline_resumed"

    cause: UUID
    resumed_on: Day
    old_due: date


class DeadlineRecomputed(DeadlineSet):
    """What it counts from became known or was corrected."""

    NAME = "deadline_recomputed"

    reason: Text
    old_due: date


class DeadlineMet(CaseEvent):
    """The act was done in time, by its date of law; also when recorded later."""

    NAME = "deadline_met"

    role: Name
    met_on: DayOrInstant


class DeadlinePassed(CaseEvent):
    """It ended unmet. `fired_at` shows how late the system noticed."""

    NAME = "deadline_passed"

    role: Name
    due: date
    due_at: datetime
    fired_at: datetime
    reason_owed: bool = False


class DeadlineLapsed(CaseEvent):
    """It can matter no more."""

    NAME = "deadline_lapsed"

    role: Name
    reason: Text


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
