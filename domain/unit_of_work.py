"""The cases that one command reads and changes, held together until they are saved in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Repository

from domain.case.case import Case
from domain.case.commands import Act
from domain.case.events import CaseEvent, CaseType
from domain.case.occasion import Occasion
from domain.consequences import follow
from domain.corrections import act_behind
from domain.identifiers import matter_index_id
from domain.internal_events import CaseAdded, InternalEvent, InvestigationTurned
from domain.investigation.events import InvestigationClosed, InvestigationReopened
from domain.names import CASE_TYPES
from domain.past_cases import PastCases
from domain.refusals import UnknownCase


def rebuild(case: Case | None, events: Iterable[Any]) -> Case | None:
    """Apply a history. None where there is none."""
    for event in events:
        if not isinstance(event, CaseEvent):
            continue
        if case is None:
            case = CASE_TYPES[event.case_type](event.case_id, event.matter_id)
        case.apply(event)
    return case


class MatterIndex:
    """The cases of a matter in order of opening, kept in an internal stream."""

    def __init__(self, matter_id: UUID, history: Iterable[Any]) -> None:
        self.id = matter_index_id(matter_id)
        self.entries: list[CaseAdded] = []
        self.version = 0
        self._pending: list[InternalEvent] = []
        for event in history:
            self._take(event)

    def _take(self, event: InternalEvent) -> None:
        self.version = event.originator_version
        if isinstance(event, CaseAdded):
            self.entries.append(event)

    def add(self, case: Case, recorded: datetime) -> None:
        """Enter a case that is being opened."""
        self._note(
            CaseAdded(
                originator_id=self.id,
                originator_version=self.version + 1,
                recorded=recorded,
                case_id=case.id,
                case_type=case.TOPIC,
            )
        )

    def turn(self, turn: str, recorded: datetime) -> None:
        """Note that the investigation closed or reopened."""
        self._note(InvestigationTurned(originator_id=self.id, originator_version=self.version + 1, recorded=recorded, turn=turn))

    def _note(self, event: InternalEvent) -> None:
        self._take(event)
        self._pending.append(event)

    @property
    def pending(self) -> Sequence[InternalEvent]:
        """What is not saved yet."""
        return self._pending

    def collect_events(self) -> Sequence[InternalEvent]:
        """Hand over what is pending, to be saved."""
        collected, self._pending = self._pending, []
        return collected


class UnitOfWork:
    """Loads each case once, and knows what was recorded."""

    def __init__(self, repository: Repository[UUID]) -> None:
        self._repository = repository
        self._cases: dict[UUID, Case] = {}
        self._matters: dict[UUID, MatterIndex] = {}
        self._occasion: Occasion | None = None
        self._followed: set[tuple[UUID, int]] = set()

    def begin(self, occasion: Occasion) -> None:
        """From now on the cases act on this occasion."""
        self._occasion = occasion
        for case in self._cases.values():
            case.take_up(occasion)

    def case(self, case_id: UUID, *, version: int | None = None) -> Case:
        """The case of that id, loaded once; or, to be read only, as it stood at a version.

        Raises:
            UnknownCase: there is none.
        """
        if case_id not in self._cases:
            try:
                case: Case = self._repository.get(case_id, version=version, projector_func=rebuild)
            except AggregateNotFoundError:
                message = f"Refused: there is no case {case_id}. Check the id; `regcase cases` lists them."
                raise UnknownCase(message, case_id=str(case_id)) from None
            self._hold(case)
        return self._cases[case_id]

    def _hold(self, case: Case) -> None:
        self._cases[case.id] = case
        if self._occasion:
            case.take_up(self._occasion)

    def exists(self, case_id: UUID) -> bool:
        """Whether a case has that id."""
        try:
            self.case(case_id)
        except UnknownCase:
            return False
        return True

    def cases_of(self, matter_id: UUID, case_type: CaseType | None = None) -> Sequence[Case]:
        """The cases of a matter in order of opening, with those that this command is opening."""
        entries = self._matter(matter_id).entries
        return [self.case(e.case_id) for e in entries if case_type is None or e.case_type == case_type]

    def new_case(self, case_id: UUID, case_type: CaseType, matter_id: UUID) -> Case:
        """A case to be opened within this command."""
        case = CASE_TYPES[case_type](case_id, matter_id)
        self._hold(case)
        assert self._occasion is not None
        self._matter(matter_id).add(case, self._occasion.now)
        return case

    def before(self, entry: CaseEvent) -> PastCases:
        """The cases as they stood before the act that led to an entry."""
        return PastCases(self, entry)

    def act_behind(self, entry: CaseEvent) -> Act | None:
        """The act that an entry records; None: it records what followed from another, or cannot be corrected."""
        return act_behind(entry)

    def _matter(self, matter_id: UUID) -> MatterIndex:
        if matter_id not in self._matters:
            history = self._repository.event_store.get(matter_index_id(matter_id))
            self._matters[matter_id] = MatterIndex(matter_id, history)
        return self._matters[matter_id]

    def follow_consequences(self) -> None:
        """Record what follows on other cases, until nothing more follows."""
        while fresh := [
            (case, event)
            for case in list(self._cases.values())
            for event in case.pending
            if (event.case_id, event.version) not in self._followed
        ]:
            for case, event in fresh:
                self._followed.add((event.case_id, event.version))
                follow(event, case)
                if isinstance(event, InvestigationClosed | InvestigationReopened):
                    self._matter(case.matter_id).turn(event.NAME, event.recorded)

    def is_outdated(self) -> bool:
        """Whether somebody else has added to a case that was looked at, or to its matter, since it was loaded."""
        versions = {case.id: case.version - len(case.pending) for case in self._cases.values()}
        versions |= {matter.id: matter.version - len(matter.pending) for matter in self._matters.values()}
        store = self._repository.event_store
        return any(True for stream, version in versions.items() for _ in store.get(stream, gt=version, limit=1))

    def loaded(self) -> list[Case]:
        """The cases looked at so far."""
        return list(self._cases.values())

    def changed(self) -> list[Case]:
        """The cases with something to save."""
        return [case for case in self._cases.values() if case.pending]

    def to_save(self) -> list[Any]:
        """Everything to be saved together."""
        return [*self.changed(), *self._matters.values()]
