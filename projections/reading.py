"""Reading: the docket, matters, time lines, deadlines and penalties, put together from the read models.

What spans read models (a fine's `settled`, next deadlines, sums) is worked out here, at the moment of reading. So is
`stale_since`: a row does not show what happened from then on (aware), because a case of it is parked in a read model that it
is put together from.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from psycopg.rows import class_row

from domain.names import CASE_TYPES
from foundation.database import Pool
from foundation.errors import RegcaseError
from foundation.sql import load_statements
from projections.heal import cases_behind
from projections.read_model import all_read_models

_SQL = load_statements(__file__)
RowT = TypeVar("RowT")
_POLL_SECONDS = 0.05
_LEAST_OF_AN_ID = 6
_LOOKS_LIKE_AN_ID = re.compile(r"[0-9a-f-]+", re.IGNORECASE)
_OPEN_STATES = sorted({state for case_type in CASE_TYPES.values() for state in case_type.OPEN_STATES})

READS: Mapping[str, tuple[str, ...]] = {
    "matters": ("matters", "cases", "penalties", "deadlines"),
    "cases": ("cases", "penalties", "deadlines"),
    "timeline": ("timeline",),
    "deadlines": ("deadlines",),
    "penalties": ("penalties",),
    "penalties_by_year": ("penalties",),
}
"""The read models that the rows of each list are put together from, but for the names that they take from `cases`."""


class NotFound(RegcaseError):
    """What was asked for is not there, or its name fits several."""


@dataclass(frozen=True)
class MatterRow:
    """A matter: its investigation, how many cases it has, what is outstanding, and what falls due next."""

    matter_id: UUID
    reference: str
    subject: str
    subject_country: str
    regime: str
    opened_on: date
    closed_on: date | None
    findings: int
    on_hold: bool
    cases: int
    open_cases: int
    opened_by_timers: int
    currency: str | None
    payable: Decimal | None
    outstanding: Decimal | None
    next_role: str | None
    next_due: date | None
    stale_since: datetime | None


@dataclass(frozen=True)
class CaseRow:
    """A line of the docket. Sums are in `currency`; None where the case has no money."""

    case_id: UUID
    matter_id: UUID
    case_type: str
    reference: str
    subject: str
    regime: str
    state: str
    tier: str | None
    officer: str | None
    under_appeal: bool
    final: bool | None
    in_recovery: bool
    on_hold: bool
    opened_by_system: bool
    reasons_owed: int
    currency: str | None
    amount: Decimal | None
    payable: Decimal | None
    paid: Decimal | None
    outstanding: Decimal | None
    refund_due: Decimal | None
    next_role: str | None
    next_due: date | None
    version: int
    stale_since: datetime | None


@dataclass(frozen=True)
class HappeningRow:
    """A line of a time line: what happened, its date of law (if it has one), and when the system learnt of it."""

    matter_id: UUID
    case_id: UUID
    reference: str
    version: int
    case_type: str
    event_type: str
    law_date: date | None
    recorded: datetime
    words: str
    actor: str
    role: str
    stale_since: datetime | None


@dataclass(frozen=True)
class DeadlineRow:
    """A deadline with the rule that it stands under, and how its date was worked out."""

    case_id: UUID
    matter_id: UUID
    reference: str
    case_type: str
    role: str
    kind: str
    status: str
    due: date
    due_at: datetime
    rule: str
    rule_version: int
    cites: list[str]
    trigger_event: str
    trigger_date: str
    calendar: str
    calendar_version: str
    steps: list[str]
    marks: list[str]
    met_on: str | None
    fired_at: datetime | None
    lapsed_because: str | None
    reason_owed: bool
    stale_since: datetime | None


@dataclass(frozen=True)
class PenaltyRow:
    """What a fine imposed or a liquidation fixed, and what came in; sums are in `currency`. `reduction`: percent of the amount."""

    case_id: UUID
    matter_id: UUID
    case_type: str
    reference: str
    subject: str
    regime: str
    currency: str
    decided_on: date | None
    intended: Decimal | None
    imposed: Decimal | None
    varied: Decimal | None
    amount: Decimal
    payable: Decimal
    paid: Decimal
    outstanding: Decimal
    refund_due: Decimal
    under_appeal: bool
    in_recovery: bool
    reduction: int
    stale_since: datetime | None


@dataclass(frozen=True)
class YearTotal:
    """Sums of the penalties decided in one year under one regime, in one currency."""

    regime: str
    year: int
    currency: str
    case_type: str
    cases: int
    imposed: Decimal
    payable: Decimal
    paid: Decimal
    outstanding: Decimal
    refund_due: Decimal
    stale_since: datetime | None


def matters(pool: Pool) -> list[MatterRow]:
    """All matters, the latest opened first."""
    return _rows(pool, MatterRow, "matters", open_states=_OPEN_STATES)


def cases(pool: Pool, *, matter_id: UUID | None = None) -> list[CaseRow]:
    """The docket: all cases, or those of a matter, in order of opening."""
    return _rows(pool, CaseRow, "cases", matter_id=matter_id)


def timeline(pool: Pool, *, matter_id: UUID | None = None, case_id: UUID | None = None) -> list[HappeningRow]:
    """What happened in a matter or a case, in order of recording."""
    return _rows(pool, HappeningRow, "timeline", matter_id=matter_id, case_id=case_id)


def deadlines(
    pool: Pool, *, matter_id: UUID | None = None, case_id: UUID | None = None, due_before: date | None = None
) -> list[DeadlineRow]:
    """Deadlines in order of due time; with `due_before` only those that still run or stand still and are due before that day."""
    return _rows(pool, DeadlineRow, "deadlines", matter_id=matter_id, case_id=case_id, due_before=due_before)


def penalties(pool: Pool, *, matter_id: UUID | None = None) -> list[PenaltyRow]:
    """Every case with a sum, in order of decision."""
    return _rows(pool, PenaltyRow, "penalties", matter_id=matter_id)


def penalties_by_year(pool: Pool) -> list[YearTotal]:
    """Totals by regime, year and currency."""
    return _rows(pool, YearTotal, "penalties_by_year")


def references(pool: Pool, case_ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of those of the cases that the docket knows."""
    with pool.connection() as connection:
        return dict(connection.execute(_SQL["references"], {"case_ids": list(case_ids)}).fetchall())


