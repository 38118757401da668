"""How an end is computed in a case: under the rule of its regime, with what is particular to its subject and its matter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from domain.case.deadline import Deadline
from domain.case.deadline_events import DeadlineTerms, RuleRef, Trigger
from domain.case.recording import Recording
from domain.clock import Calendar, Count, end_of
from domain.refusals import Invalid
from domain.regimes import RuleVersion
from domain.subject import Subject


class Reckoning(Recording):
    """A case that knows its deadlines, by role, and can compute the end of one. A role may start again; the latest is meant."""

    subject: Subject

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.deadlines: dict[str, Deadline] = {}
        self.holidays: str | None = None
        """The matter's own holidays, on its investigation, where it named any."""

    def deadline(self, role: str) -> Deadline | None:
        """The latest deadline of that role."""
        return self.deadlines.get(role)

    def deadlines_of(self, base: str) -> Iterator[Deadline]:
        """The deadlines whose role is `base` or starts with `base:`."""
        return (d for role, d in list(self.deadlines.items()) if role.partition(":")[0] == base)

    def rule_for(self, role: str, on: date) -> RuleVersion | None:
        """The version of the rule that fills a role, in force on the day of its trigger; None: the regime names no rule."""
        return self.occasion.law.rule_for(self.TOPIC, role, on)

    def counted(self, rule: RuleVersion, **how: Any) -> Count:
        """What an end under a rule is computed from in this case: with what is particular to its subject and its matter."""
        abroad = self.occasion.law.is_abroad(self.subject)
        return Count(
            rule=rule.id,
            rule_version=rule.version,
            abroad=abroad,
            resides_in=(self.subject.resides_in or self.subject.country) if abroad else None,
            holidays=self.holidays_in_the_place_of(rule.calendar),
            **how,
        )

    def holidays_in_the_place_of(self, calendar: Calendar) -> str | None:
        """The matter's own holidays, which its investigation named, in the place of the regime's usual ones and no others."""
        if calendar.holidays != self.occasion.law.calendar.holidays:
            return None
        investigations = self.occasion.cases.cases_of(self.matter_id, "investigation")
        return investigations[0].holidays if investigations else None

    def terms_of(self, count: Count, rule: RuleVersion, *, anchor: str | None = None, urgent: bool = False) -> DeadlineTerms:
        """Compute a deadline from its count.

        Raises:
            Invalid: it would end after the last year that a date can have.
        """
        count = count.model_copy(update={"anchored": anchor is not None})
        try:
            end = end_of(count, self.occasion.law)
        except OverflowError:
            message = f"Refused: counted from {count.start}, the period leads beyond the year 9999. Give a shorter one."
            raise Invalid(message, counted_from=str(count.start)) from None
        return DeadlineTerms(
            kind=rule.kind,
            rule=RuleRef(id=rule.id, version=rule.version, cites=rule.cites),
            trigger=Trigger(event=self._event_behind(count, anchor), date=count.start),
            calendar=end.calendar,
            steps=end.steps,
            marks=end.marks,
            nominal=end.nominal,
            due=end.due,
            due_at=end.due_at,
            count=count,
            anchor=anchor,
            urgent=urgent,
        )

    def _event_behind(self, count: Count, anchor: str | None) -> str:
        """The type of the event that gives the date; where that is the end of another deadline, the event that had started it."""
        anchored_on = self.deadlines.get(anchor) if anchor else None
        return anchored_on.terms.trigger.event if anchored_on else count.trigger

    def terms_again(self, deadline: Deadline, count: Count) -> DeadlineTerms:
        """Compute a deadline of this case from another count."""
        rule = self.occasion.law.rule_version(count.rule, count.rule_version)
        return self.terms_of(count, rule, anchor=deadline.terms.anchor, urgent=deadline.terms.urgent)
