"""A correction of an entry: the act behind it is asked again as it was meant, and what follows from the difference is computed.

A correction can do nothing that the act itself would have been refused. It moves the deadlines that hang on the corrected
fields, and no others: those that come out differently when the act is asked as it was entered and as it was meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from domain.case.commands import Act, FireDeadline
from domain.case.deadline_events import DeadlineMet, DeadlineStarted
from domain.case.events import CaseEvent, Corrected
from domain.clock import Count
from domain.refusals import Refusal, TooEarly, TooLate
from domain.regimes import Regime

if TYPE_CHECKING:
    from domain.case.case import Case
    from domain.case.deadline import Deadline

_TOGETHER = ("start", "trigger", "rule", "rule_version", "candidates")
"""What a count takes over from its trigger, whole or not at all."""

_WORKED_OUT = ("deemed_on", "deemed")
"""Facts of an entry that the law makes of what the command said."""
_WHAT_NOW = "Check the correction; if it is right, first undo by its own command what stands against it."


@dataclass(frozen=True)
class Correction:
    """A correction that is well formed: the entry as it stands, the act behind it as it was entered and as it was meant."""

    entry: CaseEvent
    was: Act
    meant: Act
    before: Mapping[str, Any]
    fields: Mapping[str, Any]
    reason: str
    effective_on: date | None

    @property
    def why(self) -> str:
        """What each deadline that it moves tells."""
        return f"The entry {self.entry.version} that it counts from was corrected: {self.reason}"


def correct(case: Case, act: Correction, law: Regime) -> None:
    """Let an entry count as it was meant from the start; compute anew what hangs on it.

    Raises:
        Refusal: the act would have been refused so; or a later act, or what a deadline was met by, would be out of time.
    """
    try:
        meant = _asked_again(case, act.entry, act.meant, law)
        was = _asked_again(case, act.entry, act.was, law)
    except Refusal as refusal:
        _refuse(refusal, f"{act.entry.envelope.command} itself could not have been given so.")
    told = {role: case.done_on(role) for role in case.deadlines}
    met = {role: deadline.met_on for role, deadline in case.deadlines.items() if deadline.status == "met"}
    moves = _counts(was) != _counts(meant)
    late_before = _out_of_time(case, act.entry, law) if moves else {}

    worked_out = _worked_out_later(case, act.entry, law)
    _record(case, act, meant)
    moved = {role for role in {**was.deadlines, **meant.deadlines} if _move(case, act, role, was, meant)}
    for later, was_then in worked_out:
        try:
            meant_then = _asked_again(case, later.entry, later.meant, law)
        except Refusal as refusal:
            _refuse(refusal, f"entry {later.entry.version}, made since, could not have been made so.")
        if _worked_out_otherwise(later.entry, meant_then):
            follows = replace(later, reason=act.reason)
            _record(case, follows, meant_then)
            roles = {**was_then.deadlines, **meant_then.deadlines}
            moved |= {role for role in roles if _move(case, follows, role, was_then, meant_then)}
    case.follow_correction(was, meant)
    for role in list(case.deadlines):
        settling = _Settling(case, role, moved=role in moved, told=told.get(role), met=met.get(role), why=act.why)
        settling.settle(was.deadline(role), meant.deadline(role), law)
    late_now = _out_of_time(case, act.entry, law) if moves else {}
    for version, late in late_now.items():
        if version not in late_before:
            _refuse(late, f"entry {version}, made since, would then have come out of time.")


def _record(case: Case, act: Correction, meant: Case) -> None:
    """Record the corrected fields, before and now, with those that the entry holds because the law works them out."""
    stood, worked_out = act.entry.facts(), _worked_out_otherwise(act.entry, meant)
    case.record(
        Corrected,
        event_version=act.entry.version,
        event=act.entry.type,
        before={**act.before, **{name: stood.get(name) for name in worked_out}},
        fields={**act.fields, **{name: value for name, value in worked_out.items() if name not in act.fields}},
        reason=act.reason,
        effective_on=act.effective_on,
    )


def _worked_out_otherwise(entry: CaseEvent, meant: Case) -> dict[str, Any]:
    """What the law makes of an act, where it comes out differently than the entry says."""
    stood, made = entry.facts(), next(event for event in meant.pending if event.NAME == entry.NAME).facts()
    return {name: made.get(name) for name in _WORKED_OUT if stood.get(name) != made.get(name)}


def _worked_out_later(case: Case, entry: CaseEvent, law: Regime) -> list[tuple[Correction, Case]]:
    """Later entries that hold what the law made of them, perhaps of this entry; each with the case after it, as it stood."""
    found = []
    for later in case.history[entry.version :]:
        act = case.occasion.cases.act_behind(later) if "deemed" in later.facts() else None
        if act is not None:
            as_it_is = Correction(later, act, act, {}, {}, reason="", effective_on=None)
            with suppress(Refusal):
                found.append((as_it_is, _asked_again(case, later, act, law)))
    return found


def _asked_again(case: Case, entry: CaseEvent, act: Act, law: Regime) -> Case:
    """The case as it then was, after the act: nothing of it is kept.

    Raises:
        Refusal: the act is refused.
    """
    past = case.occasion.cases.before(entry)
    occasion = replace(
        case.occasion,
        command=entry.envelope.command,
        actor=entry.actor,
        now=entry.recorded,
        stored_at=entry.envelope.stored_at,
        cases=past,
    )
    asked = past.begin_again(case, occasion)
    getattr(asked, entry.envelope.command.partition(".")[2])(act, law)
    return asked


def _refuse(refusal: Refusal, why: str) -> NoReturn:
    said = refusal.message.removeprefix("Refused: ")
    message = f"Refused: {why} {said[:1].upper()}{said[1:]} {_WHAT_NOW}"
    raise type(refusal)(message, cites=refusal.cites, **refusal.details) from refusal


def _counts(case: Case) -> dict[str, Count]:
    return {role: deadline.terms.count for role, deadline in case.deadlines.items()}


def _out_of_time(case: Case, entry: CaseEvent, law: Regime) -> dict[int, Refusal]:
    """Which later acts of the case would be out of time, by what is known of its deadlines now."""
    found: dict[int, Refusal] = {}
    for later in case.history[entry.version :]:
        act = case.occasion.cases.act_behind(later)
        if act is None:
            continue
        try:
            _asked_again(case, later, act, law)
        except (TooEarly, TooLate) as refusal:
            found[later.version] = refusal
        except Refusal:
            continue
    return found


def _move(case: Case, act: Correction, role: str, was: Case, meant: Case) -> bool:
    """Set a deadline anew that came out differently. Returns whether it did."""
    old, new, known = was.deadline(role), meant.deadline(role), case.deadline(role)
    if old is None or known is None:
        if known is None and new is not None and case.can_matter(role):
            case.record(DeadlineStarted, role=role, terms=new.terms)
            return True
        return False
    if new is None:
        case.lapse(act.why, role)
        return False
    if _started_again(case, known, since=act.entry):
        return False
    count = _merged(known.terms.count, old.terms.count, new.terms.count)
    if count == known.terms.count or known.status == "lapsed":
        return False
    case.take_up_again(role)
    terms = case.terms_again(known, count)
    case.set_anew(known, terms, act.why)
    case.follow_anchor(known)
    return True


def _started_again(case: Case, known: Deadline, *, since: CaseEvent) -> bool:
    """Whether a later act of the same kind has started it: a second variation, another decision."""
    started, first = case.history[known.started_version - 1].envelope, since.envelope
    return started.version > first.version and started.command == first.command and started.stored_at != first.stored_at


def _merged(known: Count, old: Count, new: Count) -> Count:
    """The count that stands, with the difference that the correction makes, where nothing else has changed it since."""
    names = type(known).model_fields
    changed = [name for name in names if getattr(old, name) != getattr(new, name) and getattr(known, name) == getattr(old, name)]
    if any(name in _TOGETHER for name in changed):
        since = any(getattr(known, name) != getattr(old, name) for name in ("start", "trigger"))
        changed = [name for name in changed if name not in _TOGETHER] + ([] if since else list(_TOGETHER))
    return known.model_copy(update={name: getattr(new, name) for name in changed})


@dataclass(frozen=True)
class _Settling:
    """One deadline after a correction: met, passed, running again.

    told: when the duty was done, by what stood before; met: by which day it had been met; moved: whether its end was set anew.
    """

    case: Case
    role: str
    moved: bool
    told: date | datetime | None
    met: date | datetime | None
    why: str

    def settle(self, was: Deadline | None, meant: Deadline | None, law: Regime) -> None:
        case, role = self.case, self.role
        now_told = case.done_on(role)
        done = now_told if now_told != self.told else self._done(was, meant)
        deadline = case.deadlines[role]
        if deadline.status == "lapsed" or not (self.moved or now_told != self.told or done != self.met):
            return
        in_time = done is not None and (not deadline.ended_before(done) or self._stands_still_yet)
        if done is not None and in_time:
            if deadline.status != "met" or deadline.met_on != done:
                case.record(DeadlineMet, role=role, met_on=done)
        elif self.met is not None and self.told is None:
            self._refuse_late(deadline, done or self.met)
        elif now_told != self.told and deadline.status in ("met", "passed"):
            case.set_anew(deadline, deadline.terms, self.why)
        self._let_pass_or_lapse(law)

    @property
    def _stands_still_yet(self) -> bool:
        """Whether it stood still when it was met, because of what is pending to this day: then no day was too late."""
        last = next((e for e in reversed(self.case.history) if isinstance(e, DeadlineMet) and e.role == self.role), None)
        if last is None or self.met is None:
            return False
        past = type(self.case)(self.case.id, self.case.matter_id)
        past.take_in(self.case.history[: last.version - 1])
        held_up = past.deadlines[self.role].suspensions
        return any(self.case.still_suspends(suspension.cause, self.role) for suspension in held_up)

    def _done(self, was: Deadline | None, meant: Deadline | None) -> date | datetime | None:
        if self.told is not None:
            return self.told
        if was and meant and was.met_on != meant.met_on and was.met_on == self.met:
            return meant.met_on
        return self.met

    def _refuse_late(self, deadline: Deadline, done: date | datetime) -> NoReturn:
        message = f"Refused: {self.role} would then have ended on {deadline.due}, and what was done on {done} would be late. {_WHAT_NOW}"
        raise TooLate(message, cites=deadline.cites, role=self.role, due=str(deadline.due))

    def _let_pass_or_lapse(self, law: Regime) -> None:
        self.case.stand_still_again(self.role)
        deadline = self.case.deadlines[self.role]
        if deadline.status != "running":
            return
        if deadline.due_at <= self.case.occasion.now:
            self.case.fire_deadline(FireDeadline(role=self.role, set_version=deadline.set_version), law)
        elif not self.case.can_matter(self.role):
            self.case.lapse("It was computed anew when it could matter no more.", self.role)
