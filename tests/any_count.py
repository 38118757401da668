"""Arbitrary rules and counts, for properties that must hold for all of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from domain.clock import Count
from domain.regimes import RuleVersion
from tests.shapes import AUGUST, CALENDARS, rule

ZONES = ("Europe/London", "Europe/Rome", "Australia/Sydney", "Australia/Adelaide", "UTC")
CHRISTMAS = {"name": "Christmas recess", "each_year": {"first": "12-24", "last": "01-06"}}
DAY = timedelta(days=1)

starts = st.dates(date(1990, 1, 1), date(2060, 12, 31))
in_days = st.integers(1, 120).map(lambda number: f"P{number}D")
in_weeks = st.integers(1, 20).map(lambda number: f"P{number}W")
in_months = st.integers(1, 30).map(lambda number: f"P{number}M")
in_years = st.integers(1, 5).map(lambda number: f"P{number}Y")
in_hours = st.integers(1, 200).map(lambda number: f"PT{number}H")
periods = in_days | in_weeks | in_months | in_years


@st.composite
def rules(draw: st.DrawFn, /, **fixed: Any) -> RuleVersion:
    """A rule of any shape; what is named is as given."""
    sometimes = {
        "days": st.sampled_from(["calendar", "working"]),
        "first_day": st.sampled_from(["excluded", "included"]),
        "last_day": st.sampled_from(["counted", "excluded"]),
        "roll": st.sampled_from(["next_working_day", "none"]),
        "rolls_up_to": st.sampled_from([[], ["P90D", "P12W", "P3M"]]),
        "working_days_within": st.none() | st.fixed_dictionaries({"at_least": st.integers(1, 4), "from": in_days}),
        "leaves_out": st.sampled_from([[], [AUGUST], [CHRISTMAS], [AUGUST, CHRISTMAS]]),
        "after_suspension": st.sampled_from(["remainder", "anew"]),
        "cut_off": st.none() | st.fixed_dictionaries({"word": st.sampled_from(["by", "before"]), "time": st.just("17:00")}),
    }
    said = {name: fixed[name] if name in fixed else draw(drawn) for name, drawn in sometimes.items()}
    calendar = draw(st.sampled_from(sorted(CALENDARS)))
    return rule(fixed.get("calendar", calendar), fixed.get("zone") or draw(st.sampled_from(ZONES)), **said)


def ranges_near(start: date) -> st.SearchStrategy[tuple[date, date]]:
    """Some days near a start, half-open; they may be none."""
    pairs = st.tuples(st.integers(-200, 600), st.integers(0, 250))
    return pairs.map(lambda pair: (start + pair[0] * DAY, start + sum(pair) * DAY))


def as_suspensions(ranges: list[tuple[date, date]], resumes: str | None = None) -> list[dict[str, Any]]:
    """Suspensions as a count takes them."""
    return [{"since": since, "until": until, "reason": "An appeal is pending.", "resumes": resumes} for since, until in ranges]


def count_of(start: date | datetime, period: str | None, **more: Any) -> Count:
    """A count under the rule for tests."""
    count = {"rule": "test/rule", "rule_version": 1, "trigger": "test.notice_sent", "start": start, "period": period, **more}
    return Count.model_validate(count)


@st.composite
def counts(draw: st.DrawFn, /, of: st.SearchStrategy[str] = periods | in_hours) -> Count:
    """Any count: whatever can change an end may do so."""
    day = draw(starts)
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) + draw(st.integers(0, 1439)) * timedelta(minutes=1)
    start: date | datetime = draw(st.sampled_from([day, instant]))
    near = st.lists(ranges_near(day), max_size=3)
    until = draw(st.none() | st.none() | st.sampled_from([day + 20 * DAY, instant + 20 * DAY]))
    left_out = [{"first": since, "last": until, "name": "recess"} for since, until in draw(near)]
    resumes = draw(st.none() | st.sampled_from(["remainder", "anew"]))
    return count_of(
        start,
        draw(of),
        until=until,
        extensions=tuple(draw(st.lists(periods | in_hours, max_size=2))),
        suspensions=as_suspensions(draw(near), resumes),
        left_out=left_out,
        anchored=draw(st.booleans()),
        holidays=draw(st.none() | st.sampled_from(["GB/SCT", "AT+DE/BY", "none"])),
    )
