"""Loading: a script played through the ordinary commands into the running system, whose timers fire what falls due.

While it lasts the matter's time is the script's: a row in `matter_clocks`, written before the first command, taken away
after the last step. A load that stops in the middle leaves the row, so that nothing falls due until it goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from domain.application import CaseApplication
from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.case.words import role_name
from interfaces.errors import NotDone
from interfaces.running_system import RunningSystem
from interfaces.scripts.model import Script
from interfaces.scripts.play import Player
from interfaces.scripts.played_steps import MatterLock, NotedStep, PlayedSteps, locked
from interfaces.scripts.report import Difference, PlayedStep, Report

TIMERS_WITHIN = 30.0
"""Seconds that a load waits for the timers to fire one deadline."""
_FIRST_LOOK, _LAST_LOOK = 0.02, 0.25


class TimersAreLate(NotDone):
    """A deadline's time has come by the matter's clock, and nobody has fired it."""


@dataclass
class Loading:
    """One script on its way into the system. `before` are the steps that earlier loads played."""

    script: Script
    before: list[NotedStep]
    played: list[PlayedStep] = field(default_factory=list)
    report: Report | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every step is played."""
        return len(self.before) + len(self.played) == len(self.script.steps)

    @property
    def differences(self) -> list[Difference]:
        """What was not as stated, in the steps of earlier loads too; of nothing but those where nothing was left to play."""
        mine = [difference for step in self.played for difference in step.differences]
        return [difference for step in self.before for difference in step.differences] + mine if self.played else []

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        told = (self.report or Report(self.script, self.played)).as_json()
        return {
            **told,
            "as_stated": not self.differences,
            "differences": [difference.as_json() for difference in self.differences],
            "played_before": len(self.before),
            "played": len(self.played),
            "complete": self.is_complete,
        }


class RunningStage:
    """The running system as a stage: its timers fire what falls due, and this waits for them.

    Args:
        system: where commands go.
        script: whose matter's clock is moved.
        start: where the clock stands; None: the matter has none yet.
        timers_within: seconds that the timers may take for one deadline.
    """

    def __init__(self, system: RunningSystem, script: Script, start: datetime | None, timers_within: float) -> None:
        self._system = system
        self._script = script
        self._now = start
        self._timers_within = timers_within

    @property
    def app(self) -> CaseApplication:
        """Takes the commands."""
        return self._system.app

    def move_clock(self, moment: datetime) -> None:
        """Move the matter's clock; never backwards."""
        self._now = max(self._now or moment, moment)
        self._system.clocks.set(self._script.matter_id, self._now)

    def let_pass(self, case: Case, deadline: Deadline) -> None:
        """Wait until the timers have fired it.

        Raises:
            TimersAreLate: they did not, within the time they have.
        """
        latest = time.monotonic() + self._timers_within
        pause = _FIRST_LOOK
        while self._still_runs(case, deadline):
            if time.monotonic() >= latest:
                message = (
                    f"{self._script.matter}: {role_name(deadline.role)!r} of {case.reference} fell due at {deadline.due_at}, and no timer has "
                    f"fired it within {self._timers_within:g} s. Are the workers running? See `regcase status`, and start them with "
                    "`regcase up`; then load the same file again, and it goes on from here."
                )
                raise TimersAreLate(message)
            time.sleep(pause)
            pause = min(2 * pause, _LAST_LOOK)

    def _still_runs(self, case: Case, deadline: Deadline) -> bool:
        now = self.app.case(case.id).deadline(deadline.role)
        return now is not None and now.fires_at is not None and now.set_version == deadline.set_version


@dataclass
class Prepared:
    """A script whose matter is locked, with what is noted of it."""

    loading: Loading
    steps: PlayedSteps
    lock: MatterLock


class Loader:
    """Loads scripts one after the other; all are checked before the first is played.

    Args:
        system: the running system.
        timers_within: seconds that the timers may take for one deadline.
        watch: told of each step when it is done.
    """

    def __init__(self, system: RunningSystem, *, timers_within: float, watch: Callable[[Loading, PlayedStep], None]) -> None:
        self._system = system
        self._timers_within = timers_within
        self._watch = watch

    @contextmanager
    def prepared(self, scripts: Sequence[Script]) -> Iterator[list[Prepared]]:
        """Lock the matters, and see what is left to play of each.

        Raises:
            NotDone: a matter is being loaded by somebody else, or its file tells otherwise what was played.
        """
        with ExitStack() as stack:
            prepared = []
            for script in scripts:
                lock = stack.enter_context(locked(self._system.conninfo, script))
                steps = PlayedSteps(self._system.pool, script)
                before = steps.noted()
                steps.require_same(before)
                prepared.append(Prepared(Loading(script, before), steps, lock))
            yield prepared

    def load(self, prepared: Prepared) -> None:
        """Play what is left, then let the matter join the system's time.

        Raises:
            TimersAreLate: load it again when they run.
            StoreUnreachable: load it again when the database is back.
        """
        loading, script = prepared.loading, prepared.loading.script
        stage = RunningStage(self._system, script, self._clock_of(prepared), self._timers_within)
        player = Player(script, stage, correlation_id=f"load-{uuid4()}")
        for noted in loading.before:
            if noted.named and noted.case_id:
                player.cast.name(noted.named, noted.case_id)
        for step in script.steps[len(loading.before) :]:
            prepared.lock.require_held()
            played = player.play(step)
            prepared.steps.note(played)
            loading.played.append(played)
            self._watch(loading, played)
        loading.report = player.finish(loading.played)
        self._system.clocks.release(script.matter_id)

    def _clock_of(self, prepared: Prepared) -> datetime | None:
        """Where the clock stands: it must not go back behind what was recorded, also when steps were added to a finished file."""
        app, matter_id = self._system.app, prepared.loading.script.matter_id
        recorded = [app.events_of(case_id)[-1].recorded for case_id in app.cases_of(matter_id)]
        return prepared.steps.clock() or max(recorded, default=None)
