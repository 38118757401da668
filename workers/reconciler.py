"""The reconciler: follows the notification log a few seconds behind its end, and heals every read model that has not got there.

That needs no Kafka: a lost last event is found within seconds, and deadlines keep running while Kafka is away. Beside it, sweeps
look at everything again and again, whatever damaged it.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from threading import Event
from uuid import UUID

import structlog

from domain.application import StoreUnreachable
from domain.running import open_application
from domain.time_sources import HeldAgainstTheDatabase, SystemTime
from foundation.database import DATABASE_FAILED, Pool, open_pool
from foundation.patience import Patience
from foundation.process import begin
from foundation.stopping import ToldToStop, sleeping_unless, stop_on_signals
from projections.generations import distrusting, with_each_read_model
from projections.heal import cases_behind, heal
from projections.history import log_end, log_page
from projections.places import RECONCILER, place_of, save_place
from projections.read_model import ReadModel
from workers.counting import count
from workers.database import build_read_models, wait_for_database
from workers.health import Health
from workers.measuring import Measuring
from workers.sweeps import Sweeps
from workers.timers import BATCH as DEADLINES
from workers.timers import Timers

_log = structlog.get_logger(__name__)
BEHIND_SECONDS = 3.0
EVERY_SECONDS = 1.0
PAGE = 1_000
CASES = 50
UNEXPECTED = 70


class Reconciler:
    """Heals what the way through Kafka lost or has not brought yet.

    Args:
        pool: connections of the application's role.
        behind: how many seconds an event is left to the way through Kafka, before this looks after it.
        stop: set when the process is to end: what is in hand is left to the next start.
        moved: told after each few cases: a page of which much is missing in every read model takes long, and nothing hangs.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        behind: float = BEHIND_SECONDS,
        stop: Event | None = None,
        moved: Callable[[], object] = lambda: None,
    ) -> None:
        self._pool = pool
        self._behind = behind
        self._stop = stop or Event()
        self._moved = moved
        self._patience = Patience(sleep=sleeping_unless(self._stop))
        self._ends: deque[tuple[float, int]] = deque()
        self._until: int | None = None
        self.has_more = False
        """Whether the last look ended before the place that it was to get to."""

    def look(self) -> int:
        """Heal a page of what lies between its place and the log's end some seconds ago. Returns how many events had not arrived.

        Only a page, however far it is behind, so that deadlines are fired in between.

        Raises:
            ToldToStop: the process is to end.
            psycopg.OperationalError: the database failed; the place is kept, and another look begins there.
            psycopg.ProgrammingError, psycopg.InternalError: a read model's tables are not what they should be; it is built anew at
                the next start, and the others have the page.
            BuiltOtherwise: as above; another version of the program built it.
        """
        self._until = self._settled_end() or self._until
        self.has_more = False
        if self._until is None:
            return 0
        with self._pool.connection() as connection:
            after = place_of(connection, RECONCILER)
            deliveries, last = log_page(connection, after=after, limit=PAGE, until=self._until)
        if last is None:
            return 0
        versions = {delivery.case_id: delivery.version for delivery in deliveries}
        healed = sum(with_each_read_model(partial(self._heal, versions=versions)))
        with self._pool.connection() as connection:
            save_place(connection, RECONCILER, last)
        self.has_more = last < self._until
        return healed

    def _settled_end(self) -> int | None:
        """The end of the log as it was some seconds ago."""
        now = time.monotonic()
        with self._pool.connection() as connection:
            self._ends.append((now, log_end(connection)))
        settled = None
        while self._ends and now - self._ends[0][0] >= self._behind:
            _, settled = self._ends.popleft()
        return settled

    def _heal(self, model: ReadModel, versions: dict[UUID, int]) -> int:
        with distrusting(self._pool, model):
            return self._heal_in(model, versions)

    def _heal_in(self, model: ReadModel, versions: dict[UUID, int]) -> int:
        healed = 0
        behind = cases_behind(self._pool, model, versions)
        # A few at a time: of each case all that is missing is held in memory.
        for start in range(0, len(behind), CASES):
            if self._stop.is_set():
                raise ToldToStop
            cases = behind[start : start + CASES]
            tally = heal(self._pool, model, cases, patience=self._patience)
            healed += tally.applied
            count(model.name, tally)
            self._moved()
            _log.warning("read_model_healed", read_model=model.name, cases=len(cases), events=tally.applied)
        return healed


def main() -> int:
    """Run the process `reconciler`."""
    stop = stop_on_signals()
    settings = begin("reconciler")
    health = Health("reconciler", settings, needs=("database",))
    health.start()
    pool = open_pool(settings.database, name="reconciler", size=8, timeout=5.0)
    if not (wait_for_database(settings.database, stop) and build_read_models(pool, stop)):
        return 0
    reconciler = Reconciler(pool, stop=stop, moved=partial(health.moves, "its loop"))
    timers = Timers(pool, open_application(settings.database, pool), HeldAgainstTheDatabase(pool, SystemTime()), stop=stop)
    Measuring(pool, settings).start(stop)
    broken: list[BaseException] = []
    Sweeps(pool, settings).start(stop, broken.append)
    health.becomes("active")
    pause = 0.0
    while not broken and not stop.wait(pause):
        health.moves("its loop")
        fired = 0
        # Apart: what is wrong with a read model must not keep a deadline waiting.
        try:
            fired = timers.fire_due()
        except (StoreUnreachable, *DATABASE_FAILED) as error:
            _log.warning("timers_wait", error=error)
        try:
            reconciler.look()
        except ToldToStop:
            break
        except DATABASE_FAILED as error:
            _log.warning("reconciler_waits", error=error)
        pause = 0.0 if reconciler.has_more or fired >= DEADLINES else EVERY_SECONDS
    pool.close()
    return UNEXPECTED if broken else 0


if __name__ == "__main__":
    sys.exit(main())
