"""The Netherlands: objection first, terms that roll only when they are short, and a clock that can stand still."""

from __future__ import annotations

from datetime import date

import pytest

from domain.refusals import Invalid
from domain.regimes import regime
from tests.unit.domain.regimes.counting import due, ends, moved

NETHERLANDS = regime("nl-uavg")
OBJECTION = "nl-uavg/awb-6-7"


class TestSixWeeksForAnObjection:
    def test_announced_on_16_march_2026_roll_from_kings_day_to_28_april(self) -> None:
        assert moved(OBJECTION, "2026-03-16") == ("2026-04-27", "2026-04-28")

    def test_are_followed_by_a_week_for_what_was_posted_in_time(self) -> None:
        """Not rolled past Liberation Day: nobody has confirmed that it would be."""
        assert due("nl-uavg/awb-6-9", "2026-04-28") == "2026-05-05"

    def test_announced_on_16_may_2024_ran_out_on_27_june(self) -> None:
        assert due(OBJECTION, "2024-05-16") == "2024-06-27"

    @pytest.mark.parametrize(
        ("announced", "nominal", "rolled"),
        [("2022-03-24", "2022-05-05", "2022-05-06"), ("2026-02-20", "2026-04-03", "2026-04-07")],
    )
    def test_roll_over_5_may_of_every_year_and_over_good_friday(self, announced: str, nominal: str, rolled: str) -> None:
        assert moved(OBJECTION, announced) == (nominal, rolled)


class TestOnlyShortTermsRoll:
    def test_thirteen_weeks_from_a_report_of_3_february_2020_end_on_4_may(self) -> None:
        assert due("nl-uavg/awb-5-51", "2020-02-03") == "2020-05-04"

    def test_thirteen_weeks_that_end_on_a_holiday_stay_there(self) -> None:
        """Mon 26 Jan 2026 + 13 weeks is Mon 27 Apr, King's Day."""
        assert moved("nl-uavg/awb-5-51", "2026-01-26") == ("2026-04-27", "2026-04-27")

    def test_a_year_that_ends_on_a_sunday_stays_there(self) -> None:
        assert due("nl-uavg/awb-5-35", "2025-03-01") == "2026-03-01"

    @pytest.mark.parametrize(
        ("period", "start", "last_day"),
        [
            ("P12W", "2026-02-02", "2026-04-28"),
            ("P13W", "2026-01-26", "2026-04-27"),
            ("P90D", "2026-01-27", "2026-04-28"),
            ("P91D", "2026-01-26", "2026-04-27"),
            ("P3M", "2026-01-27", "2026-04-28"),
            ("P4M", "2025-12-27", "2026-04-27"),
        ],
    )
    def test_up_to_twelve_weeks_ninety_days_or_three_months(self, period: str, start: str, last_day: str) -> None:
        """Each ends on King's Day, Mon 27 Apr 2026."""
        assert due("nl-uavg/awb-4-15", start, period) == last_day

    @pytest.mark.parametrize("rule", ["awb-6-7", "awb-4-87", "awb-5-33", "awb-5-35", "awb-5-45", "awb-5-51"])
    def test_whatever_the_rule(self, rule: str) -> None:
        assert due(f"nl-uavg/{rule}", "2026-01-26", "P13W") == "2026-04-27"
        assert due(f"nl-uavg/{rule}", "2026-02-02", "P12W") == "2026-04-28"

    def test_the_term_of_an_order_is_no_statutory_one_and_does_not_roll(self) -> None:
        assert due("nl-uavg/begunstigingstermijn", "2026-03-16", "P6W") == "2026-04-27"


class TestAtLeastTwoWorkingDays:
    def test_lengthen_a_term_of_three_days_over_easter(self) -> None:
        """From Thu 2 Apr 2026: Good Friday, the weekend and Easter Monday; Tuesday and Wednesday are the two."""
        assert due(OBJECTION, "2026-04-02", "P3D") == "2026-04-08"

    @pytest.mark.parametrize("rule", ["awb-4-87", "awb-5-33"])
    def test_lengthen_the_terms_to_pay_too(self, rule: str) -> None:
        assert due(f"nl-uavg/{rule}", "2026-04-02", "P3D") == "2026-04-08"

    def test_do_not_lengthen_a_shorter_one(self) -> None:
        assert due(OBJECTION, "2026-04-02", "P2D") == "2026-04-07"


class TestADwangsom:
    def test_forfeited_on_10_february_2026_is_paid_by_24_march(self) -> None:
        assert due("nl-uavg/awb-5-33", "2026-02-10") == "2026-03-24"

    def test_forfeited_on_10_february_2026_can_be_claimed_until_10_february_2027(self) -> None:
        assert due("nl-uavg/awb-5-35", "2026-02-10") == "2027-02-10"


class TestStoppingTheClock:
    def test_from_the_day_after_the_request_until_the_day_the_gap_is_filled_is_13_days(self) -> None:
        """Awb 4:15: requested on 1 April, filled on 15 April 2026; the end was 30 April."""
        assert due("nl-uavg/awb-4-15", "2026-03-05", "P8W") == "2026-04-30"
        stood_still = [{"since": "2026-04-02", "until": "2026-04-15", "reason": "The application was not complete."}]
        assert due("nl-uavg/awb-4-15", "2026-03-05", "P8W", suspensions=stood_still) == "2026-05-13"


def test_the_authority_itself_is_the_first_tier_then_as_of_right_to_the_end() -> None:
    assert NETHERLANDS.courts == ("objection", "rechtbank", "raad_van_state")
    assert [NETHERLANDS.way_on(court) for court in NETHERLANDS.courts] == ["as_of_right", "as_of_right", "none"]
    for court in ("objection", "rechtbank"):
        rule = NETHERLANDS.way_on_rule(court, date(2026, 1, 1))
        assert rule
        assert rule.period == "P6W"


def test_a_fine_is_suspended_while_it_is_disputed_and_a_last_onder_dwangsom_runs_on() -> None:
    suspended = NETHERLANDS.suspension_by_appeal("fine", "payment")
    assert suspended
    assert suspended.source.cites == ("UAVG art 38",)
    assert NETHERLANDS.suspension_by_appeal("enforcement_notice", "comply:erase") is None


def test_thirteen_weeks_for_the_decision_are_a_term_of_order() -> None:
    rule = NETHERLANDS.rule_for("fine", "penalty_limit", date(2026, 1, 1))
    assert rule
    assert rule.kind == "soft"


def test_that_the_six_weeks_to_pay_begin_when_the_fine_is_suspended_no_more_is_not_confirmed() -> None:
    end = ends("nl-uavg/awb-4-87", "2026-04-28")
    assert str(end.due) == "2026-06-09"
    assert any("first_day" in mark and "[B]" in mark for mark in end.marks)


def test_a_trigger_before_the_days_covered_is_refused() -> None:
    with pytest.raises(Invalid, match="known from 2018-05-25 on"):
        NETHERLANDS.rule_for("fine", "appeal", date(2018, 5, 24))


def test_the_power_to_fine_lapses_five_years_after_the_breach() -> None:
    assert due("nl-uavg/awb-5-45", "2022-04-27") == "2027-04-27"


def test_the_six_weeks_to_pay_roll_too() -> None:
    assert moved("nl-uavg/awb-4-87", "2026-03-16") == ("2026-04-27", "2026-04-28")
    assert moved("nl-uavg/awb-5-33", "2026-03-16") == ("2026-04-27", "2026-04-28")
