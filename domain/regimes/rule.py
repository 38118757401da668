"""A rule of law about a time limit: its versions, each whole, each field with its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.clock.calendar import Calendar
from domain.clock.period import Period, day_after_count
from domain.fields import Period as PeriodText
from domain.refusals import Invalid
from foundation.errors import Misconfigured

Mark = Literal["P", "S", "B"]
"""P: read in the text of the law; S: a secondary source; B: background knowledge that nobody has confirmed."""
Authority = Literal["agreement", "tribunal_order", "statute", "decision"]
DAY_OF_THE_YEAR_FORM = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
BASIS_FORM = r"^[a-z_]+\.(sent|given|served|published|decided|ended|named)$"
DayOfTheYear = Annotated[str, StringConstraints(pattern=DAY_OF_THE_YEAR_FORM)]
DateKind = Literal["sent", "given", "served", "published", "decided", "ended", "named"]
"""Which date of an act: `given` is deemed_on, else served_on, where service is recorded, else sent_on; `served` waits for
service; `ended` is the end of another deadline; `named` is what the requirement, the plan or the command names."""
Basis = Annotated[str, StringConstraints(pattern=BASIS_FORM)]
"""What a rule counts from: an act and the date of it that counts, `penalty_notice.given`."""
MARKS = {"S": "from a secondary source", "B": "not confirmed"}


class Source(BaseModel):
    """Where facts were read, and how sure they are. `for` names the fields, and what the rule counts from (`counts_from`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mark: Mark
    facts: tuple[str, ...] = Field(alias="for")
    cites: str | None = None
    note: str | None = None

    @property
    def said(self) -> str:
        """The law and the note, as far as they are there."""
        return "; ".join(part for part in (self.cites, self.note) if part)


class InForce(BaseModel):
    """Half-open: from the first day on which it is law to the first on which it is no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date = Field(alias="from")
    until: date | None = None


class CutOff(BaseModel):
    """The hour of the last day. `by`: the stroke of the hour is still in time; `before`: it is late."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    word: Literal["before", "by"]
    time: time

    @property
    def includes_the_minute(self) -> bool:
        """Whether the stroke of the hour is in time."""
        return self.word == "by"


class EachYear(BaseModel):
    """Days of each year, both included: `{first: 08-01, last: 08-31}`; they may reach over the new year."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: DayOfTheYear
    last: DayOfTheYear


class LeavesOut(BaseModel):
    """An interval that does not count. Without `each_year` its days come with each computation (a recess of parliament)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    each_year: EachYear | None = None


class WorkingDaysWithin(BaseModel):
    """A period of at least `from` holds at least so many working days (Reg 1182/71 Art 3(5))."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_least: int = Field(ge=1)
    shortest: PeriodText = Field(alias="from")


class VersionData(BaseModel):
    """A version of a rule as its file says it. Each field is a part of the law's rule, and they combine.

    period, period_abroad: the law's own period; the longer one for a subject that resides abroad. None: the notice gives it.
    minimum: the least that a notice may give.
    days: whether days are counted as they come, or working days only.
    first_day, last_day: whether the day of the event counts ('beginning with'), and whether the day on which the count
        ends is in it; excluded, the end is the day after (clear days; the French délai franc).
    month_end: where the month has no day of that number.
    roll: where an end that is no working day goes. `rolls_up_to`: the longest periods that roll, one for each unit (days,
        weeks, months ...); a unit that is not named does not roll; empty: all do.
    working_days_within: a least number of working days in it.
    leaves_out: intervals that do not count.
    calendar: one of the file's calendars; None: its first.
    cut_off: the hour of the last day; None: its end.
    after_suspension: what a suspension leaves: the remainder, or the whole period anew.
    extended_by: the authorities that may extend it; `extended_afterwards_by`: those that may also after it ended.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1)
    in_force: InForce
    kind: Literal["floor", "ceiling", "due", "soft"]
    period: PeriodText | None = None
    period_abroad: PeriodText | None = None
    minimum: PeriodText | None = None
    days: Literal["calendar", "working"] = "calendar"
    first_day: Literal["excluded", "included"]
    last_day: Literal["counted", "excluded"] = "counted"
    month_end: Literal["last_day"]
    roll: Literal["next_working_day", "none"]
    rolls_up_to: tuple[PeriodText, ...] = ()
    working_days_within: WorkingDaysWithin | None = None
    leaves_out: tuple[LeavesOut, ...] = ()
    calendar: str | None = None
    cut_off: CutOff | None = None
    after_suspension: Literal["remainder", "anew"] = "remainder"
    extended_by: tuple[Authority, ...] = ()
    extended_afterwards_by: tuple[Authority, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)


