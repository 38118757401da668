"""Acts: what a command asks for. This module holds the base of all, and the acts that every case type shares.

Fields and names are those of the vocabulary, section 2; a model here checks form only. What the law or the state of a
case says about an act stands in the aggregates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from domain.case.events import CaseType
from domain.fields import Day, DayOrInstant, Name, Names, Period, Sha256, Text
from domain.regimes import Regime


class Act(BaseModel):
    """What a command asks for.

    `COMMAND` is its name; for an act of every case type, the bare verb. `OPENS` tells whether it makes the case
    (`always`, or `if_absent`: it may also be given to an existing one).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    COMMAND: ClassVar[str]
    OPENS: ClassVar[Literal["always", "never", "if_absent"]] = "never"
    REFERS: ClassVar[Mapping[str, tuple[CaseType, ...]]] = MappingProxyType({})
    """Fields that name other cases, with the case types that they may name; the first gives an opened case its matter."""
    NAMES_MATTERS: ClassVar[frozenset[str]] = frozenset()
    """Fields that name a matter, which need not be in the system yet."""
    MAY_LIE_AHEAD: ClassVar[frozenset[str]] = frozenset({"published_on", "deemed_on", "due_on"})
    """Fields named `_on` whose date may lie after the clock's day; other acts cannot have been done tomorrow."""
    DONE_BY_NOW: ClassVar[frozenset[str]] = frozenset()
    """Fields of other names that cannot lie after the clock's day either."""

    def faults_under(self, law: Regime) -> Iterator[tuple[str, str]]:  # noqa: ARG002 - for those that have any
        """Faults of form that depend on the regime: the field and what is wrong with it."""
        return iter(())

    def others(self) -> Iterator[tuple[str, UUID, tuple[CaseType, ...]]]:
        """Every other case that the act names: the field, the id, and the case types that it may be of."""
        for field, case_types in self.REFERS.items():
            named = getattr(self, field)
            for case_id in (named,) if isinstance(named, UUID) else tuple(named or ()):
                yield field, case_id, case_types


class Assign(Act):
    """Make an officer responsible."""

    COMMAND = "assign"

    officer: Name
    role: Name


class AddEvidence(Act):
    """Enter a document by its digest."""

    COMMAND = "add_evidence"

    title: Name
    sha256: Sha256
    media_type: Name
    size: Annotated[StrictInt, Field(ge=0, le=2**53)]
    source: Name
    obtained_on: Day


class PlaceHold(Act):
    """Place a legal hold."""

    COMMAND = "place_hold"

    reason: Text
    placed_on: Day


class ReleaseHold(Act):
    """Lift the legal hold; another actor than the one who placed it."""

    COMMAND = "release_hold"

    reason: Text
    released_on: Day


class ExtendDeadline(Act):
    """Move the end of a deadline: to a day (`until`), or by a period (`by`)."""

    COMMAND = "extend_deadline"

    role: Name
    until: DayOrInstant | None = None
    by: Period | None = None
    agreed_on: Day
    authority: Literal["agreement", "tribunal_order", "statute", "decision"]
    reason: Text

    @model_validator(mode="after")
    def _until_or_by(self) -> Self:
        if (self.until is None) == (self.by is None):
            msg = "give either until (a day) or by (a period)"
            raise ValueError(msg)
        return self


class RecordJustification(Act):
    """Give the reasons owed for passing a soft limit."""

    COMMAND = "record_justification"

    role: Name
    reasons: Text
    recorded_on: Day


class Correct(Act):
    """Correct a clerical error in an entry of the case; what hangs on it is computed anew. `fields` are those of its command."""

    COMMAND = "correct"

    event_version: Annotated[StrictInt, Field(ge=1)]
    fields: Annotated[dict[str, Any], Field(min_length=1, max_length=50)]
    reason: Text


class FireDeadline(Act):
    """Tell a case that a deadline's time has come. Given by the timers; the case decides on its own state.

    `set_version` is the version of the event that last set the deadline's end.
    """

    COMMAND = "fire_deadline"

    role: Name
    set_version: StrictInt


class RecomputeDeadlines(Act):
    """Tell a case that a calendar knows other days off than when its deadlines were computed. Given by the system."""

    COMMAND = "recompute_deadlines"

    roles: Names
    reason: Text
