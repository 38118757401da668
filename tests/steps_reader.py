"""An independent reader: from the sentences of a computed deadline alone it works out the date again.

It knows the words that the sentences are made of and how a calendar goes on (dateutil); it shares no code with the clock, and
knows no regime, no rule and no holiday. What a sentence states as its result is held against what the reader finds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from dateutil.parser import parse
from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
_INSTANT = rf"{_DAY} \d\d:\d\d \(UTC[+-]\d\d:\d\d\)"
_MOMENT = rf"(?P<stated>{_INSTANT}|{_DAY})"
_NUMBER = r"(?P<number>\d+) (?P<unit>working day|day|week|month|year|hour)s?"
_STOOD = rf"(?:It stood still from|From) (?P<since>{_DAY}) (?P<word>until|to) (?P<until>{_DAY})"

_FORMS = {
    "tells_only": r"The matter has holidays of its own, .*|The calendars differ here: .*|.*, outside the period: that changes nothing",
    "latest_of": rf"Of (?P<named>.*) the latest counts: {_MOMENT}",
    "event": rf"{_MOMENT} \(.*\) is the day of the event and (?P<counts>is not counted|counts as the first day).*",
    "first_hour": rf"Counted from (?P<event>{_INSTANT}|{_DAY}) \(.*\); "
    rf".* (?P<counts>counts|is not counted|beginning of its day|end of its day).*: the first hour begins on {_MOMENT}",
    "begins_after": rf"From (?P<since>{_DAY}) to (?P<until>{_DAY}) it does not run \(.*; the first day that counts is {_MOMENT}",
    "fixed": rf"The end is set to {_MOMENT}",
    "period": rf"{_NUMBER} \((?:set by|by the rule).*?\) ends? on {_MOMENT}(?P<how>.*)",
    "not_counted_either": rf"The (?:day|hour) in which it ends is not counted either.*: {_MOMENT}",
    "extended": rf"Extended by {_NUMBER}: {_MOMENT}(?P<how>.*)",
    "anew": rf"{_STOOD} .*: the period begins anew, and {_MOMENT} is its first (?:day|hour)",
    "later": rf"{_STOOD} .*?, {_NUMBER}(?P<lost>.*): the end moves to {_MOMENT}(?P<how>.*)",
    "stays": rf"{_MOMENT} is a working day, so the end stays there|"
    rf"(?P<stays>{_DAY}) is .*, but (?:the end is not moved|only a period of up to .* is moved).*",
    "rolls": rf"(?P<why>.*); the next working day is {_MOMENT}.*",
    "least": rf"A period of .* or more holds at least (?P<number>\d+) working days?.*: "
    rf"from (?P<since>{_DAY}) on these are (?P<held>.*?)(?P<why>, because .*)?; it ends on {_MOMENT}",
    "in_time": rf"In time until the end of {_MOMENT}|In time (?:before|by) \d\d:\d\d on (?P<on>{_DAY}).*",
    "in_time_before": rf"In time before {_MOMENT}; an end in hours is not moved.*",
}


class Contradiction(AssertionError):
    """A sentence states another result than the one that follows from it, or the reader cannot follow."""


def due_by(steps: Sequence[str]) -> date:
    """The last day in time, as the sentences have it.

    Raises:
        Contradiction: a sentence is wrong, or they do not say enough.
    """
    reader = _Reader()
    for step in steps:
        reader.read(step)
    if reader.due is None:
        msg = "no sentence says until when it is in time"
        raise Contradiction(msg)
    return reader.due


def _read(written: str) -> date | datetime:
    if re.fullmatch(_DAY, written):
        found: date | datetime = parse(written).date()
    else:
        found = datetime.strptime(written, "%a %d %b %Y %H:%M (UTC%z)")
    if f"{found:%a}" != written[:3]:
        msg = f"{written} is a {found:%A}"
        raise Contradiction(msg)
    return found


def _days_in(text: str) -> list[date]:
    return [parse(written).date() for written in re.findall(_DAY, text)]


def _on(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


class _Reader:
    """Goes through the sentences; `said` is one of them, taken apart."""

    def __init__(self) -> None:
        self.latest: date | None = None
        self.inclusive = False
        self.first: date | datetime | None = None
        self.end: date | datetime | None = None
        self.due: date | None = None

    def read(self, step: str) -> None:
        for name, form in _FORMS.items():
            said = re.fullmatch(rf"(?:{form})\.", step)
            if said:
                getattr(self, name)(said)
                return
        msg = f"the reader does not understand {step!r}"
        raise Contradiction(msg)

    def tells_only(self, said: re.Match[str]) -> None:
        """Nothing follows from it."""

    def agreed(self, said: re.Match[str], found: date | datetime) -> date | datetime:
        """What the sentence states, if that is what the reader found."""
        stated = _read(said["stated"])
        if stated != found:
            msg = f"{said[0]!r} states {stated}; it is {found}"
            raise Contradiction(msg)
        return stated

    def so_far(self, said: re.Match[str]) -> date | datetime:
        """The end, as the sentences before have it."""
        if self.end is None:
            msg = f"{said[0]!r} comes before any end"
            raise Contradiction(msg)
        return self.end

    def begun(self, said: re.Match[str]) -> date | datetime:
        """The first day or instant that counts."""
        if self.first is None:
            msg = f"{said[0]!r} comes before any beginning"
            raise Contradiction(msg)
        return self.first

    # The beginning

    def latest_of(self, said: re.Match[str]) -> None:
        self.latest = max(_days_in(said["named"]))
        assert _on(_read(said["stated"])) == self.latest, said[0]

    def event(self, said: re.Match[str]) -> None:
        event = self.agreed(said, self.latest or _read(said["stated"]))
        self.inclusive = said["counts"] != "is not counted"
        self.first = event if self.inclusive else event + DAY

    def first_hour(self, said: re.Match[str]) -> None:
        event, first = _read(said["event"]), _read(said["stated"])
        assert isinstance(first, datetime), said[0]
        if isinstance(event, datetime):
            full = event.replace(minute=0)
            self.first = self.agreed(said, full if said["counts"] == "counts" or full == event else full + HOUR)
        else:
            begins = event if said["counts"] == "beginning of its day" else event + DAY
            self.first = self.agreed(said, datetime.combine(begins, time(), first.tzinfo))

    def begins_after(self, said: re.Match[str]) -> None:
        assert _read(said["since"]) <= self.begun(said) <= _read(said["until"]), said[0]
        self.first = self.agreed(said, _read(said["until"]) + DAY)

    def fixed(self, said: re.Match[str]) -> None:
        self.end = _read(said["stated"])

    # The period

    def period(self, said: re.Match[str]) -> None:
        first, number = self.begun(said), int(said["number"])
        match said["unit"]:
            case "hour":
                found = first + number * HOUR
            case "working day":
                found = _working_day(number, _on(first), _days_in(said["how"]))
            case "day" | "week":
                found = first + number * (7 if said["unit"] == "week" else 1) * DAY - DAY
            case _:
                event = first if self.inclusive else first - DAY
                found = _later(event, said)
                if self.inclusive and found.day == event.day:
                    found -= DAY
        self.end = self.agreed(said, found)

    def not_counted_either(self, said: re.Match[str]) -> None:
        end = self.so_far(said)
        self.end = self.agreed(said, end + (HOUR if isinstance(end, datetime) else DAY))

    def extended(self, said: re.Match[str]) -> None:
        end = self.so_far(said)
        if said["unit"] == "working day":
            day = _working_day(int(said["number"]), _on(end) + DAY, _days_in(said["how"]))
        elif said["unit"] == "hour":
            self.end = _hours_later(end, int(said["number"]), said)
            return
        else:
            day = _on(_later(end, said))
        self.end = self.agreed(said, _at_the_hour(day, end.time(), said) if isinstance(end, datetime) else day)

    # Days that do not count

    def anew(self, said: re.Match[str]) -> None:
        again = _read(said["until"]) + (DAY if said["word"] == "to" else 0 * DAY)
        self.first = self.agreed(said, _at_the_hour(again, time(), said) if isinstance(self.first, datetime) else again)

    def later(self, said: re.Match[str]) -> None:
        end, number = self.so_far(said), int(said["number"])
        since, until = _on(_read(said["since"])), _on(_read(said["until"])) + (DAY if said["word"] == "to" else 0 * DAY)
        between = [since + n * DAY for n in range((until - since).days)]
        match said["unit"]:
            case "hour":
                assert number <= 24 * len(between) + 1, said[0]
                self.end = _hours_later(end, number, said)
                return
            case "working day":
                off = _days_in(said["lost"])
                assert number == sum(day.weekday() < 5 and day not in off for day in between), said[0]
                day = _working_day(number, _on(end) + DAY, _days_in(said["how"])) if number else _on(end)
            case _:
                assert number == len(between), said[0]
                day = _on(end) + number * DAY
        self.end = self.agreed(said, _at_the_hour(day, end.time(), said) if isinstance(end, datetime) else day)

    # Rounding

    def stays(self, said: re.Match[str]) -> None:
        assert _read(said["stated"] or said["stays"]) == self.end, said[0]

    def rolls(self, said: re.Match[str]) -> None:
        self.end = self.agreed(said, _passed(self.so_far(said), said["why"]))
        assert self.end.weekday() < 5, said[0]

    def least(self, said: re.Match[str]) -> None:
        day, held = _on(_read(said["since"])), _days_in(said["held"])
        assert day == self.first, said[0]
        assert len(held) == int(said["number"]), said[0]
        for working in held:
            day = _on(_passed(day, said["why"] or ""))
            assert day == working, said[0]
            day += DAY
        self.end = self.agreed(said, held[-1])

    def in_time(self, said: re.Match[str]) -> None:
        assert _read(said["stated"] or said["on"]) == self.end, said[0]
        self.due = _on(self.so_far(said))

    def in_time_before(self, said: re.Match[str]) -> None:
        end, stated = self.so_far(said), _read(said["stated"])
        assert isinstance(end, datetime), said[0]
        assert isinstance(stated, datetime), said[0]
        assert end == stated, said[0]
        self.due = _on(stated - timedelta(microseconds=1))


def _later(moment: date | datetime, said: re.Match[str]) -> date | datetime:
    """So many days, weeks, months or years later, as a sentence says."""
    number = int(said["number"])
    units = {"day": relativedelta(days=number), "week": relativedelta(weeks=number)}
    units |= {"month": relativedelta(months=number), "year": relativedelta(years=number)}
    return moment + units[said["unit"]]


def _hours_later(end: date | datetime, number: int, said: re.Match[str]) -> date | datetime:
    stated = _read(said["stated"])
    assert isinstance(stated, datetime), said[0]
    if isinstance(end, datetime):
        assert stated == end + number * HOUR, said[0]
    else:
        # of a day from its end on; the clocks may change meanwhile
        begun = datetime.combine(end + DAY, time(), stated.tzinfo)
        assert abs(stated - begun - number * HOUR) <= HOUR, said[0]
    return stated


def _at_the_hour(day: date, hour: time, said: re.Match[str]) -> datetime:
    """That hour on the clock of the place, whose offset on that day only the sentence tells."""
    stated = _read(said["stated"])
    assert isinstance(stated, datetime), said[0]
    return datetime.combine(day, hour, stated.tzinfo)


def _passed(day: date | datetime, why: str) -> date | datetime:
    """The first day from this one on of which the words do not say why nothing can end on it."""
    off = dict(re.findall(rf"({_DAY}) is (a Saturday|a Sunday|\w)", why))
    still = dict(re.findall(rf"from ({_DAY}) until ({_DAY}) it does not run", why))
    days = {_read(written): name for written, name in off.items()}
    pauses = {_read(since): _read(until) for since, until in still.items()}
    while day in days or day in pauses:
        if day in pauses:
            day = pauses[day]
        else:
            assert days[day].startswith("a S") == (day.weekday() > 4), why
            day += DAY
    return day


def _working_day(number: int, first: date, off: Sequence[date]) -> date:
    """The working day of that number from `first` on, by the weekends and the days named as off."""
    day = first - DAY
    while number:
        day += DAY
        number -= day.weekday() < 5 and day not in off
    assert all(first <= named <= day and named.weekday() < 5 for named in off), "a day is named that does not matter"
    return day
