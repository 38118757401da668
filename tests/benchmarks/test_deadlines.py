"""Deadlines computed per second with every step in words, beside bare dateutil plus holidays doing the arithmetic alone.

Both find the same days for the same triggers in the same run; what counts is the ratio, for machines are noisy.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import holidays
import pytest
from dateutil.relativedelta import relativedelta

from domain.clock import Count
from domain.clock.end import end_under
from domain.regimes import RuleVersion, rules, version_in_force

DAY = timedelta(days=1)
FIRST, DAYS = date(2026, 3, 1), 365
ROUNDS = 5

ENGLAND = holidays.country_holidays("GB", subdiv="ENG")
FRANCE = holidays.country_holidays("FR")
ITALY = holidays.country_holidays("IT")
SPAIN = holidays.country_holidays("ES", subdiv="MD")
GREECE = holidays.country_holidays("GR")


def rolled(day: date, off: holidays.HolidayBase) -> date:
    while day.weekday() > 4 or day in off:
        day += DAY
    return day


def without_august(start: date, days: int) -> date:
    end = start
    while days:
        end += DAY
        days -= end.month != 8
    return end


def on_from(end: date, off: holidays.HolidayBase) -> date:
    """Rolled, and never into August."""
    end = rolled(end, off)
    return rolled(date(end.year, 9, 1), off) if end.month == 8 else end


def working_days(start: date, days: int, off: holidays.HolidayBase) -> date:
    end = start
    while days:
        end += DAY
        days -= end.weekday() < 5 and end not in off
    return end


BARE: dict[str, Callable[[date], date]] = {
    "uk-dpa-2018/sch16-2": lambda day: rolled(day + relativedelta(months=6), ENGLAND),
    "uk-dpa-2018/sch16-3": lambda day: rolled(day + relativedelta(days=21), ENGLAND),
    "uk-dpa-2018/sch16-6": lambda day: rolled(day + relativedelta(days=28), ENGLAND),
    "uk-grc-2009/r22": lambda day: rolled(day + relativedelta(days=28), ENGLAND),
    "uk-ut-2008/r21": lambda day: rolled(day + relativedelta(months=1), ENGLAND),
    "fr-lil/r421-1": lambda day: rolled(day + relativedelta(months=2) + DAY, FRANCE),
    "it-codice/art-10": lambda day: on_from(without_august(day, 30), ITALY),
    "es-lopdgdd/reposicion": lambda day: rolled(day + relativedelta(months=1), SPAIN),
    "es-lopdgdd/alegaciones": lambda day: working_days(day, 10, SPAIN),
    "gr-4624/pd-18-1989": lambda day: rolled(day + relativedelta(days=60), GREECE),
    "ie-dpa-2018/s142": lambda day: day + relativedelta(days=27),
}
"""The arithmetic of a mix of rules, as somebody would write it by hand."""


def counted(name: str, day: date) -> tuple[RuleVersion, Count]:
    rule = version_in_force(rules()[name], day)
    period = None if rule.period else "P10D"
    return rule, Count(rule=name, rule_version=rule.version, trigger="act.sent", start=day, period=period)


def rate(work: Callable[[], Sequence[date]]) -> float:
    """How many in a second of this process, at its best: what else the machine does only slows it down."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        found = len(work())
        best = max(best, found / (time.process_time() - began))
    return best


@pytest.mark.benchmark  # measures speed or memory
def test_deadlines_per_second_with_their_explanation() -> None:
    triggers = [(name, FIRST + number * DAY) for number in range(DAYS) for name in BARE]
    asked = [counted(name, day) for name, day in triggers]

    def by_the_clock() -> list[date]:
        return [end_under(rule, count).due for rule, count in asked]

    def by_hand() -> list[date]:
        return [BARE[name](day) for name, day in triggers]

    differing = [
        (name, str(day), str(ours), str(theirs))
        for (name, day), ours, theirs in zip(triggers, by_the_clock(), by_hand(), strict=True)
        if ours != theirs
    ]
    assert differing == []
    ours, theirs = rate(by_the_clock), rate(by_hand)
    sys.stdout.write(
        f"\n{len(triggers):,} deadlines under {len(BARE)} rules\n"
        f"the clock, with every step in words: {ours:,.0f} deadlines per second\n"
        f"bare dateutil and holidays, the arithmetic alone: {theirs:,.0f} per second; the clock has {ours / theirs:.2f} of that\n"
    )
