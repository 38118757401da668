"""What pauses do to a run: the end moves by as much as did not count, or the whole period begins anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time

from domain.clock.counting import DAY, Counting, Run, day_on, without
from domain.clock.pauses import Pause, Pauses
from domain.clock.words import counted, in_words
from domain.clock.worksheet import Worksheet


class StandingStill:
    """Lets the pauses of one deadline take effect, in order, and says how. `last_day`: up to which a run's end would roll."""

    def __init__(self, sheet: Worksheet, counting: Counting, pauses: Pauses, last_day: Callable[[Run], date]) -> None:
        self._sheet = sheet
        self._calendar = sheet.calendar
        self._counting = counting
        self._pauses = pauses
        self._last_day = last_day

    def first_after_what_is_left_out(self, first: date) -> date:
        """A count that would begin on days that the law leaves out begins after them."""
        pause = self._pauses.left_out_on(first)
        if pause is None:
            return first
        law = self._law_behind(pause)
        self._sheet.say(f"{pause}{law}; the first day that counts is {in_words(pause.until)}")
        return pause.until

    def paused(self, run: Run) -> Run:
        """The run with all pauses that it meets; those that it does not meet are told where somebody gave them."""
        event = run.event
        for pause in self._pauses.within(event, day_on(run.first)):
            if not self._meets(run, pause):
                break
            run = self._anew(run, pause) if pause.anew else self._later(run, pause)
        self._say_what_changes_nothing(event, run)
        return run

    def _meets(self, run: Run, pause: Pause) -> bool:
        if isinstance(run.end, datetime):
            return self._midnight(pause.since) < run.end
        return pause.since <= (self._last_day(run) if pause.anew else run.end)

    def _anew(self, run: Run, pause: Pause) -> Run:
        law = self._law_behind(pause)
        in_hours = isinstance(run.first, datetime)
        first = self._midnight(pause.until) if in_hours else pause.until
        what = "hour" if in_hours else "day"
        self._sheet.say(f"{pause}{law}: the period begins anew, and {in_words(first)} is its first {what}")
        return self._counting.run_from(first)

    def _later(self, run: Run, pause: Pause) -> Run:
        law = self._law_behind(pause)
        if self._sheet.has_fixed_end:
            end = self._days_later(run.end, pause, law)
        elif isinstance(run.first, datetime) and isinstance(run.end, datetime):
            end = self._hours_later(run.first, run.end, pause, law)
        elif self._counting.in_working_days(self._sheet.period):
            end = self._working_days_later(run.end, pause, law)
        else:
            end = self._days_later(run.end, pause, law)
        return replace(run, end=end)

    def _days_later(self, before: date | datetime, pause: Pause, law: str) -> date | datetime:
        lost = pause.until - pause.since
        end = before + lost
        self._sheet.say(f"{pause}, {counted(lost.days, 'day')}{law}: the end moves to {in_words(end)}")
        return end

    def _working_days_later(self, before: date | datetime, pause: Pause, law: str) -> date | datetime:
        days = self._calendar.working_days_in(pause.since, pause.until)
        end = self._counting.later(before, days)
        self._sheet.asked_calendar()
        lost = f"{counted(days, 'working day')}{law}{without(self._calendar, pause.since, pause.until - DAY)}"
        moved = f"{in_words(end)}{without(self._calendar, day_on(before) + DAY, day_on(end))}"
        self._sheet.say(f"{pause}, {lost}: the end moves to {moved}")
        return end

    def _hours_later(self, first: datetime, end: datetime, pause: Pause, law: str) -> datetime:
        """By the hours that really went by, so that a change of the clocks neither gives nor takes one."""
        since = self._midnight(pause.since)
        if not self._sheet.count.anchored:
            since = max(since, first)
        lost = self._midnight(pause.until).astimezone(UTC) - since.astimezone(UTC)
        end = (end.astimezone(UTC) + lost).astimezone(self._sheet.zone)
        hours = lost.total_seconds() / 3600
        self._sheet.say(f"{pause}, {hours:g} hours{law}: the end moves to {in_words(end)}")
        return end

    def _law_behind(self, pause: Pause) -> str:
        fact = "after_suspension" if pause.stood_still else "leaves_out"
        self._sheet.decided_by(fact)
        return self._sheet.law(fact)

    def _say_what_changes_nothing(self, event: date, run: Run) -> None:
        for pause in self._pauses.told():
            if pause.until <= self._pauses.earliest(event) or pause.since > self._last_day(run):
                self._sheet.say(f"{pause}, outside the period: that changes nothing")

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._sheet.zone)
