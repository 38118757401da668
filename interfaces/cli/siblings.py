"""Matters of several jurisdictions side by side: what was imposed, what stands for good, what came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel import Locale

from domain.case.words import plain
from interfaces.cli.page import Page
from interfaces.cli.reading import money, row_as_json, rows_as_json
from interfaces.cli.stale import print_rows, stale_words
from projections.enforcement import EnforcementRow, LinkRow, SiblingGroup


def groups_as_json(groups: Sequence[SiblingGroup]) -> list[dict[str, Any]]:
    """The groups for machines."""
    return [{"matters": [_as_json(row) for row in group.matters], "links": rows_as_json(group.links)} for group in groups]


def print_groups(groups: Sequence[SiblingGroup], page: Page) -> None:
    """A table for each group, and the links in words."""
    if not groups:
        page.line("No matters are linked. `regcase do investigation.link_sibling` links one with another jurisdiction's.")
    for number, group in enumerate(groups):
        if number:
            page.line()
        print_rows(
            page,
            group.matters,
            (
                "authority", "jurisdiction", "matter", "imposed", "final", "paid", "outstanding", "periodic penalties", "orders",
            ),
            [_cells(row) for row in group.matters],
            right=("imposed", "final", "paid", "outstanding", "periodic penalties"),
            wrap=("authority", "jurisdiction", "orders"),
        )  # fmt: skip
        page.line()
        if not group.links:
            page.line("Nobody has linked this matter with another.")
        for link in group.links:
            page.bullet(link_in_words(link))


def link_in_words(link: LinkRow) -> str:
    """Who says that what belongs together."""
    return f"{link.said_by}: {link.reference} of {link.authority} ({country(link.jurisdiction)}), {plain(link.relation)}{stale_words(link)}"


def country(jurisdiction: str) -> str:
    """`France` for `FR`; another text stays as it is."""
    return str(Locale("en").territories.get(jurisdiction, jurisdiction))


def _cells(row: EnforcementRow) -> tuple[str, ...]:
    return (
        row.authority,
        country(row.jurisdiction),
        row.reference,
        money(row.imposed, row.currency),
        _final(row),
        money(row.paid, row.currency),
        money(row.outstanding, row.currency),
        money(row.liquidated, row.currency),
        _orders(row),
    )


def _final(row: EnforcementRow) -> str:
    if row.final is None:
        return "not yet" if row.not_final else ""
    return money(row.final, row.currency) + (f" ({row.not_final} not yet)" if row.not_final else "")


def _orders(row: EnforcementRow) -> str:
    if not row.in_system:
        return "not in this system"
    told = [f"{number} {plain(state)}" for state, number in (row.orders or {}).items()]
    return ", ".join([*told, f"{row.orders_under_appeal} under appeal"] if row.orders_under_appeal else told)


def _as_json(row: EnforcementRow) -> dict[str, Any]:
    return {**row_as_json(row), "orders": dict(row.orders or {})}
