"""The alarm rules: they can be read, name what there is, and say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, get_args, get_type_hints

import pytest

from foundation import metrics
from foundation.settings import Settings
from projections.alarms import Alarm
from tests.alarms import Rule, rules, told_here
from tests.promql import Expression, Scrape
from workers.measuring import tell_limits

ROOT = Path(__file__).parents[3]
OF_PROMETHEUS = {"up": {"job", "instance"}}
BY_PROMETHEUS = {"job", "instance"}
RULES = rules().values()


def known() -> dict[str, set[str]]:
    """Every metric that a process can tell, with its labels."""
    found = dict(OF_PROMETHEUS)
    for metric in vars(metrics).values():
        if isinstance(metric, metrics.Told):
            found[metric.name] = {*metric.labels, *BY_PROMETHEUS}
    found["process_start_time_seconds"] = BY_PROMETHEUS
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
class TestEachRule:
    def test_names_only_metrics_that_there_are_with_labels_that_they_have(self, rule: Rule) -> None:
        there = known()
        for metric, labels in rule.expression.series.items():
            assert metric in there
            assert labels <= there[metric]

    def test_has_what_prometheus_and_people_need(self, rule: Rule) -> None:
        assert {"alert", "expr", "labels", "annotations"} <= rule.fields <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule.labels["severity"] in {"critical", "warning"}
        assert set(rule.annotations) == {"summary", "deadlines", "action", "runbook"}
        assert all(rule.annotations.values())

    def test_has_its_section_in_the_runbook(self, rule: Rule) -> None:
        page, _, anchor = rule.annotations["runbook"].partition("#")
        text = (ROOT / page).read_text(encoding="utf-8")
        assert anchor == rule.name.lower()
        assert f"### {rule.name}\n" in text

    def test_compares_with_the_limit_that_the_settings_give(self, rule: Rule) -> None:
        tell_limits(Settings())
        told = {dict(labels)["alarm"] for name, labels in told_here() if name == "regcase_alarm_limit"}
        assert rule.expression.limits <= told


def test_every_limit_of_the_settings_has_a_rule() -> None:
    tell_limits(Settings())
    told = {dict(labels)["alarm"] for name, labels in told_here() if name == "regcase_alarm_limit"}
    assert {limit for rule in RULES for limit in rule.expression.limits} == told


def test_every_alarm_of_the_status_has_a_rule_and_the_other_way_round() -> None:
    kinds = get_args(get_type_hints(Alarm)["kind"])
    assert sorted(rule.labels["status"] for rule in RULES if "status" in rule.labels) == sorted(kinds)


def test_every_section_of_the_runbook_about_an_alarm_belongs_to_one() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {line.removeprefix("### ") for line in text.splitlines() if line.startswith("### Regcase")} == set(rules())


class TestReadingAnExpression:
    SCRAPE: ClassVar[Scrape] = {
        ("m", frozenset({("a", "1"), ("b", "x")})): 5.0,
        ("m", frozenset({("a", "2"), ("b", "x")})): 7.0,
        ("limit", frozenset({("alarm", "m")})): 6.0,
    }

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("m > 6", {frozenset({("a", "2"), ("b", "x")}): 7.0}),
            ('m{a="1"} > 6', {}),
            ("max by (b) (m)", {frozenset({("b", "x")}): 7.0}),
            ("sum(m) >= 12", {frozenset(): 12.0}),
            ('max by (a) (m) > scalar(min(limit{alarm="m"}))', {frozenset({("a", "2")}): 7.0}),
            ('max(m) > scalar(min(limit{alarm="other"}))', {}),
            ("absent(m == 8)", {frozenset(): 1.0}),
            ("absent(m == 7)", {}),
        ],
    )
    def test_gives_what_it_holds_for(self, text: str, found: dict[frozenset[tuple[str, str]], float]) -> None:
        assert Expression(text).fires(self.SCRAPE) == found

    def test_counts_changes_from_scrape_to_scrape(self) -> None:
        scrapes = [{("m", frozenset[tuple[str, str]]()): value} for value in (1.0, 1.0, 2.0, 3.0)]
        assert Expression("changes(m[10m]) >= 2").fires(*scrapes) == {frozenset(): 2.0}
        assert Expression("changes(m[10m]) >= 3").fires(*scrapes) == {}

    def test_fails_on_what_it_does_not_know(self) -> None:
        with pytest.raises(AssertionError):
            Expression("m > 6 or m < 2").fires(self.SCRAPE)
