"""The driver: gives histories to the real system, many matters at once, and goes on whatever fails.

Each matter has its own clock, as when a script is loaded: before each command the clock goes to every deadline that falls
due in turn, and stands there until the timers have fired it. A command without an answer is given again under the same key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from threading import Event, Lock, Thread
from typing import TypeVar
from uuid import UUID

import structlog

from domain.application import CaseApplication, Firing, Outcome, StoreUnreachable
from domain.commands import Command
from domain.event_store import in_postgres
from domain.identifiers import outcome_id
from domain.roles import SYSTEM
from domain.running import require_answer
from domain.time_sources import MatterClocks
from foundation.database import DATABASE_FAILED, Pool, open_pool
from foundation.sql import load_statements
from tests.faults.model import Fires, History, Step, code_of, key_of

T = TypeVar("T")
_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
ANSWERED_WITHIN = 300.0
FIRED_WITHIN = 180.0
_AGAIN_AFTER = 0.25
_LOOK_CLOSER_AFTER = 5.0


class NoAnswer(Exception):
    """The system did not do in time what it must do, however often it was asked."""


@dataclass
class Played:
    """How far a history has come.

    Args:
        answers: to each step that was given, the codes of the refusals; None: accepted.
        clock: the moments at which the matter's clock was moved: to where, and the wall time just before.
        complaints: what did not happen in time, or ended as nothing may.
        complete: whether it came to its end.
        as_foretold: whether the timers have fired in the model's order so far, where the law leaves the order open.
    """

    history: History
    answers: list[tuple[str | None, ...]] = field(default_factory=list)
    clock: list[tuple[datetime, datetime]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    complete: bool = False
    as_foretold: bool = True

    def clock_passed(self, moment: datetime) -> datetime | None:
        """When, by wall time, the matter's clock came to an instant; None: it has not."""
        return next((at for clock, at in self.clock if clock >= moment), None)


class Commands:
    """Gives commands to the running system until they are answered."""

    def __init__(self, conninfo: str, *, at_once: int) -> None:
        self.pool: Pool = open_pool(conninfo, name="fault suite", size=2 * at_once, timeout=5.0)
        self.app = CaseApplication(
            in_postgres(conninfo, pool_size=2 * at_once), MatterClocks(self.pool), reachable=lambda: require_answer(self.pool)
        )
        self.clocks = MatterClocks(self.pool)
        self._twins = ThreadPoolExecutor(at_once, thread_name_prefix="twin")

    def close(self) -> None:
        """Let all connections go."""
        self._twins.shutdown()
        self.app.close()
        self.pool.close(timeout=1)

    def give(self, command: Command) -> Outcome:
        """Give a command, and again under its key until there is an answer.

        Raises:
            NoAnswer: there was none, for minutes.
        """
        return until_answered(lambda: self.app.execute(command), what=command.name)

    def give_both(self, one: Command, other: Command) -> tuple[Outcome, Outcome]:
        """Give two at the same moment."""
        twin = self._twins.submit(self.give, other)
        return self.give(one), twin.result()

    def order_of(self, firings: Sequence[Fires]) -> list[str]:
        """The keys of some that have fired, in the order in which they did."""
        streams = {outcome_id(SYSTEM.id, fires.key): fires.key for fires in firings}

        def ask() -> list[str]:
            with self.pool.connection() as connection:
                return [streams[row[0]] for row in connection.execute(_SQL["order"], {"streams": list(streams)})]

        return until_answered(ask, what="a look into the store")

    def has_fired(self, fires: Fires) -> bool:
        """Whether the timers have done it."""

        def ask() -> bool:
            with self.pool.connection() as connection:
                stream = outcome_id(SYSTEM.id, fires.key)
                return connection.execute(_SQL["answered"], {"stream": stream}).fetchone() is not None

        return until_answered(ask, what="a look into the store")


def until_answered(ask: Callable[[], T], *, what: str, seconds: float = ANSWERED_WITHIN) -> T:
    """Ask again while the database does not answer.

    Raises:
        NoAnswer: it did not within the time.
    """
    latest = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (StoreUnreachable, *DATABASE_FAILED) as error:
            if time.monotonic() > latest:
                msg = f"{what} had no answer for {seconds:.0f} s: {error}"
                raise NoAnswer(msg) from error
            time.sleep(_AGAIN_AFTER)


