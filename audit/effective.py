"""From which day on each event has effect in law, whenever it was recorded.

- An act has effect from its own date of law: a payment from the day it was received, a notice from its sending.
- A deadline that passed unmet has effect, with all that followed from it, from the day on which it was late (`due_at`),
  whenever the timers noticed.
- What bears no date of its own (the start of a deadline, a new end) has effect with the event before it of the same
  save, and so with the act that led to it. A dismissal by the system, which is dated to the day of recording, has
  effect with the act that took its ground away.
- An entry that was corrected has effect as corrected, from the day that the correction gave it, and the correction with it.
  What was concluded about a deadline before a correction, or a day off announced late, set it right, never had effect: the
  new end counts from the day from which the old one did.
- What has no date anywhere in its save (an assignment) has effect from the day it was recorded.
- Nothing has effect before what it builds on: an event of a case not before the case began, one about a deadline not
  before that deadline started, a decision on an application not before the application.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from domain.appeal.events import AppealDecided, PermissionDecided, PermissionRenewed, PermissionSought
from domain.case.deadline_events import DeadlineMet, DeadlinePassed, DeadlineRecomputed, DeadlineSet, DeadlineStarted
from domain.case.events import CaseEvent
from domain.investigation.events import (
    InvestigationNoticeCancelled,
    InvestigationNoticeIssued,
    InvestigationNoticeServed,
    ResponseRecorded,
)
from domain.non_compliance.events import Dismissed
from domain.past_cases import SET_RIGHT
from domain.words import law_date

Save = tuple[datetime, str, str]


def effective_days(case_id: UUID, matter: Iterable[CaseEvent], zone: tzinfo) -> Mapping[int, date]:
    """The day from which each event of a case has effect, by version.

    Args:
        case_id: the case.
        matter: the events of all cases of its matter, because what follows from an act may be recorded on other cases;
            each as corrected (`domain.case.recording.as_corrected`).
        zone: the regime's time zone.
    """
    events = list(matter)
    leads = _leads(events, zone)
    mine = sorted((event for event in events if event.case_id == case_id), key=lambda event: event.version)
    days: dict[int, date] = {}
    began: date | None = None
    ground, set_right = _Ground(), _SetRight()
    for position, event in enumerate(mine):
        save = _save_of(event)
        before = days.get(event.version - 1) if position and _save_of(mine[position - 1]) == save else None
        following = (_own_day(later, zone) for later in mine[position:] if _save_of(later) == save)
        lead = leads.get(save)
        day = _own_day(event, zone) or before or next((found for found in following if found), None) or (lead and lead.day)
        day = day or event.recorded.astimezone(zone).date()
        if lead and lead.is_floor:
            day = max(day, lead.day)
        began = began or day
        day = set_right.since(event) or day
        days[event.version] = day = max(day, began, ground.of(event) or day)
        ground.take(event, day)
        set_right.take(event, day)
    return {version: days[set_right.taken_back.get(version, version)] for version in days}


@dataclass(frozen=True)
class _Lead:
    """The day of the act that led to a save. `is_floor`: nothing in the save has effect before it."""

    day: date
    is_floor: bool


def _leads(events: Sequence[CaseEvent], zone: tzinfo) -> dict[Save, _Lead]:
    leads: dict[Save, _Lead] = {}
    for event in sorted(events, key=lambda event: event.version):
        day, save = _own_day(event, zone), _save_of(event)
        was_asked_of_it = event.envelope.command.partition(".")[0] == event.case_type
        if day and was_asked_of_it and save not in leads:
            leads[save] = _Lead(day, isinstance(event, DeadlinePassed))
    return leads


def _save_of(event: CaseEvent) -> Save:
    """Events of one save share the moment of storing, the cause and the command."""
    return event.envelope.stored_at, event.envelope.causation_id, event.envelope.command


def _own_day(event: CaseEvent, zone: tzinfo) -> date | None:
    match event:
        case DeadlinePassed(due_at=due_at):
            return due_at.astimezone(zone).date()
        case Dismissed() if event.envelope.command != "non_compliance.dismiss":
            return None
        case _:
            return law_date(event)


class _SetRight:
    """Ends that were computed anew because what they were computed from had been wrong.

    What they took back has effect with them, by version, and so by itself never.
    """

    def __init__(self) -> None:
        self.taken_back: dict[int, int] = {}
        self._set: dict[str, date] = {}
        self._concluded: dict[str, list[int]] = {}

    def since(self, event: CaseEvent) -> date | None:
        """The day of the end that an event sets right, which takes back what was concluded from it; None: it sets none right."""
        if not isinstance(event, DeadlineRecomputed) or event.envelope.command.partition(".")[2] not in SET_RIGHT:
            return None
        self.taken_back.update(dict.fromkeys(self._concluded.pop(event.role, ()), event.version))
        return self._set.get(event.role)

    def take(self, event: CaseEvent, day: date) -> None:
        """Note what may have to be set right later."""
        match event:
            case DeadlineSet(role=role):
                self._set[role] = day
                self._concluded[role] = []
            case DeadlineMet(role=role) | DeadlinePassed(role=role):
                self._concluded.setdefault(role, []).append(event.version)
            case _:
                pass


class _Ground:
    """What events build on: without it, applying them would find nothing to change."""

    def __init__(self) -> None:
        self._deadlines: dict[str, date] = {}
        self._decided: date | None = None
        self._sought: dict[str, date] = {}
        self._notices: dict[str, date] = {}

    def of(self, event: CaseEvent) -> date | None:
        """The day before which an event cannot have effect."""
        match event:
            case DeadlineStarted():
                return None
            case PermissionSought():
                return self._decided
            case PermissionDecided(by=by) | PermissionRenewed(by=by):
                return self._sought.get(by)
            case (
                InvestigationNoticeServed(notice=name) | ResponseRecorded(notice=name) | InvestigationNoticeCancelled(notice=name)
            ):
                return self._notices.get(name)
            case _:
                return self._deadlines.get(getattr(event, "role", ""))

    def take(self, event: CaseEvent, day: date) -> None:
        """Note what later events may build on."""
        match event:
            case DeadlineStarted(role=role):
                self._deadlines[role] = day
            case AppealDecided():
                self._decided = day
            case PermissionSought(by=by):
                self._sought[by] = day
            case InvestigationNoticeIssued(notice=name):
                self._notices[name] = day
            case _:
                pass
