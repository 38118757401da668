"""What starts a deadline, and how long it is, where the law makes it depend on the subject or on the notice."""

from __future__ import annotations

from typing import Any

from tests.desk import ISSUER
from tests.fines import impose, intended
from tests.unit.domain.regimes.matters import investigated_under, ordered_under

ERASE = {"id": "erase", "text": "Erase the data"}
SUM = "EUR 20000000"


class TestASubjectAbroad:
    def test_has_the_longer_period(self) -> None:
        desk = impose(intended("it-codice", SUM, "2025-06-02"), SUM, "2025-11-10")
        assert str(desk.deadline("fine", "appeal").due) == "2026-01-09"

    def test_that_resides_in_the_country_has_the_period_of_those_who_do(self) -> None:
        desk = impose(intended("it-codice", SUM, "2025-06-02", resides_in="IT"), SUM, "2025-11-10")
        assert str(desk.deadline("fine", "appeal").due) == "2025-12-10"


class TestAPeriodThatNobodyGave:
    def test_starts_no_deadline(self) -> None:
        desk = impose(intended("gr-4624", SUM, "2022-01-10"), SUM, "2022-07-13")
        assert desk.fine().deadline("payment") is None

    def test_is_the_notices_where_the_notice_gives_one(self) -> None:
        desk = impose(intended("gr-4624", SUM, "2022-01-10"), SUM, "2022-07-13", pay_within="P30D")
        assert str(desk.deadline("fine", "payment").due) == "2022-08-12"


class TestAFrenchFormalNotice:
    """Décret 2019-536 art 38: at least ten days from receipt unless urgent; loi 78-17 art 20 II: then 24 hours."""

    def test_of_less_than_ten_days_is_refused(self) -> None:
        refusal = refused_notice({"comply_within": "P9D", "counted_from": "served"})
        assert (refusal["code"], refusal["cites"]) == ("too_early", ["décret 2019-536 art 38"])

    def test_that_names_a_day_before_ten_days_have_gone_by_is_refused(self) -> None:
        refusal = refused_notice({"comply_by": "2021-12-05"})
        assert (refusal["code"], refusal["details"]["earliest"]) == ("too_early", "2021-12-06")

    def test_of_ten_days_is_possible(self) -> None:
        desk = ordered_under("fr-lil", "2021-11-26", [{**ERASE, "comply_by": "2021-12-06"}], kind="formal_notice")
        assert desk.deadline("notice", "comply:erase").terms.rule.id == "fr-lil/decret-38"

    def test_may_give_less_with_urgent_reasons_but_24_hours(self) -> None:
        urgent = {"kind": "formal_notice", "urgent_reasons": "Data are being sold"}
        ordered_under("fr-lil", "2021-11-26", [{**ERASE, "comply_within": "P1D", "counted_from": "sent"}], **urgent)
        refusal = refused_notice({"comply_within": "PT23H", "counted_from": "sent"}, urgent_reasons="Data are being sold")
        assert (refusal["code"], refusal["cites"]) == ("too_early", ["loi 78-17 art 20 II"])


def test_a_french_order_has_another_rule_and_no_least_time() -> None:
    desk = ordered_under("fr-lil", "2022-10-17", [{**ERASE, "comply_within": "P5D", "counted_from": "sent"}])
    assert desk.deadline("notice", "comply:erase").terms.rule.id == "fr-lil/injonction"


def refused_notice(requirement: dict[str, Any], **how: Any) -> dict[str, Any]:
    desk = investigated_under("fr-lil", "2021-11-26")
    said = {"decided_on": "2021-11-26", "sent_on": "2021-11-26", "requirements": [{**ERASE, **requirement}], **how}
    return desk.refused("enforcement_notice.issue", by=ISSUER, investigation="inv", kind="formal_notice", **said)
