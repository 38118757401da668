"""The sentences of a result say everything that is needed to compute its date again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from domain.clock import Count
from domain.clock.end import end_under
from domain.regimes import RuleVersion
from domain.regimes import rules as rules_by_id
from tests.any_count import count_of, counts, rules
from tests.shapes import AUGUST, end_by, rule, stood_still
from tests.steps_reader import due_by


@settings(max_examples=300)
@given(rules(), counts())
def test_an_independent_reader_of_the_steps_arrives_at_the_same_day(version: RuleVersion, count: Count) -> None:
    end = end_under(version, count)
    assert due_by(end.steps) == end.due


class TestTheReader:
    """It is of use only if it notices what is wrong."""

    STEPS = end_by(rule("it", leaves_out=[AUGUST]), "2026-07-20", "P32D", suspensions=stood_still("2026-07-23..2026-07-28")).steps

    def test_reads_the_worked_date(self) -> None:
        assert due_by(self.STEPS) == date(2026, 9, 28)

    @pytest.mark.parametrize(
        ("said", "instead"),
        [
            ("Mon 20 Jul 2026", "Tue 21 Jul 2026"),
            ("Mon 20 Jul 2026", "Tue 20 Jul 2026"),
            ("is not counted", "counts as the first day"),
            ("32 days", "33 days"),
            ("until Tue 28 Jul 2026", "until Wed 29 Jul 2026"),
            ("5 days", "4 days"),
            ("to Mon 31 Aug 2026", "to Sun 30 Aug 2026"),
            ("the end moves to Sat 26 Sep 2026", "the end moves to Sun 27 Sep 2026"),
            ("Sun 27 Sep 2026 is a Sunday", "Sun 27 Sep 2026 is Assumption Day"),
            ("until the end of Mon 28 Sep 2026", "until the end of Tue 29 Sep 2026"),
        ],
    )
    def test_notices_a_sentence_that_is_wrong(self, said: str, instead: str) -> None:
        assert any(said in step for step in self.STEPS)
        with pytest.raises(AssertionError):
            due_by([step.replace(said, instead) for step in self.STEPS])

    @pytest.mark.parametrize("number", range(len(STEPS)))
    def test_notices_a_sentence_that_is_missing(self, number: int) -> None:
        with pytest.raises(AssertionError):
            due_by([step for index, step in enumerate(self.STEPS) if index != number])


INSTALLED = [version for versions in rules_by_id().values() for version in versions]


@pytest.mark.parametrize("version", INSTALLED, ids=lambda version: f"{version.id} {version.version}")
def test_under_every_installed_rule_the_reader_arrives_at_the_same_day(version: RuleVersion) -> None:
    for number in range(0, 800, 11):
        start = date(2026, 1, 1) + timedelta(days=number)
        still = stood_still(f"{start + timedelta(days=3)}..{start + timedelta(days=20)}") if number % 2 else []
        period = None if version.period else "P15D"
        end = end_under(version, count_of(start, period, abroad=number % 3 == 0, suspensions=still))
        assert due_by(end.steps) == end.due
