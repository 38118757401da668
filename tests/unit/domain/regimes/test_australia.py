"""Australia: determinations under the Privacy Act 1988."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.refusals import Invalid
from domain.regimes import regime
from domain.subject import Subject
from tests.desk import REGISTRAR, Desk
from tests.unit.domain.regimes.counting import due, ends, version_on
from tests.unit.domain.regimes.matters import PROVISION, investigated_under, ordered_under

AUSTRALIA = regime("au-privacy-1988")


def test_28_days_after_sunday_2_august_2026_end_on_sunday_the_30th_and_may_be_used_on_monday() -> None:
    end = ends("au-privacy-1988/s96", "2026-08-02")
    assert (str(end.nominal), str(end.due)) == ("2026-08-30", "2026-08-31")
    assert any("2 Aug 2026" in step and "not counted" in step for step in end.steps)


def test_judicial_review_counts_alike_from_the_sending() -> None:
    assert due("au-privacy-1988/judicial-review", "2026-08-02") == "2026-08-31"


def test_the_review_tribunal_changes_with_the_determinations_of_14_october_2024() -> None:
    before, after = (version_on("au-privacy-1988/s96", date(2024, 10, day)) for day in (13, 14))
    assert any("AAT Act 1975" in cites for cites in before.cites)
    assert any("ART Act 2024" in cites for cites in after.cites)


def test_the_old_tribunal_the_new_and_the_federal_court_stand_side_by_side() -> None:
    assert AUSTRALIA.first_courts == ("administrative_appeals_tribunal", "administrative_review_tribunal", "federal_court")
    assert AUSTRALIA.next_court("administrative_review_tribunal") is None


def test_an_application_stays_nothing() -> None:
    assert AUSTRALIA.suspension_by_appeal("enforcement_notice", "comply:destroy") is None


@pytest.mark.parametrize("tier", ["standard", "higher"])
def test_a_determination_imposes_no_fine(tier: str) -> None:
    with pytest.raises(Invalid, match=f"there is no penalty of the {tier} tier"):
        AUSTRALIA.maximum(tier, Subject.model_validate({"name": "A Ltd", "country": "AU", "kind": "undertaking"}))


def test_a_fine_is_refused_also_when_no_tier_is_named() -> None:
    desk = investigated_under("au-privacy-1988", "2021-10-14")
    intent: dict[str, Any] = {"provisions": [PROVISION], "sent_on": "2021-10-14", "reasons": "Why", "investigation": "inv"}
    refusal = desk.refused("fine.give_notice_of_intent", amount="AUD 1000", **intent)
    assert refusal["code"] == "invalid"
    assert "there is no penalty of the higher tier" in refusal["message"]


def test_the_duty_to_file_reasons_begins_with_the_new_tribunal() -> None:
    assert due("au-privacy-1988/art-s23", "2026-03-03") == "2026-03-31"
    with pytest.raises(StopIteration):
        version_on("au-privacy-1988/art-s23", date(2024, 10, 13))


class TestTheDeterminationOf14October2021:
    """Clearview AI: cease collecting; destroy within 90 days."""

    def determined(self) -> Desk:
        destroy = {"id": "destroy", "text": "Destroy the images", "comply_within": "P90D", "counted_from": "sent"}
        cease = {"id": "cease", "text": "Cease collecting"}
        return ordered_under("au-privacy-1988", "2021-10-14", [cease, destroy], kind="determination")

    def test_leaves_until_11_november_to_apply_for_review_and_until_12_january_to_destroy(self) -> None:
        desk = self.determined()
        assert str(desk.deadline("notice", "appeal").due) == "2021-11-11"
        assert str(desk.deadline("notice", "comply:destroy").due) == "2022-01-12"

    def test_is_not_stayed_by_the_application_of_3_november_so_that_what_is_not_destroyed_is_a_breach(self) -> None:
        desk = self.determined().at("2021-11-03")
        desk.done(
            "appeal.lodge",
            name="appeal",
            by=REGISTRAR,
            against=["notice"],
            scope="whole",
            court="administrative_appeals_tribunal",
            received_on="2021-11-03",
            grounds=["No Australian link"],
        )
        desk.at("2022-01-13")
        assert desk.deadline("notice", "comply:destroy").status == "passed"
        assert [breach.state for breach in desk.non_compliances()] == ["suspected"]

    def test_stands_when_the_application_is_withdrawn_after_a_preliminary_decision(self) -> None:
        desk = self.determined().at("2021-11-03")
        lodged: dict[str, Any] = {
            "against": ["notice"],
            "scope": "whole",
            "received_on": "2021-11-03",
            "grounds": ["No Australian link"],
        }
        desk.done("appeal.lodge", name="appeal", by=REGISTRAR, court="administrative_appeals_tribunal", **lodged)
        desk.at("2023-05-08")
        decided = {"decided_on": "2023-05-08", "sent_on": "2023-05-08", "reference": "[2023] AATA 1069"}
        desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="preliminary", **decided)
        assert desk.appeal().state == "lodged"
        desk.at("2023-08-15").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2023-08-15")
        assert (desk.appeal().state, desk.notice().state) == ("withdrawn", "in_force")

    def test_can_go_to_the_tribunal_that_took_its_place_but_to_no_court_that_is_not_there(self) -> None:
        desk = self.determined()
        lodged: dict[str, Any] = {
            "against": ["notice"],
            "scope": "whole",
            "received_on": "2021-10-14",
            "grounds": ["No Australian link"],
        }
        refusal = desk.refused("appeal.lodge", by=REGISTRAR, court="high_court", **lodged)
        assert refusal["code"] == "invalid"
        for court in AUSTRALIA.first_courts:
            assert court in refusal["message"]
