"""Which days of a breach can be charged with a periodic penalty, and how much for them. Days are half-open: [from, to)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta

from domain.case.events import AppealEnded, CaseEvent, Restored, SetAside, Stayed, StayEnded, TargetAppealLodged
from domain.case.stayed import covers
from domain.fields import day_of
from domain.money import Money
from domain.requirement import PeriodicPenalty


@dataclass(frozen=True)
class Standstill:
    """Days on which a duty did not have to be done, from a date of law on, up to another; None: it has not ended."""

    since: date
    until: date | None
    why: str

    def meets(self, start: date, end: date) -> bool:
        """Whether it holds a day of [start, end)."""
        return self.since < end and (self.until is None or start < self.until) and self.since != self.until

    def __str__(self) -> str:
        """The days, both included, and why."""
        until = f"to {self.until - timedelta(days=1)}" if self.until else "on"
        return f"from {self.since} {until} ({self.why})"


def standstills(history: Sequence[CaseEvent], role: str, *, appeal_suspends: bool) -> Iterator[Standstill]:
    """When the duty of a deadline stood still, also after the deadline had passed: by appeals, stays, and while set aside.

    Args:
        history: the events of the notice, as corrected.
        role: the deadline's role, `comply:ID`.
        appeal_suspends: whether the regime lets it wait for the subject's appeal.
    """
    open_ones: dict[object, Standstill] = {}
    ended: dict[UUID, date] = {}
    for event in history:
        match event:
            case TargetAppealLodged(appeal=appeal, main=True, received_on=received_on) if appeal_suspends:
                since = max(day_of(received_on), ended.get(appeal, date.min))
                open_ones["appeal", appeal] = Standstill(since, None, "an appeal was pending")
            case Stayed(stay=stay, roles=roles, ordered_on=since, until=until) if covers(roles, role):
                open_ones["stay", stay, event.appeal] = Standstill(since, until, "a court had ordered a stay")
            case SetAside(decided_on=since):
                open_ones["set aside"] = Standstill(since, None, "the notice was set aside")
            case _:
                for key in [key for key in open_ones if _ends(event, key, role)]:
                    yield _until(open_ones.pop(key), event)
        if isinstance(event, AppealEnded):
            ended[event.appeal] = event.ended_on
    yield from open_ones.values()


def _ends(event: CaseEvent, key: object, role: str) -> bool:
    """Whether an event ends a standstill: the appeal's end, the lifting of a stay, the notice standing again."""
    match event, key:
        case Restored(), "set aside":
            return True
        case AppealEnded(appeal=appeal), ("appeal", lodged):
            return appeal == lodged
        case AppealEnded(appeal=appeal), ("stay", _, within):
            return appeal == within
        case StayEnded(stays=stays, roles=roles), ("stay", stay, _):
            return stay in stays and (not roles or covers(roles, role))
        case StayEnded(appeal=appeal, lifts_law=True, roles=roles), ("appeal", lodged):
            return appeal == lodged and (not roles or covers(roles, role))
        case _:
            return False


def _until(still: Standstill, event: CaseEvent) -> Standstill:
    assert isinstance(event, AppealEnded | StayEnded | Restored)
    end = event.decided_on if isinstance(event, Restored) else event.ended_on
    until = end if still.until is None else min(still.until, end)
    return replace(still, until=max(until, still.since))


def units_in(per: str, start: date, end: date) -> int:
    """Days, or weeks and months, in [start, end); a begun week or month counts whole."""
    if per == "day":
        return (end - start).days
    step = relativedelta(weeks=1) if per == "week" else relativedelta(months=1)
    units = 0
    while start + step * units < end:
        units += 1
    return units


def charge(terms: PeriodicPenalty, start: date, end: date, before: Sequence[Money]) -> tuple[int, Money]:
    """The units in [start, end) and the sum for them, so that with what was charged before the cap is not exceeded."""
    units = units_in(terms.per, start, end)
    sum_ = terms.rate.times(units)
    if terms.cap is None:
        return units, sum_
    left = terms.cap
    for charged in before:
        left = left.less(charged)
    return units, min(sum_, left)
