"""Every shape of deadline by the worked dates of the law, under rules made for the test."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.shapes import AUGUST, end_by, rule, stood_still

FRANC = rule("fr", last_day="excluded", period="P2M", period_abroad="P4M")
ITALIAN = rule("it", leaves_out=[AUGUST])
DUTCH = rule("nl", rolls_up_to=["P90D", "P12W", "P3M"], working_days_within={"at_least": 2, "from": "P3D"})
EUROPEAN = rule("uk", working_days_within={"at_least": 2, "from": "P2D"})
INCLUSIVE = rule("uk", first_day="included", roll="none")
WORKING = rule("es", days="working")


class TestWorkingDays:
    def test_ten_from_monday_2_march_2026_end_on_monday_16_march(self) -> None:
        assert end_by(WORKING, "2026-03-02", "P10D").due == date(2026, 3, 16)

    def test_leave_out_holidays_and_name_them(self) -> None:
        end = end_by(WORKING, "2026-03-30", "P5D")
        assert end.due == date(2026, 4, 7)
        assert "not counting weekends and Fri 3 Apr 2026 (Good Friday)" in end.steps[1]

    def test_are_not_meant_by_months(self) -> None:
        assert end_by(WORKING, "2026-01-30", "P1M").due == date(2026, 3, 2)

    def test_that_stand_still_are_given_back_as_working_days(self) -> None:
        still = stood_still("2026-03-07..2026-03-10")
        assert end_by(WORKING, "2026-03-02", "P10D", suspensions=still).due == date(2026, 3, 17)

    def test_are_added_by_an_extension(self) -> None:
        assert end_by(WORKING, "2026-03-02", "P10D", extensions=["P5D"]).due == date(2026, 3, 23)

    def test_begin_with_the_day_of_the_event_where_it_counts(self) -> None:
        inclusive = rule("es", days="working", first_day="included")
        assert end_by(inclusive, "2026-03-02", "P10D").due == date(2026, 3, 13)
        assert end_by(inclusive, "2026-03-01", "P10D").due == date(2026, 3, 13)


class TestADayOfTheEventThatCounts:
    def test_28_days_from_2_march_2026_end_on_sunday_29_march(self) -> None:
        end = end_by(INCLUSIVE, "2026-03-02", "P28D")
        assert end.due == date(2026, 3, 29)
        assert "is the day of the event and counts as the first day" in end.steps[0]

    def test_a_month_ends_the_day_before_the_corresponding_date(self) -> None:
        assert end_by(INCLUSIVE, "2026-03-02", "P1M").due == date(2026, 4, 1)

    def test_a_month_without_that_day_is_whole(self) -> None:
        assert end_by(INCLUSIVE, "2026-01-31", "P1M").due == date(2026, 2, 28)
        assert end_by(INCLUSIVE, "2026-01-29", "P1M").due == date(2026, 2, 28)
        assert end_by(INCLUSIVE, "2026-01-28", "P1M").due == date(2026, 2, 27)

    def test_an_hour_of_the_event_that_counts_is_the_first(self) -> None:
        end = end_by(INCLUSIVE, "2026-05-01T14:20:00+01:00", "PT24H")
        assert end.due_at == datetime(2026, 5, 2, 14, tzinfo=ZoneInfo("Europe/London"))


class TestClearDays:
    """French délai franc: neither the day of notification nor that of expiry counts."""

    def test_two_months_from_15_january_2026_end_on_16_march(self) -> None:
        assert end_by(FRANC, "2026-01-15").due == date(2026, 3, 16)

    def test_two_months_from_13_march_2026_roll_from_ascension_to_15_may(self) -> None:
        end = end_by(FRANC, "2026-03-13")
        assert (end.nominal, end.due) == (date(2026, 5, 14), date(2026, 5, 15))

    def test_a_subject_abroad_has_two_months_more(self) -> None:
        end = end_by(FRANC, "2026-01-15", abroad=True)
        assert (end.nominal, end.due) == (date(2026, 5, 16), date(2026, 5, 18))
        assert "by the rule, for a subject that resides abroad" in end.steps[1]

    def test_what_the_notice_gives_is_not_longer_abroad(self) -> None:
        assert end_by(FRANC, "2026-01-15", "P2M", abroad=True).due == date(2026, 3, 16)


class TestAnEndThatDoesNotRoll:
    def test_stays_on_a_sunday_and_says_so(self) -> None:
        end = end_by(rule("fr", roll="none"), "2026-01-15", "P2M")
        assert end.due == date(2026, 3, 15)
        told = "Sun 15 Mar 2026 is a Sunday, but the end is not moved; the last working day before it is Fri 13 Mar 2026."
        assert told in end.steps

    @pytest.mark.parametrize(
        ("start", "period", "due"),
        [
            ("2026-03-16", "P6W", "2026-04-28"),  # King's Day
            ("2026-02-02", "P12W", "2026-04-28"),
            ("2026-01-26", "P13W", "2026-04-27"),
            ("2026-01-27", "P90D", "2026-04-28"),
            ("2026-01-26", "P91D", "2026-04-27"),
            ("2026-01-27", "P3M", "2026-04-28"),
            ("2025-12-27", "P4M", "2026-04-27"),
            ("2025-04-27", "P1Y", "2026-04-27"),
        ],
    )
    def test_does_so_only_when_the_period_is_longer_than_those_that_roll(self, start: str, period: str, due: str) -> None:
        assert str(end_by(DUTCH, start, period).due) == due

    def test_13_weeks_from_3_february_2020_end_on_4_may(self) -> None:
        assert end_by(DUTCH, "2020-02-03", "P13W").due == date(2020, 5, 4)

    def test_names_the_longest_period_that_rolls(self) -> None:
        end = end_by(DUTCH, "2026-01-26", "P13W")
        assert any("only a period of up to 90 days or 12 weeks or 3 months is moved; this is 13 weeks" in s for s in end.steps)


class TestDaysLeftOutOfEachYear:
    def test_30_days_from_20_july_2026_roll_to_21_september(self) -> None:
        end = end_by(ITALIAN, "2026-07-20", "P30D")
        assert (end.nominal, end.due) == (date(2026, 9, 19), date(2026, 9, 21))

    def test_30_days_from_5_august_2026_begin_with_1_september(self) -> None:
        assert end_by(ITALIAN, "2026-08-05", "P30D").due == date(2026, 9, 30)

    def test_30_days_from_10_november_2025_do_not_meet_them(self) -> None:
        end = end_by(ITALIAN, "2025-11-10", "P30D")
        assert end.due == date(2025, 12, 10)
        assert not any("August" in step for step in end.steps)

    def test_are_left_out_in_every_year_that_a_period_meets(self) -> None:
        assert end_by(ITALIAN, "2026-07-01", "P13M").nominal == date(2027, 10, 2)

    def test_are_not_left_out_twice_when_it_stood_still_on_them_before_the_count_began(self) -> None:
        still = stood_still("2026-08-10..2026-08-20")
        assert end_by(ITALIAN, "2026-08-05", "P30D", suspensions=still).due == date(2026, 9, 30)

    def test_may_reach_over_the_new_year(self) -> None:
        days = {"name": "Christmas", "each_year": {"first": "12-24", "last": "01-06"}}
        assert end_by(rule("weekends", leaves_out=[days]), "2025-12-20", "P5D").nominal == date(2026, 1, 8)
        assert end_by(rule("weekends", leaves_out=[days]), "2026-01-02", "P5D").nominal == date(2026, 1, 11)

    def test_take_an_end_that_would_roll_into_them_to_the_day_after(self) -> None:
        # 31 July 2022 is a Sunday
        end = end_by(ITALIAN, "2022-07-01", "P30D")
        assert (end.nominal, end.due) == (date(2022, 7, 31), date(2022, 9, 1))


class TestDaysLeftOutOfOneCount:
    RECESS = rule("uk", leaves_out=[{"name": "parliamentary recess"}])

    def test_do_not_count_both_named_days_included(self) -> None:
        recess = [{"first": "2026-07-20", "last": "2026-07-29", "name": "recess"}]
        assert end_by(self.RECESS, "2026-07-01", "P40D", left_out=recess).nominal == date(2026, 8, 20)

    def test_change_nothing_outside_the_period_and_it_is_said(self) -> None:
        recess = [{"first": "2026-09-20", "last": "2026-09-29", "name": "recess"}]
        end = end_by(self.RECESS, "2026-07-01", "P40D", left_out=recess)
        assert end.nominal == date(2026, 8, 10)
        assert any("(recess), outside the period: that changes nothing" in step for step in end.steps)


class TestWorkingDaysWithinAPeriod:
    def test_two_days_from_friday_6_march_2026_end_on_tuesday_10_march(self) -> None:
        end = end_by(EUROPEAN, "2026-03-06", "P2D")
        assert (end.nominal, end.due) == (date(2026, 3, 8), date(2026, 3, 10))

    def test_one_day_may_hold_only_one(self) -> None:
        assert end_by(EUROPEAN, "2026-03-06", "P1D").due == date(2026, 3, 9)

    def test_three_dutch_days_over_easter_hold_two(self) -> None:
        assert end_by(DUTCH, "2026-04-02", "P3D").due == date(2026, 4, 8)
        assert end_by(DUTCH, "2026-04-03", "P2D").due == date(2026, 4, 7)


class TestTheLatestOfSeveralTriggers:
    LATEST = (
        {"event": "appeal.decision_sent", "date": "2025-12-01"},
        {"event": "appeal.reasons_sent", "date": "2025-12-05"},
    )

    def test_counts_and_the_others_are_named(self) -> None:
        end = end_by(rule(), "2025-12-05", "P28D", candidates=self.LATEST)
        assert end.due == date(2026, 1, 2)
        assert end.steps[0] == (
            "Of Mon 1 Dec 2025 (decision sent) and Fri 5 Dec 2025 (reasons sent) the latest counts: Fri 5 Dec 2025."
        )

    def test_must_be_the_start(self) -> None:
        with pytest.raises(ValueError, match="not the latest of its candidates"):
            end_by(rule(), "2025-12-01", "P28D", candidates=self.LATEST)


class TestSuspension:
    def test_stop_the_clock_from_2_to_14_april_2026_moves_30_april_to_13_may(self) -> None:
        end = end_by(DUTCH, "2026-03-19", "P6W", suspensions=stood_still("2026-04-02..2026-04-15"))
        assert end.due == date(2026, 5, 13)
        assert any("13 days: the end moves to Wed 13 May 2026" in step for step in end.steps)

    def test_is_told_with_the_law_behind_it(self) -> None:
        still = stood_still("2026-04-02..2026-04-15", cites=["DPA 2018 s150(7)"])
        (told,) = [step for step in end_by(rule(), "2026-03-19", "P6W", suspensions=still).steps if "stood still" in step]
        assert "until Wed 15 Apr 2026 (An appeal is pending: DPA 2018 s150(7)), 13 days" in told

    def test_of_two_causes_at_once_is_told_once_with_both(self) -> None:
        still = [
            *stood_still("2026-04-02..2026-04-10", cites=["s150(7)"]),
            {"since": "2026-04-06", "until": "2026-04-15", "reason": "A stay was ordered.", "resumes": "anew"},
        ]
        end = end_by(rule(), "2026-03-19", "P28D", suspensions=still)
        (told,) = [step for step in end.steps if "stood still" in step]
        assert "(An appeal is pending: s150(7); A stay was ordered): the period begins anew" in told
        assert end.nominal == date(2026, 5, 12)

    def test_anew_the_whole_period_runs_from_the_day_on_which_it_runs_again(self) -> None:
        end = end_by(rule(after_suspension="anew"), "2025-12-05", "P28D", suspensions=stood_still("2025-12-20..2026-02-01"))
        assert end.nominal == date(2026, 2, 28)

    def test_may_itself_say_that_the_period_runs_anew(self) -> None:
        still = stood_still("2025-12-20..2026-02-01", resumes="anew")
        assert end_by(rule(), "2025-12-05", "P28D", suspensions=still).nominal == date(2026, 2, 28)

    def test_outside_the_period_changes_nothing_and_it_is_said(self) -> None:
        still = stood_still("2025-11-20..2025-12-05", "2026-02-01..2026-03-01")
        end = end_by(rule(), "2025-12-05", "P1M", suspensions=still)
        assert end.due == date(2026, 1, 5)
        assert len([step for step in end.steps if "outside the period: that changes nothing" in step]) == 2

    def test_that_began_before_counts_from_the_day_of_the_event(self) -> None:
        before = end_by(rule(), "2026-03-02", "P14D", suspensions=stood_still("2026-01-01..2026-03-10"))
        assert before == end_by(rule(), "2026-03-02", "P14D", suspensions=stood_still("2026-03-02..2026-03-10"))
        assert before.nominal == date(2026, 3, 24)

    def test_of_what_hangs_on_the_end_of_another_deadline_counts_from_before_that_end(self) -> None:
        still = stood_still("2022-06-14..2022-10-31")
        assert end_by(rule(), "2022-06-15", "P3M", suspensions=still, anchored=True).due == date(2023, 2, 1)

    def test_of_the_day_to_which_the_end_rolls_leaves_that_day(self) -> None:
        # 5 June 2022 is a Sunday; on Monday 6 June it stands still
        end = end_by(rule(), "2022-05-06", "P30D", suspensions=stood_still("2022-06-06..2022-09-06"))
        assert (end.nominal, end.due) == (date(2022, 6, 5), date(2022, 9, 6))

    def test_of_hours_gives_back_the_hours_that_went_by(self) -> None:
        # the clocks change on 29 March 2026
        still = stood_still("2026-03-21..2026-04-01")
        end = end_by(rule(), "2026-03-20T14:20:00+00:00", "PT72H", suspensions=still)
        assert end.due_at.isoformat() == "2026-04-03T15:00:00+01:00"


class TestAnEndThatWasSet:
    SUNDAY = "2022-06-19"

    def test_moves_by_what_stood_still_up_to_it(self) -> None:
        end = end_by(rule(), "2022-05-18", until=self.SUNDAY, suspensions=stood_still("2022-06-19..2022-06-24"))
        assert end.due == date(2022, 6, 24)

    def test_does_not_roll_and_what_stood_still_after_it_changes_nothing(self) -> None:
        end = end_by(rule(), "2022-05-18", until=self.SUNDAY, suspensions=stood_still("2022-06-20..2022-06-25"))
        assert end.due == date(2022, 6, 19)
        assert any("outside the period: that changes nothing" in step for step in end.steps)


class TestTheMattersOwnHolidays:
    def test_take_the_place_of_those_of_the_rule(self) -> None:
        # regimes.md, section 1: in Scotland Easter Monday is a working day
        english, scottish = end_by(rule(), "2026-03-06", "P28D"), end_by(rule(), "2026-03-06", "P28D", holidays="GB/SCT")
        assert (english.due, scottish.due) == (date(2026, 4, 7), date(2026, 4, 6))
        assert (english.calendar.id, scottish.calendar.id) == ("england-wales", "GB/SCT")
        assert scottish.steps[0] == ("The matter has holidays of its own, GB/SCT, in the place of the calendar england-wales.")
