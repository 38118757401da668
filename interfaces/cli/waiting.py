"""Waiting, bounded, until readers see what was written."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from foundation.database import Pool
from interfaces.cli.page import Page
from interfaces.errors import NotShownYet
from projections.parking import parked_cases
from projections.reading import wait_until_applied


def is_shown(pool: Pool, versions: Mapping[UUID, int], seconds: float) -> bool:
    """Wait likewise, and say on standard error where the read models do not get there, beside whatever the command answers.

    A parked case is not waited for; that it does not show what was written is said as well.
    """
    try:
        require_read_models(pool, versions, seconds)
    except NotShownYet as late:
        Page(stderr=True).line(str(late), style="red")
        return False
    for row in parked_cases(pool):
        if row.case_id in versions:
            message = (
                f"Everything is written, but case {row.case_id} is parked in {row.read_model}, which does not show it. "
                f"`regcase parked show {str(row.case_id)[:8]}` tells why."
            )
            Page(stderr=True).line(message, style="red")
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
