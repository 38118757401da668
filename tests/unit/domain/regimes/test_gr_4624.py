"""Greece: sixty days to the Council of State, ninety from abroad, and Orthodox holidays."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.refusals import Invalid
from domain.regimes import regime
from tests.unit.domain.regimes.counting import due, ends, moved

GREECE = regime("gr-4624")
APPEAL = "gr-4624/pd-18-1989"


class TestTheApplicationForAnnulment:
    def test_served_on_3_march_2026_rolls_from_saturday_2_to_monday_4_may(self) -> None:
        assert moved(APPEAL, "2026-03-03") == ("2026-05-02", "2026-05-04")

    def test_from_abroad_has_ninety_days_and_rolls_over_orthodox_whit_monday(self) -> None:
        assert moved(APPEAL, "2026-03-03", abroad=True) == ("2026-06-01", "2026-06-02")

    def test_ends_at_19_oclock_which_is_not_confirmed(self) -> None:
        end = ends(APPEAL, "2026-03-03")
        assert end.due_at == datetime(2026, 5, 4, 19, 0, 0, 1, tzinfo=ZoneInfo("Europe/Athens"))
        assert any("cut_off" in mark and "[B]" in mark for mark in end.marks)

    def test_counts_august_unless_days_were_suspended_by_a_special_act(self) -> None:
        assert due(APPEAL, "2024-07-01") == "2024-08-30"
        name = "days on which the president of the Council suspended its terms by a special act"
        special = [{"first": "2024-08-01", "last": "2024-08-09", "name": name}]
        assert moved(APPEAL, "2024-07-01", left_out=special) == ("2024-09-08", "2024-09-09")


def test_the_council_of_state_is_the_only_court() -> None:
    assert GREECE.courts == ("council_of_state",)
    assert GREECE.way_on("council_of_state") == "none"


def test_an_appeal_suspends_nothing_by_itself() -> None:
    assert GREECE.suspension_by_appeal("enforcement_notice", "comply:erase") is None


def test_a_trigger_before_the_days_covered_is_refused() -> None:
    with pytest.raises(Invalid, match="known from 2019-08-29 on"):
        GREECE.rule_for("fine", "appeal", date(2019, 8, 28))


def test_a_fine_and_an_order_have_the_time_that_is_given_rolled() -> None:
    assert moved("gr-4624/payment", "2026-03-03", "P60D") == ("2026-05-02", "2026-05-04")
    assert moved("gr-4624/comply", "2026-03-03", "P60D") == ("2026-05-02", "2026-05-04")
