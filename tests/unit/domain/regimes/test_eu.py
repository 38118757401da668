"""Reg (EEC, Euratom) 1182/71: the general rules of counting."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.regimes import regimes
from tests.unit.domain.regimes.counting import due, ends


def test_72_hours_from_1_may_2026_at_1420_run_from_three_to_three_on_monday_the_4th() -> None:
    end = ends("eu-1182-71/hours", "2026-05-01T14:20:00+02:00", "PT72H")
    assert end.due_at == datetime(2026, 5, 4, 15, 0, tzinfo=ZoneInfo("Europe/Brussels"))


def test_whether_72_hours_must_hold_two_working_days_is_told_to_be_disputed() -> None:
    end = ends("eu-1182-71/hours", "2026-05-01T14:20:00+02:00", "PT72H")
    assert any("disputed" in mark for mark in end.marks)


def test_four_weeks_from_wednesday_4_march_2026_end_on_wednesday_1_april() -> None:
    assert due("eu-1182-71/weeks", "2026-03-04", "P4W") == "2026-04-01"


def test_one_month_from_31_january_2026_ends_on_saturday_28_february_and_rolls_to_2_march() -> None:
    end = ends("eu-1182-71/months", "2026-01-31", "P1M")
    assert (str(end.nominal), str(end.due)) == ("2026-02-28", "2026-03-02")


def test_14_days_from_2_march_2026_end_on_16_march() -> None:
    assert due("eu-1182-71/days", "2026-03-02", "P14D") == "2026-03-16"


def test_two_days_from_friday_6_march_2026_end_on_tuesday_10_march_because_they_hold_two_working_days() -> None:
    end = ends("eu-1182-71/days", "2026-03-06", "P2D")
    assert str(end.due) == "2026-03-10"
    assert any("Art 3(5)" in step for step in end.steps)


def test_one_day_from_a_friday_rolls_and_needs_no_second_working_day() -> None:
    assert due("eu-1182-71/days", "2026-03-06", "P1D") == "2026-03-09"


def test_a_year_from_29_february_ends_on_28_february() -> None:
    assert due("eu-1182-71/years", "2024-02-29", "P1Y") == "2025-02-28"


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2026-03-19", "2026-04-07"),  # Maundy Thursday to Easter Monday
        ("2026-05-01", "2026-05-18"),  # the day after Ascension Day, then a weekend
        ("2025-12-10", "2026-01-05"),  # the end of the year, then a weekend
        ("2026-10-28", "2026-11-11"),  # no holiday there, although one in Belgium
    ],
)
def test_at_an_institution_its_own_holidays_count(start: str, last: str) -> None:
    assert due("eu-1182-71/at-an-institution", start, "P14D") == last


def test_in_a_member_state_the_holidays_that_are_named_count() -> None:
    assert due("eu-1182-71/days", "2026-03-19", "P14D") == "2026-04-02"
    assert due("eu-1182-71/days", "2026-03-20", "P14D", holidays="DE") == "2026-04-07"


def test_it_governs_no_case() -> None:
    assert "eu-1182-71" not in regimes()