@dataclass(frozen=True)
class RuleVersion:
    """A version of a rule with what its file gives to all: id, title, what it counts from, calendar, time zone.

    `counts_from`: one basis, or several of which the latest counts. `version_by`: which date chose this version.
    """

    id: str
    title: str
    counts_from: tuple[str, ...]
    version_by: Literal["trigger", "conduct"]
    data: VersionData
    calendar: Calendar
    time_zone: ZoneInfo

    @property
    def date_kind(self) -> DateKind:
        """Which date of the act it counts from."""
        return cast("DateKind", self.counts_from[0].partition(".")[2])

    @property
    def version(self) -> int:
        """Its number, from 1."""
        return self.data.version

    @property
    def kind(self) -> Literal["floor", "ceiling", "due", "soft"]:
        """What the limit is: not before, not after, somebody must act, or an aim."""
        return self.data.kind

    @property
    def period(self) -> str | None:
        """The period that the law gives; None: the notice gives it."""
        return self.data.period

    @property
    def minimum(self) -> str | None:
        """The least that a notice may give."""
        return self.data.minimum

    @property
    def roll(self) -> str:
        """Where the end goes when it is no working day."""
        return self.data.roll

    @property
    def cut_off(self) -> CutOff | None:
        """The hour of the last day; None: its end."""
        return self.data.cut_off

    @property
    def extended_by(self) -> tuple[str, ...]:
        """The authorities that may extend it."""
        return self.data.extended_by

    @cached_property
    def cites(self) -> tuple[str, ...]:
        """The law that gives the limit itself."""
        found = (*self.cites_for("period"), *self.cites_for("minimum"), *self.cites_for("kind"))
        return tuple(dict.fromkeys(found))

    def cites_for(self, fact: str) -> tuple[str, ...]:
        """The law behind one of its facts."""
        return self._cites.get(fact, ())

    @cached_property
    def _cites(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for source in self.data.sources:
            if source.cites:
                found |= {fact: (*found.get(fact, ()), source.cites) for fact in source.facts}
        return found

    @cached_property
    def _uncertain(self) -> tuple[Source, ...]:
        return tuple(source for source in self.data.sources if source.mark in MARKS)

    def marks_on(self, facts: Iterable[str]) -> tuple[str, ...]:
        """What is not certain about these facts, in words."""
        wanted = set(facts)
        return tuple(
            f"{', '.join(fact for fact in source.facts if fact in wanted)}: {MARKS[source.mark]} [{source.mark}] ({source.said})"
            for source in self._uncertain
            if wanted.intersection(source.facts)
        )

    def is_in_force_on(self, day: date) -> bool:
        """Whether it is law on that day."""
        in_force = self.data.in_force
        return in_force.since <= day and (in_force.until is None or day < in_force.until)

    @property
    def extended_afterwards_by(self) -> tuple[str, ...]:
        """The authorities that may extend it also after it ended."""
        return self.data.extended_afterwards_by

    def period_or(self, given: str | None, *, abroad: bool = False) -> str:
        """The notice's period, else the law's for a subject that resides there.

        Raises:
            Misconfigured: neither gives one.
        """
        period = given or (self.data.period_abroad if abroad else None) or self.period
        if period is None:
            msg = f"rule {self.id} gives no period and the notice gave none; a period or a day must be stated"
            raise Misconfigured(msg)
        return period

    def ends_before(self, one: str, other: str, start: date) -> bool:
        """Whether one period, counted from a day, ends before the other."""
        first, second = (day_after_count(start, Period.parse(p), self.time_zone) for p in (one, other))
        return _comparable(first, self.time_zone) < _comparable(second, self.time_zone)


def version_in_force(versions: Sequence[RuleVersion], on: date) -> RuleVersion:
    """The version of a rule that is law on a day.

    Raises:
        Invalid: the day lies outside those that the rule's data covers; it is never guessed.
    """
    found = next((version for version in versions if version.is_in_force_on(on)), None)
    if found is not None:
        return found
    rule_id, first, last = versions[0].id, versions[0].data.in_force.since, versions[-1].data.in_force.until
    known = f"is known from {first} on; {on} lies before" if on < first else f"was law until {last}; {on} is not before it"
    chosen = (
        "the date of the conduct, by which its version is chosen (conduct_from and conduct_to of the finding)"
        if versions[0].version_by == "conduct"
        else "the date"
    )
    message = f"Refused: the rule {rule_id} {known}. Check {chosen}, or have the rule's other versions added."
    raise Invalid(message, rule=rule_id, date=str(on), covers_from=str(first))


def _comparable(end: date, zone: ZoneInfo) -> float:
    if isinstance(end, datetime):
        return end.timestamp()
    return datetime.combine(end + timedelta(days=1), time(), zone).timestamp()
