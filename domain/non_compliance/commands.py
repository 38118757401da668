"""What may be asked of a non-compliance case."""

from __future__ import annotations

from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from domain.case.commands import Act
from domain.fields import Day, DayOrInstant, Name, PositiveMoney, Text


class Suspect(Act):
    """Open a case because a duty seems not to have been done: a requirement of a notice, or a payment of a fine.

    `payment` is the role of the payment deadline; true means `payment`.
    """

    COMMAND = "non_compliance.suspect"
    OPENS = "always"
    REFERS = {"of": ("investigation", "fine", "enforcement_notice")}

    of: UUID
    requirement: Name | None = None
    payment: Literal[True] | Name | None = None
    since: Day
    detected_on: Day

    @property
    def about(self) -> str:
        """The role of the deadline that was not kept."""
        if self.payment is not None:
            return "payment" if self.payment is True else self.payment
        named = self.requirement or ""
        return named if ":" in named else f"comply:{named}"

    @model_validator(mode="after")
    def _requirement_or_payment(self) -> Self:
        if (self.requirement is None) == (self.payment is None):
            msg = "name either the requirement or the payment that was not done"
            raise ValueError(msg)
        return self


class Confirm(Act):
    """Find that the duty was not done."""

    COMMAND = "non_compliance.confirm"

    decided_on: Day
    reasons: Text


class Dismiss(Act):
    """Drop the suspicion."""

    COMMAND = "non_compliance.dismiss"

    decided_on: Day
    reasons: Text


class Liquidate(Act):
    """Fix the periodic penalty for the days from `from` up to, not with, `to`."""

    COMMAND = "non_compliance.liquidate"

    from_: Day = Field(alias="from")
    to: Day
    decided_on: Day


class RecordPayment(Act):
    """Enter money received for a liquidated penalty."""

    COMMAND = "non_compliance.record_payment"

    amount: PositiveMoney
    received_on: Day
    reference: Name


class Refer(Act):
    """Take the breach to a court."""

    COMMAND = "non_compliance.refer"

    court: Name
    referred_on: Day
    order_sought: Text


class RecordRemedy(Act):
    """Record that the duty was done after all."""

    COMMAND = "non_compliance.record_remedy"

    remedied_on: DayOrInstant
    evidence: Text | None = None


class Close(Act):
    """End the case without remedy."""

    COMMAND = "non_compliance.close"

    outcome: Name
    closed_on: Day
