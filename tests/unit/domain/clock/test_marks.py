"""What is not certain is told where it decides a date, and only there."""

from __future__ import annotations

from typing import Any

import pytest

from domain.clock import Calendar, End
from domain.regimes import RuleVersion
from tests.shapes import AUGUST, end_by, rule, stood_still

UNCERTAIN = (
    "kind", "counts_from", "period", "period_abroad", "days", "first_day", "last_day", "month_end", "roll", "rolls_up_to",
    "working_days_within", "leaves_out", "cut_off", "after_suspension",
)  # fmt: skip
DOUBTFUL = Calendar("doubtful", "GB/ENG", doubt="calendar doubtful: not confirmed [B] (a reading)")


def doubted(**said: Any) -> RuleVersion:
    """A rule of which nothing is certain, each fact for itself."""
    sources = [{"mark": "B", "for": [fact], "note": f"{fact} not looked up"} for fact in UNCERTAIN]
    return rule(DOUBTFUL, sources=sources, **said)


def told(end: End) -> set[str]:
    return {mark.partition(":")[0] for mark in end.marks}


ALWAYS = {"kind", "counts_from", "first_day", "last_day"}


class TestAnUncertainFact:
    def test_is_told_with_its_note_where_it_decides(self) -> None:
        assert "kind: not confirmed [B] (kind not looked up)" in end_by(doubted(), "2026-03-02", "P3D").marks

    @pytest.mark.parametrize(
        ("said", "start", "more", "also"),
        [
            ({}, "2026-03-04", {"period": "P1W"}, set()),
            ({"period": "P1W"}, "2026-03-04", {}, {"period"}),
            ({"period": "P1W", "period_abroad": "P2W"}, "2026-03-04", {"abroad": True}, {"period_abroad"}),
            ({"period": "P1W", "period_abroad": "P2W"}, "2026-03-04", {"abroad": False}, {"period"}),
            ({}, "2026-03-04", {"period": "P7D"}, {"days"}),
            ({}, "2026-02-04", {"period": "P1M"}, set()),
            ({}, "2026-08-31", {"period": "P1M"}, {"month_end"}),
            ({}, "2026-03-01", {"period": "P1W"}, {"roll"}),
            ({"roll": "none"}, "2026-03-01", {"period": "P1W"}, {"roll"}),
            ({"roll": "none"}, "2026-03-04", {"period": "P1W"}, set()),
            ({"rolls_up_to": ["P12W"]}, "2026-03-01", {"period": "P1W"}, {"roll", "rolls_up_to"}),
            ({"rolls_up_to": ["P12W"]}, "2026-03-01", {"period": "P13W"}, {"rolls_up_to"}),
            ({"rolls_up_to": ["P12W"]}, "2026-03-02", {"period": "P13W"}, set()),
            ({"working_days_within": {"at_least": 2, "from": "P1W"}}, "2026-03-04", {"period": "P1W"}, set()),
            ({"working_days_within": {"at_least": 9, "from": "P1W"}}, "2026-03-04", {"period": "P1W"}, {"working_days_within"}),
            ({"leaves_out": [AUGUST]}, "2026-03-04", {"period": "P1W"}, set()),
            ({"leaves_out": [AUGUST]}, "2026-07-28", {"period": "P1W"}, {"leaves_out"}),
            ({"leaves_out": [AUGUST]}, "2026-08-03", {"period": "P1W"}, {"leaves_out"}),
            ({"cut_off": {"word": "by", "time": "17:00"}}, "2026-03-04", {"period": "P1W"}, {"cut_off"}),
            ({}, "2026-03-04", {"period": "P1W", "suspensions": stood_still("2026-03-06..2026-03-13")}, {"after_suspension"}),
            ({}, "2026-03-04", {"period": "P1W", "suspensions": stood_still("2026-05-06..2026-05-13")}, set()),
        ],
    )
    def test_is_told_only_where_it_took_effect(
        self, said: dict[str, Any], start: str, more: dict[str, Any], also: set[str]
    ) -> None:
        marks = told(end_by(doubted(**said), start, **more))
        assert marks - {"calendar doubtful"} == ALWAYS | also

    def test_of_counting_does_not_matter_to_an_end_that_was_set(self) -> None:
        assert told(end_by(doubted(), "2026-03-04", until="2026-03-11")) == {"kind", "counts_from"}

    def test_of_the_last_day_does_not_matter_to_an_end_that_was_set(self) -> None:
        assert "last_day" not in told(end_by(doubted(), "2026-03-04", until="2026-03-11", extensions=["P1W"]))


class TestADoubtfulCalendar:
    def test_is_told_where_it_was_asked_also_when_nothing_moved(self) -> None:
        assert "calendar doubtful" in told(end_by(doubted(), "2026-03-04", "P1W"))

    def test_is_not_told_where_nothing_rolls(self) -> None:
        assert "calendar doubtful" not in told(end_by(doubted(roll="none"), "2026-03-01", "P1W"))
        assert "calendar doubtful" not in told(end_by(doubted(rolls_up_to=["P1D"]), "2026-03-01", "P1W"))
        assert "calendar doubtful" not in told(end_by(doubted(), "2026-03-04", "PT24H"))
        assert "calendar doubtful" not in told(end_by(doubted(), "2026-03-04", until="2026-03-11"))

    def test_is_told_where_working_days_are_counted(self) -> None:
        assert "calendar doubtful" in told(end_by(doubted(days="working", roll="none"), "2026-03-04", "P5D"))
