"""Saying that what is read is old: a case of it is parked in a read model, and what happened since is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from foundation.database import Pool
from interfaces.cli.page import Page
from projections.parking import parked_cases

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
    """Say on standard error, beside the answer, which cases are stale in it, or missing from it altogether."""
    parked = parked_cases(pool, read_models=reads, matter_id=matter_id, case_id=case_id)
    if not parked:
        return
    cases = list(dict.fromkeys(str(row.case_id)[:8] for row in parked))
    named = ", ".join(cases[:_NAMED]) + (f" and {len(cases) - _NAMED} more" if len(cases) > _NAMED else "")
    read_models = ", ".join(sorted({row.read_model for row in parked}))
    message = (
        f"Not up to date: {named} {'waits' if len(cases) == 1 else 'wait'} in {read_models} and may be stale or missing here. "
        "`regcase parked list` tells more."
    )
    Page(stderr=True).line(message, style="red")


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else ""
