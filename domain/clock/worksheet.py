"""The sheet on which a date is worked out: what it is computed from, the steps in words, and the facts of law that decided."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.clock.calendar import Calendar
from domain.clock.period import Period
from domain.clock.terms import Count

if TYPE_CHECKING:
    from domain.regimes import RuleVersion


class Worksheet:
    """Of one deadline. Sentences are added in the order of computing."""

    def __init__(self, count: Count, rule: RuleVersion) -> None:
        self.count = count
        self.rule = rule
        self.calendar = _calendar_of_the_matter(rule.calendar, count.holidays)
        self._steps: list[str] = []
        self._decided = {"kind"} if rule.date_kind == "named" else {"kind", "counts_from"}
        self._calendar_was_asked = False

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock tells which day it is."""
        return self.rule.time_zone

    @cached_property
    def period(self) -> Period:
        """The notice's period, else the law's for a subject that resides there.

        Raises:
            Misconfigured: neither gives one.
        """
        return Period.parse(self.rule.period_or(self.count.period, abroad=self.count.abroad))

    @property
    def has_fixed_end(self) -> bool:
        """Whether a day was set, so that no period is counted."""
        return self.count.until is not None

    def say(self, sentence: str) -> None:
        """Add a step, without its full stop."""
        self._steps.append(f"{sentence}.")

    def law(self, fact: str) -> str:
        """The law behind a fact, in brackets after a blank; empty where the file cites none."""
        cites = self.rule.cites_for(fact)
        return f" ({'; '.join(cites)})" if cites else ""

    def decided_by(self, *facts: str) -> None:
        """These facts of the rule took effect: without them the date might be another."""
        self._decided.update(facts)

    def asked_calendar(self) -> None:
        """It mattered which days are working days."""
        self._calendar_was_asked = True

    @property
    def steps(self) -> tuple[str, ...]:
        """The sentences."""
        return tuple(self._steps)

    @property
    def marks(self) -> tuple[str, ...]:
        """What is not certain about the facts that decided."""
        marks = self.rule.marks_on(self._decided)
        doubt = self.calendar.doubt
        return (*marks, doubt) if doubt and self._calendar_was_asked else marks


def _calendar_of_the_matter(calendar: Calendar, holidays: str | None) -> Calendar:
    """The matter's own holidays in the place of the regime's; what the rule adds to them, and what was announced, stays."""
    if holidays is None or holidays == calendar.holidays:
        return calendar
    return replace(calendar, id=holidays, holidays=holidays)
