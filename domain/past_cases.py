"""The cases as they stood before an act, so that the act can be asked again. What is recorded on them is never saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.case.case import Case
from domain.case.commands import Act
from domain.case.deadline_events import DeadlineRecomputed, DeadlineSet, DeadlineTerms
from domain.case.events import CaseEvent, CaseType
from domain.case.occasion import CasesInReach, Occasion
from domain.refusals import UnknownCase

SET_RIGHT = ("correct", "recompute_deadlines")
"""Commands that set a computed end right: what they found counts as if it had been known from the start."""


class PastCases:
    """The cases in reach as they stood before the act that led to an entry, each entry as it stands corrected today."""

    def __init__(self, now: CasesInReach, entry: CaseEvent) -> None:
        self._now = now
        self._entry = entry
        self._cases: dict[UUID, Case] = {}
        self._occasion: Occasion | None = None

    def begin_again(self, case: Case, occasion: Occasion) -> Case:
        """The case that the act is to be asked of again; where the act opened it, there is nothing in it yet."""
        self._occasion = occasion
        return self._hold(_before(case, self._entry))

    def _hold(self, case: Case) -> Case:
        self._cases[case.id] = case
        if self._occasion:
            case.take_up(self._occasion)
        return case

    def case(self, case_id: UUID) -> Case:
        """The case of that id as it then was.

        Raises:
            UnknownCase: there was none.
        """
        if case_id not in self._cases:
            past = _before(self._now.case(case_id), self._entry)
            if not past.version:
                message = f"Refused: there was no case {case_id} then. Check the id."
                raise UnknownCase(message, case_id=str(case_id))
            self._hold(past)
        return self._cases[case_id]

    def exists(self, case_id: UUID) -> bool:
        """Whether there was a case of that id."""
        return case_id in self._cases or (
            self._now.exists(case_id) and bool(_before(self._now.case(case_id), self._entry).version)
        )

    def cases_of(self, matter_id: UUID, case_type: CaseType | None = None) -> Sequence[Case]:
        """The cases that the matter then had, in order of opening, with the one that the act opens."""
        return [self.case(case.id) for case in self._now.cases_of(matter_id, case_type) if self.exists(case.id)]

    def new_case(self, case_id: UUID, case_type: CaseType, matter_id: UUID) -> Case:
        """Acts open other cases only by what follows from them, and nothing follows from an act that is only asked again.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError  # nothing follows from an act that is only asked again

    def before(self, entry: CaseEvent) -> PastCases:
        """The cases as they stood before another act."""
        return self._now.before(entry)

    def act_behind(self, entry: CaseEvent) -> Act | None:
        """The act that an entry records."""
        return self._now.act_behind(entry)


def _before(case: Case, entry: CaseEvent) -> Case:
    past = type(case)(case.id, case.matter_id)
    past.take_in(known for known in case.history if _came_before(known, entry))
    for role, deadline in past.deadlines.items():
        past.deadlines[role] = replace(deadline, terms=_terms_set_right(case, past.version, role) or deadline.terms)
    return past


def _came_before(event: CaseEvent, entry: CaseEvent) -> bool:
    """Whether it was recorded before the act; what was let pass first in the same save was."""
    mine, its = event.envelope, entry.envelope
    if mine.stored_at == its.stored_at:
        return mine.command != its.command
    return event.version < entry.version if event.case_id == entry.case_id else mine.stored_at < its.stored_at


def _terms_set_right(case: Case, version: int, role: str) -> DeadlineTerms | None:
    """What a deadline of a version was found to be later, by a correction or a day off announced late; None: it was not."""
    found = None
    for event in case.history[version:]:
        if isinstance(event, DeadlineSet) and event.role == role:
            if not isinstance(event, DeadlineRecomputed) or event.envelope.command.partition(".")[2] not in SET_RIGHT:
                break
            found = event.terms
    return found
