"""Payment by instalments: a plan, what fills it, what replaces it, and what becomes of it when the sum changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.fine.instalments import Instalment, InstalmentPlan
from domain.money import Money
from tests.desk import INSTALMENTS, ISSUER, OFFICER, REGISTRAR, Desk, in_instalments, intended, issued


def pay(desk: Desk, amount: str, day: str) -> None:
    desk.done("fine.record_payment", "fine", by=REGISTRAR, amount=amount, received_on=day, reference="BACS")


def agree(desk: Desk, *instalments: tuple[str, str], on: str) -> None:
    plan = [{"amount": amount, "due_on": day} for amount, day in instalments]
    desk.done("fine.agree_instalments", "fine", agreed_on=on, instalments=plan)


def times_to_pay(desk: Desk) -> dict[str, tuple[str, str]]:
    return {d.role: (str(d.due), d.status) for d in desk.fine().deadlines_of("payment")}


def status(desk: Desk) -> dict[str, str]:
    return {role: how for role, (_, how) in times_to_pay(desk).items()}


def breaches(desk: Desk) -> dict[str, str]:
    return {case.suspicion.about: case.state for case in desk.non_compliances()}


def appeal(desk: Desk, day: str, scope: str = "whole") -> None:
    against: dict[str, Any] = {"against": ["fine"], "scope": scope, "court": "first_tier_tribunal", "grounds": ["g"]}
    desk.at(day).done("appeal.lodge", name="appeal", by=REGISTRAR, received_on=day, **against)


def decide(desk: Desk, outcome: str, day: str, **data: Any) -> None:
    desk.at(day).done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day, **data)


class TestAgreeing:
    def test_starts_a_deadline_for_each_on_its_day_also_on_a_saturday_and_ends_the_time_to_pay_at_once(self) -> None:
        assert times_to_pay(in_instalments()) == {
            "payment": ("2022-06-15", "lapsed"),
            "payment:1": ("2022-07-02", "running"),
            "payment:2": ("2022-08-01", "running"),
            "payment:3": ("2022-09-01", "running"),
        }

    def test_is_refused_when_the_sum_is_not_what_is_outstanding(self) -> None:
        desk = issued().at("2022-06-01")
        pay(desk, "GBP 1", "2022-06-01")
        refusal = desk.refused("fine.agree_instalments", "fine", agreed_on="2022-06-01", instalments=INSTALMENTS)
        assert refusal["code"] == "invalid"
        assert refusal["details"] == {"total": "GBP 7,552,800.00", "outstanding": "GBP 7,552,799.00"}

    @pytest.mark.parametrize(
        ("days", "why"),
        [
            (["2022-08-01", "2022-07-01", "2022-09-01"], "falls due after the one before"),
            (["2022-07-01", "2022-07-01", "2022-09-01"], "falls due after the one before"),
            (["2022-05-31", "2022-07-01", "2022-09-01"], "before 2022-06-01, the day of the agreement"),
        ],
    )
    def test_is_refused_when_the_days_are_not_in_order_from_the_agreement_on(self, days: list[str], why: str) -> None:
        plan = [{**instalment, "due_on": day} for instalment, day in zip(INSTALMENTS, days, strict=True)]
        refusal = issued().at("2022-06-01").refused("fine.agree_instalments", "fine", agreed_on="2022-06-01", instalments=plan)
        assert refusal["code"] == "invalid"
        assert why in refusal["message"]

    def test_is_refused_before_there_is_a_penalty_and_when_nothing_is_outstanding(self) -> None:
        for desk in (intended("2022-06-01"), issued().at("2022-06-01")):
            if desk.fine().state == "issued":
                pay(desk, "GBP 7552800", "2022-06-01")
            refusal = desk.refused("fine.agree_instalments", "fine", agreed_on="2022-06-01", instalments=INSTALMENTS)
            assert refusal["code"] == "wrong_state"

    def test_after_the_time_to_pay_has_passed_takes_back_the_suspicion_that_the_system_had(self) -> None:
        desk = issued().at("2022-06-17")
        assert breaches(desk) == {"payment": "suspected"}
        agree(desk, ("GBP 7552800", "2022-12-01"), on="2022-06-17")
        assert breaches(desk) == {"payment": "dismissed"}
        assert status(desk) == {"payment": "lapsed", "payment:1": "running"}

    def test_lets_nobody_vary_the_time_to_pay_of_the_notice(self) -> None:
        varied = {"sent_on": "2022-06-01", "reasons": "r", "pay_within": "P6M"}
        refusal = in_instalments().refused("fine.vary_penalty_notice", "fine", by=ISSUER, **varied)
        assert (refusal["code"], "agree other instalments" in refusal["message"]) == ("wrong_state", True)


class TestPaying:
    def test_fills_the_oldest_first(self) -> None:
        desk = in_instalments().at("2022-06-20")
        pay(desk, "GBP 4000000", "2022-06-20")
        assert status(desk) == {"payment": "lapsed", "payment:1": "met", "payment:2": "running", "payment:3": "running"}
        assert [str(part.role) for part in desk.fine().unpaid_parts()] == ["payment:2", "payment:3"]

    def test_in_parts_meets_an_instalment_by_the_payment_that_completes_it(self) -> None:
        desk = in_instalments().at("2022-07-02")
        pay(desk, "GBP 1000000", "2022-06-20")
        assert status(desk)["payment:1"] == "running"
        pay(desk, "GBP 2000000", "2022-07-02")
        assert status(desk)["payment:1"] == "met"

    def test_on_the_last_day_and_entered_later_makes_a_passed_instalment_met_and_dismisses_the_case(self) -> None:
        desk = in_instalments().at("2022-07-05")
        assert (status(desk)["payment:1"], breaches(desk)) == ("passed", {"payment:1": "suspected"})
        pay(desk, "GBP 3000000", "2022-07-02")
        assert (status(desk)["payment:1"], breaches(desk)) == ("met", {"payment:1": "dismissed"})

    def test_a_day_late_remedies_the_instalments_own_breach_and_no_other(self) -> None:
        desk = in_instalments().at("2022-08-03")
        assert breaches(desk) == {"payment:1": "suspected", "payment:2": "suspected"}
        pay(desk, "GBP 3000000", "2022-08-03")
        assert (status(desk)["payment:1"], breaches(desk)) == ("passed", {"payment:1": "remedied", "payment:2": "suspected"})

    def test_all_at_once_settles_the_fine(self) -> None:
        desk = in_instalments().at("2022-06-20")
        pay(desk, "GBP 7552800", "2022-06-20")
        assert desk.fine().state == "settled"
        assert set(status(desk).values()) == {"lapsed", "met"}

    def test_everything_late_remedies_every_instalments_breach(self) -> None:
        desk = in_instalments().at("2022-10-03")
        pay(desk, "GBP 7552800", "2022-10-03")
        assert set(breaches(desk).values()) == {"remedied"}


class TestAnotherPlan:
    def test_replaces_what_is_unfilled_and_lets_a_filled_instalment_be(self) -> None:
        desk = in_instalments().at("2022-07-01")
        pay(desk, "GBP 3500000", "2022-07-01")
        agree(desk, ("GBP 4052800", "2022-12-01"), on="2022-07-01")
        assert times_to_pay(desk) == {
            "payment": ("2022-06-15", "lapsed"),
            "payment:1": ("2022-07-02", "met"),
            "payment:2": ("2022-12-01", "running"),
            "payment:3": ("2022-09-01", "lapsed"),
        }

    def test_keeps_the_number_of_an_instalment_that_was_filled_late(self) -> None:
        desk = in_instalments().at("2022-07-10")
        pay(desk, "GBP 3000000", "2022-07-10")
        agree(desk, ("GBP 4552800", "2022-12-01"), on="2022-07-10")
        assert status(desk) == {"payment": "lapsed", "payment:1": "passed", "payment:2": "running", "payment:3": "lapsed"}

    def test_takes_back_the_suspicion_about_an_instalment_that_it_replaces(self) -> None:
        desk = in_instalments().at("2022-07-05")
        agree(desk, ("GBP 7552800", "2022-12-01"), on="2022-07-05")
        assert breaches(desk) == {"payment:1": "dismissed"}
        assert times_to_pay(desk)["payment:1"] == ("2022-12-01", "running")


class TestNonCompliance:
    def test_is_suspected_about_the_instalment_that_passed(self) -> None:
        desk = in_instalments().at("2022-07-04")
        (case,) = desk.non_compliances()
        assert (case.suspicion.about, str(case.suspicion.since)) == ("payment:1", "2022-07-03")

    def test_waits_for_the_bar_on_recovery_to_fall(self) -> None:
        desk = in_instalments()
        appeal(desk, "2022-06-14")
        assert (status(desk.at("2022-08-02"))["payment:2"], breaches(desk)) == ("passed", {})
        desk.at("2022-08-10").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-08-10")
        assert [(c.suspicion.about, str(c.suspicion.since)) for c in desk.non_compliances()] == [
            ("payment:1", "2022-08-11"),
            ("payment:2", "2022-08-11"),
        ]

    def test_of_the_time_to_pay_that_the_plan_replaced_cannot_be_suspected(self) -> None:
        suspicion: dict[str, Any] = {"payment": True, "since": "2022-06-01", "detected_on": "2022-06-01"}
        refusal = in_instalments().refused("non_compliance.suspect", by=OFFICER, of="fine", **suspicion)
        assert refusal["code"] == "wrong_state"


class TestRecovery:
    def test_waits_for_an_instalment_that_ended_unpaid(self) -> None:
        desk = in_instalments().at("2022-06-20")
        recovery = {"court": "county_court", "started_on": "2022-06-20"}
        refusal = desk.refused("fine.start_recovery", "fine", by=REGISTRAR, **recovery)
        assert refusal["details"]["conditions"] == {"payment_period_ended": "the next instalment may be paid until 2022-07-02"}

    def test_may_start_when_one_instalment_was_missed(self) -> None:
        desk = in_instalments().at("2022-07-03")
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-07-03")
        assert desk.fine().in_recovery

    def test_waits_for_the_next_instalment_where_the_first_was_paid(self) -> None:
        desk = in_instalments().at("2022-07-03")
        pay(desk, "GBP 3000000", "2022-07-01")
        refusal = desk.refused("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-07-03")
        assert refusal["details"]["conditions"] == {"payment_period_ended": "the next instalment may be paid until 2022-08-01"}


class TestWhenTheSumChanges:
    def test_what_a_variation_takes_off_comes_off_the_last_instalments(self) -> None:
        desk = in_instalments()
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r", amount="GBP 5000000")
        assert status(desk) == {"payment": "lapsed", "payment:1": "running", "payment:2": "running", "payment:3": "lapsed"}
        pay(desk.at("2022-06-02"), "GBP 5000000", "2022-06-02")
        assert (desk.fine().state, status(desk)["payment:2"]) == ("settled", "met")

    def test_an_instalment_of_which_nothing_is_left_has_no_breach(self) -> None:
        desk = in_instalments().at("2022-09-03")
        assert breaches(desk)["payment:3"] == "suspected"
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-09-03", reasons="r", amount="GBP 5000000")
        assert breaches(desk) == {"payment:1": "suspected", "payment:2": "suspected", "payment:3": "dismissed"}

    def test_what_a_court_puts_on_falls_due_with_the_last_instalment(self) -> None:
        desk = in_instalments()
        appeal(desk, "2022-06-14", "amount")
        decide(desk, "substituted", "2022-06-20", amount="GBP 8000000")
        pay(desk.at("2022-08-30"), "GBP 7552800", "2022-08-30")
        assert (status(desk)["payment:3"], str(desk.fine().account.outstanding)) == ("running", "GBP 447,200.00")
        pay(desk, "GBP 447200", "2022-08-30")
        assert status(desk)["payment:3"] == "met"

    def test_a_day_set_by_a_court_takes_the_place_of_the_plan(self) -> None:
        desk = in_instalments()
        appeal(desk, "2022-06-14", "amount")
        decide(desk, "substituted", "2022-06-20", amount="GBP 6000000", pay_by="2022-12-01")
        assert times_to_pay(desk) == {
            "payment": ("2022-12-01", "running"),
            "payment:1": ("2022-07-02", "lapsed"),
            "payment:2": ("2022-08-01", "lapsed"),
            "payment:3": ("2022-09-01", "lapsed"),
        }

    def test_the_plan_stands_again_when_that_decision_falls(self) -> None:
        desk = in_instalments()
        appeal(desk, "2022-06-14", "amount")
        decide(desk, "substituted", "2022-06-20", amount="GBP 6000000", pay_by="2022-12-01")
        data: dict[str, Any] = {
            "by_": "respondent",
            "court": "first_tier_tribunal",
            "received_on": "2022-06-21",
            "grounds": ["g"],
        }
        desk.at("2022-06-21").done("appeal.seek_permission", "appeal", by=REGISTRAR, **data)
        desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2022-06-21")
        decide(desk, "allowed", "2022-06-30")
        assert str(desk.fine().account.outstanding) == "GBP 7,552,800.00"
        assert times_to_pay(desk) == {
            "payment": ("2022-12-01", "lapsed"),
            "payment:1": ("2022-07-02", "running"),
            "payment:2": ("2022-08-01", "running"),
            "payment:3": ("2022-09-01", "running"),
        }

    def test_set_aside_for_good_no_instalment_is_waited_for_any_more(self) -> None:
        desk = in_instalments()
        appeal(desk, "2022-06-14")
        decide(desk, "allowed", "2022-06-20")
        desk.at("2022-07-25")
        assert desk.fine().state == "set_aside"
        assert {how for role, how in status(desk).items() if role > "payment:1"} == {"lapsed"}
        assert breaches(desk) == {}

    def test_cancelled_no_instalment_is_waited_for_and_what_was_paid_is_owed_back(self) -> None:
        desk = in_instalments()
        pay(desk, "GBP 1000000", "2022-06-01")
        desk.done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r")
        assert set(status(desk).values()) == {"lapsed"}
        assert str(desk.fine().account.refund_due) == "GBP 1,000,000.00"

    def test_an_instalment_may_be_given_more_time_by_itself(self) -> None:
        desk = in_instalments()
        extension: dict[str, Any] = {
            "role": "payment:1",
            "until": "2022-07-20",
            "agreed_on": "2022-06-01",
            "authority": "agreement",
            "reason": "r",
        }
        desk.done("fine.extend_deadline", "fine", **extension)
        assert times_to_pay(desk)["payment:1"] == ("2022-07-20", "running")


pence = st.integers(1, 10_000_00).map(lambda amount: Money(Decimal(amount) / 100, "GBP"))
maybe_nothing = st.integers(0, 30_000_00).map(lambda amount: Money(Decimal(amount) / 100, "GBP"))


@given(amounts=st.lists(pence, min_size=1, max_size=6), before=maybe_nothing, payable=pence, paid=maybe_nothing)
@settings(max_examples=300, deadline=None)
def test_whatever_becomes_payable_all_of_it_is_to_be_paid_by_some_instalment(
    amounts: list[Money], before: Money, payable: Money, paid: Money
) -> None:
    instalments = tuple(
        Instalment.model_validate({"amount": amount, "due_on": f"2022-01-{day:02}"}) for day, amount in enumerate(amounts, 1)
    )
    parts = list(InstalmentPlan(instalments, 1, before, instead_of=None).parts(payable, paid))
    assert parts[-1].in_all == payable
    assert all(part.in_all <= payable for part in parts)
    own = payable.nothing
    for part in parts:
        own = own + part.own
    assert own == payable.less(min(before, paid))
    if paid < payable:
        assert any(part.own and paid < part.in_all for part in parts)
