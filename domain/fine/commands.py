"""What may be asked of a fine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from domain.case.commands import Act
from domain.fields import Day, DayOrInstant, Name, Names, Period, PositiveMoney, SomeNames, Text
from domain.fine.instalments import Instalment
from domain.regimes import Regime


class GiveNoticeOfIntent(Act):
    """Tell the subject that a penalty is intended."""

    COMMAND = "fine.give_notice_of_intent"
    OPENS = "always"
    REFERS = {"investigation": ("investigation",), "for_non_compliance": ("non_compliance",)}

    investigation: UUID
    amount: PositiveMoney | None = None
    tier: Literal["standard", "higher"] | None = None
    provisions: SomeNames
    sent_on: Day
    reasons: Text
    representations_within: Period | None = None
    oral_representations_by: Day | None = None
    for_non_compliance: UUID | None = None

    def faults_under(self, law: Regime) -> Iterator[tuple[str, str]]:
        """What the regime wants a notice of intent to state; for non-compliance the tier is the higher."""
        needed = law.must_state_in_notice_of_intent
        if "amount" in needed and self.amount is None:
            yield "amount", f"is required in a notice of intent under {law.title}"
        if "tier" in needed and self.tier is None and self.for_non_compliance is None:
            yield "tier", f"is required in a notice of intent under {law.title}"


class RecordRepresentations(Act):
    """Enter the subject's answer."""

    COMMAND = "fine.record_representations"

    received_on: DayOrInstant
    form: Literal["written", "oral"]
    summary: Text


class ProposePenalty(Act):
    """Propose the sum; another person issues the notice."""

    COMMAND = "fine.propose_penalty"

    amount: PositiveMoney
    proposed_on: Day
    reasons: Text
    discounts: Names = ()


class IssuePenaltyNotice(Act):
    """Impose the penalty as last proposed. Without `pay_within`: the regime's minimum."""

    COMMAND = "fine.issue_penalty_notice"

    amount: PositiveMoney
    decided_on: Day
    sent_on: Day
    published_on: Day | None = None
    pay_within: Period | None = None


class Serve(Act):
    """Record service of the notice that stands."""

    COMMAND = "fine.serve"

    served_on: Day
    method: Name
    deemed_on: Day | None = None


class GiveNoPenaltyNotice(Act):
    """Tell the subject that no penalty follows."""

    COMMAND = "fine.give_no_penalty_notice"

    sent_on: Day
    reasons: Text


class VaryPenaltyNotice(Act):
    """Lower the sum or give more time; never to the subject's detriment."""

    COMMAND = "fine.vary_penalty_notice"

    sent_on: Day
    reasons: Text
    amount: PositiveMoney | None = None
    pay_within: Period | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.amount is None and self.pay_within is None:
            msg = "a variation changes the amount, the time to pay, or both; give amount or pay_within"
            raise ValueError(msg)
        return self


class CancelPenaltyNotice(Act):
    """Take the penalty back for good."""

    COMMAND = "fine.cancel_penalty_notice"

    sent_on: Day
    reasons: Text


class RecordPayment(Act):
    """Enter money received."""

    COMMAND = "fine.record_payment"

    amount: PositiveMoney
    received_on: Day
    reference: Name


class RecordRefund(Act):
    """Enter money paid back."""

    COMMAND = "fine.record_refund"

    amount: PositiveMoney
    paid_on: Day
    reference: Name


class AgreeInstalments(Act):
    """Agree by which days the parts of what is outstanding are paid."""

    COMMAND = "fine.agree_instalments"

    agreed_on: Day
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=240)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [instalment.due_on for instalment in self.instalments]
        if any(later <= earlier for earlier, later in pairwise(days)):
            msg = "each instalment falls due after the one before; put them in order, one for a day"
            raise ValueError(msg)
        if days[0] < self.agreed_on:
            msg = f"the first instalment falls due on {days[0]}, before {self.agreed_on}, the day of the agreement"
            raise ValueError(msg)
        return self


class Admit(Act):
    """Enter that the subject admitted its liability before the decision, which the law rewards."""

    COMMAND = "fine.admit"

    admitted_on: Day


class ConfirmInCourt(Act):
    """Enter what a court decided on a penalty that it must confirm before it is payable."""

    COMMAND = "fine.confirm_in_court"

    court: Name
    decided_on: Day
    outcome: Literal["confirmed", "refused"]


class WriteOff(Act):
    """Give up the whole of what is outstanding."""

    COMMAND = "fine.write_off"

    amount: PositiveMoney
    reason: Text
    decided_on: Day


class StartRecovery(Act):
    """Take the debt to a court."""

    COMMAND = "fine.start_recovery"

    court: Name
    started_on: Day
