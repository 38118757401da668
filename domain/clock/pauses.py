"""Pauses: days on which a deadline does not run, because it stood still or because the law leaves them out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from heapq import merge
from itertools import takewhile
from operator import attrgetter
from typing import TYPE_CHECKING

from domain.clock.terms import Suspension
from domain.clock.words import in_words
from domain.clock.worksheet import Worksheet

if TYPE_CHECKING:
    from domain.regimes.rule import EachYear

DAY = timedelta(days=1)
_IN_ORDER = attrgetter("since", "until")


@dataclass(frozen=True)
class Pause:
    """Days on which it does not run, half-open. `stood_still`: by a suspension; `anew`: after it the whole period begins again."""

    since: date
    until: date
    reasons: tuple[str, ...]
    stood_still: bool
    anew: bool = False

    def __contains__(self, day: date) -> bool:
        return self.since <= day < self.until

    @property
    def why(self) -> str:
        """All reasons in words, with their law."""
        return "; ".join(self.reasons)

    def __str__(self) -> str:
        if self.stood_still:
            return f"It stood still from {in_words(self.since)} until {in_words(self.until)} ({self.why})"
        return f"From {in_words(self.since)} to {in_words(self.until - DAY)} it does not run ({self.why})"

    def not_before(self, day: date) -> Pause:
        """Its part from a day on."""
        return self if self.since >= day else replace(self, since=day)

    def together_with(self, other: Pause) -> Pause:
        """Both as one, where they touch or overlap."""
        both = (self, other)
        return Pause(
            since=min(self.since, other.since),
            until=max(self.until, other.until),
            reasons=tuple(dict.fromkeys((*self.reasons, *other.reasons))),
            stood_still=any(pause.stood_still for pause in both),
            anew=any(pause.anew for pause in both),
        )


class Pauses:
    """All pauses that a count can meet."""

    def __init__(self, sheet: Worksheet) -> None:
        self._count = sheet.count
        self._rule = sheet.rule
        self._is_fixed = sheet.has_fixed_end
        self.suspensions = self._stood_still() if sheet.count.suspensions else []
        """Those of the count, in order; one without a day is none."""
        self.given = self._named() if sheet.count.left_out else []
        """The days that the count names as left out, in order."""
        self._yearly = [(leaves.name, leaves.each_year) for leaves in sheet.rule.data.leaves_out if leaves.each_year]

    def _stood_still(self) -> list[Pause]:
        usual = self._rule.data.after_suspension
        given = [still for still in self._count.suspensions if still.until > still.since]
        return sorted(
            (Pause(s.since, s.until, (_reason(s),), stood_still=True, anew=(s.resumes or usual) == "anew") for s in given),
            key=_IN_ORDER,
        )

    def _named(self) -> list[Pause]:
        named = [days for days in self._count.left_out if days.last >= days.first]
        return sorted((Pause(days.first, days.last + DAY, (days.name,), stood_still=False) for days in named), key=_IN_ORDER)

    def left_out(self, around: date) -> Iterator[Pause]:
        """What the law leaves out from about that day on: the days that the count names, and those of each year."""
        if not self._yearly:
            return joined(self.given)
        yearly = (_of_each_year(name, days, around.year - 1) for name, days in self._yearly)
        return joined(merge(self.given, *yearly, key=_IN_ORDER))

    def within(self, event: date, first: date) -> Iterator[Pause]:
        """In order, each day once, and only as far as they can matter.

        Args:
            event: the day from which the deadline can stand still. What hangs on the end of another deadline, or has a
                fixed end, can do so earlier.
            first: the first day that counts; nothing is left out before.
        """
        if not (self.suspensions or self.given or self._yearly):
            return iter(())
        if self._is_fixed:
            return (replace(pause, anew=False) for pause in joined(self.suspensions))
        begins = self.earliest(event)
        still = (pause.not_before(begins) for pause in self.suspensions if pause.until > begins)
        left_out = (pause.not_before(first) for pause in self.left_out(first) if pause.until > first)
        together = joined(merge(still, left_out, key=_IN_ORDER))
        return (replace(pause, anew=pause.anew and pause.until > first) for pause in together)

    def earliest(self, event: date) -> date:
        """The day from which a deadline that counts from an event can stand still."""
        return date.min if self._count.anchored or self._is_fixed else event

    def left_out_on(self, day: date) -> Pause | None:
        """What the law leaves out, if a day lies in it."""
        begun = takewhile(lambda pause: pause.since <= day, self.left_out(day))
        return next((pause for pause in begun if day in pause), None)

    def on(self, day: date) -> Pause | None:
        """The pause in which a day lies, on which therefore nothing can end. What is fixed, the law leaves no day out of."""
        still = next((pause for pause in self.suspensions if day in pause), None)
        return still if still or self._is_fixed else self.left_out_on(day)

    def told(self) -> list[Pause]:
        """Those that somebody gave for this count."""
        return self.suspensions if self._is_fixed else [*self.suspensions, *self.given]


def _reason(still: Suspension) -> str:
    return ": ".join(filter(None, (still.reason.rstrip("."), "; ".join(still.cites))))


def joined(pauses: Iterable[Pause]) -> Iterator[Pause]:
    """Pauses in the order of their beginning, those that touch or overlap as one: each day counts once."""
    current: Pause | None = None
    for pause in pauses:
        if current and pause.since <= current.until:
            current = current.together_with(pause)
        else:
            if current:
                yield current
            current = pause
    if current:
        yield current


def _of_each_year(name: str, days: EachYear, year: int) -> Iterator[Pause]:
    return (_of_year(name, days.first, days.last, each) for each in range(year, date.max.year - 1))


@cache
def _of_year(name: str, first: str, last: str, year: int) -> Pause:
    over_new_year = int(last < first)
    return Pause(_day_of(first, year), _day_of(last, year + over_new_year) + DAY, (name,), stood_still=False)


def _day_of(written: str, year: int) -> date:
    """A day of the year; 02-29 (or 02-30) is the last of February in a year that lacks it."""
    month, day = map(int, written.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))
