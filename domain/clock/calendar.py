"""Working days: weekends and the public holidays of a country and region, from the `holidays` library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

import holidays

from domain.clock.terms import CalendarRef

_WEEKEND = (5, 6)


@cache
def _holidays(country: str, subdivision: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=subdivision)


@dataclass(frozen=True)
class Calendar:
    """Which days are working days. `country` and `subdivision` are ISO 3166 codes as the `holidays` library takes them."""

    id: str
    country: str
    subdivision: str | None

    @property
    def ref(self) -> CalendarRef:
        """Its id, and the version of the library whose holidays it took."""
        return CalendarRef(id=self.id, version=f"holidays {version('holidays')}")

    def why_not_working(self, day: date) -> str | None:
        """In words, why a day is no working day; None: it is one."""
        if day.weekday() in _WEEKEND:
            return f"a {day:%A}"
        return _holidays(self.country, self.subdivision).get(day)

    def working_day_from(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        while self.why_not_working(day):
            day += timedelta(days=1)
        return day
