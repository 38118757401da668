"""Reductions: paying early, admitting, paying before the decision; and what forfeits them. Fines that wait for a court."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.account import Account
from domain.money import Money
from tests.desk import ISSUER, REGISTRAR, Desk
from tests.fines import ARTICLE, garante, impose, intended, pay, pecr
from tests.histories import correct


def lodge(desk: Desk, day: str, court: str, scope: str = "whole", appellant: str = "subject") -> None:
    lodged: dict[str, Any] = {"against": ["fine"], "scope": scope, "court": court, "received_on": day, "grounds": ["g"]}
    desk.at(day).done("appeal.lodge", name="appeal", by=REGISTRAR, appellant=appellant, **lodged)


def sums(desk: Desk) -> dict[str, str]:
    account = desk.fine().account
    told = {"payable": account.payable, "outstanding": account.outstanding, "refund_due": account.refund_due}
    return {name: str(sum_).partition(" ")[2] for name, sum_ in told.items()}


class TestEarlyPayment:
    def test_of_a_fifth_less_within_28_days_of_service_settles_the_fine(self) -> None:
        desk = pecr()
        assert str(desk.deadline("fine", "early_payment").due) == "2025-12-01"
        pay(desk, "GBP 80000", "2025-12-01")
        assert desk.fine().state == "settled"
        assert sums(desk) == {"payable": "80,000.00", "outstanding": "0.00", "refund_due": "0.00"}
        assert {desk.deadline("fine", role).status for role in ("early_payment", "payment")} == {"met"}

    def test_in_parts_counts_when_the_last_comes_in_time(self) -> None:
        desk = pecr()
        pay(desk, "GBP 50000", "2025-11-10")
        assert sums(desk)["payable"] == "100,000.00"
        pay(desk, "GBP 30000", "2025-11-20")
        assert desk.fine().state == "settled"

    def test_a_penny_short_earns_nothing(self) -> None:
        desk = pecr()
        pay(desk, "GBP 79999.99", "2025-12-01")
        assert sums(desk) == {"payable": "100,000.00", "outstanding": "20,000.01", "refund_due": "0.00"}

    def test_received_a_day_late_earns_nothing(self) -> None:
        desk = pecr()
        pay(desk, "GBP 80000", "2025-12-02")
        assert (desk.fine().state, sums(desk)["payable"]) == ("issued", "100,000.00")

    def test_received_in_time_and_entered_later_is_earned(self) -> None:
        desk = pecr().at("2025-12-05")
        assert desk.deadline("fine", "early_payment").status == "passed"
        payment = {"amount": "GBP 80000", "received_on": "2025-12-01", "reference": "r"}
        desk.done("fine.record_payment", "fine", by=REGISTRAR, **payment)
        assert (desk.fine().state, desk.deadline("fine", "early_payment").status) == ("settled", "met")
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]

    def test_an_appeal_lodged_later_forfeits_it_and_the_rest_may_be_paid_while_the_time_to_pay_runs(self) -> None:
        desk = pecr()
        pay(desk, "GBP 80000", "2025-11-20")
        lodge(desk, "2025-11-25", "first_tier_tribunal")
        assert sums(desk) == {"payable": "100,000.00", "outstanding": "20,000.00", "refund_due": "0.00"}
        payment = desk.deadline("fine", "payment")
        assert (payment.status, str(payment.due)) == ("running", "2025-12-01")
        desk.at("2025-12-10").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2025-12-10")
        assert sums(desk)["payable"] == "100,000.00"
        assert [str(case.suspicion.since) for case in desk.non_compliances()] == ["2025-12-11"]

    def test_cannot_be_earned_once_an_appeal_was_lodged(self) -> None:
        desk = pecr()
        lodge(desk, "2025-11-20", "first_tier_tribunal")
        assert desk.deadline("fine", "early_payment").status == "lapsed"
        pay(desk, "GBP 80000", "2025-11-25")
        assert sums(desk)["payable"] == "100,000.00"

    def test_a_third_partys_appeal_forfeits_nothing(self) -> None:
        desk = pecr()
        pay(desk, "GBP 80000", "2025-11-20")
        lodge(desk, "2025-11-25", "first_tier_tribunal", appellant="third_party")
        assert sums(desk)["payable"] == "80,000.00"

    def test_a_variation_that_brings_the_reduced_sum_within_what_came_in_earns_it(self) -> None:
        desk = pecr()
        pay(desk, "GBP 40000", "2025-11-20")
        varied = {"sent_on": "2025-11-21", "reasons": "r", "amount": "GBP 50000"}
        desk.at("2025-11-21").done("fine.vary_penalty_notice", "fine", by=ISSUER, **varied)
        assert (desk.fine().state, sums(desk)["payable"]) == ("settled", "40,000.00")

    def test_waits_for_the_service_of_the_notice(self) -> None:
        desk = impose(intended("uk-dpa-1998", "GBP 100000", "2025-09-01"), "GBP 100000", "2025-11-03", serve=False)
        assert {"payment", "early_payment"}.isdisjoint(desk.fine().deadlines)
        desk.done("fine.serve", "fine", by=REGISTRAR, served_on="2025-11-03", method="post", deemed_on="2025-11-05")
        assert str(desk.deadline("fine", "early_payment").due) == "2025-12-03"

    def test_of_half_within_the_time_for_an_appeal_settles_an_italian_fine(self) -> None:
        desk = garante()
        assert str(desk.deadline("fine", "early_payment").due) == "2025-12-10"
        pay(desk, "EUR 10000000", "2025-12-10")
        assert desk.fine().state == "settled"

    def test_has_sixty_days_for_half_where_the_subject_resides_abroad(self) -> None:
        desk = impose(intended("it-codice", "EUR 20000000", "2025-09-01"), "EUR 20000000", "2025-11-10")
        assert str(desk.deadline("fine", "early_payment").due) == "2026-01-09"


class TestCorrectingAPayment:
    def correct(self, desk: Desk, **fields: str) -> None:
        entry = next(e.version for e in desk.histories()[desk.names["fine"]] if e.NAME == "payment_recorded")
        desk.done("fine.correct", "fine", by=REGISTRAR, event_version=entry, fields=fields, reason="Typing error")

    @pytest.mark.parametrize("fields", [{"amount": "GBP 79999"}, {"received_on": "2025-12-02"}])
    def test_withdraws_a_reduction_that_had_not_been_earned(self, fields: dict[str, str]) -> None:
        desk = pecr()
        pay(desk, "GBP 80000", "2025-12-01")
        self.correct(desk.at("2025-12-02"), **fields)
        assert (desk.fine().state, sums(desk)["payable"]) == ("issued", "100,000.00")

    def test_earns_a_reduction_that_had_been_missed(self) -> None:
        desk = pecr()
        pay(desk, "GBP 80000", "2025-12-02")
        self.correct(desk, received_on="2025-12-01")
        assert (desk.fine().state, sums(desk)["payable"]) == ("settled", "80,000.00")


class TestBeforeTheDecision:
    def aepd(self, amount: str) -> Desk:
        return intended("es-lopdgdd", amount, "2022-03-01", within="P10D")

    def admit(self, desk: Desk) -> None:
        desk.done("fine.admit", "fine", by=ISSUER, admitted_on="2022-03-01")

    def test_admission_and_payment_bring_forty_thousand_to_twenty_four(self) -> None:
        desk = self.aepd("EUR 40000")
        self.admit(desk)
        pay(desk, "EUR 24000", "2022-03-02")
        assert desk.fine().state == "intended"
        assert sums(desk) == {"payable": "0.00", "outstanding": "0.00", "refund_due": "0.00"}
        impose(desk, "EUR 40000", "2022-03-03")
        assert (desk.fine().state, sums(desk)["payable"]) == ("settled", "24,000.00")

    def test_one_of_the_two_brings_a_hundred_and_twenty_thousand_to_ninety_six(self) -> None:
        paid, admitted = self.aepd("EUR 120000"), self.aepd("EUR 120000")
        pay(paid, "EUR 96000", "2022-03-02")
        impose(paid, "EUR 120000", "2022-03-03")
        self.admit(admitted)
        impose(admitted, "EUR 120000", "2022-06-01")
        assert (paid.fine().state, sums(paid)["payable"]) == ("settled", "96,000.00")
        assert (admitted.fine().state, sums(admitted)["outstanding"]) == ("issued", "96,000.00")

    def test_an_admission_after_the_payment_is_owed_back(self) -> None:
        desk = self.aepd("EUR 120000")
        pay(desk, "EUR 96000", "2022-03-02")
        desk.done("fine.admit", "fine", by=ISSUER, admitted_on="2022-03-02")
        impose(desk, "EUR 120000", "2022-03-03")
        assert sums(desk) == {"payable": "72,000.00", "outstanding": "0.00", "refund_due": "24,000.00"}

    def test_a_payment_of_the_reduced_sum_ends_the_wait_for_representations(self) -> None:
        desk = self.aepd("EUR 40000")
        desk.done("fine.propose_penalty", "fine", amount="EUR 40000", proposed_on="2022-03-01", reasons="r")
        decided = {"amount": "EUR 40000", "decided_on": "2022-03-02", "sent_on": "2022-03-02"}
        assert desk.at("2022-03-02").refused("fine.issue_penalty_notice", "fine", by=ISSUER, **decided)["code"] == "too_early"
        pay(desk, "EUR 32000", "2022-03-02")
        assert desk.deadline("fine", "representations").status == "lapsed"
        desk.done("fine.issue_penalty_notice", "fine", by=ISSUER, **decided)

    def test_a_payment_below_the_reduced_sum_earns_nothing_and_is_counted_when_the_penalty_is_imposed(self) -> None:
        desk = self.aepd("EUR 40000")
        pay(desk, "EUR 31999.99", "2022-03-02")
        impose(desk, "EUR 40000", "2022-06-01")
        assert sums(desk) == {"payable": "40,000.00", "outstanding": "8,000.01", "refund_due": "0.00"}

    def test_an_appeal_forfeits_both(self) -> None:
        desk = self.aepd("EUR 40000")
        self.admit(desk)
        pay(desk, "EUR 24000", "2022-03-02")
        impose(desk, "EUR 40000", "2022-03-03")
        lodge(desk, "2022-03-20", "audiencia_nacional")
        assert (desk.fine().state, sums(desk)["outstanding"]) == ("issued", "16,000.00")

    def test_paid_and_then_given_up_by_the_authority_everything_is_owed_back(self) -> None:
        desk = self.aepd("EUR 40000")
        pay(desk, "EUR 32000", "2022-03-02")
        desk.done("fine.give_no_penalty_notice", "fine", by=ISSUER, sent_on="2022-03-02", reasons="r")
        assert sums(desk) == {"payable": "0.00", "outstanding": "0.00", "refund_due": "32,000.00"}
        desk.done("fine.record_refund", "fine", by=REGISTRAR, amount="EUR 32000", paid_on="2022-03-02", reference="r")
        assert sums(desk)["refund_due"] == "0.00"

    def test_a_payment_or_an_admission_is_refused_where_the_law_rewards_none(self) -> None:
        desk = intended("uk-dpa-1998", "GBP 100000", "2025-09-01")
        payment = {"amount": "GBP 1", "received_on": "2025-09-01", "reference": "r"}
        assert desk.refused("fine.record_payment", "fine", by=REGISTRAR, **payment)["code"] == "wrong_state"
        assert desk.refused("fine.admit", "fine", by=ISSUER, admitted_on="2025-09-01")["code"] == "wrong_state"

    def test_twice_admitted_is_refused(self) -> None:
        desk = self.aepd("EUR 40000")
        self.admit(desk)
        assert desk.refused("fine.admit", "fine", by=ISSUER, admitted_on="2022-03-01")["code"] == "wrong_state"


class TestConfirmationByACourt:
    def dpc(self) -> Desk:
        desk = intended("ie-dpa-2018", "EUR 500000", "2026-01-05", country="IE")
        return impose(desk, "EUR 500000", "2026-03-02", pay_within="P28D")

    def confirm(self, desk: Desk, day: str, outcome: str = "confirmed") -> None:
        decided = {"court": "circuit_court", "decided_on": day, "outcome": outcome}
        desk.at(day).done("fine.confirm_in_court", "fine", by=REGISTRAR, **decided)

    def test_starts_the_time_to_pay(self) -> None:
        desk = self.dpc()
        assert "payment" not in desk.fine().deadlines
        self.confirm(desk, "2026-04-20")
        assert str(desk.deadline("fine", "payment").terms.trigger.date) == "2026-04-20"

    def test_is_refused_while_an_appeal_may_still_be_lodged(self) -> None:
        desk = self.dpc()
        due = str(desk.deadline("fine", "appeal").due)
        decided = {"court": "circuit_court", "decided_on": due, "outcome": "confirmed"}
        refusal = desk.at(due).refused("fine.confirm_in_court", "fine", by=REGISTRAR, **decided)
        assert (refusal["code"], refusal["details"]["due"]) == ("too_early", due)

    def test_refused_by_the_court_no_time_to_pay_begins(self) -> None:
        desk = self.dpc()
        self.confirm(desk, "2026-04-20", "refused")
        assert "payment" not in desk.fine().deadlines

    def test_entered_under_the_wrong_court_is_corrected(self) -> None:
        desk = self.dpc()
        self.confirm(desk, "2026-04-20")
        correct(desk, "fine", "confirmed_in_court", court="high_court")
        confirmation = desk.fine().confirmation
        assert confirmation is not None
        assert confirmation.court == "high_court"

    def test_is_not_needed_where_an_appeal_was_decided(self) -> None:
        desk = self.dpc()
        lodge(desk, "2026-03-20", "circuit_court")
        decided = {"court": "circuit_court", "decided_on": "2026-04-01", "outcome": "confirmed"}
        assert desk.at("2026-04-01").refused("fine.confirm_in_court", "fine", by=REGISTRAR, **decided)["code"] == "wrong_state"
        dismissed = {"outcome": "dismissed", "decided_on": "2026-05-04", "sent_on": "2026-05-04"}
        desk.at("2026-05-04").done("appeal.decide", "appeal", by=REGISTRAR, **dismissed)
        assert desk.deadline("fine", "payment").terms.count.start == desk.time.current.date()

    def test_the_recovery_gate_says_that_the_time_to_pay_has_not_begun(self) -> None:
        recovery = {"court": "circuit_court", "started_on": "2026-04-10"}
        refusal = self.dpc().at("2026-04-10").refused("fine.start_recovery", "fine", by=REGISTRAR, **recovery)
        assert refusal["details"]["conditions"].keys() == {"payment_period_ended"}
        assert "has not begun" in refusal["message"]

    def test_is_refused_where_no_court_confirms(self) -> None:
        decided = {"court": "county_court", "decided_on": "2025-11-03", "outcome": "confirmed"}
        assert pecr().refused("fine.confirm_in_court", "fine", by=REGISTRAR, **decided)["code"] == "wrong_state"


class TestWhatTheTimeToPayCountsFrom:
    def test_in_austria_the_notice_becoming_final_because_nobody_appealed(self) -> None:
        desk = impose(intended("at-dsg", "EUR 100000", "2026-01-05", country="AT"), "EUR 100000", "2026-03-06", pay_within="P2W")
        appeal = desk.deadline("fine", "appeal")
        assert (str(appeal.due), "payment" in desk.fine().deadlines) == ("2026-04-07", False)
        assert str(desk.at("2026-04-08").deadline("fine", "payment").due) == "2026-04-21"

    def test_what_was_paid_before_it_began_meets_it_at_once(self) -> None:
        desk = impose(intended("at-dsg", "EUR 100000", "2026-01-05", country="AT"), "EUR 100000", "2026-03-06", pay_within="P2W")
        pay(desk, "EUR 100000", "2026-03-10")
        payment = desk.at("2026-04-08").deadline("fine", "payment")
        assert (desk.fine().state, payment.status, str(payment.met_on)) == ("settled", "met", "2026-03-10")

    def test_in_austria_the_end_of_the_appeal(self) -> None:
        desk = impose(intended("at-dsg", "EUR 100000", "2026-01-05", country="AT"), "EUR 100000", "2026-03-06", pay_within="P2W")
        lodge(desk, "2026-03-20", "bundesverwaltungsgericht")
        desk.at("2026-05-04").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2026-05-04")
        assert str(desk.deadline("fine", "payment").due) == "2026-05-18"


@given(pence=st.integers(1, 10**9), percents=st.lists(st.integers(1, 33), min_size=0, max_size=3))
@settings(max_examples=200, deadline=None)
def test_reductions_add_up_and_come_out_in_whole_pence(pence: int, percents: list[int]) -> None:
    account = Account()
    account.impose(Money.parse(f"GBP {pence // 100}.{pence % 100:02}"))
    for number, percent in enumerate(percents):
        account.reduce(str(number), percent)
    payable = account.payable
    assert payable is not None
    exact = pence * (100 - sum(percents))
    assert abs(int(payable.value * 100) * 100 - exact) <= 50
    account.forfeit_reductions()
    assert account.payable == account.amount


@pytest.mark.parametrize("regime", ["es-lopdgdd", "uk-dpa-1998"])
def test_a_penalty_waits_for_representations_whose_period_has_not_begun(regime: str) -> None:
    money = "EUR" if regime.startswith("es") else "GBP"
    desk = Desk("2022-03-01")
    who = {"name": "n", "country": "US", "kind": "undertaking"}
    desk.done("investigation.open", name="inv", reference="I", regime=regime, subject=who, opened_on="2022-03-01", grounds=["g"])
    desk.done("investigation.record_finding", "inv", provision=ARTICLE, tier="higher", summary="s")
    notice: dict[str, Any] = {"amount": f"{money} 100", "tier": "higher", "provisions": [ARTICLE], "sent_on": "2022-03-01"}
    desk.done("fine.give_notice_of_intent", name="fine", investigation="inv", reasons="r", **notice)
    assert "representations" not in desk.fine().deadlines
    desk.at("2022-06-01").done("fine.propose_penalty", "fine", amount=f"{money} 100", proposed_on="2022-06-01", reasons="r")
    decided = {"amount": f"{money} 100", "decided_on": "2022-06-01", "sent_on": "2022-06-01"}
    refusal = desk.refused("fine.issue_penalty_notice", "fine", by=ISSUER, **decided)
    assert (refusal["code"], "Record the service first" in refusal["message"]) == ("too_early", True)
