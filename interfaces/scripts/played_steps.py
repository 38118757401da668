"""What was played before of a script, step by step, so that a load goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from foundation.database import Pool
from foundation.sql import load_statements
from interfaces.errors import NotDone
from interfaces.scripts.model import Script
from interfaces.scripts.report import Difference, PlayedStep

_SQL = load_statements(__file__)


@dataclass(frozen=True)
class NotedStep:
    """A step that was played: the digest of what it said, the case it opened, and what was not as stated."""

    number: int
    digest: str
    named: str | None
    case_id: UUID | None
    differences: tuple[Difference, ...]


class PlayedSteps:
    """The notes about one matter.

    Args:
        pool: to the database of the running system.
        script: the script that is being loaded.
    """

    def __init__(self, pool: Pool, script: Script) -> None:
        self._pool = pool
        self._script = script

    def noted(self) -> list[NotedStep]:
        """The steps played so far, in order."""
        with self._pool.connection() as connection:
            rows = connection.execute(_SQL["steps"], {"matter_id": self._script.matter_id}).fetchall()
        return [_noted(number, digest, outcome) for number, digest, outcome in rows]

    def note(self, played: PlayedStep) -> None:
        """Note a step once its command is done. Killed in between, the command's own key makes the repetition harmless."""
        opened = played.step.named if played.case_id else None
        outcome = {
            "named": opened,
            "case_id": str(played.case_id) if opened else None,
            "refused": played.refusal["code"] if played.refusal else None,
            "skipped": played.skipped,
            "differences": [difference.as_json() for difference in played.differences],
        }
        with self._pool.connection() as connection:
            connection.execute(
                _SQL["note_step"],
                {
                    "matter_id": self._script.matter_id,
                    "step": played.step.number,
                    "digest": played.step.digest(self._script.regime),
                    "outcome": Jsonb(outcome),
                },
            )

    def require_same(self, noted: list[NotedStep]) -> None:
        """Refuse a file that tells otherwise what was played.

        Raises:
            NotDone: a step differs from what was played under its number, or is no longer there.
        """
        by_number = {step.number: step for step in self._script.steps}
        faults = []
        for played in noted:
            step = by_number.get(played.number)
            if step is None:
                faults.append(f"step {played.number} was played, but the file has only {len(by_number)} steps")
            elif step.digest(self._script.regime) != played.digest:
                faults.append(f"step {step.number} (line {step.line}) differs from what was played under its number")
        if faults:
            told = "; ".join(faults)
            message = (
                f"Nothing was played of {self._script.source or self._script.matter}: {told}. What was played stands; "
                "put the file back as it was, or load the new story under another name of its matter."
            )
            raise NotDone(message)

    def clock(self) -> datetime | None:
        """Where the matter's clock stands; None: it follows the system's time."""
        with self._pool.connection() as connection:
            row = connection.execute(_SQL["clock"], {"matter_id": self._script.matter_id}).fetchone()
        return row[0] if row else None


class MatterLock:
    """Held while a matter is being loaded, so that two loads do not play it at once."""

    def __init__(self, connection: psycopg.Connection[Any], script: Script) -> None:
        self._connection = connection
        self._script = script

    def require_held(self) -> None:
        """Make sure that the lock is still ours.

        Raises:
            psycopg.OperationalError: its connection is gone.
        """
        self._connection.execute(_SQL["touch"])


@contextmanager
def locked(conninfo: str, script: Script) -> Iterator[MatterLock]:
    """Hold the lock of a matter.

    Raises:
        NotDone: somebody else loads the matter at this moment.
    """
    with psycopg.connect(conninfo, autocommit=True, connect_timeout=3, application_name="regcase load") as connection:
        row = connection.execute(_SQL["lock"], {"matter_id": str(script.matter_id)}).fetchone()
        if row != (True,):
            message = f"The matter {script.matter} is being loaded by somebody else at this moment. Wait until that has ended, then load it again."
            raise NotDone(message)
        yield MatterLock(connection, script)


def _noted(number: int, digest: str, outcome: dict[str, Any]) -> NotedStep:
    case_id = outcome.get("case_id")
    return NotedStep(
        number=number,
        digest=digest,
        named=outcome.get("named"),
        case_id=UUID(case_id) if case_id else None,
        differences=tuple(Difference(**difference) for difference in outcome.get("differences", [])),
    )
