"""Enforcement across jurisdictions, side by side: matters that are linked as siblings, each in its own currency.

A link counts both ways, and leads on: what is linked with a linked matter belongs to the same group. Worked out at the
moment of reading, from the read models.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from psycopg.rows import class_row, dict_row

from domain.regimes import regime
from foundation.database import Pool
from foundation.sql import load_statements
from projections.reading import READS as READ_BY
from projections.reading import CaseRow, cases, penalties

_SQL = load_statements(__file__)
_NOTHING_STANDS = ("set_aside", "cancelled", "no_penalty")
READS = (*READ_BY["matters"], "siblings")
"""The read models that this is put together from."""


@dataclass(frozen=True)
class LinkRow:
    """What a matter says of a sibling. `sibling`: the other matter's id, which need not be in the system; None: not told."""

    matter_id: UUID
    said_by: str
    authority: str
    jurisdiction: str
    reference: str
    relation: str
    sibling: UUID | None
    stale_since: datetime | None


@dataclass(frozen=True)
class EnforcementRow:
    """What came of one matter; sums are in `currency`, and None where there is nothing of the kind.

    `final` is what stands for good of the fines that are final; `not_final` how many fines may still change. `paid` and
    `outstanding` are of the fines and of what was liquidated. `orders` counts the notices by state. Of a matter that is not
    in the system there is only what the link says.
    """

    matter_id: UUID | None
    authority: str
    jurisdiction: str
    reference: str
    subject: str
    in_system: bool
    currency: str | None = None
    imposed: Decimal | None = None
    final: Decimal | None = None
    not_final: int = 0
    paid: Decimal | None = None
    outstanding: Decimal | None = None
    liquidated: Decimal | None = None
    orders: Mapping[str, int] | None = None
    orders_under_appeal: int = 0
    stale_since: datetime | None = None


@dataclass(frozen=True)
class SiblingGroup:
    """Matters that are linked with each other, and the links."""

    matters: Sequence[EnforcementRow]
    links: Sequence[LinkRow]


def links(pool: Pool) -> list[LinkRow]:
    """Every link, in order of the matters that say it."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(LinkRow)) as cursor:
        return cursor.execute(_SQL["links"], {"reads": ["siblings"]}).fetchall()


def sibling_groups(pool: Pool, *, matter_id: UUID | None = None) -> list[SiblingGroup]:
    """The groups of siblings; with `matter_id` the one of that matter, alone in it if nobody linked it."""
    groups = _grouped(links(pool))
    if matter_id is not None:
        groups = [group for group in groups if matter_id in group.matters] or [_Group({matter_id}, [])]
    return [_side_by_side(pool, group) for group in groups]


@dataclass
class _Group:
    matters: set[UUID]
    links: list[LinkRow]


def _grouped(found: Sequence[LinkRow]) -> list[_Group]:
    """What is linked, directly or by others, belongs together."""
    groups: list[_Group] = []
    for link in found:
        ends = {link.matter_id} | ({link.sibling} if link.sibling else set())
        joined = [group for group in groups if group.matters & ends]
        group = joined[0] if joined else _Group(set(), [])
        for other in joined[1:]:
            group.matters |= other.matters
            group.links += other.links
            groups.remove(other)
        group.matters |= ends
        group.links.append(link)
        if not joined:
            groups.append(group)
    return groups


def _side_by_side(pool: Pool, group: _Group) -> SiblingGroup:
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        known = cursor.execute(_SQL["matters"], {"matters": list(group.matters), "reads": list(READS)}).fetchall()
    in_system = {row["matter_id"] for row in known}
    rows = [_enforcement(pool, **row) for row in known]
    elsewhere = [link for link in group.links if link.sibling not in in_system]
    return SiblingGroup([*rows, *_known_by_links_only(elsewhere)], group.links)


def _enforcement(
    pool: Pool, *, matter_id: UUID, reference: str, subject: str, regime_id: str, stale_since: datetime | None
) -> EnforcementRow:
    law = regime(regime_id)
    docket = cases(pool, matter_id=matter_id)
    with_a_sum = [case for case in docket if case.amount is not None]
    fines = [case for case in docket if case.case_type == "fine"]
    imposed_by = (row for row in penalties(pool, matter_id=matter_id) if row.case_type == "fine")
    imposed = [row.imposed for row in imposed_by if row.imposed is not None]
    final = [fine for fine in fines if fine.final or fine.state in ("cancelled", "no_penalty")]
    notices = [case for case in docket if case.case_type == "enforcement_notice"]
    return EnforcementRow(
        matter_id=matter_id,
        authority=law.authority,
        jurisdiction=law.data.country,
        reference=reference,
        subject=subject,
        in_system=True,
        currency=law.currency,
        imposed=_sum(imposed),
        final=_sum([_what_stands(fine) for fine in final]),
        not_final=sum(fine.state in ("issued", "settled", "set_aside") for fine in fines if fine not in final),
        paid=_sum([case.paid for case in with_a_sum if case.paid is not None]),
        outstanding=_sum([case.outstanding for case in with_a_sum if case.outstanding is not None]),
        liquidated=_sum([case.amount for case in docket if case.case_type == "non_compliance" and case.amount]),
        orders=Counter(notice.state for notice in notices),
        orders_under_appeal=sum(notice.under_appeal for notice in notices),
        stale_since=stale_since,
    )


def _what_stands(fine: CaseRow) -> Decimal:
    return Decimal(0) if fine.state in _NOTHING_STANDS or fine.amount is None else fine.amount


def _known_by_links_only(said: Sequence[LinkRow]) -> Iterator[EnforcementRow]:
    told: set[UUID | tuple[str, str, str]] = set()
    for link in said:
        name = link.sibling or (link.authority, link.jurisdiction, link.reference)
        if name not in told:
            told.add(name)
            yield EnforcementRow(
                matter_id=link.sibling,
                authority=link.authority,
                jurisdiction=link.jurisdiction,
                reference=link.reference,
                subject="",
                in_system=False,
                stale_since=link.stale_since,
            )


def _sum(values: Sequence[Decimal]) -> Decimal | None:
    return sum(values, Decimal(0)) if values else None
