"""Counting: from the event to the unrolled end, as if nothing came between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.clock.calendar import Calendar
from domain.clock.period import Period, first_hour
from domain.clock.words import counted, event_in_words, in_words, listed
from domain.clock.worksheet import Worksheet

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Run:
    """A period as it runs: the day of the event, the first day (or instant) that counts, and the unrolled end."""

    event: date
    first: date | datetime
    end: date | datetime


class Counting:
    """Counts the period of one deadline, and says how."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._inclusive = sheet.rule.data.first_day == "included"

    def in_working_days(self, period: Period) -> bool:
        """Whether only working days are counted: the rule says so, and the period is in days."""
        return period.unit == "D" and self._sheet.rule.data.days == "working"

    # The beginning

    def first(self, start: date | datetime) -> date | datetime:
        """The first day that counts, or of hours the instant from which they count, in the rule's time zone."""
        if self._sheet.period.unit == "H":
            first = first_hour(start, self._sheet.zone, counts=self._inclusive).astimezone(self._sheet.zone)
            self._say_first_hour(start, first)
            return first
        day = start.astimezone(self._sheet.zone).date() if isinstance(start, datetime) else start
        event = event_in_words(self._sheet.count.trigger)
        counts = "counts as the first day" if self._inclusive else "is not counted"
        law = self._sheet.law("first_day")
        self._sheet.say(f"{in_words(day)} ({event}) is the day of the event and {counts}{law}")
        self._sheet.decided_by("first_day")
        return day if self._inclusive else day + DAY

    def _say_first_hour(self, start: date | datetime, first: datetime) -> None:
        event = event_in_words(self._sheet.count.trigger)
        law = self._sheet.law("first_day")
        if isinstance(start, datetime):
            start = start.astimezone(self._sheet.zone)
            why = f"the hour of the event {'counts' if self._inclusive else 'is not counted'}"
        else:
            why = f"a bare date counts from the {'beginning' if self._inclusive else 'end'} of its day"
        begins = f"the first hour begins on {in_words(first)}"
        self._sheet.say(f"Counted from {in_words(start)} ({event}); {why}{law}: {begins}")
        self._sheet.decided_by("first_day")

    # The period

    def run_from(self, first: date | datetime, event: date | None = None) -> Run:
        """The period from its first day (or instant) on, with its extensions. `event` is None: it begins on another day."""
        period = self._sheet.period
        end = self._end_of(period, first, moved=event is None)
        if self._sheet.rule.data.last_day == "excluded":
            end = self._added(end, Period(1, "H" if isinstance(end, datetime) else "D"))
            what = "hour" if isinstance(end, datetime) else "day"
            law = self._sheet.law("last_day")
            self._sheet.say(f"The {what} in which it ends is not counted either{law}: {in_words(end)}")
        self._sheet.decided_by("last_day")
        return Run(event or day_on(first), first, self.extended(end))

    def _end_of(self, period: Period, first: date | datetime, *, moved: bool) -> date | datetime:
        end: date | datetime
        if isinstance(first, datetime):
            end = self._local(period.after(first, self._sheet.zone))
            how = ""
        elif self.in_working_days(period):
            end = self._sheet.calendar.working_day_number(period.number, first)
            how = self._without(first, end)
        elif period.is_in_months:
            end, how = self._by_number(period, first, moved=moved)
        else:
            end, how = first + timedelta(days=period.number * (7 if period.unit == "W" else 1)) - DAY, ""
        if period.unit == "D":
            self._sheet.decided_by("days")
        ends = "ends" if period.number == 1 else "end"
        self._sheet.say(f"{self._named(period)} ({self._source()}) {ends} on {in_words(end)}{how}")
        return end

    def _by_number(self, period: Period, first: date, *, moved: bool) -> tuple[date, str]:
        """By corresponding date: of the event, else (inclusive) the day before the first day's; or the month's last day."""
        numbered = first if self._inclusive else first - DAY
        end = period.after(numbered, self._sheet.zone)
        if end.day != numbered.day:
            self._sheet.decided_by("month_end")
            return end, f", the last day of a month that has no day {numbered.day}{self._sheet.law('month_end')}"
        of = f"as {in_words(numbered)}" if moved else "in the month"
        if self._inclusive:
            return end - DAY, f", the day before the day of the same number {of}"
        return end, f", by the day of the same number {of}"

    def _source(self) -> str:
        count = self._sheet.count
        if count.period:
            return "set by the notice"
        abroad = count.abroad and self._sheet.rule.data.period_abroad is not None
        fact = "period_abroad" if abroad else "period"
        self._sheet.decided_by(fact)
        where = f", in {count.resides_in}" if count.resides_in else ""
        whose = f"by the rule, for a subject that resides abroad{where}" if abroad else "by the rule"
        cites = self._sheet.rule.cites_for(fact) if abroad else self._sheet.rule.cites
        return f"{whose}: {'; '.join(cites)}" if cites else whose

    # What is added

    def extended(self, end: date | datetime) -> date | datetime:
        """The unrolled end with what was added to it."""
        for written in self._sheet.count.extensions:
            period, before = Period.parse(written), end
            if self.in_working_days(period):
                end = self.later(before, period.number)
                how = self._without(day_on(before) + DAY, day_on(end))
            else:
                end, how = self._added(before, period), ""
            self._sheet.say(f"Extended by {self._named(period)}: {in_words(end)}{how}")
        return end

    def _added(self, end: date | datetime, period: Period) -> date | datetime:
        """An end a period later. Of an instant hours are added as they are; nothing happened in its hour."""
        if period.unit == "H" and isinstance(end, datetime):
            later: date | datetime = end.astimezone(UTC) + timedelta(hours=period.number)
        else:
            later = period.after(end, self._sheet.zone)
        return self._local(later)

    def _local(self, end: date | datetime) -> date | datetime:
        return end.astimezone(self._sheet.zone) if isinstance(end, datetime) else end

    def later(self, end: date | datetime, working_days: int) -> date | datetime:
        """An end so many working days later."""
        if not working_days:
            return end
        later = self._sheet.calendar.working_day_number(working_days, day_on(end) + DAY)
        return datetime.combine(later, end.timetz()) if isinstance(end, datetime) else later

    # In words

    def _named(self, period: Period) -> str:
        return counted(period.number, "working day") if self.in_working_days(period) else str(period)

    def _without(self, first: date, last: date) -> str:
        self._sheet.asked_calendar()
        return without(self._sheet.calendar, first, last) + self._sheet.law("days")


def without(calendar: Calendar, first: date, last: date) -> str:
    """Which days between two are no working days, both included, to end a sentence with."""
    off = [f"{in_words(day)} ({name})" for day, name in calendar.holidays_in(first, last + DAY)]
    return f", not counting {listed(['weekends', *off])}"


def day_on(moment: date | datetime) -> date:
    """The day of an end or a beginning, which are on the rule's clock."""
    return moment.date() if isinstance(moment, datetime) else moment
