"""Where an appeal stands: the court that has it, what was decided, who asked to go on. Only applies; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from domain.appeal.events import (
    AppealDecided,
    AppealedOnward,
    AppealLodged,
    AppealReopened,
    AppealWithdrawn,
    BecameFinal,
    Party,
    PartyWithdrew,
    PermissionDecided,
    PermissionRenewed,
    PermissionSought,
    ProceedingsResumed,
    ProceedingsSuspended,
    Returned,
    StayLifted,
    StayOrdered,
)
from domain.case.appeal_target import AppealTarget
from domain.case.case import Case
from domain.case.events import CaseEvent
from domain.case.stayed import EVERY_DUTY, Stay, after_lifting


@dataclass(frozen=True)
class Application:
    """A party's application for permission to appeal onward. `court` has it, or refused it; `way` is then the role of the way on."""

    by: Party
    court: str
    status: Literal["pending", "refused"]
    reconsidered: bool = False
    refused_version: int = 0
    way: str | None = None


class Course(Case):
    """An appeal's way through the courts; `tier` is the court that has it."""

    TOPIC = "appeal"
    WORDS = "appeal"
    OPEN_STATES = frozenset({"lodged", "decided"})

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self._state = "lodged"
        self.tier = ""
        self.lodged: AppealLodged
        self.decisions: list[AppealDecided] = []
        self.applications: dict[Party, Application] = {}
        self.ended_on: date | None = None
        self.stays: dict[UUID, Stay] = {}
        self.let_run: tuple[str, ...] = ()
        self.waits_since: date | None = None
        self._went_on_to: dict[str, tuple[Party, ...]] = {}

    @property
    def state(self) -> str:
        """`lodged`, `decided`, `final` or `withdrawn`."""
        return self._state

    @property
    def went_on(self) -> tuple[Party, ...]:
        """Who brought the case to the court that has it: a party or both; nobody at the first court."""
        return self._went_on_to.get(self.tier, ())

    @property
    def targets(self) -> list[AppealTarget]:
        """The cases that it is against."""
        cases = [self.occasion.cases.case(case_id) for case_id in self.lodged.against]
        return [case for case in cases if isinstance(case, AppealTarget)]

    def when(self, event: CaseEvent) -> None:
        """Keep the state, the court, the decisions and the applications."""
        match event:
            case AppealLodged(court=court):
                self.lodged, self.tier = event, court
            case AppealDecided(outcome="preliminary"):
                pass
            case AppealDecided():
                self._state, self.ended_on, self.applications = "decided", None, {}
                self.decisions.append(event)
            case PermissionSought(by=by, court=court):
                self.applications[by] = Application(by, court, "pending")
            case PermissionDecided(outcome="granted", by=by, court=court):
                self._go_on(by, court or self.tier)
            case PermissionDecided(by=by, way=way):
                refused = replace(self.applications[by], status="refused", refused_version=event.version, way=way)
                self.applications[by] = refused
            case AppealedOnward(by=by, court=court):
                self._go_on(by, court)
            case PartyWithdrew(by=by):
                self.applications.pop(by, None)
                self._went_on_to[self.tier] = tuple(party for party in self.went_on if party != by)
            case PermissionRenewed(by=by, court=court):
                known = self.applications[by]
                self.applications[by] = replace(known, court=court, status="pending", reconsidered=known.court == court)
            case Returned(court=court, returned_on=day):
                self._state, self.tier, self.ended_on = "lodged", court, day
            case BecameFinal(final_on=day):
                self._state, self.ended_on = "final", day
            case AppealReopened(court=court):
                self._state, self.tier, self.ended_on = "decided", court, None
            case StayOrdered(stay=stay, roles=roles, ordered_on=ordered_on, until=until):
                self.stays[stay] = Stay(stay, self.id, roles, ordered_on, until)
            case StayLifted(stays=stays, roles=roles):
                self.stays = after_lifting(self.stays, stays, roles)
                self.let_run = (*self.let_run, *(roles or EVERY_DUTY)) if event.lifts_law else self.let_run
            case ProceedingsSuspended(ordered_on=day):
                self.waits_since = day
            case ProceedingsResumed():
                self.waits_since = None
            case AppealWithdrawn():
                self._state = "withdrawn"
            case _:
                super().when(event)

    def _go_on(self, by: Party, court: str) -> None:
        """The case is before the court above; a party that comes later joins the one that brought it there."""
        joined = self.went_on if self._state == "lodged" and court == self.tier else ()
        self._state, self.tier = "lodged", court
        self._went_on_to[court] = (*joined, by)
        pending = {party: a for party, a in self.applications.items() if party != by and a.status == "pending"}
        self.applications = pending
