"""Acts on calendars: a day off announced late, and the deadlines that a changed calendar moves.

A day is announced once, as an event; from then on every decision knows it. Then the open deadlines that it moves are computed
anew, case by case, each by a command of the system. Interrupted, the same act goes on where it was: what has been computed
anew is not moved again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.application import CaseApplication, Outcome
from domain.case.case import Case
from domain.case.deadline_events import DeadlineRecomputed
from domain.clock import end_of
from domain.clock.calendar import AnnouncedDay, Calendar
from domain.commands import Command, faults_in, malformed, shown
from domain.days_off import day_off, recompute_command
from domain.fields import Day, Name, Text
from domain.identifiers import announced_days_id
from domain.internal_events import CaseAdded, HolidayAnnounced
from domain.refusals import Conflict, Forbidden, Invalid
from domain.regimes import Regime, regime, regimes, require_known_holidays
from domain.roles import MAY_KEEP_CALENDARS, Actor
from foundation.errors import RegcaseError, Transient

_ADD = "calendar.add_holiday"
_RECOMPUTE = "calendar.recompute"
_PAGE = 1000
_ATTEMPTS = 5
Progress = Callable[[int], None]
"""Told how many cases have been looked at."""


class HolidayToAdd(BaseModel):
    """A day off to be announced. `calendar`: one of the regime's by its id, or a place such as `GB/SCT`; None: its only one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regime: Name
    day: Day
    reason: Text
    calendar: Name | None = None


@dataclass(frozen=True)
class Moved:
    """A deadline that a calendar moves, or moved: its last day in time, before and after."""

    case_id: UUID
    reference: str
    role: str
    old_due: date
    new_due: date


@dataclass(frozen=True)
class NotComputed:
    """A case whose deadlines could not be computed anew, and why; the others are not held up by it."""

    case_id: UUID
    reference: str
    why: str


@dataclass(frozen=True)
class Recomputed:
    """What came of computing deadlines anew. `cases`: how many were looked at."""

    moved: tuple[Moved, ...] = ()
    not_computed: tuple[NotComputed, ...] = ()
    cases: int = 0


def holiday_to_add(**said: Any) -> HolidayToAdd:
    """Check the form of a day off to be announced.

    Raises:
        Malformed: all faults at once.
    """
    try:
        wanted = HolidayToAdd.model_validate(said)
    except ValidationError as error:
        raise malformed(_ADD, faults_in(error)) from None
    law = _law(_ADD, wanted.regime)
    ids = [calendar.id for calendar in law.calendars]
    if wanted.calendar is None and len(set(ids)) > 1:
        raise malformed(_ADD, [{"field": "calendar", "problem": f"{law.id} has several; name one of {', '.join(ids)}"}])
    if wanted.calendar is not None and wanted.calendar not in ids and not _is_place(wanted.calendar):
        raise malformed(_ADD, [{"field": "calendar", "problem": f"is unknown; {law.id} has {', '.join(ids)}"}])
    return wanted


def add_holiday(app: CaseApplication, wanted: HolidayToAdd, *, actor: Actor, dry_run: bool = False) -> HolidayAnnounced | None:
    """Announce a day off, once. Returns the announcement; None in a dry run of one that is not announced yet.

    Raises:
        Forbidden: the actor's role may not.
        Invalid: the day is off in that calendar anyway.
        Conflict: others announced days at the same moment, again and again.
    """
    _require_role(_ADD, actor)
    calendar = _calendar_of(wanted)
    known = _announced(app, wanted.day, calendar)
    if known:
        return known
    off_anyway = calendar.why_not_working(wanted.day)
    if off_anyway:
        message = (
            f"Refused: {wanted.day} is no working day in the calendar {calendar.id} anyway: it is {off_anyway}. Check the date."
        )
        raise Invalid(message, day=str(wanted.day), calendar=calendar.id)
    if dry_run:
        return None
    command = Command(
        name=_ADD,
        data=wanted.model_dump(mode="json"),
        actor=actor,
        idempotency_key=f"holiday {calendar.holidays} {calendar.id} {wanted.day}",
    )
    for _ in range(_ATTEMPTS):
        announcement = HolidayAnnounced(
            originator_id=announced_days_id(),
            originator_version=len(app.days_off.announced()) + 1,
            stored_at=app.wall_time(),
            actor=actor,
            regime=wanted.regime,
            calendar=calendar.id,
            holidays=calendar.holidays,
            day=wanted.day,
            reason=wanted.reason,
        )
        try:
            app.save(announcement, app.outcome_event(command, Outcome(_ADD, None, None)))
        except IntegrityError:
            known = _announced(app, wanted.day, calendar)
            if known:
                return known
            continue
        return announcement
    message = "Refused: others announced days off at the same moment. Give the command again."
    raise Conflict(message)


def as_known(wanted: HolidayToAdd) -> AnnouncedDay:
    """The day as calendars know it once it is announced."""
    return AnnouncedDay(wanted.day, wanted.reason, _calendar_of(wanted).places)


