"""The form of a regime's file: what it may say, before it is put together with the rules of other files."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from holidays.utils import list_supported_countries
from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.clock.calendar import NO_HOLIDAYS, Calendar, RecurringDay
from domain.fields import Name
from domain.regimes.law import Citation, RegimeData
from domain.regimes.rule import MARKS, Basis, VersionData


def require_known_holidays(named: str) -> None:
    """Refuse countries and subdivisions that the holidays library does not know.

    Raises:
        ValueError: it does not.
    """
    if named == NO_HOLIDAYS:
        return
    known = list_supported_countries(include_aliases=False)
    for place in named.split("+"):
        country, _, subdivision = place.partition("/")
        if country not in known or (subdivision and subdivision not in known[country]):
            msg = f"{place!r} is no country and subdivision that the holidays library knows; write for example GB/ENG"
            raise ValueError(msg)


class LatestOf(BaseModel):
    """Several triggers, of which the latest counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latest_of: tuple[Basis, ...] = Field(min_length=2)


class RecurringDayData(BaseModel):
    """A day off each year that the library does not have: `{day: 12-24, name: Christmas Eve}`, `{day: easter-2, ...}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: str
    name: Name

    @field_validator("day")
    @classmethod
    def _of_each_year(cls, written: str) -> str:
        return RecurringDay(written, "").day


@cache
def _time_zones() -> AbstractSet[str]:
    """The names that are known: a look through a folder of the machine, at each call of the library's function."""
    return available_timezones()


class CalendarData(BaseModel):
    """A calendar as a file names it: `holidays` are countries and subdivisions as the library takes them, `GB/ENG`.

    Several are joined by `+`, `none` stands for weekends alone; `also` are days off each year beside those.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Name
    holidays: str
    also: tuple[RecurringDayData, ...] = ()
    source: Citation

    @field_validator("holidays")
    @classmethod
    def _known_to_the_library(cls, named: str) -> str:
        require_known_holidays(named)
        return named

    def made(self) -> Calendar:
        """The calendar itself."""
        also = tuple(RecurringDay(recurring.day, recurring.name) for recurring in self.also)
        mark = self.source.mark
        doubt = f"calendar {self.id}: {MARKS[mark]} [{mark}] ({self.source.said})" if mark in MARKS else None
        return Calendar(self.id, self.holidays, also, doubt=doubt)


class RuleData(BaseModel):
    """A rule with all its versions.

    counts_from: an act and its date, or the latest of several. exists_from: the first day on which there is such a rule, where
    that is later than the days that the file covers; an earlier trigger finds none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    counts_from: Basis | LatestOf
    version_by: Literal["trigger", "conduct"] = "trigger"
    exists_from: date | None = None
    versions: tuple[VersionData, ...] = Field(min_length=1)

    @property
    def bases(self) -> tuple[str, ...]:
        """What it counts from: one, or several of which the latest counts."""
        return self.counts_from.latest_of if isinstance(self.counts_from, LatestOf) else (self.counts_from,)


class FileData(BaseModel):
    """A file: a regime, or (without `law`) rules of procedure that regimes refer to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    time_zone: str
    calendars: Annotated[tuple[CalendarData, ...], Field(min_length=1)]
    covers_from: date
    covers_until: date | None = None
    compared_with_law_on: date | None
    rules: dict[str, RuleData]
    law: RegimeData | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, named: str) -> str:
        if named not in _time_zones():
            msg = f"{named!r} is no time zone; write for example Europe/London"
            raise ValueError(msg)
        return named
