"""Whatever happens to the money of a fine, under whichever law: it adds up, in whole cents, and somebody waits for what is owed."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.fine.events import PaymentRecorded, ReductionEarned, ReductionsForfeited, RefundRecorded
from domain.money import Money
from domain.regimes import regime
from tests.desk import ISSUER, OFFICER, REGISTRAR
from tests.fines import intended

HISTORIES = int(os.environ.get("REGCASE_HISTORIES", "60"))
FIRST = "2024-03-01"
percents = st.sampled_from([1, 20, 50, 60, 64, 79, 80, 81, 99, 100, 120])
"""Of the amount, for payments and variations: about the reduced sums, and beside them."""
days = st.sampled_from([0, 0, 0, 1, 5, 12])
LAWS = ["es-lopdgdd", "it-codice", "uk-dpa-1998", "at-dsg", "ie-dpa-2018", "nl-uavg", "fr-lil", "gr-4624"]


class MoneyOfAFine(RuleBasedStateMachine):
    """A fine of 1,000.01 under one of the laws, and everything that moves money or its deadlines."""

    @initialize(law=st.sampled_from(LAWS), country=st.sampled_from(["US", "IT", "ES", "AT", "IE", "NL", "GB"]))
    def begin(self, law: str, country: str) -> None:
        self.law = regime(law)
        self.desk = intended(
            law, f"{self.law.currency} 1000.01", FIRST, within="P10D" if law == "es-lopdgdd" else None, country=country
        )

    @property
    def today(self) -> str:
        return self.desk.time.current.date().isoformat()

    def cents(self, percent: int) -> str:
        amount = self.desk.fine().account.amount
        assert amount
        cents = int(amount.value * percent) or 1
        return f"{self.law.currency} {cents // 100}.{cents % 100:02}"

    def ago(self, number: int) -> str:
        return (self.desk.time.current.date() - timedelta(days=number)).isoformat()

    def give(self, command: str, on: str | None = "fine", by: Any = REGISTRAR, name: str | None = None, **data: Any) -> None:
        self.desk.do(command, on, by=by, name=name, **data)

    @rule(number=st.sampled_from([1, 5, 15, 30, 61]))
    def time_goes_by(self, number: int) -> None:
        self.desk.move_to(self.desk.time.current + timedelta(days=number))

    @rule(percent=percents, ago=days)
    def money_comes_in(self, percent: int, ago: int) -> None:
        self.give("fine.record_payment", amount=self.cents(percent), received_on=self.ago(ago), reference="r")

    @rule()
    def the_rest_comes_in(self) -> None:
        outstanding = self.desk.fine().account.outstanding
        if outstanding:
            amount = f"{self.law.currency} {outstanding.value}"
            self.give("fine.record_payment", amount=amount, received_on=self.today, reference="r")

    @rule(percent=percents)
    def money_goes_back(self, percent: int) -> None:
        owed = self.desk.fine().account.refund_due
        amount = f"{self.law.currency} {owed.value}" if owed and percent > 50 else self.cents(percent)
        self.give("fine.record_refund", amount=amount, paid_on=self.today, reference="r")

    @rule()
    def the_subject_admits(self) -> None:
        self.give("fine.admit", by=ISSUER, admitted_on=self.today)

    @rule(serve=st.booleans(), within=st.sampled_from(["P28D", "P2M", "P56D"]))
    def it_is_imposed(self, *, serve: bool, within: str) -> None:
        amount = self.cents(100)
        self.give("fine.propose_penalty", by=OFFICER, amount=amount, proposed_on=self.today, reasons="r")
        decided = {"amount": amount, "decided_on": self.today, "sent_on": self.today, "pay_within": within}
        self.give("fine.issue_penalty_notice", by=ISSUER, **decided)
        if serve:
            self.it_is_served(0)

    @rule(ago=days)
    def it_is_served(self, ago: int) -> None:
        self.give("fine.serve", served_on=self.ago(ago), method="post")

    @rule(percent=percents)
    def it_is_varied(self, percent: int) -> None:
        self.give("fine.vary_penalty_notice", by=ISSUER, sent_on=self.today, reasons="r", amount=self.cents(percent))

    @rule(share=st.integers(1, 99), first=st.sampled_from([0, 10, 40]))
    def instalments_are_agreed(self, share: int, first: int) -> None:
        outstanding = self.desk.fine().account.outstanding
        cents = int(outstanding.value * 100) if outstanding else 100
        parts = [part for part in (cents * share // 100, cents - cents * share // 100) if part]
        plan = [
            {"amount": f"{self.law.currency} {part // 100}.{part % 100:02}", "due_on": self.ago(-first - 20 * number)}
            for number, part in enumerate(parts)
        ]
        self.give("fine.agree_instalments", agreed_on=self.today, instalments=plan)

    @rule(scope=st.sampled_from(["whole", "amount", "variation"]), party=st.sampled_from(["subject", "subject", "third_party"]))
    def an_appeal_is_lodged(self, scope: str, party: str) -> None:
        lodged = {"against": ["fine"], "scope": scope, "court": self.law.first_court, "grounds": ["g"], "appellant": party}
        self.give("appeal.lodge", None, name="appeal", received_on=self.today, **lodged)

    @rule(what=st.sampled_from(["withdraw", "dismissed", "allowed", "substituted", "remitted"]), percent=percents)
    def an_appeal_ends(self, what: str, percent: int) -> None:
        if "appeal" not in self.desk.names:
            return
        if what == "withdraw":
            self.give("appeal.withdraw", "appeal", withdrawn_on=self.today)
            return
        more = {"substituted": {"amount": self.cents(percent)}, "remitted": {"court": "authority"}}.get(what, {})
        self.give("appeal.decide", "appeal", outcome=what, decided_on=self.today, sent_on=self.today, **more)

    @rule(outcome=st.sampled_from(["confirmed", "refused"]))
    def a_court_confirms(self, outcome: str) -> None:
        self.give("fine.confirm_in_court", court=self.law.first_court, decided_on=self.today, outcome=outcome)

    @rule(percent=percents, ago=days)
    def a_payment_is_corrected(self, percent: int, ago: int) -> None:
        entries = [event.version for event in self.events if isinstance(event, PaymentRecorded)]
        if entries:
            fields = {"amount": self.cents(percent)} if ago else {"received_on": self.ago(3)}
            self.give("fine.correct", event_version=entries[-1], fields=fields, reason="r")

    @rule(what=st.sampled_from(["recover", "recover", "write off", "cancel", "no penalty"]), sure=st.integers(0, 3))
    def it_comes_to_an_end(self, what: str, sure: int) -> None:
        outstanding = self.desk.fine().account.outstanding
        if what == "recover":
            self.give("fine.start_recovery", court="court", started_on=self.today)
        elif sure:
            return
        elif what == "write off" and outstanding:
            amount = f"{self.law.currency} {outstanding.value}"
            self.give("fine.write_off", by=ISSUER, amount=amount, reason="r", decided_on=self.today)
        elif what == "cancel":
            self.give("fine.cancel_penalty_notice", by=ISSUER, sent_on=self.today, reasons="r")
        elif what == "no penalty":
            self.give("fine.give_no_penalty_notice", by=ISSUER, sent_on=self.today, reasons="r")

    @property
    def events(self) -> list[Any]:
        return list(self.desk.fine().history)

    # What must always hold

    @invariant()
    def the_money_adds_up(self) -> None:
        if not hasattr(self, "desk"):
            return
        fine = self.desk.fine()
        account = fine.account
        assert account.amount
        assert account.payable is not None
        assert account.paid is not None
        received = sum(event.amount.value for event in self.events if isinstance(event, PaymentRecorded))
        refunded = sum(event.amount.value for event in self.events if isinstance(event, RefundRecorded))
        assert account.paid.value == received - refunded
        stands = fine.state in ("issued", "settled")
        reduced = account.amount.value * (100 - account.reduction) / 100
        assert abs(account.payable.value - (reduced if stands else 0)) <= Money.parse(f"{self.law.currency} 0.01").value / 2
        assert account.payable == Money(account.payable.value, self.law.currency)
        assert account.outstanding is not None
        assert account.outstanding.value == max(0, account.payable.value - account.paid.value)
        assert account.refund_due is not None
        decided = fine.state != "intended"
        assert account.refund_due.value == (max(0, account.paid.value - account.payable.value) if decided else 0)

    @invariant()
    def reductions_are_those_that_were_earned_and_not_forfeited(self) -> None:
        if not hasattr(self, "desk"):
            return
        fine = self.desk.fine()
        earned = {event.reduction for event in self.events if isinstance(event, ReductionEarned)}
        assert set(fine.account.reductions) <= earned
        if any(isinstance(event, ReductionsForfeited) for event in self.events):
            assert fine.account.reduction == 0
        before, early = self.law.data.reductions.before_decision, self.law.data.reductions.early_payment
        most = (before.admission_percent + before.payment_percent if before else 0) + (early.percent if early else 0)
        assert fine.account.reduction <= most

    @invariant()
    def somebody_waits_for_what_is_owed_and_for_nothing_else(self) -> None:
        if not hasattr(self, "desk"):
            return
        fine = self.desk.fine()
        assert bool(fine.unpaid_parts()) == bool(fine.account.outstanding)
        for deadline in fine.deadlines_of("payment"):
            if fine.account.payable and deadline.status == "running" and deadline.due_at > self.desk.time.current:
                assert fine.owes_by(deadline.role), deadline.role
        if fine.state in ("cancelled", "no_penalty", "written_off"):
            assert not [d.role for d in fine.deadlines.values() if d.status == "running"]


@pytest.mark.timeout(600)
def test_whatever_happens_the_money_adds_up() -> None:
    run_state_machine_as_test(
        MoneyOfAFine,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
