"""Rounding, once, at the end: the least number of working days, the next working day, and the hour of the last day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from domain.clock.counting import DAY
from domain.clock.pauses import Pauses
from domain.clock.period import Period
from domain.clock.words import counted, in_words, listed
from domain.clock.worksheet import Worksheet


class Rounding:
    """Rounds the end of one deadline, and says how. Nothing is moved to a day on which it does not run."""

    def __init__(self, sheet: Worksheet, pauses: Pauses) -> None:
        self._sheet = sheet
        self._calendar = sheet.calendar
        self._rule = sheet.rule
        self._pauses = pauses

    def rolls(self, period: Period | None) -> bool:
        """Whether an end that is no working day moves; `period`: the one it ends, None: its end was fixed."""
        longest = [Period.parse(written) for written in self._rule.data.rolls_up_to]
        fits = period is None or not longest or period.is_within(longest)
        return self._rule.data.roll == "next_working_day" and fits

    def _hops(self, end: date) -> Iterator[tuple[date, str]]:
        """From the end to the first day on which something can end: each day it comes to, and why not the one before."""
        while True:
            off = self._calendar.why_not_working(end)
            pause = None if off else self._pauses.on(end)
            if off:
                why, end = f"{in_words(end)} is {off}", end + DAY
            elif pause:
                why, end = f"from {in_words(end)} until {in_words(pause.until)} it does not run ({pause.why})", pause.until
            else:
                return
            yield end, why

    def rolled(self, end: date, period: Period | None) -> date:
        """The end, moved to a working day if the rule moves it."""
        if not self.rolls(period):
            self._say_that_it_stays(end, period)
            return end
        self._sheet.asked_calendar()
        hops = [*self._hops(end)]
        if not hops:
            self._sheet.say(f"{in_words(end)} is a working day, so the end stays there")
            return end
        due = hops[-1][0]
        self._sheet.say(f"{listed([why for _, why in hops])}; the next working day is {in_words(due)}{self._sheet.law('roll')}")
        self._sheet.decided_by("roll", *(["rolls_up_to"] if self._rule.data.rolls_up_to else []))
        return due

    def _say_that_it_stays(self, end: date, period: Period | None) -> None:
        why = self._calendar.why_not_working(end)
        if not why:
            return
        if self._rule.data.roll == "none":
            self._sheet.decided_by("roll")
            safe = self._calendar.working_day_before(end)
            self._sheet.say(
                f"{in_words(end)} is {why}, but the end is not moved{self._sheet.law('roll')}; "
                f"the last working day before it is {in_words(safe)}"
            )
            return
        self._sheet.decided_by("rolls_up_to")
        law = self._sheet.law("rolls_up_to")
        longest = " or ".join(str(Period.parse(written)) for written in self._rule.data.rolls_up_to)
        self._sheet.say(f"{in_words(end)} is {why}, but only a period of up to {longest} is moved{law}; this is {period}")

    def with_least_working_days(self, first: date, due: date, period: Period) -> date:
        """The end, moved until the period holds the least number of working days."""
        least = self._rule.data.working_days_within
        if least is None or not period.is_at_least(Period.parse(least.shortest)):
            return due
        held: list[date] = []
        passed: list[str] = []
        day = first
        while len(held) < least.at_least:
            hops = [*self._hops(day)]
            passed += [why for _, why in hops]
            day = hops[-1][0] if hops else day
            held.append(day)
            day += DAY
        if held[-1] <= due:
            return due
        self._sheet.asked_calendar()
        self._sheet.decided_by("working_days_within")
        law = self._sheet.law("working_days_within")
        days, shortest = counted(least.at_least, "working day"), Period.parse(least.shortest)
        these = f"from {in_words(first)} on these are {listed([in_words(day) for day in held])}"
        why = f", because {listed(passed)}" if passed else ""
        self._sheet.say(
            f"A period of {shortest} or more holds at least {days}{law}: {these}{why}; it ends on {in_words(held[-1])}"
        )
        return held[-1]

    def cut_off(self, due: date) -> datetime:
        """The first instant that is late."""
        zone = self._rule.time_zone
        cut_off = self._rule.cut_off
        if cut_off is None:
            self._sheet.say(f"In time until the end of {in_words(due)}")
            return datetime.combine(due + DAY, time(), zone)
        self._sheet.decided_by("cut_off")
        late_from = datetime.combine(due, cut_off.time, zone)
        if cut_off.includes_the_minute:
            late_from += timedelta(microseconds=1)
        law = self._sheet.law("cut_off")
        self._sheet.say(f"In time {cut_off.word} {cut_off.time:%H:%M} on {in_words(due)}{law}")
        return late_from

    def instant(self, end: datetime) -> tuple[date, datetime]:
        """An end in hours: the last day on which the act is in time, and the instant itself."""
        local = end.astimezone(self._rule.time_zone)
        law = ""
        if self._rule.data.roll == "none":
            self._sheet.decided_by("roll")
            law = self._sheet.law("roll")
        self._sheet.say(f"In time before {in_words(local)}; an end in hours is not moved{law}")
        return (local - timedelta(microseconds=1)).date(), local
