"""France: two clocks, a délai franc for the court and a plain one for the CNIL."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.refusals import Invalid
from domain.regimes import regime
from tests.desk import ISSUER, REGISTRAR, Desk
from tests.unit.domain.regimes.counting import due, ends, moved
from tests.unit.domain.regimes.matters import ordered_under

FRANCE = regime("fr-lil")
APPEAL = "fr-lil/r421-1"
ORDER = "fr-lil/injonction"


class TestTheAppealToTheConseilDEtat:
    def test_notified_on_15_january_2026_is_possible_until_monday_16_march_because_the_period_is_franc(self) -> None:
        assert due(APPEAL, "2026-01-15") == "2026-03-16"

    def test_from_abroad_has_two_months_more_and_rolls_from_saturday_16_to_monday_18_may(self) -> None:
        assert moved(APPEAL, "2026-01-15", abroad=True) == ("2026-05-16", "2026-05-18")

    def test_rolls_over_ascension_day(self) -> None:
        """Notified on Fri 13 Mar 2026; the franc day is Thu 14 May."""
        assert moved(APPEAL, "2026-03-13") == ("2026-05-14", "2026-05-15")

    def test_says_that_its_roll_is_not_confirmed_and_the_franc_day_from_a_secondary_source(self) -> None:
        marks = ends(APPEAL, "2026-03-13").marks
        assert any("roll" in mark and "not confirmed [B]" in mark for mark in marks)
        assert any("last_day" in mark and "secondary source [S]" in mark for mark in marks)


class TestAPeriodToComplyWithAnOrderOfTheCnil:
    def test_of_two_months_ends_on_a_sunday_and_stays_there(self) -> None:
        assert due(ORDER, "2026-01-15", "P2M") == "2026-03-15"
        assert date(2026, 3, 15).strftime("%A") == "Sunday"

    def test_from_31_december_ends_with_february(self) -> None:
        assert due(ORDER, "2025-12-31", "P2M") == "2026-02-28"

    def test_notified_on_19_october_2022_falls_due_on_19_december(self) -> None:
        assert due(ORDER, "2022-10-19", "P2M") == "2022-12-19"

    def test_of_a_formal_notice_does_not_roll_either_and_is_at_least_ten_days(self) -> None:
        assert due("fr-lil/decret-38", "2026-03-05", "P10D") == "2026-03-15"
        rule = FRANCE.rules["fr-lil/decret-38"][0]
        assert rule.minimum == "P10D"


class TestThePeriodicPenaltyOf2022:
    """SAN-2022-019, notified on 19 October 2022 [inferred]; liquidated on 13 April 2023."""

    def days(self, since: str, until: str) -> dict[str, Any]:
        return {"from": since, "to": until, "decided_on": "2023-04-13", "by": ISSUER, "on": "non_compliance-1"}

    def unheeded(self) -> Desk:
        day = {"comply_within": "P2M", "counted_from": "served", "periodic_penalty": {"rate": "EUR 100000", "per": "day"}}
        desk = ordered_under("fr-lil", "2022-10-17", [{"id": "comply", "text": "Stop and erase", **day}]).at("2022-10-19")
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2022-10-19", method="post")
        desk.at("2023-02-09").non_compliances()
        desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on="2023-02-09", reasons="Nothing was done")
        return desk.at("2023-04-13")

    def test_from_20_december_to_9_february_both_counted_is_52_days_and_5_200_000_euros(self) -> None:
        desk = self.unheeded()
        assert str(desk.deadline("notice", "comply:comply").due) == "2022-12-19"
        desk.done("non_compliance.liquidate", **self.days("2022-12-20", "2023-02-10"))
        (breach,) = desk.non_compliances()
        assert (breach.liquidations[0].units, str(breach.account.amount)) == (52, "EUR 5,200,000.00")

    def test_does_not_charge_the_day_on_which_it_was_due(self) -> None:
        desk = self.unheeded()
        refusal = desk.refused("non_compliance.liquidate", **self.days("2022-12-19", "2023-02-10"))
        assert (refusal["code"], refusal["details"]["first"]) == ("too_early", "2022-12-20")

    def test_on_a_period_that_ended_on_a_sunday_begins_on_the_monday_after(self) -> None:
        day = {"comply_within": "P2M", "counted_from": "sent", "periodic_penalty": {"rate": "EUR 100000", "per": "day"}}
        desk = ordered_under("fr-lil", "2026-01-15", [{"id": "comply", "text": "Stop and erase", **day}]).at("2026-03-16")
        (breach,) = desk.non_compliances()
        assert str(breach.suspicion.since) == "2026-03-16"


def test_an_appeal_suspends_nothing_and_bars_no_recovery() -> None:
    assert FRANCE.suspension_by_appeal("enforcement_notice", "comply:erase") is None
    assert FRANCE.suspension_by_appeal("fine", "payment") is None
    assert FRANCE.data.recovery.conditions == ("payment_period_ended",)


def test_a_fine_has_no_reduction() -> None:
    assert FRANCE.data.reductions.early_payment is None
    assert FRANCE.data.reductions.before_decision is None


def test_a_periodic_penalty_is_at_most_100_000_euros_a_day() -> None:
    assert FRANCE.data.periodic_penalties
    assert str(FRANCE.data.periodic_penalties.most_per_day) == "EUR 100,000.00"


def test_a_trigger_before_the_days_covered_is_refused() -> None:
    with pytest.raises(Invalid, match="known from 2019-06-01 on"):
        FRANCE.rule_for("fine", "appeal", date(2019, 5, 31))


def test_observations_on_the_report_have_a_month_and_the_fine_the_time_that_is_given() -> None:
    assert moved("fr-lil/decret-40", "2022-07-20") == ("2022-08-20", "2022-08-22")
    assert moved("fr-lil/payment", "2022-10-19", "P31D") == ("2022-11-19", "2022-11-21")
