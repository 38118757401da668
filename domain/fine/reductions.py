"""What makes less payable than the amount: paying early, admitting, paying before the decision. They add up; an appeal may forfeit them.

Early payment (DPA 1998 s55C in practice, Codice art 166(8)): what came in within `early_payment` reaches the reduced sum, and that sum
is payable. Before the decision (Ley 39/2015 art 85): admitting and paying reduce each; a payment that reaches the reduced sum
ends the procedure: representations are no longer waited for, and the penalty is settled when it is imposed.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from domain.case.account import Account
from domain.case.appealable import Appealable
from domain.case.case import Case
from domain.case.events import CaseEvent
from domain.fields import day_of
from domain.fine.commands import Admit
from domain.fine.events import Admitted, ReductionEarned, ReductionsForfeited, ReductionWithdrawn
from domain.regimes import Regime
from domain.regimes.law import BeforeDecision, Citation


class WithReductions(Appealable):
    """A penalty of which less may become payable."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.account = Account()
        self.admitted_on: date | None = None
        self.reductions_are_forfeited = False

    @property
    def _before_decision(self) -> BeforeDecision | None:
        return self.occasion.law.data.reductions.before_decision

    @property
    def can_be_paid_before_the_decision(self) -> bool:
        """Whether the law rewards a payment while the penalty is only intended, and the sum is known."""
        return self._before_decision is not None and self.account.amount is not None

    # What may be done: refuse in the order of the codes, then record.

    def admit(self, act: Admit, law: Regime) -> None:
        """Enter that the subject admitted its liability before the decision (Ley 39/2015 art 85(1))."""
        block = self._before_decision
        if block is None:
            self.refuse_state(f"under {law.title} an admission changes nothing", now="Enter it as representations.")
        self.require_state("intended", to="an admission")
        if self.admitted_on:
            self.refuse_state(f"it was admitted on {self.admitted_on}", now="Nothing needs to be done.")
        self.record(Admitted, **dict(act))
        self._earn("admission", block.admission_percent, act.admitted_on, block.source)
        self.earn_reductions()

    def earn_reductions(self) -> None:
        """Record what was earned by what came in, by its dates of law."""
        if self.state == "intended":
            self._earn_by_paying_before_the_decision()
        elif self.account.payable:
            self._earn_by_paying_early()

    def _earn_by_paying_before_the_decision(self) -> None:
        block = self._before_decision
        if block is None or "voluntary_payment" in self.account.reductions:
            return
        reached_on = self._reduced_sum_reached_on(block.payment_percent)
        if reached_on:
            self._earn("voluntary_payment", block.payment_percent, reached_on, block.source)
            self.lapse("The reduced sum was paid, which ends the procedure.", "representations")

    def _earn_by_paying_early(self) -> None:
        block, deadline = self.occasion.law.data.reductions.early_payment, self.deadline("early_payment")
        if block is None or deadline is None or self.reductions_are_forfeited or deadline.is_done_with:
            return
        reached_on = self._reduced_sum_reached_on(block.percent)
        if reached_on and not deadline.ended_before(reached_on):
            self._earn("early_payment", block.percent, reached_on, block.source)
            self.meet("early_payment", reached_on)

    def _reduced_sum_reached_on(self, percent: int) -> date | None:
        """When what came in reached what would be payable with one more reduction."""
        reduced = self.account.reduced_by(self.account.reduction + percent)
        return self.account.reached_on(reduced) if reduced else None

    def _earn(self, reduction: str, percent: int, on: date, source: Citation) -> None:
        self.record(ReductionEarned, reduction=reduction, percent=percent, earned_on=on, cites=source.cites)

    def be_appealed(self, appeal: UUID, *, scope: str, appellant: str, received_on: date | datetime) -> None:
        """Take note of an appeal; the subject's own forfeits the reductions that the law gives on that condition."""
        super().be_appealed(appeal, scope=scope, appellant=appellant, received_on=received_on)
        if self.appeals[appeal].main and not self.reductions_are_forfeited:
            self._forfeit_reductions(day_of(received_on))

    def _forfeit_reductions(self, on: date) -> None:
        reductions = self.occasion.law.data.reductions
        early, before = reductions.early_payment, reductions.before_decision
        if (early and early.forfeited_by_appeal) or (before and before.forfeited_by_appeal):
            self.record(ReductionsForfeited, forfeited_on=on)
            self.lapse("An appeal was lodged.", "early_payment")

    def done_on(self, role: str) -> date | datetime | None:
        """The reduced sum is paid on the day on which what came in reaches it."""
        block = self.occasion.law.data.reductions.early_payment
        if role != "early_payment" or block is None:
            return super().done_on(role)
        return self._reduced_sum_reached_on(0 if role in self.account.reductions else block.percent)

    def follow_correction(self, was: Case, meant: Case) -> None:
        """A payment that was entered wrongly may have earned a reduction, or not have earned one."""
        super().follow_correction(was, meant)
        for reduction, percent in list(self.account.reductions.items()):
            if reduction != "admission" and not self._is_still_earned(reduction):
                self.record(ReductionWithdrawn, reduction=reduction, percent=percent)
        self.earn_reductions()

    def _is_still_earned(self, reduction: str) -> bool:
        reached_on, early = self._reduced_sum_reached_on(0), self.deadline("early_payment")
        in_time = reduction != "early_payment" or (
            early is not None and reached_on is not None and not early.ends_before(reached_on)
        )
        return reached_on is not None and in_time

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep what was admitted, earned and forfeited."""
        match event:
            case Admitted(admitted_on=day):
                self.admitted_on = day
            case ReductionEarned(reduction=reduction, percent=percent):
                self.account.reduce(reduction, percent)
            case ReductionWithdrawn(reduction=reduction):
                self.account.reductions.pop(reduction, None)
            case ReductionsForfeited():
                self.reductions_are_forfeited = True
                self.account.forfeit_reductions()
            case _:
                super().when(event)
                self.account.follow(event)
