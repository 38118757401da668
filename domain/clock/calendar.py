"""Working days: weekends and the public holidays of countries and regions, from the `holidays` library, with overlays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

import holidays
from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

from domain.clock.terms import CalendarRef

NO_HOLIDAYS = "none"
"""In the place of countries: weekends alone, and the days that the calendar names itself."""
_WEEKEND = (5, 6)
_DAY_OF_THE_YEAR = re.compile(r"(?P<month>0[1-9]|1[0-2])-(?P<day>[0-2][0-9]|3[01])")
_DAY_BY_EASTER = re.compile(r"(?P<which>easter|orthodox_easter)(?P<days>[+-][0-9]{1,3})?")


@cache
def _holidays(country: str, subdivision: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=subdivision)


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

    def falls_on(self, day: date) -> bool:
        """Whether it is that day in the day's year."""
        by_easter = _DAY_BY_EASTER.fullmatch(self.day)
        if by_easter:
            orthodox = by_easter["which"] == "orthodox_easter"
            sunday = easter(day.year, EASTER_ORTHODOX) if orthodox else easter(day.year, EASTER_WESTERN)
            return day == sunday + timedelta(days=int(by_easter["days"] or 0))
        return f"{day:%m-%d}" == self.day


@dataclass(frozen=True)
class AnnouncedDay:
    """A day off that was announced late: after the library's version was made, or for one year only."""

    day: date
    reason: str


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
        known = f"holidays {version('holidays')}"
        late = ", ".join(str(announced.day) for announced in self.announced)
        return CalendarRef(id=self.id, version=f"{known} + {late}" if late else known)

    def why_not_working(self, day: date) -> str | None:
        """In words, why a day is no working day; None: it is one."""
        if day.weekday() in _WEEKEND:
            return f"a {day:%A}"
        for country, subdivision in self._places():
            name: str | None = _holidays(country, subdivision).get(day)
            if name:
                return name
        own = next((recurring.name for recurring in self.also if recurring.falls_on(day)), None)
        return own or next((announced.reason for announced in self.announced if announced.day == day), None)

    def _places(self) -> Sequence[tuple[str, str | None]]:
        if self.holidays == NO_HOLIDAYS:
            return ()
        parted = (place.partition("/") for place in self.holidays.split("+"))
        return [(country, subdivision or None) for country, _, subdivision in parted]

    def working_day_from(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        while self.why_not_working(day):
            day += timedelta(days=1)
        return day
