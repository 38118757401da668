"""Austria: four weeks by the name of the day, and a list of days that is longer than the holidays."""

from __future__ import annotations

from datetime import date

import pytest

from domain.refusals import Invalid
from domain.regimes import regime
from tests.unit.domain.regimes.counting import due, ends, moved

AUSTRIA = regime("at-dsg")
COMPLAINT = "at-dsg/vwgvg-7"


class TestFourWeeksForAComplaint:
    def test_served_on_whit_monday_end_on_monday_22_june_2026(self) -> None:
        assert due(COMPLAINT, "2026-05-25") == "2026-06-22"

    def test_roll_from_good_friday_over_easter_monday_to_7_april_2026(self) -> None:
        assert moved(COMPLAINT, "2026-03-06") == ("2026-04-03", "2026-04-07")

    def test_roll_from_24_december_over_the_holidays_and_the_weekend_to_28_december_2026(self) -> None:
        assert moved(COMPLAINT, "2026-11-26") == ("2026-12-24", "2026-12-28")

    def test_rolled_from_good_friday_before_21_july_2023_too(self) -> None:
        assert moved(COMPLAINT, "2022-03-18") == ("2022-04-15", "2022-04-19")
        assert moved("at-dsg/vwgvg-15", "2022-04-01") == ("2022-04-15", "2022-04-19")

    def test_do_not_roll_from_31_december(self) -> None:
        assert moved(COMPLAINT, "2026-12-03") == ("2026-12-31", "2026-12-31")

    def test_before_21_july_2023_are_told_to_roll_by_a_wording_that_nobody_has_read(self) -> None:
        before, after = (ends(COMPLAINT, day).marks for day in ("2023-07-18", "2023-11-28"))
        assert any("roll" in mark and "[B]" in mark for mark in before)
        assert not any("roll" in mark for mark in after)


def test_the_request_to_submit_a_complaint_has_two_weeks() -> None:
    assert due("at-dsg/vwgvg-15", "2026-05-25") == "2026-06-08"
    assert moved("at-dsg/vwgvg-15", "2026-03-20") == ("2026-04-03", "2026-04-07")


def test_a_complaint_suspends_compliance_and_payment() -> None:
    for case_type, role in (("enforcement_notice", "comply:erase"), ("fine", "payment")):
        suspended = AUSTRIA.suspension_by_appeal(case_type, role)
        assert suspended
        assert suspended.source.cites == ("VwGVG 13(1)",)


def test_the_verwaltungsgerichtshof_is_above_the_bundesverwaltungsgericht() -> None:
    assert AUSTRIA.courts == ("bundesverwaltungsgericht", "verwaltungsgerichtshof")
    assert [AUSTRIA.way_on(court) for court in AUSTRIA.courts] == ["as_of_right", "none"]


def test_a_trigger_before_the_days_covered_is_refused() -> None:
    with pytest.raises(Invalid, match="known from 2018-05-25 on"):
        AUSTRIA.rule_for("fine", "appeal", date(2018, 5, 24))


def test_the_revision_has_six_weeks_and_the_fine_two_from_its_becoming_final() -> None:
    assert moved("at-dsg/vwgg-26", "2026-02-20") == ("2026-04-03", "2026-04-07")
    assert moved("at-dsg/vstg-54b", "2026-03-20") == ("2026-04-03", "2026-04-07")


def test_an_order_has_its_own_time_rolled() -> None:
    assert moved("at-dsg/comply", "2026-03-20", "P2W") == ("2026-04-03", "2026-04-07")
