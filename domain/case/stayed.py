"""Deadlines that stand still by a court's order, or run although the law suspends them, in a case that is under appeal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.case.events import AppealEnded, CaseEvent, Stayed, StayEnded
from domain.fields import day_of

EVERY_DUTY = ("comply", "response", "payment")
"""The kinds of deadlines whose passing is a breach of a duty."""


def covers(roles: Collection[str], role: str) -> bool:
    """Whether a deadline's role is named: itself, or all of its kind (`comply` for `comply:stop`)."""
    return role in roles or role.partition(":")[0] in roles


@dataclass(frozen=True)
class Stay:
    """An order by which deadlines stand still; `lifted`: the roles for which it has been lifted since."""

    id: UUID
    appeal: UUID
    roles: tuple[str, ...]
    ordered_on: date
    until: date | None
    lifted: tuple[str, ...] = ()

    def holds(self, role: str) -> bool:
        """Whether a deadline of that role stands still by it."""
        return covers(self.roles, role) and not covers(self.lifted, role)

    def is_counted_in(self, deadline: Deadline) -> bool:
        """Whether its days, up to the one on which it ended by itself, are in the deadline's end already."""
        past = deadline.terms.count.suspensions
        return self.until is not None and any(still.until == self.until and still.since >= self.ordered_on for still in past)

    def concerns(self, roles: Collection[str]) -> bool:
        """Whether it holds any deadline of those roles, or of a kind among them."""
        return any(self.holds(role) for role in roles) or any(covers(roles, own) and self.holds(own) for own in self.roles)

    def without(self, roles: tuple[str, ...]) -> Stay:
        """The order as it stands once it is lifted for those roles."""
        return replace(self, lifted=(*self.lifted, *roles))


def after_lifting(stays: Mapping[UUID, Stay], lifted: tuple[UUID, ...], roles: tuple[str, ...]) -> dict[UUID, Stay]:
    """The orders that stand once some are lifted: for those roles, or none named, as a whole."""
    return {
        stay: order.without(roles) if stay in lifted else order for stay, order in stays.items() if roles or stay not in lifted
    }


class Stayable(Case):
    """A case in which a court can let duties stand still."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.stays: dict[UUID, Stay] = {}
        self._let_run: dict[UUID, tuple[str, ...]] = {}

    def is_duty(self, role: str) -> bool:
        """Whether the deadline is for something that the subject has still to do while the notice stands."""
        raise NotImplementedError  # each type of case says it

    def has_duty(self, role: str) -> bool:
        """Whether the role, or one of its kind, is of something that the subject has still to do."""
        return self.is_duty(role) or any(self.is_duty(deadline.role) for deadline in self.deadlines_of(role))

    def is_stayed(self, role: str, on: date) -> bool:
        """Whether a deadline of that role stands still by an order on a day; of one that had passed before, what it was for waits."""
        return any(
            stay.holds(role) and stay.ordered_on <= on and (stay.until is None or on < stay.until) for stay in self.stays.values()
        )

    def is_let_run(self, appeal: UUID, role: str) -> bool:
        """Whether a court lifted, for that deadline, the suspension that the law makes because of the appeal."""
        return covers(self._let_run.get(appeal, ()), role)

    # What may be done

    def be_stayed(self, appeal: UUID, *, stay: UUID, roles: tuple[str, ...], ordered_on: date, until: date | None) -> None:
        """A court ordered that duties stand still: those that run, and those that start while the order stands."""
        self.record(Stayed, appeal=appeal, stay=stay, roles=roles, ordered_on=ordered_on, until=until)
        for deadline in list(self.deadlines.values()):
            self.stand_still_by_order(deadline)

    def stand_still_by_order(self, deadline: Deadline) -> None:
        """Let a duty stand still by every order that holds it."""
        if not self.is_duty(deadline.role):
            return
        for stay in self.stays.values():
            if stay.holds(deadline.role) and not stay.is_counted_in(deadline):
                starts = stay.ordered_on if deadline.terms.anchor else day_of(deadline.terms.count.start)
                since = max(stay.ordered_on, starts)
                self.suspend(deadline, since=since, cause=stay.id, reason="A court ordered a stay.", until=stay.until)

    def start(self, role: str, **how: Any) -> Deadline | None:
        """What starts while a stay stands, stands still at once."""
        started = super().start(role, **how)
        if started:
            self.stand_still_by_order(started)
        return started

    def end_stays(
        self, appeal: UUID, *, stays: tuple[UUID, ...], roles: tuple[str, ...], lifts_law: bool, ended_on: date
    ) -> None:
        """A court let duties run again: what its own orders stayed, and what the law itself suspends because of the appeal."""
        self.record(StayEnded, appeal=appeal, stays=stays, roles=roles, lifts_law=lifts_law, ended_on=ended_on)
        ended = [d.role for d in self.deadlines.values() if not roles or covers(roles, d.role)]
        for cause in (*stays, *((appeal,) if lifts_law else ())):
            self.resume(cause, on=ended_on, roles=ended, by_law=cause == appeal)

    # What follows from what happened

    def when(self, event: CaseEvent) -> None:
        """Keep the orders that stand."""
        match event:
            case Stayed(appeal=appeal, stay=stay, roles=roles, ordered_on=ordered_on, until=until):
                self.stays[stay] = Stay(stay, appeal, roles, ordered_on, until)
            case StayEnded(appeal=appeal, stays=stays, roles=roles):
                self.stays = after_lifting(self.stays, stays, roles)
                if event.lifts_law:
                    self._let_run[appeal] = (*self._let_run.get(appeal, ()), *(roles or EVERY_DUTY))
            case AppealEnded(appeal=appeal):
                self.stays = {stay.id: stay for stay in self.stays.values() if stay.appeal != appeal}
                self._let_run.pop(appeal, None)
                super().when(event)
            case _:
                super().when(event)
