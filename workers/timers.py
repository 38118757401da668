"""Deadline timers: rows of the read model `deadlines` that are claimed in order of due time, and become commands on the case.

The case decides on its own state, and the command's key derives from what fires; so a deadline that is fired twice, late or
after it was met has no effect. Claims are given out in order of due time, a batch to a worker, and each worker fires its
batch in that order: whatever the number of workers, a deadline is fired before an earlier one only while another worker has
that one in hand, or had it for so long that its claim ran out.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from psycopg.rows import class_row

from domain.application import CaseApplication, StoreUnreachable, fire_command
from domain.mapper import envelope_of
from domain.time_sources import ClockIsOff, TimeSource
from foundation.database import DATABASE_FAILED, Pool
from foundation.metrics import LATENESS
from foundation.sql import load_statements
from foundation.tracing import is_tracing, span
from projections.generations import distrusting
from projections.read_model import read_model

_SQL = load_statements(__file__)
CLAIM = _SQL["claim"]
_log = structlog.get_logger(__name__)
BATCH = 25
"""Few enough that even a slow machine fires them while the claim lasts."""
CLAIM_SECONDS = 8.0
"""After so long the work of a worker that died is another's."""
LONGEST_CLAIM_SECONDS = 600.0
"""What was claimed again and again is left alone for no longer than this."""
FROM_THE_START_SECONDS = 1.0
MOST_SECONDS_APART = 10.0
FORGET_EVERY_SECONDS = 60.0
TELL_EVERY_SECONDS = 60.0
SHARE_OF_TIME = 0.05
"""Of its time, a worker spends no more than this on looking from the start past what is claimed."""


@dataclass(frozen=True)
class DueDeadline:
    """A deadline whose time has come, claimed by this worker."""

    case_id: UUID
    case_type: str
    matter_id: UUID
    role: str
    set_version: int
    fires_at: datetime
    of_the_system: bool
    """Whether it is due by the system's time, not by the clock of a matter that is being loaded."""


class Place(NamedTuple):
    """A place in the order of due time: behind this deadline."""

    after_at: datetime
    after_case: UUID
    after_role: str


START = Place(datetime.min.replace(tzinfo=UTC), UUID(int=0), "")


def claim_parameters(now: datetime, place: Place) -> dict[str, Any]:
    """What the statement that claims takes: what is due by `now` and lies behind a place."""
    durations = {"claim_seconds": CLAIM_SECONDS, "longest_seconds": LONGEST_CLAIM_SECONDS}
    return {"now": now, **place._asdict(), **durations, "limit": BATCH}


