"""A deadline as it stands: its computed end, whether it runs, and what lets it stand still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from domain.case.deadline_events import DeadlineTerms

Status = Literal["running", "suspended", "met", "passed", "lapsed"]


@dataclass(frozen=True)
class OpenSuspension:
    """A suspension that has not ended: since a date of law, because of a case or of a court's order.

    `until`: the day from which it runs again by itself; `until_at`: the instant at which that day begins.
    """

    since: date
    cause: UUID
    reason: str
    until: date | None = None
    until_at: datetime | None = None
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deadline:
    """A deadline as it stands. `set_version` is the version of the event that last set its end, or that of its standing still."""

    role: str
    terms: DeadlineTerms
    status: Status
    started_version: int
    set_version: int
    suspensions: tuple[OpenSuspension, ...] = ()
    reason_owed: bool = False
    met_on: date | datetime | None = None

    @property
    def due(self) -> date:
        """The last day in time."""
        return self.terms.due

    @property
    def due_at(self) -> datetime:
        """The first instant that is late."""
        return self.terms.due_at

    @property
    def fires_at(self) -> datetime | None:
        """When something happens to it by itself: it passes or, standing still until a day, runs again; None: nothing will."""
        if self.status == "suspended":
            return min((s.until_at for s in self.suspensions if s.until_at), default=None)
        return self.due_at if self.status == "running" else None

    @property
    def cites(self) -> tuple[str, ...]:
        """The law behind it."""
        return self.terms.rule.cites

    @property
    def is_done_with(self) -> bool:
        """Whether it was met or has lapsed. One that passed is not: what it was for may still be owed, or its end moved."""
        return self.status in ("met", "lapsed")

    def ended_before(self, act: date | datetime) -> bool:
        """Whether it had ended before an act, by the act's date of law; while it stands still no act is late."""
        return self.status != "suspended" and self.ends_before(act)

    def ends_before(self, moment: date | datetime) -> bool:
        """Whether its end, as it is computed now, lies before a day or an instant; a bare date counts as before its day's hour."""
        return moment >= self.due_at if isinstance(moment, datetime) else moment > self.due
