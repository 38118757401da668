"""The end of a deadline. Rounds once, at the end: start, period, extensions, days stood still, and then one roll."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.clock.period import Period, day_after_count
from domain.clock.terms import Count, End, Suspension
from domain.fields import day_of

if TYPE_CHECKING:
    from domain.regimes import Regime, RuleVersion


def end_of(count: Count, regime: Regime) -> End:
    """Find the last day on which the act is in time, and say how.

    Args:
        count: rule, start, period and whatever changed it; dates in the regime's time zone.
        regime: where the rule, and through it its calendar, is found.

    Returns: `due`, a date in that zone; `due_at`, the first late instant; `steps`, a sentence each.

    Raises:
        Misconfigured: the regime knows no such rule, or the rule has no period and the notice gave none.
        OverflowError: the end lies beyond the year 9999.

    Law: for the UK Reg 1182/71 Art 3 by DPA 2018 s205(2); the tribunals' rules for their own steps.
    """
    return _Counting(count, regime.rule_version(count.rule, count.rule_version)).end()


class _Counting:
    """One computation; collects the sentences and the uncertain facts that decided."""

    def __init__(self, count: Count, rule: RuleVersion) -> None:
        self._count = count
        self._rule = rule
        self._zone = rule.time_zone
        self._steps: list[str] = []
        self._deciding: set[str] = {"kind"}

    def end(self) -> End:
        count = self._count
        rolls = self._rule.roll == "next_working_day"
        if count.until is not None:
            nominal: date | datetime = count.until
            self._steps.append(f"The end is set to {_words(nominal)}.")
            rolls = rolls and bool(count.extensions or count.suspensions)
        else:
            nominal = self._after_period()
        for extension in count.extensions:
            period = Period.parse(extension)
            nominal = period.after(nominal, self._zone)
            self._steps.append(f"Extended by {period}: {_words(nominal)}.")
        nominal = self._after_suspensions(nominal)
        due, due_at = self._cut_off(nominal, rolls=rolls)
        return End(
            nominal=nominal,
            due=due,
            due_at=due_at,
            calendar=self._rule.calendar.ref,
            steps=tuple(self._steps),
            marks=self._marks(),
        )

    def _marks(self) -> tuple[str, ...]:
        """What is not certain about the facts that decided; the calendar decides only where an end rolls."""
        doubt = self._rule.calendar.doubt
        marks = self._rule.marks_on(self._deciding)
        return (*marks, doubt) if doubt and "roll" in self._deciding else marks

    def _after_period(self) -> date | datetime:
        count, rule = self._count, self._rule
        written = rule.period_or(count.period, abroad=count.abroad)
        period = Period.parse(written)
        nominal = day_after_count(count.start, period, self._zone)
        self._deciding |= {"period", "first_day"} if count.period is None else {"first_day"}
        start = count.start
        day = day_of(start)
        if period.unit == "H":
            bare = not isinstance(start, datetime)
            why = "a bare date counts from the end of its day" if bare else "the hour of the event is not counted"
            self._steps.append(
                f"Counted from {_words(start)} ({_event(count.trigger)}); {why}{_cited(rule.cites_for('first_day'))}."
            )
        else:
            cited = _cited(rule.cites_for("first_day"))
            self._steps.append(f"{_words(day)} ({_event(count.trigger)}) is the day of the event and is not counted{cited}.")
        source = "set by the notice" if count.period else "by the rule"
        by_number = ", by the day of the same number in the month" if period.is_in_months else ""
        if period.is_in_months and nominal.day != day.day:
            self._deciding.add("month_end")
            by_number = f", the last day of a month that has no day {day.day}{_cited(rule.cites_for('month_end'))}"
        self._steps.append(f"{period} ({source}{_cites_inside(rule.cites)}) end on {_words(nominal)}{by_number}.")
        return nominal

    def _after_suspensions(self, nominal: date | datetime) -> date | datetime:
        merged = merge(self._count.suspensions)
        if not merged:
            return nominal
        for since, until in merged:
            days = (until - since).days
            self._steps.append(f"It stood still from {_words(since)} until {_words(until)}, {days} days.")
        days = sum((until - since).days for since, until in merged)
        nominal += timedelta(days=days)
        self._steps.append(f"{days} days after the old end is {_words(nominal)}.")
        return nominal

    def _cut_off(self, nominal: date | datetime, *, rolls: bool) -> tuple[date, datetime]:
        rule = self._rule
        if isinstance(nominal, datetime):
            local = nominal.astimezone(self._zone)
            self._steps.append(f"In time before {local:%H:%M} on {_words(local.date())}; an end in hours is not moved.")
            return (local - timedelta(microseconds=1)).date(), local
        due = nominal
        if rolls:
            due = rule.calendar.working_day_from(nominal)
            self._deciding.add("roll")
            if due == nominal:
                self._steps.append(f"{_words(due)} is a working day, so the end stays there.")
            else:
                why = rule.calendar.why_not_working(nominal)
                moved = _cited(rule.cites_for("roll"))
                self._steps.append(f"{_words(nominal)} is {why}; the next working day is {_words(due)}{moved}.")
        if rule.cut_off is None:
            self._steps.append(f"In time until the end of {_words(due)}.")
            return due, datetime.combine(due + timedelta(days=1), time(), self._zone)
        self._deciding.add("cut_off")
        hour = rule.cut_off.time
        late_from = datetime.combine(due, hour, self._zone)
        if rule.cut_off.includes_the_minute:
            late_from += timedelta(microseconds=1)
        word = "by" if rule.cut_off.includes_the_minute else "before"
        self._steps.append(f"In time {word} {hour:%H:%M} on {_words(due)}{_cited(rule.cites_for('cut_off'))}.")
        return due, late_from


def merge(suspensions: Sequence[Suspension]) -> list[tuple[date, date]]:
    """The days of all suspensions as half-open intervals; days in several count once."""
    merged: list[tuple[date, date]] = []
    for since, until in sorted((s.since, s.until) for s in suspensions if s.until > s.since):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((since, until))
    return merged


def _event(trigger: str) -> str:
    """An event type as people read it: `fine.penalty_notice_issued` is 'penalty notice issued'."""
    return (trigger.partition(".")[2] or trigger).replace("_", " ")


def _words(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return f"{moment:%a} {moment.day} {moment:%b %Y %H:%M}"
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def _cited(cites: Sequence[str]) -> str:
    return f" ({'; '.join(cites)})" if cites else ""


def _cites_inside(cites: Sequence[str]) -> str:
    return f": {'; '.join(cites)}" if cites else ""
