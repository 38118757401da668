"""Regimes as data: what is installed is whole, and a broken file is refused with all its faults."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.refusals import Invalid
from domain.regimes import installed, regime, regimes, rules
from domain.subject import Subject
from foundation.errors import Misconfigured

BROKEN = Path(__file__).parent / "broken_regimes"
UK = regime("uk-dpa-2018")
LAST = date(2199, 12, 31)


def subject(kind: str = "undertaking", turnover: str | None = None) -> Subject:
    name = "PERSON-0042" if kind == "individual" else "A Ltd"
    return Subject.model_validate({"name": name, "country": "GB", "kind": kind, "worldwide_turnover": turnover})


class TestWhatIsInstalled:
    @pytest.mark.parametrize("file_id", sorted(installed().files))
    def test_every_rule_has_exactly_one_version_on_every_day_its_file_covers(self, file_id: str) -> None:
        file = installed().files[file_id]
        assert file.rules
        for name, rule in file.rules.items():
            versions = rules()[f"{file_id}/{name}"]
            first, end = rule.exists_from or file.covers_from, file.covers_until or LAST
            changes = {v.data.in_force.since for v in versions} | {v.data.in_force.until or LAST for v in versions}
            for near in sorted({first, end, *changes}):
                for moved in (-1, 0, 1):
                    on = near + timedelta(days=moved)
                    expected = 1 if first <= on < end else 0
                    if on < LAST:
                        assert sum(version.is_in_force_on(on) for version in versions) == expected, (name, on)

    @pytest.mark.parametrize("file_id", sorted(installed().files))
    def test_every_field_of_every_version_has_a_source_that_cites_or_notes_something(self, file_id: str) -> None:
        for name, rule in installed().files[file_id].rules.items():
            for version in rule.versions:
                stated = version.model_dump(exclude_unset=True).keys() - {"version", "in_force", "sources", "calendar"}
                sourced = {fact: source for source in version.sources for fact in source.facts}
                for field in {*stated, "counts_from", "in_force.from", *(["in_force.until"] if version.in_force.until else [])}:
                    assert field in sourced, f"{name}, version {version.version}: {field}"
                    assert sourced[field].cites or sourced[field].note

    @pytest.mark.parametrize("file_id", sorted(installed().files))
    def test_what_nobody_has_confirmed_says_why_beside_its_mark(self, file_id: str) -> None:
        """A mark B has a note or names the law that would have to be read."""
        for name, rule in installed().files[file_id].rules.items():
            for version in rule.versions:
                for source in version.sources:
                    assert source.mark != "B" or source.note or source.cites, (name, source)

    def test_no_file_claims_to_have_been_compared_with_the_law(self) -> None:
        """Whoever compares one writes the day into it, and takes it from here."""
        assert {file_id for file_id, file in installed().files.items() if file.compared_with_law_on} == set()

    def test_the_vocabularys_roles_are_filled_by_the_rules_that_it_names(self) -> None:
        on = date(2022, 5, 18)
        filled = {
            ("fine", "representations"): ("uk-dpa-2018/sch16-3", "floor"),
            ("fine", "penalty_limit"): ("uk-dpa-2018/sch16-2", "ceiling"),
            ("fine", "payment"): ("uk-dpa-2018/sch16-6", "due"),
            ("fine", "payment:1"): ("uk-dpa-2018/sch16-6", "due"),
            ("fine", "appeal"): ("uk-grc-2009/r22", "due"),
            ("fine", "appeal:variation"): ("uk-grc-2009/r22", "due"),
            ("enforcement_notice", "appeal"): ("uk-grc-2009/r22", "due"),
            ("enforcement_notice", "comply:stop"): ("uk-dpa-2018/s150", "due"),
        }
        for (case_type, role), (rule_id, kind) in filled.items():
            rule = UK.rule_for(case_type, role, on)
            assert rule
            assert (rule.id, rule.kind) == (rule_id, kind)
        assert UK.rule_for("fine", "early_payment", on) is None

    def test_the_limit_for_a_penalty_is_hard_until_4_february_2026_and_soft_from_the_5th(self) -> None:
        kinds = [rule.kind for day in (4, 5) if (rule := UK.rule_for("fine", "penalty_limit", date(2026, 2, day)))]
        assert kinds == ["ceiling", "soft"]

    def test_the_ways_on_are_those_of_the_tribunals_rules(self) -> None:
        on = date(2022, 5, 18)
        first, upper = "first_tier_tribunal", "upper_tribunal"
        rules = (
            UK.way_on_rule(first, on),
            UK.way_on_rule(upper, on),
            UK.renewal_rule(first, first, on),
            UK.reconsideration_rule(upper, first, on),
        )
        assert [rule.id for rule in rules if rule] == ["uk-grc-2009/r42", "uk-ut-2008/r44", "uk-ut-2008/r21", "uk-ut-2008/r22"]
        assert UK.way_on_rule("supreme_court", on) is None
        assert UK.renewal_rule(upper, upper, on) is None

    def test_what_is_not_confirmed_is_told(self) -> None:
        rule = UK.rule_for("fine", "penalty_limit", date(2026, 2, 5))
        assert rule
        assert any("not confirmed [B]" in mark for mark in rule.marks_on({"kind"}))
        assert not any("roll" in mark for mark in rule.marks_on({"roll"}))

    def test_only_regimes_can_govern_a_case(self) -> None:
        assert "uk-dpa-2018" in regimes()
        assert "uk-grc-2009" not in regimes()
        with pytest.raises(Misconfigured, match="not installed"):
            regime("uk-grc-2009")

    @given(st.dates(date(1950, 1, 1), date(2018, 5, 24)))
    def test_a_trigger_before_the_days_covered_is_refused_never_guessed(self, on: date) -> None:
        with pytest.raises(Invalid, match="known from 2018-05-25 on"):
            UK.rule_for("fine", "payment", on)

    def test_a_version_that_is_not_installed_asks_for_newer_files(self) -> None:
        with pytest.raises(Misconfigured, match="Install the newer ones"):
            UK.rule_version("uk-dpa-2018/sch16-2", 3)


class TestTheMaximum:
    """DPA 2018 s157: the percentage limb only for an undertaking, whichever is higher."""

    @pytest.mark.parametrize(
        ("tier", "who", "maximum"),
        [
            ("higher", subject(), "GBP 17500000"),
            ("standard", subject(), "GBP 8700000"),
            ("higher", subject(turnover="GBP 437500000"), "GBP 17500000"),
            ("higher", subject(turnover="GBP 437500001"), "GBP 17500000.04"),
            ("standard", subject(turnover="GBP 1000000000"), "GBP 20000000"),
            ("higher", subject("public_body", "GBP 1000000000"), "GBP 17500000"),
            ("higher", subject("individual", "GBP 1000000000"), "GBP 17500000"),
            ("higher", subject(turnover="USD 9000000000"), "GBP 17500000"),
        ],
    )
    def test_is_the_higher_of_the_two_for_an_undertaking(self, tier: str, who: Subject, maximum: str) -> None:
        found = UK.maximum(tier, who)
        assert found.money == Money.parse(maximum)
        assert found.cites
        assert found.words
