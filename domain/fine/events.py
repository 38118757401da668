"""What can happen to a fine."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from domain.case.deadline_events import Served
from domain.case.events import CaseEvent
from domain.fields import Day, DayOrInstant, Name, Names, Period, SomeNames, Text
from domain.fine.instalments import Instalment
from domain.money import Money


class NoticeOfIntentGiven(CaseEvent):
    """The subject was told that a penalty is intended, and why. `conduct_to`: the last day of the conduct that was found."""

    NAME = "notice_of_intent_given"

    investigation: UUID
    amount: Money | None = None
    tier: Literal["standard", "higher"] | None = None
    provisions: SomeNames
    sent_on: Day
    reasons: Text
    representations_within: Period | None = None
    oral_representations_by: Day | None = None
    for_non_compliance: UUID | None = None
    conduct_to: Day | None = None


class RepresentationsRecorded(CaseEvent):
    """The subject answered the notice of intent."""

    NAME = "representations_recorded"

    received_on: DayOrInstant
    form: Literal["written", "oral"]
    summary: Text


class PenaltyProposed(CaseEvent):
    """An officer proposed a penalty; the latest proposal counts."""

    NAME = "penalty_proposed"

    amount: Money
    proposed_on: Day
    reasons: Text
    discounts: Names = ()


class PenaltyNoticeIssued(CaseEvent):
    """The penalty was imposed."""

    NAME = "penalty_notice_issued"

    amount: Money
    decided_on: Day
    sent_on: Day
    published_on: Day | None = None
    pay_within: Period | None = None


class FineServed(Served):
    """The notice that stands (of intent, or the penalty notice) was served; `deemed_on` where the law deems receipt."""

    NAME = "served"

    served_on: Day


class NoPenaltyNoticeGiven(CaseEvent):
    """The subject was told that no penalty follows."""

    NAME = "no_penalty_notice_given"

    sent_on: Day
    reasons: Text


class PenaltyNoticeVaried(CaseEvent):
    """The penalty was changed in the subject's favour."""

    NAME = "penalty_notice_varied"

    sent_on: Day
    reasons: Text
    amount: Money | None = None
    pay_within: Period | None = None


class PenaltyNoticeCancelled(CaseEvent):
    """The penalty is no more; what was paid is owed back."""

    NAME = "penalty_notice_cancelled"

    sent_on: Day
    reasons: Text


class PaymentRecorded(CaseEvent):
    """Money came in."""

    NAME = "payment_recorded"

    amount: Money
    received_on: Day
    reference: Name


class RefundRecorded(CaseEvent):
    """Money was paid back."""

    NAME = "refund_recorded"

    amount: Money
    paid_on: Day
    reference: Name


class InstalmentsAgreed(CaseEvent):
    """What was outstanding is paid by instalments; they are numbered from `first`, after those that a plan before had filled."""

    NAME = "instalments_agreed"

    agreed_on: Day
    instalments: tuple[Instalment, ...]
    first: int = 1


class Admitted(CaseEvent):
    """The subject admitted its liability before the decision."""

    NAME = "admitted"

    admitted_on: Day


class ReductionEarned(CaseEvent):
    """Less than the amount is payable, by a percentage; several add up."""

    NAME = "reduction_earned"

    reduction: Literal["early_payment", "admission", "voluntary_payment"]
    percent: int
    earned_on: Day
    cites: tuple[str, ...] = ()


class ReductionWithdrawn(CaseEvent):
    """What was entered was corrected, and a reduction had not been earned."""

    NAME = "reduction_withdrawn"

    reduction: Literal["early_payment", "admission", "voluntary_payment"]
    percent: int


class ReductionsForfeited(CaseEvent):
    """The subject appealed: the whole amount is payable again, and no reduction can be earned any more."""

    NAME = "reductions_forfeited"

    forfeited_on: Day


class ConfirmedInCourt(CaseEvent):
    """A court confirmed the penalty, or refused to."""

    NAME = "confirmed_in_court"

    court: Name
    decided_on: Day
    outcome: Literal["confirmed", "refused"]


class FineWrittenOff(CaseEvent):
    """What was outstanding was given up; nothing is payable any more."""

    NAME = "written_off"

    amount: Money
    reason: Text
    decided_on: Day


class RecoveryStarted(CaseEvent):
    """The debt was taken to a court."""

    NAME = "recovery_started"

    court: Name
    started_on: Day


class RecoveryCompleted(CaseEvent):
    """Payment in full ended the recovery."""

    NAME = "recovery_completed"

    completed_on: Day


class AmountSubstituted(CaseEvent):
    """A court put another amount in the place of the one that stood."""

    NAME = "amount_substituted"

    appeal: UUID
    court: Name
    decided_on: Day
    amount: Money
    pay_by: Day | None = None
