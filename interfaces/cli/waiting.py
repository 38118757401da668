"""Waiting, bounded, until readers see what was written."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from foundation.database import Pool
from interfaces.cli.page import Page
from interfaces.errors import NotShownYet
from projections.reading import wait_until_applied


def is_shown(pool: Pool, versions: Mapping[UUID, int], seconds: float) -> bool:
    """Wait likewise, and say on standard error where the read models do not get there, beside whatever the command answers."""
    try:
        require_read_models(pool, versions, seconds)
    except NotShownYet as late:
        Page(stderr=True).line(str(late), style="red")
        return False
    return True


def require_read_models(pool: Pool, versions: Mapping[UUID, int], seconds: float) -> None:
    """Wait until every read model shows these versions of these cases.

    Raises:
        NotShownYet: some do not within that many seconds; everything is written all the same.
    """
    behind = wait_until_applied(pool, versions, seconds)
    if behind:
        message = (
            f"Everything is written, but within {seconds:g} s these read models do not show it yet: {', '.join(behind)}. "
            "See `regcase status` for what runs, and `regcase parked list` for what waits."
        )
        raise NotShownYet(message)
