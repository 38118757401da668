"""What starts a deadline, and how long it is, where the law makes it depend on the subject or on the notice."""

from __future__ import annotations

from tests.unit.domain.regimes.matters import fined_under


class TestASubjectAbroad:
    def test_has_the_longer_period(self) -> None:
        desk = fined_under("it-codice", "2025-11-10", opened="2025-06-02")
        assert str(desk.deadline("fine", "appeal").due) == "2026-01-09"

    def test_that_resides_in_the_country_has_the_period_of_those_who_do(self) -> None:
        desk = fined_under("it-codice", "2025-11-10", opened="2025-06-02", subject={"resides_in": "IT"})
        assert str(desk.deadline("fine", "appeal").due) == "2025-12-10"


class TestAPeriodThatNobodyGave:
    def test_starts_no_deadline(self) -> None:
        desk = fined_under("gr-4624", "2022-07-13", opened="2022-01-10")
        assert desk.fine().deadline("payment") is None

    def test_is_the_notices_where_the_notice_gives_one(self) -> None:
        desk = fined_under("gr-4624", "2022-07-13", opened="2022-01-10", pay_within="P30D")
        assert str(desk.deadline("fine", "payment").due) == "2022-08-12"
