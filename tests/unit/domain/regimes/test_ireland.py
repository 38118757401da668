"""Ireland: Data Protection Act 2018. The first day counts, and no end is moved."""

from __future__ import annotations

from datetime import date

from domain.regimes import regime
from tests.unit.domain.regimes.counting import due, ends

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
