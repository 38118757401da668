"""Italy: thirty days from the communication, August left out, and half the fine within the same term."""

from __future__ import annotations

from datetime import date

import pytest

from domain.refusals import Invalid
from domain.regimes import regime
from tests.unit.domain.regimes.counting import due, ends, moved

ITALY = regime("it-codice")
APPEAL = "it-codice/art-10"
HALF = "it-codice/art-166-8"


class TestTheAppealToTheTribunale:
    def test_against_a_decision_communicated_on_10_november_2025_is_possible_until_10_december(self) -> None:
        assert due(APPEAL, "2025-11-10") == "2025-12-10"

    def test_from_abroad_has_sixty_days(self) -> None:
        assert due(APPEAL, "2025-11-10", abroad=True) == "2026-01-09"

    def test_does_not_count_august_and_rolls_from_a_saturday(self) -> None:
        """Communicated on Mon 20 July 2026: 11 days in July, then 19 in September."""
        assert moved(APPEAL, "2026-07-20") == ("2026-09-19", "2026-09-21")

    def test_begins_on_1_september_when_communicated_in_august(self) -> None:
        assert due(APPEAL, "2026-08-05") == "2026-09-30"

    def test_says_that_leaving_august_out_is_not_confirmed_where_it_decides(self) -> None:
        assert any("leaves_out" in mark and "[B]" in mark for mark in ends(APPEAL, "2026-07-20").marks)
        assert not any("leaves_out" in mark for mark in ends(APPEAL, "2025-11-10").marks)

    def test_rolls_over_4_october_from_2026_on(self) -> None:
        assert moved(APPEAL, "2027-09-04") == ("2027-10-04", "2027-10-05")
        assert moved(APPEAL, "2023-09-04") == ("2023-10-04", "2023-10-04")


class TestPayingHalf:
    def test_counts_august_because_that_is_the_safe_date(self) -> None:
        assert due(HALF, "2026-07-20") == "2026-08-19"

    def test_has_the_term_of_the_appeal_from_abroad_too(self) -> None:
        assert due(HALF, "2022-02-14", abroad=True) == "2022-04-15"

    def test_rolls_over_liberation_day(self) -> None:
        assert moved(HALF, "2022-02-24", abroad=True) == ("2022-04-25", "2022-04-26")

    def test_is_half_and_not_confirmed(self) -> None:
        early = ITALY.data.reductions.early_payment
        assert early
        assert (early.percent, early.source.mark) == (50, "B")
        assert ITALY.data.roles["fine"]["early_payment"] == HALF


def test_the_contestation_is_notified_within_120_days_of_the_finding() -> None:
    assert due("it-codice/reg-2-2019", "2026-01-12") == "2026-05-12"
    assert due("it-codice/reg-2-2019", "2026-01-10") == "2026-05-10", "a Sunday, and not moved: the safe date"


def test_the_cassazione_is_above_the_tribunale_as_of_right() -> None:
    assert ITALY.courts == ("tribunale", "cassazione")
    assert (ITALY.way_on("tribunale"), ITALY.way_on("cassazione")) == ("as_of_right", "none")


def test_a_trigger_before_the_days_covered_is_refused() -> None:
    with pytest.raises(Invalid, match="known from 2018-09-19 on"):
        ITALY.rule_for("fine", "appeal", date(2018, 9, 18))


def test_the_fine_is_payable_within_thirty_days_and_an_order_in_its_own_time_both_rolled() -> None:
    assert moved("it-codice/payment", "2022-02-24") == ("2022-03-26", "2022-03-28")
    assert moved("it-codice/comply", "2022-02-24", "P30D") == ("2022-03-26", "2022-03-28")


def test_the_appeal_to_the_cassazione_has_sixty_days_without_august() -> None:
    assert moved("it-codice/cassazione", "2026-07-01") == ("2026-09-30", "2026-09-30")
    assert moved("it-codice/cassazione", "2026-07-04") == ("2026-10-03", "2026-10-05")
