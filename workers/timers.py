"""Deadline timers: rows of the read model `deadlines` that are claimed in order of due time, and become commands on the case.

The case decides on its own state, and the command's key derives from what fires; so a deadline that is fired twice, late or
after it was met has no effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog
from psycopg.rows import class_row

from domain.application import CaseApplication, StoreUnreachable, fire_command
from domain.mapper import UnreadableEvent, split_state
from domain.time_sources import TimeSource
from foundation.database import DATABASE_FAILED, Pool
from foundation.sql import load_statements
from foundation.tracing import is_tracing, span

_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
CLAIM_SECONDS = 30
BATCH = 100


@dataclass(frozen=True)
class DueDeadline:
    """A deadline whose time has come, claimed by this worker."""

    case_id: UUID
    case_type: str
    matter_id: UUID
    role: str
    set_version: int


class Timers:
    """Fires what is due. A case that cannot be fired on is logged, and told by `regcase status` while its deadline is overdue.

    Args:
        pool: connections of the application's role.
        application: takes the commands.
        time: the system's time; a matter that is being loaded has its own, in `matter_clocks`.
    """

    def __init__(self, pool: Pool, application: CaseApplication, time: TimeSource) -> None:
        self._pool = pool
        self._application = application
        self._time = time

    def fire_due(self) -> int:
        """Fire a batch of what is due, the earliest first. Returns how many were claimed.

        Raises:
            psycopg.OperationalError: the database failed; what was claimed is free again after the claim's time.
            StoreUnreachable: as above.
        """
        claimed = self._claim()
        for due in claimed:
            self._fire(due)
        return len(claimed)

    def _claim(self) -> list[DueDeadline]:
        parameters = {"now": self._time.now(None), "claim_seconds": CLAIM_SECONDS, "limit": BATCH}
        with self._pool.connection() as connection, connection.cursor(row_factory=class_row(DueDeadline)) as cursor:
            claimed = cursor.execute(_SQL["claim"], parameters).fetchall()
            if claimed:
                cursor.execute(_SQL["forget_old_claims"])
            return claimed

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
        try:
            return split_state(bytes(found[0]))[0].traceparent if found else None
        except UnreadableEvent:
            return None

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
