"""The application: a command in; all cases it changes saved at once; outcome or refusal out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, IntegrityError, Mapper, PersistenceError
from eventsourcing.utils import Environment, EnvType
from psycopg.errors import DiskFull

from domain.addressed import Addressed
from domain.case.case import Case
from domain.case.commands import Act, Correct, FireDeadline, RecomputeDeadlines
from domain.case.correction import Correction
from domain.case.deadline import Deadline
from domain.case.deadline_events import DeadlineSet
from domain.case.events import CaseEvent
from domain.case.occasion import Occasion
from domain.clock.calendar import AnnouncedDay
from domain.commands import Command, act_of, in_zone_of, require_fitting
from domain.corrections import correction_of
from domain.days_off import DaysOff, recompute_command
from domain.event_store import STORE_NAME
from domain.identifiers import matter_index_id, outcome_id
from domain.internal_events import CaseAdded, CommandOutcome
from domain.mapper import CaseEventMapper
from domain.refusals import Conflict, Forbidden, Malformed, Refusal
from domain.roles import MAY_GIVE, SYSTEM, roles_that_may
from domain.time_sources import TimeOfActs
from domain.unit_of_work import UnitOfWork
from foundation.errors import Transient
from foundation.tracing import Said, span

ATTEMPTS = 5
_log = structlog.get_logger(__name__)


class StoreUnreachable(Transient):
    """The event store does not answer; nothing was decided, and the same key may be used again."""


@dataclass(frozen=True)
class Outcome:
    """What a command led to: the events of all cases it changed, or the refusal. `repeated`: it was answered before."""

    command: str
    case_id: UUID | None
    matter_id: UUID | None
    events: tuple[CaseEvent, ...] = ()
    refusal: dict[str, Any] | None = None
    repeated: bool = False

    @property
    def versions(self) -> dict[UUID, int]:
        """The version that each changed case has come to."""
        return {event.case_id: event.version for event in self.events}


class Firing(NamedTuple):
    """At that instant the deadline passes unless it is met, or runs again after it stood still."""

    at: datetime
    case: Case
    deadline: Deadline


class CaseApplication(Application[UUID]):
    """Takes commands, and rebuilds cases from their events.

    Args:
        factory: where the events are kept.
        time: gives the current time of a matter.
        reachable: asked before each command; raises StoreUnreachable at once instead of the library's long retries.
    """

    name = STORE_NAME

    def __init__(
        self, factory: InfrastructureFactory[Any], time: TimeOfActs, *, reachable: Callable[[], None] = lambda: None
    ) -> None:
        self._given_factory = factory
        self._time = time
        self._reachable = reachable
        super().__init__()
        self.days_off = DaysOff(self.events)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """No setting of the process environment reaches the library."""
        return Environment(name, env or {})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:  # noqa: ARG002 - the library's signature
        """The store that was given."""
        return self._given_factory

    def construct_mapper(self) -> Mapper[UUID]:
        """The one way to and from stored events."""
        return CaseEventMapper()

    # Reading

    def wall_time(self) -> datetime:
        """The moment of storing, told by one clock for all machines (aware)."""
        return self._time.wall()

    def case(self, case_id: UUID, *, version: int | None = None) -> Case:
        """A case as it stands, or stood at a version.

        Raises:
            UnknownCase: there is none.
        """
        return UnitOfWork(self.repository).case(case_id, version=version)

    def events_of(self, case_id: UUID) -> list[CaseEvent]:
        """The history of a case."""
        return [event for event in self.events.get(case_id) if isinstance(event, CaseEvent)]

    def cases_of(self, matter_id: UUID) -> list[UUID]:
        """The cases of a matter in order of opening."""
        history = self.events.get(matter_index_id(matter_id))
        return [event.case_id for event in history if isinstance(event, CaseAdded)]

    def firings(self, matter_id: UUID) -> list[Firing]:
        """What will happen to the deadlines of a matter by itself, in order of time."""
        found = [
            Firing(deadline.fires_at, case, deadline)
            for case in map(self.case, self.cases_of(matter_id))
            for deadline in case.deadlines.values()
            if deadline.fires_at
        ]
        return sorted(found, key=lambda firing: firing.at)

    # Commands

    def execute(self, command: Command, *, dry_run: bool = False, supposing: tuple[AnnouncedDay, ...] = ()) -> Outcome:
        """Carry a command out, once for its key.

        Args:
            command: what is asked.
            dry_run: decide, and save nothing.
            supposing: days off that were not announced, for a dry run under them.

        Raises:
            StoreUnreachable: nothing was decided; give the command again under the same key.
        """
        self._reachable()
        about = {"command": command.name, "correlation_id": command.correlation_id or command.idempotency_key}
        if command.on:
            about["case_id"] = str(command.on)
        try:
            with structlog.contextvars.bound_contextvars(**about), span(f"command {command.name}", about) as traced:
                outcome = self.saved_outcome(command) or self._decide_and_save(command, dry_run=dry_run, supposing=supposing)
                traced.tell(_led_to(outcome))
                return outcome
        except PersistenceError as error:
            if isinstance(error.__cause__, DiskFull):
                message = "The database's disk is full, so nothing was decided. Make room there, then give the command again under the same key."
            else:
                message = "The database does not answer, so nothing was decided. Give the command again under the same key."
            raise StoreUnreachable(message) from error
        except Refusal as refusal:
            return Outcome(command.name, command.on, None, refusal=refusal.as_json())

    def fire(self, case: Case, deadline: Deadline) -> Outcome:
        """Tell a case that a deadline's time has come; once for each end that the deadline was given."""
        return self.execute(fire_command(case.TOPIC, case.id, deadline.role, deadline.set_version))

    def _decide_and_save(self, command: Command, *, dry_run: bool, supposing: tuple[AnnouncedDay, ...]) -> Outcome:
        act = act_of(command)
        for _ in range(ATTEMPTS):
            work = UnitOfWork(self.repository)
            days_known = len(self.days_off.announced())
            try:
                case = self._decide(command, act, work, supposing)
            except Exception as error:
                saved = self.saved_outcome(command)
                if saved:
                    return saved
                # Cases are loaded one after the other. If somebody saved in between, they do not fit together, and neither a
                # refusal nor a failure says anything about the case: it is decided again, as when saving finds it.
                if work.is_outdated():
                    continue
                if isinstance(error, Refusal):
                    matters = {case.id: case.matter_id for case in work.loaded()}
                    return self._refused(command, error, matters.get(command.on) if command.on else None, dry_run=dry_run)
                raise
            events = tuple(event for changed in work.changed() for event in changed.pending)
            outcome = Outcome(command.name, case.id, case.matter_id, events)
            if dry_run:
                self._require_storable(events)
            if dry_run or (not events and isinstance(act, FireDeadline | RecomputeDeadlines)):
                return outcome
            try:
                with span("save", {"events": len(events)}):
                    self.save(*work.to_save(), self.outcome_event(command, outcome))
            except IntegrityError:
                saved = self.saved_outcome(command)
                if saved:
                    return saved
                continue
            _log.info("command_done", case_id=str(case.id), matter_id=str(case.matter_id), events=len(events))
            if any(isinstance(event, DeadlineSet) for event in events):
                self._catch_up(work.loaded(), days_known)
            return outcome
        message = "Refused: others changed the case at the same moment. Read it again, and give the command anew."
        raise Conflict(message, expected=command.expected_version)

    def _catch_up(self, cases: Iterable[Case], days_known: int) -> None:
        """A day off that was announced between deciding and saving moves what was computed without it."""
        for late in self.days_off.announced()[days_known:]:
            for case in cases:
                reason = f"{late.day} is a day off: {late.reason}"
                self.execute(recompute_command(self.case(case.id), list(case.deadlines), reason))

    def _decide(self, command: Command, act: Act, work: UnitOfWork, supposing: tuple[AnnouncedDay, ...]) -> Case:
        addressed = Addressed(command, act, work)
        law = self.days_off.law_with_them(addressed.law(), supposing=supposing)
        now = self._time.now(addressed.matter_id)
        act = in_zone_of(law, act)
        today = now.astimezone(law.time_zone).date()
        require_fitting(act, command.name, today=today, law=law)
        asked: Act | Correction = act
        if isinstance(act, Correct) and addressed.case:
            asked = correction_of(act, command.name, addressed.case, today=today, law=law)
        if command.name not in MAY_GIVE[command.actor.role]:
            allowed = ", ".join(roles_that_may(command.name)) or "nobody"
            message = f"Refused: the role {command.actor.role} may not give {command.name}; {allowed} may."
            raise Forbidden(message, role=command.actor.role, allowed=roles_that_may(command.name))
        addressed.require_version(command.expected_version)
        addressed.require_new_matter(work)
        occasion = Occasion(
            command=command.name,
            actor=command.actor,
            now=now,
            stored_at=self.wall_time(),
            correlation_id=command.correlation_id or command.idempotency_key,
            causation_id=command.causation_id or command.idempotency_key,
            law=law,
            cases=work,
        )
        if command.actor != SYSTEM:
            self._let_overdue_pass(work, occasion)
        work.begin(occasion)
        case = addressed.case or work.new_case(addressed.case_id, addressed.case_type, addressed.matter_id)
        getattr(case, command.name.partition(".")[2])(asked, law)
        work.follow_consequences()
        return case

    def _let_overdue_pass(self, work: UnitOfWork, occasion: Occasion) -> None:
        """Let pass first what fell due in the cases that a person's command concerns: timers may be late, the law is not.

        It is saved with what the command does, or not at all; a timer that comes later finds that it has happened.
        """
        while overdue := [
            (deadline.fires_at, deadline.role, case)
            for case in work.loaded()
            for deadline in case.deadlines.values()
            if deadline.fires_at and deadline.fires_at <= occasion.now
        ]:
            _, role, case = min(overdue, key=lambda found: found[:2])
            firing = FireDeadline(role=role, set_version=case.deadlines[role].set_version)
            work.begin(replace(occasion, command=f"{case.TOPIC}.fire_deadline", actor=SYSTEM))
            case.fire_deadline(firing, occasion.law)
            work.follow_consequences()

    def _require_storable(self, events: Iterable[CaseEvent]) -> None:
        """Refuse in a dry run what saving would refuse.

        Raises:
            Malformed: an event is larger than may be stored.
        """
        for event in events:
            self.mapper.to_stored_event(event)

    def _refused(self, command: Command, refusal: Refusal, matter_id: UUID | None, *, dry_run: bool) -> Outcome:
        outcome = Outcome(command.name, command.on, None, refusal=refusal.as_json())
        if refusal.saved and not dry_run:
            try:
                self.save(self.outcome_event(command, outcome))
            except IntegrityError:
                return self.saved_outcome(command) or outcome
        _log.info("command_refused", code=refusal.code, matter_id=str(matter_id) if matter_id else None)
        return outcome

    def outcome_event(self, command: Command, outcome: Outcome) -> CommandOutcome:
        """What is saved under the command's key, together with what it led to."""
        changed: dict[UUID, tuple[int, int]] = {}
        for event in outcome.events:
            first, _ = changed.get(event.case_id, (event.version, 0))
            changed[event.case_id] = (first, event.version)
        return CommandOutcome(
            originator_id=outcome_id(command.actor.id, command.idempotency_key),
            originator_version=1,
            stored_at=self.wall_time(),
            digest=command.digest(),
            command=command.name,
            case_id=outcome.case_id,
            matter_id=outcome.matter_id,
            changed=changed,
            refusal=outcome.refusal,
        )

    def saved_outcome(self, command: Command) -> Outcome | None:
        """What the key led to before.

        Raises:
            Malformed: the key was used for another command.
        """
        stream = outcome_id(command.actor.id, command.idempotency_key)
        saved = next(iter(self.events.get(stream)), None)
        if not isinstance(saved, CommandOutcome):
            return None
        if saved.digest != command.digest():
            message = f"Refused: the key {command.idempotency_key!r} was used for another command ({saved.command}). Use a new key for a new command."
            raise Malformed(message, faults=[{"field": "idempotency_key", "problem": "used for another command"}])
        events = tuple(
            event
            for case_id, (first, last) in saved.changed.items()
            for event in self.events.get(case_id, gt=first - 1, lte=last)
            if isinstance(event, CaseEvent)
        )
        return Outcome(saved.command, saved.case_id, saved.matter_id, events, saved.refusal, repeated=True)


def _led_to(outcome: Outcome) -> dict[str, Said]:
    return {
        "case_id": str(outcome.case_id) if outcome.case_id else None,
        "matter_id": str(outcome.matter_id) if outcome.matter_id else None,
        "events": len(outcome.events),
        "repeated": outcome.repeated,
        "refused": outcome.refusal["code"] if outcome.refusal else None,
    }


def fire_command(case_type: str, case_id: UUID, role: str, set_version: int) -> Command:
    """The command of the timers: its key derives from what fires, so that it takes effect once."""
    return Command(
        name=f"{case_type}.fire_deadline",
        data={"role": role, "set_version": set_version},
        on=case_id,
        actor=SYSTEM,
        idempotency_key=f"{case_id}/{role}/{set_version}",
    )
