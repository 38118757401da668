"""Holds ranges of cases of the read models against the event store, and heals what the store can heal.

Counts and digests first, for all read models; only where they differ is each case looked at. What is further than the store,
or unknown to it, is told and left as it is: it may be the last trace of what the store lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog

from foundation.database import DATABASE_FAILED, Pool
from projections.compare import compare_rows
from projections.findings import STORE, Finding, Kind, end_others, record
from projections.generations import TookTooLong, distrusting
from projections.heal import derive_anew
from projections.ranges import CaseRange, Gap, gaps, gaps_beside, holes, numbered, of_store, range_of
from projections.read_model import ReadModel, all_read_models

_log = structlog.get_logger(__name__)
_AT_ONCE = 50
"""So many cases are derived anew in one transaction."""
_OF_STORE: tuple[Kind, ...] = ("hole_in_history",)
_BY_POSITION: tuple[Kind, ...] = ("behind_store", "ahead_of_store", "not_in_store")


def check_range(pool: Pool, number: int, *, up_to: int) -> list[Finding]:
    """Hold the positions of a range against the store, heal what is behind, and keep what was found.

    Args:
        up_to: the notification id up to which whoever follows the log has seen to everything.

    Raises:
        psycopg.OperationalError: the database failed.
        psycopg.ProgrammingError, psycopg.InternalError: a read model is damaged; it is built anew at the next start.
        BuiltOtherwise: another version of the program built a read model.
    """
    cases = numbered(number)
    with pool.connection() as connection:
        stored = of_store(connection, cases)
        torn = list(holes(connection, cases))
    findings = [Finding(STORE, number, "hole_in_history", len(torn), len(torn), torn[0], healed=False)] if torn else []
    end_others(pool, STORE, _OF_STORE, number, findings)
    for name, model in all_read_models().items():
        with distrusting(pool, model):
            with pool.connection() as connection:
                there = gaps_beside(connection, model, cases, stored, up_to=up_to)
            of_this = _healed(pool, model, number, [gap for gap in there if gap.reached < gap.stored])
        of_this += _left_alone(name, number, "ahead_of_store", [gap for gap in there if 0 < gap.stored < gap.reached])
        of_this += _left_alone(name, number, "not_in_store", [gap for gap in there if not gap.stored])
        end_others(pool, name, _BY_POSITION, number, of_this)
        findings += of_this
    record(pool, findings)
    return findings


def check_rows(pool: Pool, model: ReadModel, cases: CaseRange, *, most: int) -> tuple[list[Finding], UUID]:
    """Hold the rows of the first cases of a range against rows derived anew, heal what differs, and keep what was found.

    Returns: what was found, and the case id up to which all is looked at now.

    Raises:
        psycopg.OperationalError: the database failed.
        psycopg.ProgrammingError, psycopg.InternalError: the read model is damaged; it is built anew at the next start.
        BuiltOtherwise: another version of the program built the read model.
    """
    with distrusting(pool, model):
        return _check_rows(pool, model, cases, most)


def _check_rows(pool: Pool, model: ReadModel, cases: CaseRange, most: int) -> tuple[list[Finding], UUID]:
    differences, last = compare_rows(pool, model, cases, most=most)
    looked_at = CaseRange(cases.first, last)
    differing = {difference.case_id for difference in differences}
    if differing:
        with pool.connection() as connection:
            # Those are told by their positions.
            differing -= {gap.case_id for gap in gaps(connection, model, looked_at) if gap.reached > gap.stored}
    healed = _derive_anew(pool, model, sorted(differing))
    findings = []
    for number in sorted({range_of(case_id) for case_id in differing}):
        here = sorted(case_id for case_id in differing if range_of(case_id) == number)
        rows = sum(difference.case_id in here for difference in differences)
        findings.append(Finding(model.name, number, "rows_differ", len(here), rows, here[0], healed=healed.issuperset(here)))
    record(pool, findings)
    return findings, last


def _healed(pool: Pool, model: ReadModel, number: int, behind: Sequence[Gap]) -> list[Finding]:
    """Derive anew what is behind: a position that says too little would let events count twice that are in the rows already."""
    if not behind:
        return []
    done = _derive_anew(pool, model, [gap.case_id for gap in behind])
    findings = []
    for healed in (True, False):
        some = [gap for gap in behind if (gap.case_id in done) == healed]
        if some:
            events = sum(gap.stored - gap.reached for gap in some)
            findings.append(Finding(model.name, number, "behind_store", len(some), events, some[0].case_id, healed=healed))
    return findings


def _left_alone(name: str, number: int, kind: Kind, some: Sequence[Gap]) -> list[Finding]:
    if not some:
        return []
    events = sum(gap.reached - gap.stored for gap in some)
    return [Finding(name, number, kind, len(some), events, some[0].case_id, healed=False)]


def _derive_anew(pool: Pool, model: ReadModel, case_ids: list[UUID]) -> set[UUID]:
    """Returns the cases that are as the store says now; a later sweep tries the others again."""
    done: set[UUID] = set()
    for some in _in_parts(case_ids, _AT_ONCE):
        try:
            done.update(derive_anew(pool, model, some))
        except TookTooLong as broken_off:
            match some:
                case [case_id]:
                    _log.error("not_derived_anew", read_model=model.name, cases=1, case_id=str(case_id), error=broken_off.error)
                case _:
                    halves = _in_parts(some, -(-len(some) // 2))
                    done.update(*(_derive_anew(pool, model, half) for half in halves))
        except DATABASE_FAILED as error:
            _log.warning("not_derived_anew", read_model=model.name, cases=len(some), error=error)
    return done


def _in_parts(case_ids: list[UUID], most: int) -> Iterable[list[UUID]]:
    return (case_ids[start : start + most] for start in range(0, len(case_ids), most))
