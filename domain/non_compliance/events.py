"""What can happen to a non-compliance case."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from domain.case.events import CaseEvent
from domain.fields import Day, Name, Text
from domain.money import Money
from domain.requirement import PeriodicPenalty


class Suspected(CaseEvent):
    """A duty seems not to have been done. `about` is the deadline's role: `comply:ID`, `payment`, `response:NAME`."""

    NAME = "suspected"

    of: UUID
    about: Name
    since: date
    detected_on: Day
    due: date | None = None
    periodic_penalty: PeriodicPenalty | None = None


class Confirmed(CaseEvent):
    """The authority found that the duty was not done."""

    NAME = "confirmed"

    decided_on: Day
    reasons: Text


class Dismissed(CaseEvent):
    """There is no breach, or the suspicion no longer has a ground."""

    NAME = "dismissed"

    decided_on: Day
    reasons: Text


class Liquidated(CaseEvent):
    """A periodic penalty was fixed for the days from `from_` up to, not with, `to`."""

    NAME = "liquidated"

    from_: Day = Field(alias="from")
    to: Day
    decided_on: Day
    units: int
    amount: Money


class NonCompliancePaymentRecorded(CaseEvent):
    """Money came in for a liquidated penalty."""

    NAME = "payment_recorded"

    amount: Money
    received_on: Day
    reference: Name


class Referred(CaseEvent):
    """The breach was taken to a court."""

    NAME = "referred"

    court: Name
    referred_on: Day
    order_sought: Text


class RemedyRecorded(CaseEvent):
    """The duty was done after all, late."""

    NAME = "remedy_recorded"

    remedied_on: Day
    evidence: Text | None = None


class NonComplianceClosed(CaseEvent):
    """The case ends without remedy."""

    NAME = "closed"

    outcome: Name
    closed_on: Day
