"""Working days: weekends and the public holidays of countries and regions, from the `holidays` library, with overlays."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

import holidays
from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

from domain.clock.terms import CalendarRef

NO_HOLIDAYS = "none"
"""In the place of countries: weekends alone, and the days that the calendar names itself."""
_WEEKEND = {5: "a Saturday", 6: "a Sunday"}
_DAY_OF_THE_YEAR = re.compile(r"(?P<month>0[1-9]|1[0-2])-(?P<day>[0-2][0-9]|3[01])")
_DAY_BY_EASTER = re.compile(r"(?P<which>easter|orthodox_easter)(?P<days>[+-][0-9]{1,3})?")


@cache
def _library() -> str:
    return f"holidays {version('holidays')}"


@cache
def _holidays(places: str, year: int) -> Mapping[date, str]:
    """The holidays of a year in one place or several, with their names."""
    if places == NO_HOLIDAYS:
        return {}
    found: dict[date, str] = {}
    for place in places.split("+"):
        country, _, subdivision = place.partition("/")
        for day, name in holidays.country_holidays(country, subdiv=subdivision or None, years=year).items():
            found.setdefault(day, name)
    return found


@dataclass(frozen=True)
class RecurringDay:
    """A day that is off each year beside the library's: `12-24`, or by Easter `easter-2`, `orthodox_easter+50`.

    Raises:
        ValueError: written in another way.
    """

    day: str
    name: str

    def __post_init__(self) -> None:
        if not _DAY_OF_THE_YEAR.fullmatch(self.day) and not _DAY_BY_EASTER.fullmatch(self.day):
            msg = f"{self.day!r} is no day of each year; write 12-24, easter-2 or orthodox_easter+50"
            raise ValueError(msg)

    def in_year(self, year: int) -> date | None:
        """Which day it is in a year; None: 29 February in a year that lacks it."""
        by_easter = _DAY_BY_EASTER.fullmatch(self.day)
        if by_easter:
            orthodox = by_easter["which"] == "orthodox_easter"
            sunday = easter(year, EASTER_ORTHODOX) if orthodox else easter(year, EASTER_WESTERN)
            return sunday + timedelta(days=int(by_easter["days"] or 0))
        month, day = map(int, self.day.split("-"))
        return date(year, month, day) if day <= monthrange(year, month)[1] else None


@cache
def _recurring(days: tuple[RecurringDay, ...], year: int) -> Mapping[date, str]:
    return {day: recurring.name for recurring in reversed(days) if (day := recurring.in_year(year))}


@dataclass(frozen=True)
class AnnouncedDay:
    """A day off that was announced late: after the library's version was made, or for one year only.

    `places` are those of the calendar that it was announced for; a calendar that has them all knows it. Empty: any calendar.
    """

    day: date
    reason: str
    places: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Calendar:
    """Which days are working days.

    Args:
        id: the name that the regime gives it.
        holidays: country and subdivision as the library takes them, `GB/ENG`; several joined by `+` (a day off in one of
            them is no working day); `none`: weekends alone.
        also: days that are off each year beside those.
        announced: days announced late, in order.
        doubt: what is not certain about it, in words; None: nothing.
    """

    id: str
    holidays: str
    also: tuple[RecurringDay, ...] = ()
    announced: tuple[AnnouncedDay, ...] = ()
    doubt: str | None = None

    @property
    def ref(self) -> CalendarRef:
        """Its id, and the version of the library whose holidays it took, with the days announced beside them."""
        late = ", ".join(str(announced.day) for announced in self.known_late)
        return CalendarRef(id=self.id, version=f"{_library()} + {late}" if late else _library())

    @property
    def places(self) -> frozenset[str]:
        """What it takes its days off from: countries and subdivisions; a calendar of weekends alone is a place of its own."""
        return frozenset(self.holidays.split("+")) if self.holidays != NO_HOLIDAYS else frozenset({f"{NO_HOLIDAYS}: {self.id}"})

    @property
    def known_late(self) -> tuple[AnnouncedDay, ...]:
        """Of the days announced late, those that are off here."""
        return tuple(announced for announced in self.announced if announced.places <= self.places) if self.announced else ()

    def why_not_working(self, day: date) -> str | None:
        """In words, why a day is no working day; None: it is one."""
        weekend = _WEEKEND.get(day.weekday())
        if weekend:
            return weekend
        known = _holidays(self.holidays, day.year).get(day)
        if not known and self.also:
            known = _recurring(self.also, day.year).get(day)
        if not known and self.announced:
            known = next((announced.reason for announced in self.known_late if announced.day == day), None)
        return known

    def working_day_from(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        while self.why_not_working(day):
            day += timedelta(days=1)
        return day

    def working_day_number(self, number: int, first: date) -> date:
        """The working day of that number (from 1) that is `first` or comes after it."""
        day = self.working_day_from(first)
        for _ in range(number - 1):
            day = self.working_day_from(day + timedelta(days=1))
        return day

    def working_days_in(self, since: date, until: date) -> int:
        """How many working days there are in [since, until)."""
        return sum(not self.why_not_working(since + timedelta(days=n)) for n in range((until - since).days))

    def holidays_in(self, since: date, until: date) -> list[tuple[date, str]]:
        """The days in [since, until) that are off though no weekend, with their names."""
        days = (since + timedelta(days=n) for n in range((until - since).days))
        return [(day, why) for day in days if day.weekday() not in _WEEKEND and (why := self.why_not_working(day))]

    def working_day_before(self, day: date) -> date:
        """The last working day before a day."""
        day -= timedelta(days=1)
        while self.why_not_working(day):
            day -= timedelta(days=1)
        return day
