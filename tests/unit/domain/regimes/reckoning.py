"""Dates as the files of the regimes give them: a rule by its name, the version chosen by the day, the end by the engine."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from domain.clock import Count, End, end_of
from domain.regimes import Regime, RuleVersion, regime, regimes


def version_of(rule: str, start: str) -> RuleVersion:
    """The version of a rule (`fr-lil/r421-1`) that is law on the day of the trigger."""
    day = datetime.fromisoformat(start).date() if "T" in start else date.fromisoformat(start)
    (found,) = [version for version in _regime_of(rule).rules[rule] if version.is_in_force_on(day)]
    return found


def end_under(rule: str, start: str, period: str | None = None, **more: Any) -> End:
    """The end that the rule gives, counted from a day, with its worked steps and its marks."""
    version = version_of(rule, start)
    count = {"rule": rule, "rule_version": version.version, "trigger": "test", "start": start, "period": period, **more}
    return end_of(Count.model_validate(count), _regime_of(rule))


def due(rule: str, start: str, period: str | None = None, **more: Any) -> str:
    """The last day on which the act is in time."""
    return str(end_under(rule, start, period, **more).due)


def moved(rule: str, start: str, period: str | None = None, **more: Any) -> tuple[str, str]:
    """The end before and after the roll."""
    end = end_under(rule, start, period, **more)
    return str(end.nominal), str(end.due)


def stood_still(since: str, until: str) -> dict[str, Any]:
    """Days on which a period stood still, the last not counted."""
    return {"suspensions": [{"since": since, "until": until, "reason": "test"}]}


def _regime_of(rule: str) -> Regime:
    named = rule.partition("/")[0]
    return regime(named) if named in regimes() else regime("uk-dpa-2018")
