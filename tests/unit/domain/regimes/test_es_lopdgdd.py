"""Spain: days are working days, months are calendar months, and a day off at either place is off."""

from __future__ import annotations

from datetime import date

import pytest

from domain.refusals import Invalid
from domain.regimes import regime
from tests.desk import ISSUER
from tests.fines import impose, intended, pay
from tests.unit.domain.regimes.counting import due, moved

SPAIN = regime("es-lopdgdd")
REPRESENTATIONS = "es-lopdgdd/alegaciones"
REPOSICION = "es-lopdgdd/reposicion"
COURT = "es-lopdgdd/ljca-46"


class TestDays:
    def test_are_working_days_so_that_ten_from_2_march_2026_end_on_16_march(self) -> None:
        assert due(REPRESENTATIONS, "2026-03-02", "P10D") == "2026-03-16"

    def test_leave_out_a_day_that_is_off_at_the_authority_s_seat(self) -> None:
        """Thu 2 and Fri 3 Apr 2026 are off in Madrid."""
        assert due(REPRESENTATIONS, "2026-03-31", "P3D") == "2026-04-07"

    def test_leave_out_a_day_that_is_off_at_the_party_s_place_only(self) -> None:
        """Mon 6 Apr 2026 is Easter Monday in Catalonia and a working day in Madrid."""
        assert due(REPRESENTATIONS, "2026-03-31", "P3D", holidays="ES/MD+ES/CT") == "2026-04-08"


class TestMonths:
    def test_end_on_the_same_date_so_that_one_from_30_january_2026_ends_with_february_and_rolls_to_2_march(self) -> None:
        assert moved(REPOSICION, "2026-01-30") == ("2026-02-28", "2026-03-02")

    def test_that_end_on_a_day_off_at_the_party_s_place_roll(self) -> None:
        assert due(REPOSICION, "2026-03-06") == "2026-04-06"
        assert due(REPOSICION, "2026-03-06", holidays="ES/MD+ES/CT") == "2026-04-07"


class TestTwoMonthsForTheAudienciaNacional:
    def test_end_on_the_same_date(self) -> None:
        assert due(COURT, "2026-03-10") == "2026-05-11"

    def test_do_not_count_august(self) -> None:
        assert due(COURT, "2026-06-15") == "2026-09-15"


def test_admission_and_payment_before_the_decision_take_off_a_fifth_each() -> None:
    before = SPAIN.data.reductions.before_decision
    assert before
    assert (before.admission_percent, before.payment_percent, before.forfeited_by_appeal) == (20, 20, True)


def test_both_bring_a_hundred_thousand_to_sixty_thousand() -> None:
    desk = intended("es-lopdgdd", "EUR 100000", "2022-03-01", within="P10D")
    desk.done("fine.admit", "fine", by=ISSUER, admitted_on="2022-03-01")
    pay(desk, "EUR 60000", "2022-03-02")
    impose(desk, "EUR 100000", "2022-03-03")
    assert (desk.fine().state, str(desk.fine().account.payable)) == ("settled", "EUR 60,000.00")


def test_a_notice_of_intent_states_the_sum() -> None:
    assert "amount" in SPAIN.must_state_in_notice_of_intent


def test_the_procedure_lapses_after_nine_months_and_after_twelve_since_2023() -> None:
    assert due("es-lopdgdd/lopdgdd-64", "2022-03-10") == "2022-12-10"
    assert due("es-lopdgdd/lopdgdd-64", "2024-03-10") == "2025-03-10"
    assert moved("es-lopdgdd/lopdgdd-64", "2022-09-04") == ("2023-06-04", "2023-06-04"), "a Sunday, and not moved: the safe date"
    assert moved("es-lopdgdd/lopdgdd-64", "2024-03-09") == ("2025-03-09", "2025-03-09")


def test_the_tribunal_supremo_is_above_the_audiencia_nacional() -> None:
    assert SPAIN.courts == ("audiencia_nacional", "tribunal_supremo")
    assert [SPAIN.way_on(court) for court in SPAIN.courts] == ["as_of_right", "none"]


def test_a_trigger_before_the_days_covered_is_refused() -> None:
    with pytest.raises(Invalid, match="known from 2018-12-07 on"):
        SPAIN.rule_for("fine", "appeal", date(2018, 12, 6))


def test_the_fine_an_order_and_the_cassation_count_working_days() -> None:
    for rule in ("es-lopdgdd/payment", "es-lopdgdd/comply", "es-lopdgdd/casacion"):
        assert due(rule, "2026-03-02", "P10D") == "2026-03-16"
    assert due("es-lopdgdd/casacion", "2026-07-20") == "2026-09-29"


def test_what_is_given_in_months_rolls() -> None:
    for rule in ("es-lopdgdd/payment", "es-lopdgdd/comply", "es-lopdgdd/alegaciones"):
        assert moved(rule, "2026-01-30", "P1M") == ("2026-02-28", "2026-03-02")