def recompute(
    app: CaseApplication,
    regime_id: str,
    *,
    reason: str,
    actor: Actor,
    because_of: AnnouncedDay | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _: None,
) -> Recomputed:
    """Compute anew every open deadline that the calendars of a regime move, in cases under any regime that has such a calendar.

    Args:
        app: where the cases are.
        regime_id: the regime whose calendars changed.
        reason: why, as each deadline that moves will tell.
        actor: who wants it; the cases are asked by the system.
        because_of: only what this day off moves; in a dry run it need not be announced. None: whatever moves, since the
            installed holidays are of another version.
        dry_run: only tell what would move.
        progress: told how many cases have been looked at.

    Which cases there are is read from the event store itself: each is named there where it was opened. The walk reads that
    index from its beginning to its end, and loads each case; its cost grows with the number of cases.

    Raises:
        Forbidden: the actor's role may not.
        StoreUnreachable: the database went away; give the act again, it goes on.
    """
    _require_role(_RECOMPUTE, actor)
    mine = [calendar.places for calendar in _law(_RECOMPUTE, regime_id).calendars]
    app.days_off.announced()
    supposing = (because_of,) if dry_run and because_of else ()
    moved: dict[tuple[UUID, str, date], Moved] = {}
    not_computed: dict[UUID, NotComputed] = {}
    seen: set[UUID] = set()
    for case_id in _cases(app, again=not dry_run):
        seen.add(case_id)
        progress(len(seen))
        reference = ""
        try:
            case = app.case(case_id)
            reference = case.reference
            law = app.days_off.law_with_them(regime(case.regime), supposing=supposing)
            roles = _touched(case, law, because_of) if because_of or _shares(law, mine) else []
            if roles:
                found = _moved(app, case, roles, reason, dry_run=dry_run, supposing=supposing)
                moved |= {(one.case_id, one.role, one.new_due): one for one in found}
        except Transient:
            raise
        except RegcaseError as error:
            not_computed[case_id] = NotComputed(case_id, reference, str(error))
    return Recomputed(tuple(moved.values()), tuple(not_computed.values()), len(seen))


def _require_role(command: str, actor: Actor) -> None:
    if actor.role not in MAY_KEEP_CALENDARS:
        allowed = ", ".join(MAY_KEEP_CALENDARS)
        message = f"Refused: the role {actor.role} may not give {command}; {allowed} may."
        raise Forbidden(message, role=actor.role, allowed=list(MAY_KEEP_CALENDARS))


def _law(command: str, regime_id: str) -> Regime:
    if regime_id not in regimes():
        known = ", ".join(sorted(regimes()))
        raise malformed(command, [{"field": "regime", "problem": f"{shown(regime_id)!r} is unknown; known are {known}"}])
    return regime(regime_id)


def _calendar_of(wanted: HolidayToAdd) -> Calendar:
    """The calendar that was named; a place stands for the matters that have its holidays for their own."""
    known = {calendar.id: calendar for calendar in reversed(regime(wanted.regime).calendars)}
    if wanted.calendar is None:
        return next(iter(known.values()))
    return known.get(wanted.calendar) or Calendar(wanted.calendar, wanted.calendar)


def _is_place(named: str) -> bool:
    try:
        require_known_holidays(named)
    except ValueError:
        return False
    return "/" in named


def _announced(app: CaseApplication, day: date, calendar: Calendar) -> HolidayAnnounced | None:
    """The announcement of the day for that calendar, or for one that is a part of it."""
    return next(
        (event for event in app.days_off.announced() if event.day == day and day_off(event).places <= calendar.places), None
    )


def _shares(law: Regime, places: Sequence[frozenset[str]]) -> bool:
    """Whether a day off in calendars of those places can be one in a calendar of that law."""
    return any(one <= calendar.places for one in places for calendar in law.calendars)


def _cases(app: CaseApplication, *, again: bool) -> Iterator[UUID]:
    """Every case, by the event store's own index of cases; `again`: at last those to which something was added meanwhile."""
    began_at = app.recorder.max_notification_id() or 0
    at = 0
    while page := app.recorder.select_notifications(at, _PAGE, topics=[CaseAdded.TOPIC], inclusive_of_start=False):
        for notification in page:
            at = notification.id
            added = app.mapper.to_domain_event(notification)
            assert isinstance(added, CaseAdded)
            yield added.case_id
    while again and (page := app.recorder.select_notifications(began_at, _PAGE, inclusive_of_start=False)):
        began_at = page[-1].id
        yield from dict.fromkeys(
            UUID(str(notification.originator_id)) for notification in page if not notification.topic.startswith("_")
        )


def _touched(case: Case, law: Regime, because_of: AnnouncedDay | None) -> list[str]:
    """The deadlines whose end comes out differently than it stands; where a day is named, because of that day."""
    differs = [
        deadline
        for deadline in case.deadlines.values()
        if not deadline.is_done_with and end_of(deadline.terms.count, law).due_at != deadline.due_at
    ]
    if because_of and differs:
        known = next(iter(law.calendars)).announced
        without = law.with_days_off(tuple(day for day in known if (day.day, day.places) != (because_of.day, because_of.places)))
        differs = [d for d in differs if end_of(d.terms.count, law).due_at != end_of(d.terms.count, without).due_at]
    return [deadline.role for deadline in differs]


def _moved(
    app: CaseApplication, case: Case, roles: list[str], reason: str, *, dry_run: bool, supposing: tuple[AnnouncedDay, ...]
) -> Iterator[Moved]:
    """Have the case compute its deadlines anew. The key derives from its version, so that nothing is moved twice."""
    command = recompute_command(case, roles, reason)
    outcome = app.execute(command, dry_run=dry_run, supposing=supposing)
    if outcome.refusal:
        raise Invalid(outcome.refusal["message"])
    for event in outcome.events:
        if isinstance(event, DeadlineRecomputed):
            yield Moved(event.case_id, case.reference, event.role, event.old_due, event.terms.due)
