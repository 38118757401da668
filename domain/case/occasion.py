"""The occasion of a command: who acts, when, under which law, and the other cases that it may look at or change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from domain.regimes import Regime
from domain.roles import Actor

if TYPE_CHECKING:
    from domain.case.case import Case
    from domain.case.commands import Act
    from domain.case.events import CaseEvent, CaseType
    from domain.past_cases import PastCases


class CasesInReach(Protocol):
    """The cases that one command may read and change; what it changes is saved in one transaction."""

    def case(self, case_id: UUID) -> Case:
        """The case of that id, loaded once per command. Raises UnknownCase."""
        ...

    def cases_of(self, matter_id: UUID, case_type: CaseType | None = None) -> Sequence[Case]:
        """The cases of a matter, in order of opening."""
        ...

    def new_case(self, case_id: UUID, case_type: CaseType, matter_id: UUID) -> Case:
        """A case that is not there yet, to be opened within this command."""
        ...

    def exists(self, case_id: UUID) -> bool:
        """Whether a case has that id."""
        ...

    def before(self, entry: CaseEvent) -> PastCases:
        """The cases as they stood before the act that led to an entry, to ask that act again."""
        ...

    def act_behind(self, entry: CaseEvent) -> Act | None:
        """The act that an entry records; None: it records what followed from another, or cannot be corrected."""
        ...


@dataclass(frozen=True)
class Occasion:
    """Everything around an act that is not in it. `now` is aware; `stored_at` is wall time."""

    command: str
    actor: Actor
    now: datetime
    stored_at: datetime
    correlation_id: str
    causation_id: str
    law: Regime
    cases: CasesInReach

    @property
    def today(self) -> date:
        """The clock's day in the regime's time zone."""
        return self.now.astimezone(self.law.time_zone).date()
