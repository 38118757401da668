"""How a process is: whether it lives, whether it can do its work, and what it measures; told over HTTP on loopback.

It lives while its loops move. A loop that stands still because the database is away lives: to start it anew would not help.
It is ready while it reaches what it needs and has taken up its work. All this runs in threads of its own, so that it answers
whatever the loops do, and holds up none of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, Literal

import psycopg
import structlog

from deploy.kafka_admin import admin_client, at_work
from foundation import metrics
from foundation.database import OUR_SIDE, session_options
from foundation.settings import Settings
from foundation.sql import load_statements
from workers.health_server import serve

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
ASK_SECONDS = 2.0
FRESH_SECONDS = 6.0
"""Who has answered within this time is there."""

Need = Literal["database", "broker"]
Role = Literal["active", "standby"]


class Dependency:
    """Something that the process needs, and is asked again and again.

    Args:
        answers: gives something for each answer of it, and raises when there is none.
    """

    def __init__(self, name: Need, answers: Callable[[], Iterator[None]]) -> None:
        self.name = name
        self.why_not = f"the {name} was not asked yet"
        self.back_since = float("-inf")
        """Since when it has answered without a break."""
        self._answers = answers
        self._answered = float("-inf")

    @property
    def is_up(self) -> bool:
        """Whether it answered just now. One that hangs is not, though nothing failed."""
        return time.monotonic() - self._answered <= FRESH_SECONDS

    def ask_until(self, stop: Event) -> None:
        """Ask it, until told to stop."""
        while not stop.is_set():
            try:
                for _ in self._answers():
                    if not self.is_up:
                        self.back_since = time.monotonic()
                    self._answered = time.monotonic()
                    self.why_not = f"the {self.name} has not answered for {FRESH_SECONDS:.0f} s"
                    if stop.wait(ASK_SECONDS):
                        return
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is asked again
                self._answered = float("-inf")
                self.why_not = f"the {self.name} does not answer ({type(error).__name__})"
            stop.wait(ASK_SECONDS)


class Health:
    """The health of this process. Nothing is asked or served before `start`.

    Args:
        process: its kind: `relay`, `worker`, `reconciler`.
        needs: what it cannot do its work without.
    """

    def __init__(self, process: str, settings: Settings, *, needs: tuple[Need, ...] = ("database", "broker")) -> None:
        self._process = process
        self._settings = settings
        asked: dict[Need, Callable[[], Iterator[None]]] = {"database": self._ask_database, "broker": self._ask_broker}
        self._needs = [Dependency(name, asked[name]) for name in needs]
        self._database = next(need for need in self._needs if need.name == "database")
        self._moved: dict[str, float] = {}
        self._role: Role | None = None
        self._waits_for = "it is starting"
        self._stop = Event()

    def start(self) -> None:
        """Ask what it needs, and answer whoever asks, until the process ends or `stop`."""
        me = (self._process, str(self._settings.slot))
        metrics.LIVE.ask(lambda: {me: float(not self.stalled())})
        metrics.READY.ask(lambda: {me: float(not self.not_ready())})
        metrics.DEPENDENCY_UP.ask(lambda: {(*me, need.name): float(need.is_up) for need in self._needs})
        for need in self._needs:
            Thread(target=need.ask_until, args=(self._stop,), name=f"health: {need.name}", daemon=True).start()
        if self._settings.health_port:
            address = (self._settings.health_address, self._settings.health_port)
            answers = {"/live": self.live, "/ready": self.ready}
            Thread(target=serve, args=(address, answers, self._stop), name="health", daemon=True).start()

    def stop(self) -> None:
        """End the asking and the answering."""
        self._stop.set()

    def moves(self, loop: str) -> None:
        """A loop moved; it will again, or it hangs."""
        self._moved[loop] = time.monotonic()

    @contextmanager
    def at_work(self, work: str) -> Iterator[None]:
        """Something is done that comes to an end, or hangs; `moves` of the same name tells that it gets on."""
        self.moves(work)
        try:
            yield
        finally:
            self._moved.pop(work, None)

    def becomes(self, role: Role) -> None:
        """It has taken up its work; one that stands by is ready to."""
        self._role = role

    def waits_for(self, what: str) -> None:
        """It does not do its work, because of this."""
        self._role, self._waits_for = None, what

    def stalled(self) -> list[str]:
        """Which of its loops hang, in words; none while the database is away."""
        if not self._database.is_up:
            return []
        now = time.monotonic()
        still = {loop: now - max(moved, self._database.back_since) for loop, moved in list(self._moved.items())}
        return [f"{loop} has stood still for {seconds:.0f} s" for loop, seconds in still.items() if self._is_long(seconds)]

    def not_ready(self) -> list[str]:
        """Why it cannot do its work, in words."""
        reasons = self.stalled() + [need.why_not for need in self._needs if not need.is_up]
        return reasons if self._role else [*reasons, self._waits_for]

    def live(self) -> tuple[bool, dict[str, Any]]:
        """The answer for `/live`."""
        reasons = self.stalled()
        return not reasons, {"live": not reasons, **self._who(), "reasons": reasons}

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """The answer for `/ready`."""
        reasons = self.not_ready()
        return not reasons, {"ready": not reasons, **self._who(), "role": self._role, "reasons": reasons}

    def _who(self) -> dict[str, Any]:
        return {"process": self._process, "slot": self._settings.slot}

    def _is_long(self, seconds: float) -> bool:
        return seconds > self._settings.live_seconds

    def _ask_database(self) -> Iterator[None]:
        """A connection of its own: those of the pool may all be at work."""
        options = session_options(tcp_keepalives_idle="5", tcp_keepalives_interval="2", tcp_keepalives_count="3")
        name = f"regcase {self._process} health"
        with psycopg.connect(
            self._settings.database, autocommit=True, application_name=name, options=options, **OUR_SIDE
        ) as connection:
            while True:
                connection.execute(_SQL["answer"])
                yield

    def _ask_broker(self) -> Iterator[None]:
        with admin_client(self._settings, timeout=FRESH_SECONDS) as client:
            while at_work(client):
                yield
