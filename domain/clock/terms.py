"""What a deadline is computed from, and what comes out: kept whole in the event that starts or changes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.fields import ComputedEnd


class CalendarRef(BaseModel):
    """The calendar that decided, and the version of its holidays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: str


class Suspension(BaseModel):
    """Days on which a deadline stood still, half-open: [since, until); on `until` it runs again.

    `cites`: the law by which it stood still. `resumes`: what is left of the period, where that law says so; None: what the
    rule says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date
    until: date
    reason: str
    cites: tuple[str, ...] = ()
    resumes: Literal["remainder", "anew"] | None = None


class Candidate(BaseModel):
    """One of several triggers, of which the latest counts: its event and its date of law."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str
    date: ComputedEnd


class LeftOut(BaseModel):
    """Days that do not count, both named days included, such as a recess of parliament."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date
    last: date
    name: str


class Count(BaseModel):
    """Everything that an end is computed from.

    `start` is the trigger's date of law in the regime's time zone; `period` the notice's own, None the rule's; `until` a
    fixed end that stands as it is; `extensions` are added to the unrolled end. `abroad`: the subject resides abroad, which
    may give a longer period; `resides_in`: where, if that is known. `candidates`: where the latest of several triggers counts,
    all that are known; `start` is their latest. `left_out`: days that the rule leaves out and the data cannot know.
    `anchored`: `start` is the end of another deadline, before which this one can stand still already. `holidays`: the
    matter's own, in the form of `Calendar.holidays`, in the place of those of the regime's calendar; None: the rule's
    calendar as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    rule_version: int
    trigger: str
    start: ComputedEnd
    period: str | None = None
    until: ComputedEnd | None = None
    extensions: tuple[str, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    abroad: bool = False
    resides_in: str | None = None
    candidates: tuple[Candidate, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    anchored: bool = False
    holidays: str | None = None

    def with_period(self, period: str) -> Count:
        """The same count with another period, in the place of any fixed end and of what had been added."""
        return self.model_copy(update={"period": period, "until": None, "extensions": ()})

    def extended_by(self, period: str) -> Count:
        """The same count with a period added to its unrolled end."""
        return self.model_copy(update={"extensions": (*self.extensions, period)})

    def fixed_at(self, until: date | datetime) -> Count:
        """The same count with a fixed end, which stands as it is: what had been added, or had stood still, is in it."""
        return self.model_copy(update={"until": until, "extensions": (), "suspensions": ()})


class End(BaseModel):
    """A computed end.

    `nominal` is the end before the roll; `due` the last day in time, in the regime's zone; `due_at` the first instant that is late
    (aware). `steps` say in sentences how it came about, `marks` which of the facts of law that decided it are not certain.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    nominal: ComputedEnd
    due: date
    due_at: datetime
    calendar: CalendarRef
    steps: tuple[str, ...]
    marks: tuple[str, ...]
