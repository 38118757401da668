"""The fine, from the notice of intent to the last penny. DPA 2018 ss155-157 and Schedule 16."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.case.events import CaseEvent
from domain.case.service import receipt_of
from domain.fields import day_of
from domain.fine.commands import (
    CancelPenaltyNotice,
    GiveNoPenaltyNotice,
    GiveNoticeOfIntent,
    IssuePenaltyNotice,
    ProposePenalty,
    RecordRepresentations,
    Serve,
    VaryPenaltyNotice,
)
from domain.fine.debt import Debt
from domain.fine.events import (
    FineServed,
    FineWrittenOff,
    NoPenaltyNoticeGiven,
    NoticeOfIntentGiven,
    PenaltyNoticeCancelled,
    PenaltyNoticeIssued,
    PenaltyNoticeVaried,
    PenaltyProposed,
    RepresentationsRecorded,
)
from domain.fine.time_to_pay import PENALTY_STANDS
from domain.investigation.investigation import Investigation
from domain.money import Money
from domain.refusals import Invalid, ToDetriment, TooEarly
from domain.regimes import Regime, RuleVersion


class Fine(Debt):
    """A penalty: intended, proposed, imposed, paid or recovered."""

    TOPIC = "fine"
    WORDS = "fine"
    OPEN_STATES = frozenset({"intended", "issued"})
    SCOPES = frozenset({"whole", "amount", "variation"})

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self._stage = "intended"
        self.intent: NoticeOfIntentGiven
        self.proposal: PenaltyProposed | None = None
        self.notice_amount: Money | None = None

    @property
    def state(self) -> str:
        """`set_aside` comes before `issued`; an issued fine that is paid and not under appeal is `settled`."""
        if self._stage != "issued":
            return self._stage
        if self.is_set_aside:
            return "set_aside"
        return "settled" if self.account.is_settled and not self.appeals else "issued"

    @property
    def is_in_appealable_state(self) -> bool:
        """A penalty notice stands."""
        return self.state in PENALTY_STANDS

    # What may be done: refuse in the order of the codes, then record.

    def give_notice_of_intent(self, act: GiveNoticeOfIntent, law: Regime) -> None:
        """Tell the subject that a penalty is intended (Sch 16 paras 2 and 3)."""
        investigation = self.occasion.cases.case(act.investigation)
        assert isinstance(investigation, Investigation)
        named = "higher" if act.for_non_compliance else act.tier
        self._require_ground(act, investigation, named, law)
        tier = named or investigation.highest_tier_found(act.provisions)
        if act.amount:
            self.require_within_maximum(act.amount, tier, investigation.subject)
        conduct = None if act.for_non_compliance else investigation.last_day_of_conduct(act.provisions)
        rule = law.rule_for(self.TOPIC, "representations", act.sent_on, conduct=conduct)
        self.require_period_at_least_minimum(rule, act.representations_within, act.sent_on, "a period for representations")
        if act.for_non_compliance:
            self.occasion.cases.case(act.for_non_compliance).require_same_matter(investigation.matter_id, "for_non_compliance")

        self.open_with(subject=investigation.subject, reference=self._reference_after(investigation))
        given = self.record(NoticeOfIntentGiven, **{**dict(act), "tier": tier}, conduct_to=conduct)
        self._count_from_the_notice_of_intent(given.type)

    def _count_from_the_notice_of_intent(self, trigger: str) -> None:
        about = "notice_of_intent"
        self.count("representations", about=about, trigger=trigger, period=self.intent.representations_within)
        self.count("penalty_limit", about=about, trigger=trigger)

    def _require_ground(self, act: GiveNoticeOfIntent, investigation: Investigation, tier: str | None, law: Regime) -> None:
        investigation.require_state("open", to="a notice of intent")
        if act.for_non_compliance:
            breach = self.occasion.cases.case(act.for_non_compliance)
            breach.require_state("confirmed", "remedied", "closed", to="a penalty for it")
        elif not investigation.has_finding_for(act.provisions, tier):
            investigation.refuse_state(
                f"no finding of tier {tier or 'standard'} or above concerns {', '.join(act.provisions)}",
                cites=law.cites("finding"),
                now="Record the finding first.",
            )
        for fine in self.occasion.cases.cases_of(investigation.matter_id, "fine"):
            if isinstance(fine, Fine) and fine.state == "cancelled" and fine.is_about_the_failure(act):
                fine.refuse_state(
                    "no further notice of intent may be given for the failure it was about",
                    cites=law.cites("cancellation"),
                    now=f"The cancelled notice is {fine.reference}.",
                )

    def is_about_the_failure(self, act: GiveNoticeOfIntent) -> bool:
        """Whether another notice of intent would be for the same failure: the same breach of a notice, or of a provision."""
        if act.for_non_compliance or self.intent.for_non_compliance:
            return act.for_non_compliance == self.intent.for_non_compliance
        return bool(set(self.intent.provisions) & set(act.provisions))

    def rule_for(self, role: str, on: date) -> RuleVersion | None:
        """Where the law goes by the date of the conduct, that of the findings chooses the version."""
        return self.occasion.law.rule_for(self.TOPIC, role, on, conduct=self.intent.conduct_to)

    def _reference_after(self, investigation: Investigation) -> str:
        number = len(self.occasion.cases.cases_of(investigation.matter_id, self.TOPIC))
        return f"{investigation.reference}/{self.TOPIC}-{number}"

    def record_representations(self, act: RecordRepresentations, _law: Regime) -> None:
        """Enter the subject's answer; the authority may hear it late."""
        self.require_state("intended", to="recording representations")
        self.record(RepresentationsRecorded, **dict(act))

    def propose_penalty(self, act: ProposePenalty, _law: Regime) -> None:
        """Propose the sum; the latest proposal counts."""
        self.require_state("intended", to="a proposal")
        self.require_within_own_maximum(act.amount)
        self.record(PenaltyProposed, **dict(act))

    def issue_penalty_notice(self, act: IssuePenaltyNotice, law: Regime) -> None:
        """Impose the penalty as it was proposed (s155; Sch 16 paras 2, 3 and 6)."""
        self.require_state("intended", to="a penalty notice")
        if self.proposal is None:
            self.refuse_state("no penalty was proposed", now="An officer proposes the sum first.")
        self.require_another_person(
            than=self.proposal.actor,
            did="proposed the penalty",
            act="issuing the notice",
            cites=law.cites("proposer_and_issuer_apart"),
        )
        self.require_within_own_maximum(act.amount)
        self._require_representations_ended(act.sent_on, law)
        rule = self.rule_for("payment", act.sent_on)
        self.require_period_at_least_minimum(rule, act.pay_within, act.sent_on, "a period to pay")
        self.require_in_time("penalty_limit", act.sent_on, "the penalty notice")
        if act.amount != self.proposal.amount:
            message = f"Refused: {act.amount} is not the sum last proposed, {self.proposal.amount}. Issue that, or have another proposed."
            raise Invalid(message, amount=str(act.amount), proposed=str(self.proposal.amount))

        issued = self.record(PenaltyNoticeIssued, **dict(act))
        self.meet("penalty_limit", act.sent_on)
        self.count_from_the_penalty_notice(issued.type)
        self.settle_payment(act.sent_on)

    def _require_representations_ended(self, sent_on: date, law: Regime) -> None:
        """Refuse before they could be made; a period that has not begun has not ended."""
        role = "representations"
        if "voluntary_payment" in self.account.reductions:
            return
        if law.counts_from(self.TOPIC, role) and self.date_counted_from(role, about="notice_of_intent") is None:
            message = (
                "Refused: the period for representations has not begun, because the law counts it from the service of the notice "
                "of intent, which is not recorded. Record the service first (serve)."
            )
            raise TooEarly(message, role=role)
        self.require_floor_ended(role, sent_on, "the penalty notice")

    def require_within_own_maximum(self, amount: Money) -> None:
        """Refuse a sum above the maximum of the tier that the notice of intent named, or else that was found.

        Raises:
            OverMaximum: it is above.
        """
        if self.intent.tier:
            self.require_within_maximum(amount, self.intent.tier, self.subject)

    def serve(self, act: Serve, _law: Regime) -> None:
        """Record service; what counts from the giving of the notice counts from it."""
        self.require_state("intended", *PENALTY_STANDS, to="service")
        sent_on = self.notice.sent_on if self.notice else self.intent.sent_on
        receipt = receipt_of(self, act.method, sent_on=sent_on, served_on=act.served_on, deemed_on=act.deemed_on)
        given = day_of(receipt.given_on)
        self.require_not_before_sending(min(given, act.served_on), sent_on)
        served = self.record(FineServed, **receipt.told_with(act))
        if self.notice:
            self.count_from_the_penalty_notice(served.type)
        else:
            self._count_from_the_notice_of_intent(served.type)
        self.settle_payment(given)

    def give_no_penalty_notice(self, act: GiveNoPenaltyNotice, _law: Regime) -> None:
        """Tell the subject that no penalty follows; also after the limit."""
        self.require_state("intended", to="a no-penalty notice")
        self.record(NoPenaltyNoticeGiven, **dict(act))
        self.meet("penalty_limit", act.sent_on)
        self.lapse("No penalty follows.")

    def vary_penalty_notice(self, act: VaryPenaltyNotice, law: Regime) -> None:
        """Change the penalty, never to the subject's detriment (Sch 16 para 7)."""
        self.require_state(*PENALTY_STANDS, to="a variation")
        if act.pay_within and self.plan:
            self.refuse_state("it is paid by instalments", now="To give more time, agree other instalments.")
        cites = law.cites("variation")
        standing = self.account.amount
        if act.amount and standing and act.amount > standing:
            message = f"Refused: {act.amount} is more than the {standing} that stands. A variation may only lower it."
            raise ToDetriment(message, cites=cites, standing=str(standing))
        payment = self.deadline("payment")
        if act.pay_within and payment:
            due = self.terms_again(payment, payment.terms.count.with_period(act.pay_within)).due
            if due < payment.due:
                message = f"Refused: with {act.pay_within} the sum would be due on {due}, before {payment.due}. Give more time."
                raise ToDetriment(message, cites=cites, standing=str(payment.due))

        varied = self.record(PenaltyNoticeVaried, **dict(act))
        if act.pay_within and payment:
            self.recompute(payment, period=act.pay_within, reason="The time to pay was varied.")
        counted_from = self.date_counted_from("appeal:variation", about="variation")
        if counted_from:
            self.start("appeal:variation", trigger=varied.type, counted_from=counted_from)
        self.settle_payment(act.sent_on)

    def cancel_penalty_notice(self, act: CancelPenaltyNotice, _law: Regime) -> None:
        """Take the penalty back for good; what was paid is owed back (Sch 16 para 8)."""
        self.require_state("issued", "settled", "set_aside", to="a cancellation")
        self.require_not_set_aside_for_good()
        self.record(PenaltyNoticeCancelled, **dict(act))
        self.lapse("The penalty notice was cancelled.")
        self.end_recovery_if_nothing_is_owed(act.sent_on)

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep the stage, the notice and the account."""
        match event:
            case NoticeOfIntentGiven():
                self.intent = event
                self.note_act("notice_of_intent", sent=event.sent_on)
                self.account.intend(event.amount)
            case PenaltyProposed():
                self.proposal = event
            case PenaltyNoticeIssued():
                self._stage, self.notice = "issued", event
                self.note_act("penalty_notice", decided=event.decided_on, sent=event.sent_on, published=event.published_on)
                self._set_notice_amount(event.amount)
            case FineServed(served_on=served_on, deemed_on=deemed_on):
                self.note_act("penalty_notice" if self.notice else "notice_of_intent", served=served_on, deemed=deemed_on)
            case PenaltyNoticeVaried(amount=amount, pay_within=pay_within):
                self.note_act("variation", sent=event.sent_on)
                if amount:
                    self._set_notice_amount(amount)
                if pay_within and self._own_count:
                    self._own_count = self._own_count.with_period(pay_within)
            case PenaltyNoticeCancelled():
                self._stage = "cancelled"
                self.account.void()
            case NoPenaltyNoticeGiven():
                self._stage = "no_penalty"
                self.account.void()
            case FineWrittenOff():
                self._stage = "written_off"
                super().when(event)
            case _:
                super().when(event)

    def _set_notice_amount(self, amount: Money) -> None:
        """The sum that the notice itself names; a court's stands in its place until that decision falls."""
        self.notice_amount = amount
        self.account.impose(amount)