class Timers:
    """One worker that fires what is due; not to be shared by threads.

    A case that cannot be fired on is logged, tried again after pauses that grow, and told by `regcase status` while its
    deadline is overdue.

    Args:
        pool: connections of the application's role.
        application: takes the commands.
        time_source: the system's time; a matter that is being loaded has its own, in `matter_clocks`.
        stop: set when the process is to end: the firing in hand is finished, what is left is given back.
    """

    def __init__(self, pool: Pool, application: CaseApplication, time_source: TimeSource, *, stop: Event | None = None) -> None:
        self._pool = pool
        self._application = application
        self._time = time_source
        self._stop = stop or Event()
        self._in_hand: deque[DueDeadline] = deque()
        self._mine_until = 0.0
        self._claimed = (0.0, START.after_at)
        # What lies before this place is claimed or fired, by this worker or by others. To step over all that again for each
        # claim would cost a burst the square of its length. From time to time a claim looks from the start, for what came in
        # between, or was left by a worker that died; the system's time may have been set back, too.
        self._place = START
        self._from_the_start_at = 0.0
        self._forgets_at = 0.0
        self._tells_at = 0.0

    def fire_due(self) -> int:
        """Fire a batch of what is due, the earliest first. Returns how many were fired; more may be due where that is `BATCH`.

        Raises:
            psycopg.OperationalError: the database failed; the next call goes on where this one stopped, or leaves to others
                what it has had for longer than a claim lasts.
            StoreUnreachable: as above.
            psycopg.ProgrammingError, psycopg.InternalError: the read model's tables are not what they should be; it is built anew at
                the next start.
        """
        if not self._in_hand or time.monotonic() >= self._mine_until:
            self._claim()
        fired = 0
        while self._in_hand and not self._stop.is_set() and time.monotonic() < self._mine_until:
            self._fire(self._in_hand[0])
            self._in_hand.popleft()
            fired += 1
        if self._stop.is_set():
            self._give_back()
        return fired

    def _claim(self) -> None:
        self._in_hand.clear()
        began = time.monotonic()
        try:
            now = self._time.now(None)
        except ClockIsOff as error:
            self._tell(error)
            return
        self._claimed = (began, now)
        from_the_start = began >= self._from_the_start_at
        if from_the_start:
            self._place = START
        with (
            distrusting(self._pool, read_model("deadlines")),
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(DueDeadline)) as cursor,
        ):
            # Planned anew each time: a plan that was kept may be of a time when few were waiting.
            claimed = cursor.execute(CLAIM, claim_parameters(now, self._place), prepare=False).fetchall()
            if claimed and began >= self._forgets_at:
                cursor.execute(_SQL["forget_old_claims"])
                self._forgets_at = began + FORGET_EVERY_SECONDS
        self._in_hand.extend(claimed)
        self._mine_until = began + CLAIM_SECONDS
        if from_the_start:
            took = time.monotonic() - began
            self._from_the_start_at = began + min(max(FROM_THE_START_SECONDS, took / SHARE_OF_TIME), MOST_SECONDS_APART)
        for due in claimed:
            if due.of_the_system:
                self._place = Place(due.fires_at, due.case_id, due.role)

    def _tell(self, error: ClockIsOff) -> None:
        if time.monotonic() >= self._tells_at:
            _log.error("clock_is_off", error=error, seconds_ahead=round(error.ahead))
            self._tells_at = time.monotonic() + TELL_EVERY_SECONDS

    def _give_back(self) -> None:
        """Let others have at once what is left in hand."""
        if self._in_hand:
            parameters = {
                "case_ids": [due.case_id for due in self._in_hand],
                "roles": [due.role for due in self._in_hand],
                "set_versions": [due.set_version for due in self._in_hand],
            }
            self._in_hand.clear()
            with self._pool.connection() as connection:
                connection.execute(_SQL["give_back"], parameters)

    def _fire(self, due: DueDeadline) -> None:
        named = {"case_id": str(due.case_id), "matter_id": str(due.matter_id), "role": due.role}
        with span("fire", named, caused_by=self._trace_of_start(due)):
            self._give_command(due)

    def _trace_of_start(self, due: DueDeadline) -> str | None:
        """The trace in which the deadline was set, if any: the firing has one of its own, months later, and refers to it."""
        if not is_tracing():
            return None
        with self._pool.connection() as connection:
            found = connection.execute(_SQL["event"], {"case_id": due.case_id, "version": due.set_version}).fetchone()
        envelope = envelope_of(bytes(found[0])) if found else None
        return envelope.traceparent if envelope else None

    def _give_command(self, due: DueDeadline) -> None:
        log = _log.bind(case_id=str(due.case_id), matter_id=str(due.matter_id), role=due.role)
        try:
            outcome = self._application.execute(fire_command(due.case_type, due.case_id, due.role, due.set_version))
        except (StoreUnreachable, *DATABASE_FAILED):
            raise
        except Exception:
            # Whatever is wrong with one case, the deadlines of the others must not wait for it.
            log.exception("deadline_not_fired")
            return
        if outcome.refusal:
            log.error("deadline_not_fired", code=outcome.refusal["code"])
        else:
            log.info("deadline_fired", events=len(outcome.events), repeated=outcome.repeated)
            if due.of_the_system:
                LATENESS.observe(self._lateness(due))

    def _lateness(self, due: DueDeadline) -> float:
        """For how many seconds it has been due, by the system's time."""
        at, then = self._claimed
        return (then - due.fires_at).total_seconds() + time.monotonic() - at
