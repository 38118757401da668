"""Counts under an installed rule, in the version that the trigger's day chooses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from domain.clock import Count, End, end_of
from domain.fields import day_of
from domain.regimes import RuleVersion, regime, rules


def version_on(rule_id: str, on: date) -> RuleVersion:
    """The version of a rule in force on a day."""
    return next(version for version in rules()[rule_id] if version.is_in_force_on(on))


def ends(rule_id: str, start: str, period: str | None = None, **more: Any) -> End:
    """The end of a count from a day or an instant. `more` are further fields of `Count`."""
    moment = date.fromisoformat(start) if len(start) == len("2026-03-02") else datetime.fromisoformat(start)
    rule = version_on(rule_id, day_of(moment))
    given = {"rule": rule.id, "rule_version": rule.version, "trigger": "test", "start": moment, "period": period, **more}
    return end_of(Count.model_validate(given), regime("uk-dpa-2018"))


def due(rule_id: str, start: str, period: str | None = None, **more: Any) -> str:
    """The last day in time, in ISO 8601."""
    return str(ends(rule_id, start, period, **more).due)


def moved(rule_id: str, start: str, period: str | None = None, **more: Any) -> tuple[str, str]:
    """The end before and after the roll."""
    end = ends(rule_id, start, period, **more)
    return str(end.nominal), str(end.due)
