"""Days off announced late, as every decision sees them: an internal stream, and the law with what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import EventStore

from domain.case.case import Case
from domain.clock.calendar import AnnouncedDay, Calendar
from domain.commands import Command
from domain.identifiers import announced_days_id
from domain.internal_events import HolidayAnnounced
from domain.regimes import Regime
from domain.roles import SYSTEM


class DaysOff:
    """What was announced: read as far as it is new by one indexed read for each command, which mostly finds nothing."""

    def __init__(self, events: EventStore[Any]) -> None:
        self._events = events
        self._announced: tuple[HolidayAnnounced, ...] = ()
        self._laws: dict[str, tuple[Regime, Regime]] = {}

    def announced(self) -> tuple[HolidayAnnounced, ...]:
        """Every day announced until now, in the order of announcement; reads what is new."""
        found = self._events.get(announced_days_id(), gt=len(self._announced))
        fresh = tuple(event for event in found if isinstance(event, HolidayAnnounced))
        if fresh:
            self._announced += fresh
            self._laws = {}
        return self._announced

    def law_with_them(self, law: Regime, *, supposing: tuple[AnnouncedDay, ...] = ()) -> Regime:
        """The law under calendars that know those read last, and those that are only supposed. Reads nothing."""
        announced = tuple(day_off(event) for event in self._announced)
        if supposing:
            return law.with_days_off((*announced, *supposing))
        known, found = self._laws.get(law.id, (None, law))
        if known is not law:
            found = law.with_days_off(announced) if announced else law
            self._laws[law.id] = law, found
        return found


def day_off(event: HolidayAnnounced) -> AnnouncedDay:
    """The day as calendars know it."""
    return AnnouncedDay(event.day, event.reason, Calendar(event.calendar, event.holidays).places)


def recompute_command(case: Case, roles: Sequence[str], reason: str) -> Command:
    """The command by which the system has a case compute deadlines anew; its key derives from the version that it finds."""
    return Command(
        name=f"{case.TOPIC}.recompute_deadlines",
        data={"roles": list(roles), "reason": reason},
        on=case.id,
        actor=SYSTEM,
        idempotency_key=f"{case.id}/{case.version}/recompute",
    )
