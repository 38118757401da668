"""Australia: determinations under the Privacy Act 1988."""

from __future__ import annotations

from datetime import date

import pytest

from domain.refusals import Invalid
from domain.regimes import regime
from domain.subject import Subject
from tests.unit.domain.regimes.counting import due, ends, version_on

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


def test_the_duty_to_file_reasons_begins_with_the_new_tribunal() -> None:
    assert due("au-privacy-1988/art-s23", "2026-03-03") == "2026-03-31"
    with pytest.raises(StopIteration):
        version_on("au-privacy-1988/art-s23", date(2024, 10, 13))
