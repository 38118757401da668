"""By when a penalty is to be paid: by the notice, by a court's day, or by instalments. DPA 2018 Sch 16 paras 6 and 7."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.case.appeal_target import PendingAppeal
from domain.case.deadline import Deadline
from domain.case.deadline_events import DeadlineLapsed, DeadlinePassed, DeadlineSet, DeadlineStarted, DeadlineTerms
from domain.case.events import AppealEnded, CaseEvent, Restored, TargetAppealLodged
from domain.clock import Count
from domain.fields import day_of
from domain.fine.commands import AgreeInstalments, ConfirmInCourt
from domain.fine.events import AmountSubstituted, ConfirmedInCourt, InstalmentsAgreed, PenaltyNoticeIssued
from domain.fine.instalments import InstalmentPlan, Part, total
from domain.fine.reductions import WithReductions
from domain.money import Money
from domain.refusals import Invalid, TooEarly
from domain.regimes import Regime

PENALTY_STANDS = ("issued", "settled")
THE_NOTICE_IS_FINAL = "the notice became final"


class TimeToPay(WithReductions):
    """A penalty with its deadlines for payment, and what is to be paid by each."""

    OWN_ACTS = frozenset({"notice_of_intent", "penalty_notice", "variation", "confirmation", "appeal"})

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.notice: PenaltyNoticeIssued | None = None
        self.confirmation: ConfirmedInCourt | None = None
        self.plan: InstalmentPlan | None = None
        self._plan_displaced: InstalmentPlan | None = None
        self.court_pay_by: date | None = None
        self._own_count: Count | None = None

    @property
    def has_time_to_pay(self) -> bool:
        """Whether the law or the notice gives a time to pay; where neither does, the penalty is due at once."""
        if self.notice is None:
            return True
        rule = self.rule_for("payment", self.notice.sent_on)
        return rule is not None and bool(rule.period or self.notice.pay_within)

    def parts(self) -> list[Part]:
        """What is to be paid, by which deadlines: the instalments in their order, or all by `payment`."""
        payable, paid = self.account.payable, self.account.paid
        if payable is None or paid is None:
            return []
        return list(self.plan.parts(payable, paid)) if self.plan else [Part("payment", payable, payable)]

    def unpaid_parts(self) -> list[Part]:
        """Those of which something has not come in."""
        paid = self.account.paid
        return [part for part in self.parts() if part.own and paid is not None and paid < part.in_all]

    def owes_by(self, role: str) -> bool:
        """Whether something of what was to be paid by that deadline has not come in."""
        return any(part.role == role for part in self.unpaid_parts())

    def is_duty(self, role: str) -> bool:
        """To pay, at once or by the instalments that stand; not an instalment of which nothing is left."""
        return any(part.role == role and (part.own or not self.account.payable) for part in self.parts())

    # What may be done: refuse in the order of the codes, then record.

    def agree_instalments(self, act: AgreeInstalments, _law: Regime) -> None:
        """Agree by which days the parts of what is outstanding are paid; takes the place of what was unfilled before."""
        self.require_state("issued", to="a plan of instalments")
        outstanding = self.require_outstanding("an instalment")
        planned = total(act.instalments)
        if planned != outstanding:
            message = f"Refused: the instalments add up to {planned}, and {outstanding} is outstanding. Divide up all of it, and no more."
            raise Invalid(message, total=str(planned), outstanding=str(outstanding))

        replaced = [d for d in self.deadlines_of("payment") if not d.is_done_with and self.owes_by(d.role)]
        first = self._number_after_what_is_filled()
        agreed = self.record(InstalmentsAgreed, agreed_on=act.agreed_on, instalments=act.instalments, first=first)
        self._lapse_payments(replaced, f"Instalments were agreed on {act.agreed_on}.")
        for number, instalment in enumerate(act.instalments, first):
            role = f"payment:{number}"
            started = self.start(role, trigger=agreed.type, counted_from=act.agreed_on, until=instalment.due_on)
            if started:
                self.stand_still_under_appeal(started, since=act.agreed_on)

    def _number_after_what_is_filled(self) -> int:
        """An instalment that was filled keeps its number for good."""
        of_plan = [d for d in self.deadlines_of("payment") if d.role != "payment"]
        filled = [d for d in of_plan if d.status == "met" or (d.status == "passed" and not self.owes_by(d.role))]
        return max((int(d.role.partition(":")[2]) for d in filled), default=0) + 1

    def require_outstanding(self, what: str) -> Money:
        """Refuse what needs something to be owed; return it.

        Raises:
            WrongState: nothing is.
        """
        outstanding = self.account.outstanding
        if not outstanding:
            self.refuse_state("nothing is outstanding", now=f"There is nothing for {what}.")
        return outstanding

    def confirm_in_court(self, act: ConfirmInCourt, law: Regime) -> None:
        """Enter that a court confirmed, or refused to confirm, the penalty against which nobody appealed (DPA 2018 (IE) s143)."""
        cites = law.cites("court_confirmation")
        if law.data.court_confirmation is None:
            self.refuse_state(f"under {law.title} no court confirms a penalty", now="Nothing needs to be done.")
        self.require_state(*PENALTY_STANDS, to="a confirmation")
        if self.under_appeal:
            now = "The decision of the appeal takes its place."
            self.refuse_state("an appeal is pending", cites=cites, now=now)
        if self.confirmation and self.confirmation.outcome == "confirmed":
            self.refuse_state(f"it was confirmed on {self.confirmation.decided_on}", now="Nothing needs to be done.")
        appeal = self.deadline("appeal")
        if appeal and not appeal.ended_before(act.decided_on):
            message = f"Refused: an appeal may be lodged until {appeal.due}; a court confirms the penalty after it."
            raise TooEarly(message, cites=cites, role="appeal", due=str(appeal.due))
        confirmed = self.record(ConfirmedInCourt, **dict(act))
        self.count_from_the_penalty_notice(confirmed.type)
        self.settle_payment(act.decided_on)

    def extend(self, deadline: Deadline, *, agreed_on: date, **how: Any) -> None:
        """More time to pay may show that what came in was in time."""
        super().extend(deadline, agreed_on=agreed_on, **how)
        self.settle_payment(agreed_on)

    def have_amount_substituted(self, appeal: UUID, *, court: str, decided_on: date, amount: Money, pay_by: date | None) -> None:
        """A court put another amount, and perhaps another day to pay, in the place of those that stood, instalments too."""
        instalments = [d for d in self.deadlines_of("payment") if d.role != "payment" and not d.is_done_with]
        facts = {"appeal": appeal, "court": court, "decided_on": decided_on, "amount": amount, "pay_by": pay_by}
        substituted = self.record(AmountSubstituted, **facts)
        payment, reason = self.deadline("payment"), "The court set the day to pay."
        if pay_by and payment:
            self._lapse_payments(instalments, reason)
            self._count_payment_anew(payment, payment.terms.count.fixed_at(pay_by), reason, on=decided_on)
        elif pay_by:
            self.start("payment", trigger=substituted.type, counted_from=decided_on, until=pay_by)
        self.settle_payment(decided_on)

    def be_restored(self, appeal: UUID, *, court: str, decided_on: date, **stands: object) -> None:
        """The penalty stands again, with the time to pay that it had before the decision that has fallen."""
        before = self.court_pay_by
        super().be_restored(appeal, court=court, decided_on=decided_on, **stands)
        payment = self.deadline("payment")
        if payment and self.plan:
            reason = "The decision that had set another day to pay has fallen; the instalments stand again."
            self._lapse_payments([] if payment.is_done_with else [payment], reason)
        elif payment:
            count = payment.terms.count
            if self.court_pay_by is None:
                count = self._own_count_since(count)
            elif self.court_pay_by != before:
                count = count.fixed_at(self.court_pay_by)
            if count != payment.terms.count:
                reason = "The decision that had set another day to pay has fallen."
                self._count_payment_anew(payment, count, reason, on=decided_on)
        self.settle_payment(decided_on)

    def _own_count_since(self, since: Count) -> Count:
        """The notice's own time to pay, with what was learnt of its start and its standing still while a court's day stood."""
        own = self._own_count or since
        stood_still = tuple(dict.fromkeys((*own.suspensions, *since.suspensions)))
        kept = {"period": own.period, "until": own.until, "extensions": own.extensions, "suspensions": stood_still}
        return since.model_copy(update=kept)

    def _count_payment_anew(self, payment: Deadline, count: Count, reason: str, *, on: date) -> None:
        """Let another time to pay count; it begins again where it was done with and is not enough now."""
        if payment.status == "lapsed" or (payment.status == "met" and self.account.outstanding):
            self._start_again(payment.role, self.terms_again(payment, count), on)
        else:
            self.count_anew(payment, count, anchor=payment.terms.anchor, reason=reason)

    def _start_again(self, role: str, terms: DeadlineTerms, on: date) -> None:
        self.record(DeadlineStarted, role=role, terms=terms)
        self.stand_still_under_appeal(self.deadlines[role], since=on)

    def _lapse_payments(self, deadlines: list[Deadline], reason: str) -> None:
        """Times to pay that another has replaced can matter no more, also those that had passed."""
        for deadline in deadlines:
            self.record(DeadlineLapsed, role=deadline.role, reason=reason)

    def count_from_the_penalty_notice(self, trigger: str) -> None:
        """Start, or compute anew, what counts from the notice, from its becoming final, or from its confirmation by a court."""
        about = "penalty_notice"
        if self.plan is None and self.court_pay_by is None:
            self.count("payment", about=about, trigger=trigger, period=self.notice.pay_within if self.notice else None)
        self.count("early_payment", about=about, trigger=trigger)
        self.count("appeal", about=about, trigger=trigger)

    def let_pass(self, deadline: Deadline) -> None:
        """The period for an appeal ended unused: the notice is final, which may start the time to pay."""
        super().let_pass(deadline)
        if deadline.role == "appeal":
            self.count_from_the_penalty_notice(THE_NOTICE_IS_FINAL)
            self.settle_payment(deadline.due)

    def be_appealed(self, appeal: UUID, *, scope: str, appellant: str, received_on: date | datetime) -> None:
        """Take note of an appeal; what it makes payable again may be paid as long as its time runs."""
        super().be_appealed(appeal, scope=scope, appellant=appellant, received_on=received_on)
        self.settle_payment(day_of(received_on))

    def settle_after(self, ended: PendingAppeal, *, ended_on: date) -> None:
        """The appeal is over: the notice, if it stands, is final, which may start the time to pay."""
        super().settle_after(ended, ended_on=ended_on)
        if not self.is_set_aside and self.state in PENALTY_STANDS:
            self.count_from_the_penalty_notice(THE_NOTICE_IS_FINAL)
            self.settle_payment(ended_on)

    def settle_payment(self, on: date) -> None:
        """Bring every time to pay up to what is payable and what came in."""
        self.earn_reductions()
        for part in self.parts() if self.account.payable else ():
            deadline = self.deadline(part.role)
            covered_on = self.account.reached_on(part.in_all)
            if deadline is None:
                continue
            if not part.own:
                reason = "Nothing of what is payable is left for it."
                self._lapse_payments([] if deadline.is_done_with else [deadline], reason)
            elif covered_on:
                self.meet(part.role, covered_on)
            elif deadline.status == "lapsed" or (deadline.status == "met" and not deadline.ends_before(on)):
                self._start_again(part.role, deadline.terms, on)

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep the dates that the time to pay may count from, and which time counts."""
        match event:
            case AmountSubstituted(amount=amount, pay_by=pay_by):
                self.account.impose(amount)
                if pay_by:
                    self.court_pay_by = pay_by
                    self._plan_displaced, self.plan = self.plan or self._plan_displaced, None
            case Restored(pay_by=pay_by):
                self.court_pay_by = pay_by
                if self._plan_displaced and self.plan is None and self._plan_displaced.instead_of == pay_by:
                    self._plan_displaced, self.plan = None, self._plan_displaced
                super().when(event)
            case TargetAppealLodged(main=True) | DeadlineSet(role="appeal"):
                self.note_act("appeal", ended=None)
                super().when(event)
            case DeadlinePassed(role="appeal", due=ended):
                self.note_act("appeal", ended=ended)
                super().when(event)
            case AppealEnded(main=True, ended_on=ended, ending=ending):
                self._note_end_of_appeal(ended, decided=ending == "final")
                super().when(event)
            case DeadlineSet(role="payment", terms=terms):
                if self.court_pay_by is None:
                    self._own_count = terms.count
                super().when(event)
            case InstalmentsAgreed(instalments=instalments, first=first):
                paid = self.account.paid
                assert paid is not None
                self.plan = InstalmentPlan(instalments, first, before=paid, instead_of=self.court_pay_by)
                self._plan_displaced = None
            case ConfirmedInCourt(decided_on=decided_on, outcome=outcome):
                self.confirmation = event
                if outcome == "confirmed":
                    self.note_act("confirmation", decided=decided_on)
            case _:
                super().when(event)

    def _note_end_of_appeal(self, ended: date, *, decided: bool) -> None:
        """The dispute is over with the decision; given up, not before the period for an appeal is over, and no court has confirmed."""
        period = self.deadline("appeal")
        if decided:
            self.note_act("appeal", ended=ended)
            self.note_act("confirmation", decided=ended)
        else:
            self.note_act("appeal", ended=max(ended, period.due) if period else ended)
