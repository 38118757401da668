"""Periods: ISO 8601 with one unit (`P28D`, `P3M`, `PT24H`), and how each is added to a day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

_WRITTEN = re.compile(r"P(?:(?P<date_number>[0-9]+)(?P<date_unit>[DWMY])|T(?P<hours>[0-9]+)H)")
_SHORTEST = {"D": 1, "W": 7, "M": 28, "Y": 365}
_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year", "H": "hour"}


@dataclass(frozen=True)
class Period:
    """A number of days, weeks, months, years or hours."""

    number: int
    unit: str

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, written: str) -> Period:
        """Read `P28D`, `P2W`, `P3M`, `P1Y` or `PT24H`.

        Raises:
            ValueError: written in another way.
        """
        found = _WRITTEN.fullmatch(written)
        if not found:
            msg = f"{written!r} is not a period; write P28D, P2W, P3M, P1Y or PT24H"
            raise ValueError(msg)
        if found["hours"]:
            return cls(int(found["hours"]), "H")
        return cls(int(found["date_number"]), found["date_unit"])

    @property
    def is_in_months(self) -> bool:
        """Whether it ends by corresponding date."""
        return self.unit in "MY"

    def is_at_least(self, other: Period) -> bool:
        """Whether it is as long as the other, each at its shortest; one in hours is not compared with one in days."""
        if "H" in (self.unit, other.unit):
            return self.unit == other.unit and self.number >= other.number
        return self.number * _SHORTEST[self.unit] >= other.number * _SHORTEST[other.unit]

    def is_within(self, longest: Sequence[Period]) -> bool:
        """Whether it is no longer than the longest of its own unit; a unit that is not named has none."""
        return any(limit.unit == self.unit and self.number <= limit.number for limit in longest)

    def __str__(self) -> str:
        return f"{self.number} {_UNITS[self.unit]}{'s' if self.number != 1 else ''}"

    def after(self, start: date | datetime, zone: ZoneInfo) -> date | datetime:
        """The end of the period, its first day (or hour) not counted (Reg 1182/71 Art 3(1)).

        Months and years end on the day of the same number, else on the month's last (Art 3(2)(c)). Hours count from the
        next full hour; of a bare date, from the end of that day. The result of hours is an instant in UTC.

        Raises:
            OverflowError: the end lies beyond the year 9999.
        """
        if self.unit == "H":
            return first_hour(start, zone) + timedelta(hours=self.number)
        if isinstance(start, datetime):
            local = start.astimezone(zone)
            return datetime.combine(self._shifted(local.date()), local.time(), zone)
        return self._shifted(start)

    def _shifted(self, day: date) -> date:
        if self.unit in "DW":
            return day + timedelta(days=self.number * (7 if self.unit == "W" else 1))
        months = self.number * (12 if self.unit == "Y" else 1)
        if day.year + months // 12 + 1 > date.max.year:
            msg = f"{self} after {day} is beyond the year {date.max.year}"
            raise OverflowError(msg)
        return day + relativedelta(months=months)


def day_after_count(start: date | datetime, period: Period, zone: ZoneInfo) -> date | datetime:
    """The end of a period that a notice or a rule counts from `start`: days are whole days, whatever the hour of the start."""
    if period.unit != "H" and isinstance(start, datetime):
        start = start.astimezone(zone).date()
    return period.after(start, zone)


def first_hour(start: date | datetime, zone: ZoneInfo, *, counts: bool = False) -> datetime:
    """The instant from which hours are counted, in UTC: a change of the clocks then neither gives nor takes one.

    The hour in which the event occurs is not counted (Reg 1182/71 Art 3(1)), unless it `counts`. A bare date counts as its
    last hour, or if it counts as its first.
    """
    if not isinstance(start, datetime):
        day = start if counts else start + timedelta(days=1)
        return datetime.combine(day, time(), zone).astimezone(UTC)
    local, utc = start.astimezone(zone), start.astimezone(UTC)
    begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return utc - begun if counts or not begun else utc - begun + timedelta(hours=1)
