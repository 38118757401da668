"""Whether a generation is what the event store says, before it goes live: every case's position, and the rows of a sample."""

from __future__ import annotations

from uuid import UUID

import structlog

from foundation.database import Pool
from foundation.errors import Fault
from projections.compare import compare_rows
from projections.ranges import EVERYTHING, RANGES, CaseRange, gaps, of_read_model
from projections.read_model import Generation, ReadModel

_log = structlog.get_logger(__name__)
SAMPLE = RANGES[::64]
SAMPLE_CASES = 80
"""So many cases at the most from each of these ranges on. All rows of all cases would cost as much as the build itself."""


class NotVerified(Fault):
    """A generation is not what the event store says; it does not go live."""


def verify(pool: Pool, model: ReadModel, generation: Generation, *, up_to: int) -> None:
    """Hold a generation against the store.

    Args:
        up_to: the notification id up to which everything must be there, but for cases parked in this generation.

    Raises:
        NotVerified: an event is missing or too many, or a row differs; the message says where.
        psycopg.OperationalError: the database failed.
    """
    with pool.connection() as connection:
        found = gaps(connection, model, EVERYTHING, generation, up_to=up_to)
        contents = of_read_model(connection, model, EVERYTHING, generation)
    if found:
        what = f"is at version {found[0].reached}, the event store at {found[0].stored}"
        _refuse(model, generation, found[0].case_id, what, len(found))
    for start in SAMPLE if contents.cases else ():
        cases = CaseRange(start.first, EVERYTHING.last)
        differences, _ = compare_rows(pool, model, cases, generation, most=SAMPLE_CASES)
        if differences:
            what = f"{differences[0].kind.replace('_', ' ')} in {differences[0].table}"
            _refuse(model, generation, differences[0].case_id, what, len({d.case_id for d in differences}))
    _log.info("generation_verified", read_model=model.name, generation=generation, cases=contents.cases, events=contents.events)


def _refuse(model: ReadModel, generation: Generation, case_id: UUID, what: str, cases: int) -> None:
    _log.error("generation_not_verified", read_model=model.name, generation=generation, case_id=str(case_id), cases=cases)
    more = f" (and {cases - 1} more cases)" if cases > 1 else ""
    msg = f"{model.name} was not switched: what was built is not what the event store says. Case {case_id}: {what}{more}."
    raise NotVerified(msg)
