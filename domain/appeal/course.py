"""Where an appeal stands: the court that has it, what was decided, who asked to go on. Only applies; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from domain.appeal.effects import Standing, what_stands
from domain.appeal.events import (
    AppealDecided,
    AppealLodged,
    AppealReopened,
    AppealWithdrawn,
    BecameFinal,
    Party,
    PermissionDecided,
    PermissionRenewed,
    PermissionSought,
    Returned,
)
from domain.case.case import Case
from domain.case.events import CaseEvent


@dataclass(frozen=True)
class Application:
    """A party's application for permission to appeal onward. `court` has it, or refused it."""

    by: Party
    court: str
    status: Literal["pending", "refused"]
    reconsidered: bool = False
    refused_version: int = 0


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
        self._went_on_to: dict[str, Party] = {}

    @property
    def state(self) -> str:
        """`lodged`, `decided`, `final` or `withdrawn`."""
        return self._state

    @property
    def went_on(self) -> Party | None:
        """Who brought the case to the court that has it; None at the first court."""
        return self._went_on_to.get(self.tier)

    def standing_of(self, target: UUID) -> Standing:
        """How the decisions leave a target."""
        return what_stands(self.decisions, target)

    # What follows from what happened: never refuses, never reads clock, regime or settings.

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
                self._state, self.tier, self.applications = "lodged", court or self.tier, {}
                self._went_on_to[self.tier] = by
            case PermissionDecided(by=by):
                self.applications[by] = replace(self.applications[by], status="refused", refused_version=event.version)
            case PermissionRenewed(by=by, court=court):
                known = self.applications[by]
                self.applications[by] = replace(known, court=court, status="pending", reconsidered=known.court == court)
            case Returned(court=court, returned_on=day):
                self._state, self.tier, self.ended_on = "lodged", court, day
            case BecameFinal(final_on=day):
                self._state, self.ended_on = "final", day
            case AppealReopened(court=court):
                self._state, self.tier, self.ended_on = "decided", court, None
            case AppealWithdrawn():
                self._state = "withdrawn"
            case _:
                super().when(event)
