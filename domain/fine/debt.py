"""An imposed penalty as a debt: by when it is to be paid, what came in, what is owed back. DPA 2018 Sch 16 paras 6 to 9."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from domain.case.case import Case
from domain.case.events import CaseEvent
from domain.fine.commands import RecordPayment, RecordRefund, StartRecovery, WriteOff
from domain.fine.events import FineWrittenOff, PaymentRecorded, RecoveryCompleted, RecoveryStarted, RefundRecorded
from domain.fine.recovery_gate import failing_conditions, may_open_by_itself
from domain.fine.time_to_pay import PENALTY_STANDS, TimeToPay
from domain.refusals import GateClosed, Invalid
from domain.regimes import Regime


class Debt(TimeToPay):
    """What came in for a penalty, what is owed back, written off, or recovered through a court."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.in_recovery = False

    @property
    def recovery_is_barred(self) -> bool:
        """Appeals and the periods for them bar recovery, as far as the law makes that a condition (UK: Sch 16 para 9; France: none)."""
        conditions = self.occasion.law.data.recovery.conditions
        if "appeal_periods_over" in conditions:
            not_begun = self.notice is not None and self.deadline("appeal") is None
            if not_begun or any(period.status == "running" for period in self.deadlines_of("appeal")):
                return True
        return any(self.is_barred_by(appeal) for appeal in self.appeals)

    def is_barred_by(self, appeal: UUID) -> bool:
        """Whether that appeal is pending, and the law lets recovery wait for it; it may have ended in the same save."""
        pending = self.appeals.get(appeal)
        if pending is None or not pending.bars_recovery:
            return False
        condition = "no_appeal_pending" if pending.main else "no_variation_appeal_pending"
        return condition in self.occasion.law.data.recovery.conditions

    # What may be done: refuse in the order of the codes, then record.

    def record_payment(self, act: RecordPayment, _law: Regime) -> None:
        """Enter money received; parts of any size. Before the decision where the law rewards it, of a sum that was named."""
        before_decision = self.can_be_paid_before_the_decision
        self.require_state(*(("intended",) if before_decision else ()), *PENALTY_STANDS, to="a payment")
        self.record(PaymentRecorded, **dict(act))
        self.settle_payment(act.received_on)

    def record_refund(self, act: RecordRefund, _law: Regime) -> None:
        """Enter money paid back; never more than is owed back."""
        owed = self.account.refund_due
        if self.notice is None and not owed:
            self.refuse_state("nothing was imposed", now="A refund follows a payment.")
        if owed is None or act.amount > owed:
            message = f"Refused: a refund of {act.amount} is above what is owed back, {owed}. Refund at most that."
            raise Invalid(message, amount=str(act.amount), refund_due=str(owed))
        self.record(RefundRecorded, **dict(act))

    def write_off(self, act: WriteOff, _law: Regime) -> None:
        """Give up the whole of what is outstanding; from then on nothing is payable."""
        self.require_state("issued", to="a write-off")
        outstanding = self.require_outstanding("a write-off")
        self.require_no_hold("the write-off")
        if act.amount != outstanding:
            message = (
                f"Refused: {act.amount} is not what is outstanding, {outstanding}. A write-off is of the whole of it: enter first "
                "what was paid, or lower the penalty by a variation."
            )
            raise Invalid(message, amount=str(act.amount), outstanding=str(outstanding))
        self.record(FineWrittenOff, **dict(act))
        self.lapse("What was outstanding was written off.")
        self.end_recovery_if_nothing_is_owed(act.decided_on)

    def start_recovery(self, act: StartRecovery, law: Regime) -> None:
        """Take the debt to a court, when every condition of the gate holds (Sch 16 para 9)."""
        if self.notice is None:
            self.refuse_state("no penalty notice was issued", now="Recovery follows a penalty that was not paid.")
        failing = failing_conditions(self, act.started_on, law)
        if failing:
            message = "Refused: recovery cannot start yet: " + "; ".join(failing.values()) + "."
            if may_open_by_itself(failing):
                message += " Start it when nothing of this stands in its way any more."
            raise GateClosed(message, cites=law.cites("recovery"), conditions=failing)
        self.record(RecoveryStarted, **dict(act))

    def settle_payment(self, on: date) -> None:
        """Bring everything up to what is payable and what came in; a recovery paid in full is over."""
        super().settle_payment(on)
        self.end_recovery_if_nothing_is_owed(on)

    def end_recovery_if_nothing_is_owed(self, on: date) -> None:
        """Nothing is owed any more: whatever recovery was started is over."""
        if self.in_recovery and not self.account.outstanding:
            self.record(RecoveryCompleted, completed_on=on)

    def done_on(self, role: str) -> date | datetime | None:
        """A part is paid on the day on which what came in reaches it."""
        part = next((part for part in self.parts() if part.role == role and part.own), None)
        return self.account.reached_on(part.in_all) if part and self.account.payable else super().done_on(role)

    def follow_correction(self, was: Case, meant: Case) -> None:
        """Nobody can have been paid back more than came in; a recovery ends when all is paid."""
        super().follow_correction(was, meant)
        if self.account.is_overdrawn:
            message = (
                "Refused: more would then have been paid back than ever came in. Correct the refund first, or enter the payment "
                "that is missing."
            )
            raise Invalid(message)
        self.end_recovery_if_nothing_is_owed(self.account.covered_on() or self.occasion.today)

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep what came in and went out, and whether recovery was started."""
        match event:
            case FineWrittenOff():
                self.account.void()
            case PaymentRecorded(amount=amount, received_on=day):
                self.account.receive(amount, day)
            case RefundRecorded(amount=amount):
                self.account.pay_back(amount)
            case RecoveryStarted():
                self.in_recovery = True
            case RecoveryCompleted():
                self.in_recovery = False
            case _:
                super().when(event)
