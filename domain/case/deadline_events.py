"""Events of deadlines, which every case type shares; and the base of those of service, from which deadlines may count.

A type that starts a deadline or changes one carries everything that the date was computed from, with the steps in words.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.case.events import CaseEvent
from domain.clock import CalendarRef, Count
from domain.fields import ComputedEnd, Day, DayOrInstant, Name, Text

DeadlineKind = Literal["floor", "ceiling", "due", "soft"]


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
