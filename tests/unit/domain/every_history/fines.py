"""What may happen to a fine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.fine.fine import Fine
from domain.roles import Actor
from tests.desk import (
    ISSUER,
    OFFICER,
    PROVISION,
    REGISTRAR,
)
from tests.unit.domain.every_history.matter import (
    SECOND_ISSUER,
    Matter,
    back,
    good_sums,
    periods,
    sums,
    written,
)


class Fines(Matter):
    """Sensible steps in the order of the law, and any other."""

    @precondition(lambda self: self.cases("fine"))
    @rule(
        amount=st.one_of(good_sums, sums),
        what=st.sampled_from(["appeal", "pay", "pay in full", "refund", "vary", "cancel", "recover"]),
        by=st.sampled_from([ISSUER, SECOND_ISSUER]),
        proposer=st.sampled_from([OFFICER, ISSUER]),
    )
    def a_fine_takes_its_course(self, *, amount: Any, what: str, by: Actor, proposer: Actor) -> None:
        on = self.one("fine", 0, "intended", "issued", "settled", "cancelled")
        assert on
        fine = self.everything()[on]
        assert isinstance(fine, Fine)
        today, account = self.ago(0), fine.account
        if fine.state == "intended" and fine.proposal is None:
            self.give("fine.propose_penalty", on, proposer, amount=amount, proposed_on=today, reasons="r")
        elif fine.state == "intended":
            assert fine.proposal
            floor = fine.deadlines["representations"].due_at
            self.desk.move_to(max(self.desk.time.current, floor + timedelta(hours=12)))
            amount, sent_on = written(fine.proposal.amount), self.ago(0)
            self.give("fine.issue_penalty_notice", on, by, amount=amount, decided_on=sent_on, sent_on=sent_on)
        elif what == "appeal":
            data = {"scope": "whole", "court": "first_tier_tribunal", "received_on": today, "grounds": ["g"]}
            self.give("appeal.lodge", None, REGISTRAR, against=[str(on)], **data)
        elif account.refund_due or what == "refund":
            amount = written(account.refund_due) if account.refund_due and what == "refund" else amount
            self.give("fine.record_refund", on, REGISTRAR, amount=amount, paid_on=today, reference="r")
        elif what == "vary":
            self.give("fine.vary_penalty_notice", on, by, sent_on=today, reasons="r", amount=amount)
        elif what == "cancel":
            self.give("fine.cancel_penalty_notice", on, by, sent_on=today, reasons="r")
        elif what == "recover":
            self.give("fine.start_recovery", on, REGISTRAR, court="county_court", started_on=today)
        else:
            amount = written(account.outstanding) if what == "pay in full" and account.outstanding else amount
            self.give("fine.record_payment", on, REGISTRAR, amount=amount, received_on=today, reference="r")

    @rule(
        amount=sums, tier=st.sampled_from(["standard", "higher", "higher", None]), day=back, period=periods, breach=st.booleans()
    )
    def a_notice_of_intent_is_given(self, amount: Any, tier: str | None, day: int, period: str | None, breach: bool) -> None:
        of = self.one("non_compliance", 0) if breach else None
        self.give(
            "fine.give_notice_of_intent",
            None,
            OFFICER,
            investigation=str(self.one("investigation", 0)),
            amount=amount,
            tier=tier,
            provisions=[PROVISION],
            sent_on=self.ago(day),
            reasons="r",
            representations_within=period,
            for_non_compliance=str(of) if of else None,
        )

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), amount=sums, by=st.sampled_from([OFFICER, OFFICER, ISSUER]), day=back)
    def a_penalty_is_proposed(self, which: int, amount: Any, by: Actor, day: int) -> None:
        on = self.one("fine", which, "intended")
        self.give("fine.propose_penalty", on, by, amount=amount, proposed_on=self.ago(day), reasons="r")

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), amount=good_sums, by=st.sampled_from([ISSUER, SECOND_ISSUER]), day=back, period=periods)
    def a_penalty_is_imposed(self, which: int, amount: str, by: Actor, day: int, period: str | None) -> None:
        on = self.one("fine", which, "intended")
        fine = self.everything()[on] if on else None
        if isinstance(fine, Fine) and fine.proposal is None and which != 3:
            self.give("fine.propose_penalty", on, OFFICER, amount=amount, proposed_on=self.ago(0), reasons="r")
        elif isinstance(fine, Fine) and fine.proposal and which != 3:
            amount = str(fine.proposal.amount).replace(",", "")
        sent_on = self.ago(day)
        self.give("fine.issue_penalty_notice", on, by, amount=amount, decided_on=sent_on, sent_on=sent_on, pay_within=period)

    @precondition(lambda self: self.cases("fine"))
    @rule(
        which=st.integers(0, 3),
        verb=st.sampled_from(["give_no_penalty_notice", "cancel_penalty_notice", *["vary_penalty_notice"] * 4]),
        amount=st.one_of(st.none(), sums),
        period=periods,
        day=back,
    )
    def a_fine_is_given_up_or_varied(self, which: int, verb: str, amount: Any, period: str | None, day: int) -> None:
        more = {"amount": amount, "pay_within": period} if verb == "vary_penalty_notice" else {}
        self.give(
            f"fine.{verb}", self.one("fine", which, "issued", "settled"), ISSUER, sent_on=self.ago(day), reasons="r", **more
        )

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), amount=sums, all_=st.booleans(), day=back, back_=st.booleans())
    def money_moves(self, which: int, amount: Any, all_: bool, day: int, back_: bool) -> None:
        on = self.one("fine", which, *(("cancelled", "set_aside") if back_ else ("issued",)))
        assert on
        account = self.everything()[on].account  # type: ignore[attr-defined] # the id was drawn from cases of that type
        whole = account.refund_due if back_ else account.outstanding
        amount = written(whole) if all_ and whole else amount
        verb, field = ("record_refund", "paid_on") if back_ else ("record_payment", "received_on")
        self.give(f"fine.{verb}", on, REGISTRAR, amount=amount, reference="r", **{field: self.ago(day)})

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), day=back)
    def recovery_is_started(self, which: int, day: int) -> None:
        on = self.one("fine", which, "issued")
        self.give("fine.start_recovery", on, REGISTRAR, court="county_court", started_on=self.ago(day))

    @precondition(lambda self: self.cases("fine"))
    @rule(
        which=st.integers(0, 3),
        shares=st.lists(st.integers(1, 9), min_size=1, max_size=4),
        first=st.sampled_from([0, 1, 20, 45]),
        day=back,
        off=st.sampled_from([0] * 6 + [1, -1]),
    )
    def instalments_are_agreed(self, *, which: int, shares: list[int], first: int, day: int, off: int) -> None:
        """In pence, the last takes what is left over; now and then the sum is not what is outstanding."""
        on = self.one("fine", which, "issued")
        assert on
        outstanding = self.everything()[on].account.outstanding  # type: ignore[attr-defined] # the id was drawn from cases of that type
        pence = int(outstanding.value * 100) if outstanding else 1000
        sums = [pence * share // sum(shares) for share in shares]
        sums[-1] += pence - sum(sums) + off
        plan = [
            {"amount": f"GBP {amount // 100}.{amount % 100:02}", "due_on": self.ago(-first - 30 * number)}
            for number, amount in enumerate(sums)
        ]
        self.give("fine.agree_instalments", on, REGISTRAR, agreed_on=self.ago(day), instalments=plan)

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), amount=sums, all_=st.sampled_from([True, False]), day=back, sure=st.integers(0, 2))
    def a_fine_is_written_off(self, *, which: int, amount: Any, all_: bool, day: int, sure: int) -> None:
        """Seldom: it ends the fine."""
        on = self.one("fine", which, "issued")
        assert on
        outstanding = self.everything()[on].account.outstanding  # type: ignore[attr-defined] # the id was drawn from cases of that type
        amount = written(outstanding) if all_ and outstanding and not sure else amount
        self.give("fine.write_off", on, ISSUER, amount=amount, reason="r", decided_on=self.ago(day))

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), day=back, admits=st.booleans())
    def what_the_regime_does_not_know_is_refused(self, *, which: int, day: int, admits: bool) -> None:
        on, when = self.one("fine", which, "intended", "issued"), self.ago(day)
        if admits:
            self.give("fine.admit", on, ISSUER, admitted_on=when)
        else:
            self.give("fine.confirm_in_court", on, REGISTRAR, court="county_court", decided_on=when, outcome="confirmed")
        refusal = self.given[-1][1].refusal
        assert refusal
        assert refusal["code"] in ("wrong_state", "invalid")
