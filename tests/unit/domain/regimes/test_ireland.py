"""Ireland: Data Protection Act 2018. The first day counts, and no end is moved."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.regimes import regime
from tests.desk import ISSUER, REGISTRAR, Desk
from tests.fines import impose, intended
from tests.unit.domain.regimes.counting import due, ends
from tests.unit.domain.regimes.matters import PROVISION, investigated_under

IRELAND = regime("ie-dpa-2018")


def test_received_on_monday_2_march_2026_day_28_is_sunday_29_march() -> None:
    end = ends("ie-dpa-2018/s150-5", "2026-03-02")
    assert str(end.due) == "2026-03-29"
    assert any("counts as the first day" in step for step in end.steps)


def test_the_safe_date_is_friday_27_march() -> None:
    end = ends("ie-dpa-2018/s150-5", "2026-03-02")
    assert any("Fri 27 Mar 2026" in step for step in end.steps)
    assert any("rules of court" in mark or "roll" in mark for mark in end.marks)


def test_a_notice_served_that_day_can_be_appealed_until_the_same() -> None:
    assert due("ie-dpa-2018/s150-1", "2026-03-02") == "2026-03-29"
    assert due("ie-dpa-2018/s142", "2026-03-02") == "2026-03-29"


def test_a_fine_is_payable_only_once_a_court_has_confirmed_it() -> None:
    payment = IRELAND.rule_for("fine", "payment", date(2026, 3, 2))
    assert payment
    assert payment.counts_from == ("confirmation.decided",)
    assert IRELAND.data.court_confirmation
    assert IRELAND.cites("court_confirmation") == ("DPA 2018 (IE) s143",)


def test_an_appeal_begins_in_the_circuit_court_or_the_high_court_which_stand_side_by_side() -> None:
    assert IRELAND.first_courts == ("circuit_court", "high_court")
    assert IRELAND.next_court("circuit_court") is None
    assert IRELAND.next_court("high_court") is None


class TestAFine:
    def fined(self, amount: str = "EUR 50000") -> Desk:
        return impose(intended("ie-dpa-2018", amount, "2026-01-12"), amount, "2026-03-02", pay_within="P28D")

    def test_has_no_day_to_pay_until_it_is_confirmed_and_then_counts_from_that_day(self) -> None:
        desk = self.fined().at("2026-04-20")
        assert desk.case("fine").deadline("payment") is None
        confirmed = {"court": "circuit_court", "decided_on": "2026-04-20", "outcome": "confirmed"}
        desk.done("fine.confirm_in_court", "fine", by=REGISTRAR, **confirmed)
        payment = desk.deadline("fine", "payment")
        assert str(payment.due) == "2026-05-17", "20 April counts; a Sunday, and it stays there"
        assert any("Fri 15 May 2026" in step for step in payment.terms.steps)

    def test_is_not_payable_because_an_appeal_was_given_up_and_is_confirmed_after_the_time_for_one(self) -> None:
        desk = self.fined().at("2026-03-10")
        lodged: dict[str, Any] = {"against": ["fine"], "scope": "whole", "court": "circuit_court", "grounds": ["Wrong"]}
        desk.done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2026-03-10", **lodged)
        desk.at("2026-03-12").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2026-03-12")
        assert desk.case("fine").deadline("payment") is None
        confirmed = {"court": "circuit_court", "outcome": "confirmed"}
        desk.at("2026-03-30")
        early = desk.refused("fine.confirm_in_court", "fine", by=REGISTRAR, decided_on="2026-03-29", **confirmed)
        assert (early["code"], early["details"]["due"]) == ("too_early", "2026-03-29")
        desk.done("fine.confirm_in_court", "fine", by=REGISTRAR, decided_on="2026-03-30", **confirmed)
        assert str(desk.deadline("fine", "payment").due) == "2026-04-26"

    def test_can_be_appealed_on_the_sunday_of_day_28_but_not_on_the_monday(self) -> None:
        lodged: dict[str, Any] = {"against": ["fine"], "scope": "whole", "court": "high_court", "grounds": ["Wrong"]}
        late = self.fined().at("2026-03-30").refused("appeal.lodge", by=REGISTRAR, received_on="2026-03-30", **lodged)
        assert (late["code"], late["cites"]) == ("too_late", ["DPA 2018 (IE) s142"])
        self.fined().at("2026-03-29").done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2026-03-29", **lodged)

    def test_varied_has_28_days_for_an_appeal_against_the_variation(self) -> None:
        desk = self.fined().at("2026-05-04")
        varied = {"amount": "EUR 40000", "sent_on": "2026-05-04", "reasons": "Why"}
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, **varied)
        assert str(desk.deadline("fine", "appeal:variation").due) == "2026-05-31"

    def test_is_at_most_20_million_euros_or_4_percent_of_turnover(self) -> None:
        desk = investigated_under("ie-dpa-2018", "2026-01-12", worldwide_turnover="EUR 600000000")
        intent: dict[str, Any] = {
            "tier": "higher",
            "provisions": [PROVISION],
            "sent_on": "2026-01-12",
            "reasons": "Why",
            "investigation": "inv",
        }
        refusal = desk.refused("fine.give_notice_of_intent", amount="EUR 24000001", **intent)
        assert (refusal["code"], refusal["cites"]) == ("over_maximum", ["GDPR Art 83(5)"])
        desk.done("fine.give_notice_of_intent", name="fine", amount="EUR 24000000", **intent)