def find_case(pool: Pool, text: str) -> UUID:
    """The case that a text names: its reference, or the beginning of its id, six characters or more.

    Raises:
        NotFound: none, or several.
    """
    return _one(pool, "find_case", text, "case", "`regcase cases` lists them")


def find_matter(pool: Pool, text: str) -> UUID:
    """The matter that a text names: its reference or id, or that of one of its cases; of an id the beginning, six characters or more.

    Raises:
        NotFound: none, or several.
    """
    return _one(pool, "find_matter", text, "matter", "`regcase matters` lists them")


def wait_until_applied(pool: Pool, versions: Mapping[UUID, int], timeout: float) -> list[str]:
    """Wait until every read model has brought these cases to these versions. Returns those still behind after `timeout` seconds.

    A case that is parked in a read model is not waited for.
    """
    deadline = time.monotonic() + timeout
    behind = dict(all_read_models())
    while True:
        behind = {name: model for name, model in behind.items() if cases_behind(pool, model, versions)}
        if not behind or time.monotonic() >= deadline:
            return sorted(behind)
        time.sleep(_POLL_SECONDS)


def _one(pool: Pool, statement: str, text: str, what: str, hint: str) -> UUID:
    with pool.connection() as connection:
        parameters = {"text": text, "id_prefix": text.lower(), "least": _LEAST_OF_AN_ID}
        found = connection.execute(_SQL[statement], parameters).fetchall()
    if len(found) == 1:
        case_id: UUID = found[0][0]
        return case_id
    if found:
        msg = f"{text!r} fits several: {', '.join(sorted(str(row[0]) for row in found)[:5])}. Give more of the {what}'s id."
    else:
        short = len(text) < _LEAST_OF_AN_ID and _LOOKS_LIKE_AN_ID.fullmatch(text)
        rather = " If this is the beginning of an id: at least six characters of it are needed." if short else ""
        msg = f"there is no {what} {text!r}; {hint}.{rather}{_unnamed(pool)}"
    raise NotFound(msg)


def _unnamed(pool: Pool) -> str:
    """What to say of cases that wait at their first event, so that the docket does not know their names."""
    with pool.connection() as connection:
        row = connection.execute(_SQL["unnamed"]).fetchone()
    if not row or not row[0]:
        return ""
    return f" {row[0]} {'case is' if row[0] == 1 else 'cases are'} parked before the docket knew the name: `regcase parked list`."


def _rows(pool: Pool, row_type: type[RowT], statement: str, **parameters: Any) -> list[RowT]:
    with pool.connection() as connection, connection.cursor(row_factory=class_row(row_type)) as cursor:
        return cursor.execute(_SQL[statement], {**parameters, "reads": list(READS[statement])}).fetchall()
