"""The model: a history as it must come to be, played in memory, outside the system, before the system sees any of it.

Names of cases derive from actor and key, so that the same commands make the same cases here and there. What is compared is
every event, with its payload byte for byte, and its envelope but for `stored_at`, which is wall time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory, StoredEvent

from domain.application import CaseApplication, Firing, Outcome, fire_command
from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.clock.calendar import AnnouncedDay
from domain.commands import Command
from domain.event_store import in_memory
from domain.roles import SYSTEM
from domain.time_sources import MovedTime, TimeOfActs

EventId = tuple[UUID, int]
_REFUSED_KEPT = 0.3
"""Of the commands that are refused. They change nothing, and most random commands are."""
_RIVALS = 0.15
_DOUBLED = 0.1


@dataclass(frozen=True)
class Event:
    """An event as it is stored, but for the moment of storing."""

    type: str
    envelope: Mapping[str, Any]
    payload: bytes

    @classmethod
    def of(cls, event_type: str, state: bytes) -> Event:
        """From what the store has of it."""
        envelope, _, payload = state.partition(b"\n")
        told = json.loads(envelope)
        told.pop("stored_at")
        return cls(event_type, told, payload)


@dataclass(frozen=True)
class Fires:
    """A deadline's time comes, and something happens to it. `at`: where the matter's clock stands then."""

    at: datetime
    case_id: UUID
    case_type: str
    role: str
    set_version: int

    @property
    def key(self) -> str:
        """The key of the command of the timers."""
        return fire_command(self.case_type, self.case_id, self.role, self.set_version).idempotency_key


@dataclass(frozen=True)
class Step:
    """A command of a history.

    Args:
        at: where the matter's clock stands.
        before: what fires first, in order.
        command: what is given.
        refused: the code with which it is refused; None: it is accepted.
        rival: the same under another key, given at the same moment: one of the two is accepted, the other is a conflict.
        doubled: it is given twice at the same moment, under one key.
    """

    at: datetime
    before: tuple[Fires, ...]
    command: Command
    refused: str | None = None
    rival: Command | None = None
    doubled: bool = False


@dataclass(frozen=True)
class History:
    """What is given to one matter, and every event that must come of it.

    Args:
        kind: what it is made from.
        start: where the matter's clock stands at first.
        steps: what is given, in order.
        end: where the clock stands in the end.
        after: what fires between the last step and the end.
        events: every event of every case.
    """

    name: str
    kind: str
    matter_id: UUID
    start: datetime
    steps: tuple[Step, ...]
    end: datetime
    after: tuple[Fires, ...]
    events: Mapping[EventId, Event]

    @property
    def firings(self) -> list[Fires]:
        """Everything that fires, in order."""
        return [fires for step in self.steps for fires in step.before] + list(self.after)

    def under_order(self, keys: Iterable[str]) -> History:
        """What it is when deadlines that are due at the same instant fire in this order of their keys.

        Which of them comes first the law leaves open. It shows in versions, in the ids of cases that are opened because of
        it, and so in the answers to commands on these.
        """
        rank = {key: number for number, key in reversed(list(enumerate(keys)))}
        app = Recorder(self.name, in_memory(), MovedTime(self.start), rank)
        steps = []
        for step in self.steps:
            app.let_fire(self.matter_id, step.at)
            steps.append(replace(step, refused=code_of(app.execute(step.command))))
        app.let_fire(self.matter_id, self.end)
        return replace(self, steps=tuple(steps), events=app.stored())


@dataclass
class _Noted:
    at: datetime
    before: tuple[Fires, ...]
    command: Command
    outcome: Outcome
    expected_version: int | None


@dataclass
class _Notes:
    steps: list[_Noted] = field(default_factory=list)
    fired: list[Fires] = field(default_factory=list)


class _InUtc:
    """The same instants as the database tells them."""

    def __init__(self, time: TimeOfActs) -> None:
        self._time = time

    def now(self, matter_id: UUID | None) -> datetime:
        return self._time.now(matter_id).astimezone(UTC)

    def wall(self) -> datetime:
        return self._time.wall()


class Recorder(CaseApplication):
    """An application in memory that notes what it is given and what fires, and gives each matter keys of its own.

    Args:
        rank: by key, which deadline fires first of those that are due at the same instant.
    """

    def __init__(
        self, matter: str, factory: InfrastructureFactory[Any], time: TimeOfActs, rank: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(factory, _InUtc(time))
        self._matter = matter
        self._rank = rank or {}
        self._keys: dict[str, str] = {}
        self._notes = _Notes()
        self._moved = time
        self._start = self._time.now(None)

    def execute(self, command: Command, *, dry_run: bool = False, supposing: tuple[AnnouncedDay, ...] = ()) -> Outcome:
        """Carry it out and note it; then let fire what is overdue from its beginning on."""
        if command.actor == SYSTEM or dry_run:
            return super().execute(command, dry_run=dry_run, supposing=supposing)
        key = command.idempotency_key
        if not key.startswith(f"{self._matter}/"):
            key = self._keys.setdefault(key, f"{self._matter}/{len(self._keys)}")
        # Told explicitly, so that it is the same under a rival's key.
        because = {"correlation_id": command.correlation_id or key, "causation_id": command.causation_id or key}
        command = command.model_copy(update={"idempotency_key": key, **because})
        now = self._time.now(None)
        version = sum(1 for _ in self.events.get(command.on)) if command.on else None
        outcome = super().execute(command)
        self._notes.steps.append(_Noted(now, tuple(self._notes.fired), command, outcome, version))
        self._notes.fired.clear()
        if outcome.refusal is None and outcome.matter_id:
            self.let_fire(outcome.matter_id, now)
        return outcome

    def fire(self, case: Case, deadline: Deadline) -> Outcome:
        """Note what takes effect."""
        outcome = super().fire(case, deadline)
        if outcome.events and not outcome.repeated:
            now = self._time.now(None)
            self._notes.fired.append(Fires(now, case.id, case.TOPIC, deadline.role, deadline.set_version))
        return outcome

    def firings(self, matter_id: UUID) -> list[Firing]:
        """In the order in which the timers take what is due at the same instant."""
        return sorted(super().firings(matter_id), key=lambda firing: (firing.at, firing.case.id, firing.deadline.role))

    def let_fire(self, matter_id: UUID, moment: datetime) -> None:
        """Move the clock to an instant; what falls due until then fires."""
        assert isinstance(self._moved, MovedTime)
        while due := [firing for firing in self.firings(matter_id) if firing.at <= moment]:
            self._moved.current = max(self._moved.current, due[0].at)
            now = [firing for firing in due if firing.at <= self._moved.current]
            chosen = min(now, key=lambda firing: self._rank.get(key_of(firing), len(self._rank)))
            self.fire(chosen.case, chosen.deadline)
        self._moved.current = max(self._moved.current, moment)

    def stored(self) -> dict[EventId, Event]:
        """Every event of every case, as it is stored."""
        every: list[StoredEvent] = list(self.recorder.select_notifications(start=None, limit=1_000_000))
        return {
            (one.originator_id, one.originator_version): Event.of(one.topic, one.state)  # type: ignore[misc] # ids are UUIDs here
            for one in every
            if not one.topic.startswith("_")
        }

    def history(self, kind: str, random: Random | None) -> History | None:
        """What was noted; None where no matter began.

        Args:
            kind: what it is made from.
            random: decides which commands get a rival, which are doubled, which refused ones are left out, and for how long the
                clock runs on after the last. None: it is just what was given, and ends with it.
        """
        matter_id = next((step.outcome.matter_id for step in self._notes.steps if step.outcome.matter_id), None)
        if matter_id is None:
            return None
        if random:
            self.let_fire(matter_id, self._time.now(None) + timedelta(days=random.choice([0, 10, 30, 100])))
        times_given = Counter(noted.command.idempotency_key for noted in self._notes.steps)
        dropped: dict[str, bool] = {}
        steps: list[Step] = []
        waiting: tuple[Fires, ...] = ()
        for noted in self._notes.steps:
            waiting += noted.before
            key, refusal = noted.command.idempotency_key, noted.outcome.refusal
            if random and dropped.setdefault(key, refusal is not None and random.random() > _REFUSED_KEPT):
                continue
            step = Step(noted.at, waiting, noted.command, refused=code_of(noted.outcome))
            steps.append(_decorated(step, noted, random, once=times_given[key] == 1) if random else step)
            waiting = ()
        return History(
            self._matter,
            kind,
            matter_id,
            self._start,
            tuple(steps),
            self._time.now(None),
            waiting + tuple(self._notes.fired),
            self.stored(),
        )


def _decorated(step: Step, noted: _Noted, random: Random, *, once: bool) -> Step:
    command = step.command
    changes_its_case = any(event.case_id == command.on for event in noted.outcome.events)
    drawn = random.random()
    if once and changes_its_case and command.expected_version is None and drawn < _RIVALS:
        command = command.model_copy(update={"expected_version": noted.expected_version})
        rival = command.model_copy(update={"idempotency_key": f"{command.idempotency_key}/rival"})
        return Step(step.at, step.before, command, rival=rival)
    return replace(step, doubled=drawn > 1 - _DOUBLED)


def code_of(outcome: Outcome) -> str | None:
    """With which code it was refused; None: it was not."""
    code: str | None = outcome.refusal["code"] if outcome.refusal else None
    return code


def key_of(firing: Firing) -> str:
    """The key of the command of the timers."""
    deadline = firing.deadline
    return fire_command(firing.case.TOPIC, firing.case.id, deadline.role, deadline.set_version).idempotency_key


@contextmanager
def recorded(matter: str) -> Iterator[list[Recorder]]:
    """Within, desks that are made note what is given to them."""
    made: list[Recorder] = []

    def make(factory: InfrastructureFactory[Any], time: TimeOfActs) -> Recorder:
        made.append(Recorder(matter, factory, time))
        return made[-1]

    with patch("tests.desk.CaseApplication", make):
        yield made
