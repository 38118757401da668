"""Saying that what is read is not all that happened: a case of it is parked in a read model, or an event was left out there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from foundation.database import Pool
from interfaces.cli.page import Page
from projections.operator_acts import skips
from projections.parking import parked_cases
from projections.reading import cases

_NAMED = 3


class MayBeStale(Protocol):
    """A row that says since when what happened is missing from it, if anything is."""

    @property
    def stale_since(self) -> datetime | None:
        """Aware; None: nothing is missing."""


def print_rows(
    page: Page,
    rows: Sequence[MayBeStale],
    columns: Sequence[str],
    cells: Sequence[Sequence[str]],
    *,
    title: str = "",
    right: Sequence[str] = (),
    wrap: Sequence[str] = (),
) -> None:
    """A table of rows, with a column that says which are stale where some are; `cells` are those of each row."""
    if any(row.stale_since for row in rows):
        columns = [*columns, "stale since"]
        cells = [[*cell, _moment(row.stale_since)] for cell, row in zip(cells, rows, strict=True)]
    page.table(columns, cells, title=title, right=right, wrap=wrap)


def stale_words(row: MayBeStale) -> str:
    """The same in a sentence about one row; nothing where nothing is missing."""
    return f" (stale since {_moment(row.stale_since)})" if row.stale_since else ""


def tell_what_is_stale(pool: Pool, reads: Sequence[str], *, matter_id: UUID | None = None, case_id: UUID | None = None) -> None:
    """Say on standard error, beside the answer, which cases are stale in it, missing from it altogether, or lack an event for ever."""
    _tell_what_was_left_out(pool, reads, matter_id, case_id)
    parked = parked_cases(pool, read_models=reads, matter_id=matter_id, case_id=case_id)
    if not parked:
        return
    waiting = list(dict.fromkeys(str(row.case_id)[:8] for row in parked))
    named = ", ".join(waiting[:_NAMED]) + (f" and {len(waiting) - _NAMED} more" if len(waiting) > _NAMED else "")
    read_models = ", ".join(sorted({row.read_model for row in parked}))
    message = (
        f"Not up to date: {named} {'waits' if len(waiting) == 1 else 'wait'} in {read_models} and may be stale or missing here. "
        "`regcase parked list` tells more."
    )
    Page(stderr=True).line(message, style="red")


def _tell_what_was_left_out(pool: Pool, reads: Sequence[str], matter_id: UUID | None, case_id: UUID | None) -> None:
    """Figures of such a case are not those of its history, and nothing else tells."""
    case_ids = [case_id] if case_id else [row.case_id for row in cases(pool, matter_id=matter_id)] if matter_id else None
    acts = skips(pool, read_models=reads, case_ids=case_ids)
    if not acts:
        return
    told = [
        f"event {act.version} of {str(act.case_id)[:8]} in {act.read_model} (authority: {act.authority})" for act in acts[:_NAMED]
    ]
    named = ", ".join(told) + (f" and {len(acts) - _NAMED} more" if len(acts) > _NAMED else "")
    Page(stderr=True).line(f"Left out here: {named}. `regcase parked acts` tells who decided so.", style="yellow")


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else ""