class Driver:
    """Plays histories, several at once, until it is told to begin no more.

    Args:
        conninfo: the application's role at the database, reached directly.
        histories: what to play; asked for the next one whenever one is through.
        at_once: how many matters at a time.
    """

    def __init__(self, conninfo: str, histories: Generator[History, None, None], *, at_once: int) -> None:
        self.commands = Commands(conninfo, at_once=at_once)
        self.played: list[Played] = []
        self._histories = histories
        self._turn = Lock()
        self._no_more = Event()
        self._stop = Event()
        self._threads = [Thread(target=self._play_on, name=f"driver-{n}", daemon=True) for n in range(at_once)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def finish(self, *, seconds: float) -> None:
        """Begin no new matter, and let those that are begun come to their end for so long; then stop where they are."""
        self._no_more.set()
        latest = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, latest - time.monotonic()))
        self._stop.set()
        for thread in self._threads:
            thread.join(ANSWERED_WITHIN)

    def close(self) -> None:
        """Let all connections go."""
        self.commands.close()

    @property
    def events(self) -> int:
        """About how many events have come of it so far."""
        return sum(len(played.history.events) for played in list(self.played) if played.complete)

    def _play_on(self) -> None:
        while not self._no_more.is_set():
            with self._turn:
                if self._no_more.is_set():
                    return
                played = Played(next(self._histories))
                self.played.append(played)
            try:
                self._play(played)
            except NoAnswer as error:
                played.complaints.append(str(error))
            except Exception as error:  # noqa: BLE001 - the run goes on, and fails with it
                _log.exception("driver_failed", history=played.history.name)
                played.complaints.append(f"step {len(played.answers) + 1}: {type(error).__name__}: {error}")

    def _play(self, played: Played) -> None:
        history = played.history
        self._move_clock(played, history.start)
        for step in history.steps:
            if self._stop.is_set():
                return
            self._let_fire(played, step.before, step.at)
            self._move_clock(played, step.at)
            played.answers.append(self._give(step))
        self._let_fire(played, history.after, history.end)
        self._move_clock(played, history.end)
        played.complete = True

    def _move_clock(self, played: Played, moment: datetime) -> None:
        if played.clock and played.clock[-1][0] >= moment:
            return
        before = datetime.now(UTC)
        until_answered(lambda: self.commands.clocks.set(played.history.matter_id, moment), what="the clock")
        played.clock.append((moment, before))

    def _let_fire(self, played: Played, foretold: Sequence[Fires], moment: datetime) -> None:
        """Move the clock from one due deadline to the next until a moment, and let the timers fire each.

        The model foretells them, which spares looking. Where the timers took some that are due at the same instant in another
        order than it, cases may be others than it says; then the store is asked.
        """
        if not played.as_foretold:
            self._let_fire_by_the_store(played, moment)
            return
        for at, together in groupby(foretold, key=lambda fires: fires.at):
            group = list(together)
            self._move_clock(played, at)
            for fires in group:
                if not self._await(played, partial(self.commands.has_fired, fires), fires.key):
                    played.as_foretold = False
            if len(group) > 1 and self.commands.order_of(group) != [fires.key for fires in group]:
                played.as_foretold = False
            if not played.as_foretold:
                self._let_fire_by_the_store(played, moment)
                return

    def _let_fire_by_the_store(self, played: Played, moment: datetime) -> None:
        while due := [firing for firing in self._firings(played) if firing.at <= moment]:
            firing = due[0]
            self._move_clock(played, firing.at)
            deadline = firing.case.id, firing.deadline.role, firing.deadline.set_version

            def is_done(deadline: tuple[UUID, str, int] = deadline) -> bool:
                left = self._firings(played)
                return deadline not in {(f.case.id, f.deadline.role, f.deadline.set_version) for f in left if f.at <= moment}

            self._await(played, is_done, str(deadline))

    def _firings(self, played: Played) -> list[Firing]:
        return until_answered(lambda: self.commands.app.firings(played.history.matter_id), what="a look at the deadlines")

    def _await(self, played: Played, has_fired: Callable[[], bool], what: str) -> bool:
        """Wait until a deadline has fired; false: there is no such deadline to fire (any more).

        Raises:
            NoAnswer: it is there, and nobody has fired it in time.
        """
        began, pause, looked = time.monotonic(), 0.02, False
        while not has_fired():
            waited = time.monotonic() - began
            if waited > _LOOK_CLOSER_AFTER and not looked:
                looked = True
                if played.as_foretold and not any(key_of(firing) == what for firing in self._firings(played)):
                    return has_fired()
            if waited > FIRED_WITHIN:
                msg = f"the deadline {what} fell due at {played.clock[-1][0]} and was not fired within {FIRED_WITHIN:.0f} s"
                raise NoAnswer(msg)
            time.sleep(pause)
            pause = min(2 * pause, 0.25)
        return True

    def _give(self, step: Step) -> tuple[str | None, ...]:
        beside = step.rival or (step.command if step.doubled else None)
        if beside is None:
            return (code_of(self.commands.give(step.command)),)
        one, other = self.commands.give_both(step.command, beside)
        return code_of(one), code_of(other)
