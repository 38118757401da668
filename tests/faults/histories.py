"""Random but seeded histories over all five case types: any sequence of commands, sensible and not; stories; whole case scripts.

The random ones are those of the state machine that shows what must always hold (`tests/unit/domain/every_history`); the
others bring the laws of other countries in.
"""

from __future__ import annotations

import signal
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.event_store import in_memory
from domain.time_sources import MovedTime
from interfaces.scripts.parse import parse_file
from interfaces.scripts.play import Player
from tests.faults.model import History, Recorder, recorded
from tests.histories import STORIES
from tests.unit.domain.every_history.appeals import Appeals
from tests.unit.domain.every_history.beside import Beside
from tests.unit.domain.every_history.breaches import Breaches
from tests.unit.domain.every_history.fines import Fines
from tests.unit.domain.every_history.investigations import Investigations
from tests.unit.domain.every_history.matter import starts
from tests.unit.domain.every_history.notices import Notices

SCRIPTS = sorted((Path(__file__).parents[2] / "cases").glob("*.yaml"))
_RANDOM_IN_A_CHUNK = 16
_STEPS = 40
_LEAST = 5


def endless(of_seed: int) -> Generator[History, None, None]:
    """Histories without end; which ones follows from the seed alone. They are made in a process of its own, ahead of need."""
    # Ctrl-C is for who asks for histories, not for who makes them.
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    ) as maker:
        number = 0
        following = maker.submit(chunk, of_seed, number)
        try:
            while True:
                number += 1
                chunk_now, following = following, maker.submit(chunk, of_seed, number)
                yield from chunk_now.result()
        finally:
            following.cancel()


def chunk(of_seed: int, number: int) -> list[History]:
    """Some histories of all kinds, mixed."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False)
    try:
        return _chunk(of_seed, number)
    finally:
        # It is the process of the tests that asks, at times: others there look for lines of the log.
        structlog.configure(**before)


def _chunk(of_seed: int, number: int) -> list[History]:
    random = Random(f"{of_seed}/{number}")
    prefix = f"faults-{of_seed}-{number}"
    made = _of_the_state_machine(prefix, random.getrandbits(32))
    made += [_of_script(f"{prefix}-script-{n}", script) for n, script in enumerate(random.sample(SCRIPTS, 3))]
    made += [_of_story(f"{prefix}-story-{n}", story) for n, story in enumerate(random.sample(sorted(STORIES), 4))]
    random.shuffle(made)
    return [history for history in made if len(history.steps) >= _LEAST]


class _AnyHistory(Investigations, Fines, Notices, Appeals, Breaches, Beside):
    """A matter to which anything may happen; what must hold is not looked at here.

    Days off concern every matter of a country and are left out; and here the timers never stand while the clock moves on:
    who comes first then, they or the next command, no model can say.
    """

    prefix: str
    made: list[History]

    @initialize(start=st.sampled_from(sorted(starts)))
    def begin(self, start: str) -> None:
        """Begin a matter that notes what it is given."""
        with recorded(f"{self.prefix}-{len(self.made)}") as recorders:
            super().begin(start)
        (self.recorder,) = recorders

    def a_day_off_is_announced(self, which: int, other: int) -> None:
        """Never."""

    def days_pass_while_the_timers_stand(self, days: int) -> None:
        """Never."""

    def teardown(self) -> None:
        """Keep what was noted."""
        if hasattr(self, "recorder"):
            history = self.recorder.history("random", Random(f"{self.prefix}-{len(self.made)}"))
            if history:
                self.made.append(history)


def _of_the_state_machine(prefix: str, of_seed: int) -> list[History]:
    machine = type("AnyHistory", (_AnyHistory,), {"prefix": prefix, "made": []})
    run_state_machine_as_test(
        seed(of_seed)(machine),
        settings=settings(
            max_examples=_RANDOM_IN_A_CHUNK,
            stateful_step_count=_STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    made: list[History] = machine.made  # type: ignore[attr-defined] # given three lines above
    return made


def _of_story(name: str, story: str) -> History:
    with recorded(name) as recorders:
        STORIES[story]()
    history = recorders[-1].history(f"story {story}", Random(name))
    assert history
    return history


class _Stage:
    def __init__(self, name: str, start: datetime) -> None:
        self._time = MovedTime(start)
        self.app = Recorder(name, in_memory(), self._time)

    def move_clock(self, moment: datetime) -> None:
        self._time.current = max(self._time.current, moment)

    def let_pass(self, case: Case, deadline: Deadline) -> None:
        self.app.fire(case, deadline)


def _of_script(name: str, path: Path) -> History:
    script = replace(parse_file(path), matter=name)
    stage = _Stage(name, script.steps[0].at)
    player = Player(script, stage, correlation_id=name)
    for step in script.steps:
        player.play(step)
    history = stage.app.history(f"script {path.stem}", Random(name))
    assert history
    return history
