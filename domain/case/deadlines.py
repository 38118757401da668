"""The deadlines of a case: how one starts, moves, is met, passes or lapses (vocabulary, section 4).

Nothing is overwritten: each change is an event that carries everything its date was computed from.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time
from uuid import UUID

from domain.case.deadline import Deadline, OpenSuspension, Status
from domain.case.deadline_events import (
    DeadlineExtended,
    DeadlineLapsed,
    DeadlineMet,
    DeadlinePassed,
    DeadlineRecomputed,
    DeadlineResumed,
    DeadlineSet,
    DeadlineStarted,
    DeadlineSuspended,
    DeadlineTerms,
)
from domain.case.events import CaseEvent, JustificationRecorded
from domain.case.reckoning import Reckoning
from domain.clock import Count, Suspension
from domain.fields import day_of
from domain.regimes import RuleVersion


class WithDeadlines(Reckoning):
    """A case whose deadlines start, move and end by what is recorded."""

    # What may be done

    def start(
        self,
        role: str,
        *,
        trigger: str,
        counted_from: date | datetime,
        period: str | None = None,
        until: date | datetime | None = None,
        anchor: str | None = None,
        urgent: bool = False,
        rule: RuleVersion | None = None,
    ) -> Deadline | None:
        """Start a deadline under the rule that the regime names for the role; none where it names none, or nobody gave a period.

        Args:
            trigger: the event type that gives the date.
            counted_from: the trigger's date of law, in the regime's time zone.
            period: where the notice sets it; None: the rule's own.
            until: a fixed end that stands as it is.
            anchor: the role on this case whose end is `counted_from`.
            urgent: an appeal does not suspend it.
            rule: where the role alone does not decide (the courts of an appeal).
        """
        rule = rule or self.rule_for(role, day_of(counted_from))
        if rule is None or not (period or until or rule.period):
            return None
        count = self.counted(rule, trigger=trigger, start=counted_from, period=period, until=until)
        self.record(DeadlineStarted, role=role, terms=self.terms_of(count, rule, anchor=anchor, urgent=urgent))
        return self.deadlines[role]

    def extend(
        self,
        deadline: Deadline,
        *,
        until: date | datetime | None,
        by: str | None,
        agreed_on: date,
        authority: str,
        reason: str,
    ) -> None:
        """Move the end: `until` stands as it is; `by` is added to the unrolled end, then rolled once."""
        count = deadline.terms.count
        if until is not None:
            count = count.fixed_at(until)
        elif by is not None:
            count = count.extended_by(by)
        terms = self.terms_again(deadline, count)
        self.record(
            DeadlineExtended,
            role=deadline.role,
            terms=terms,
            agreed_on=agreed_on,
            authority=authority,
            reason=reason,
            old_due=deadline.due,
        )
        if deadline.status != "passed" or not deadline.ended_before(agreed_on):
            self.follow_anchor(deadline)

    def recompute(
        self,
        deadline: Deadline,
        *,
        reason: str,
        start: date | datetime | None = None,
        period: str | None = None,
        until: date | datetime | None = None,
        trigger: str | None = None,
        anchor: str | None = None,
    ) -> None:
        """Compute an end anew because what it counts from, its period, or its fixed end changed. What is not given stays.

        Another start comes with its `anchor`, and chooses the version of the rule anew, by its date. Another period or fixed
        end takes the place of the old one and of what had been added to it.
        """
        if deadline.is_done_with:
            return
        count = deadline.terms.count
        if start is not None:
            rule = self.rule_for(deadline.role, day_of(start))
            count = count.model_copy(update={"start": start, "trigger": trigger or count.trigger, "candidates": ()})
            if rule is not None:
                holidays = self.holidays_in_the_place_of(rule.calendar)
                count = count.model_copy(update={"rule": rule.id, "rule_version": rule.version, "holidays": holidays})
        if period is not None:
            count = count.with_period(period)
        if until is not None:
            count = count.fixed_at(until)
        self.count_anew(deadline, count, anchor=deadline.terms.anchor if start is None else anchor, reason=reason)

    def count_anew(self, deadline: Deadline, count: Count, *, anchor: str | None, reason: str) -> None:
        """Compute an end from another count; nothing happens where it is the same, or the deadline is done with."""
        unchanged = count == deadline.terms.count and anchor == deadline.terms.anchor
        if unchanged or deadline.is_done_with:
            return
        rule = self.occasion.law.rule_version(count.rule, count.rule_version)
        terms = self.terms_of(count, rule, anchor=anchor, urgent=deadline.terms.urgent)
        self.set_anew(deadline, terms, reason)
        if deadline.status != "passed":
            self.follow_anchor(deadline)

    def set_anew(self, deadline: Deadline, terms: DeadlineTerms, reason: str) -> None:
        """Record that its end was computed anew; with the same terms, that it runs again under them."""
        self.record(DeadlineRecomputed, role=deadline.role, terms=terms, reason=reason, old_due=deadline.due)

    def follow_anchor(self, moved: Deadline) -> None:
        """What counts from the end of a deadline that moved before it ended is computed anew."""
        due = self.deadlines[moved.role].due
        for deadline in list(self.deadlines.values()):
            if deadline.terms.anchor == moved.role:
                reason = f"The end of {moved.role}, from which it counts, moved to {due}."
                self.recompute(deadline, start=due, anchor=moved.role, reason=reason)

    def suspend(
        self,
        deadline: Deadline,
        *,
        since: date,
        cause: UUID,
        reason: str,
        cites: tuple[str, ...] = (),
        until: date | None = None,
    ) -> None:
        """Stop a deadline from a date of law on, if it had not ended by then and was not met; with `until`, up to that day."""
        if deadline.is_done_with or deadline.ended_before(since):
            return
        if any(open_one.cause == cause for open_one in deadline.suspensions) or (until and until <= since):
            return
        until_at = datetime.combine(until, time(), self.occasion.law.time_zone) if until else None
        self.record(
            DeadlineSuspended,
            role=deadline.role,
            since=since,
            cause=cause,
            reason=reason,
            cites=cites,
            until=until,
            until_at=until_at,
        )

    def resume(self, cause: UUID, *, on: date, roles: Collection[str] | None = None, by_law: bool = False) -> None:
        """End what a cause suspended: the new end is the unrolled old one and the days between, rolled once.

        While another cause still suspends the deadline, the days of this one are counted and it goes on to stand still.

        Args:
            cause: the case or the order that suspended.
            on: the day from which it runs again; a suspension that ended by itself before, ended then.
            roles: only of those deadlines; None: of all.
            by_law: the law itself suspended them because of an appeal, and says what of them is left.
        """
        for deadline in list(self.deadlines.values()):
            mine = next((s for s in deadline.suspensions if s.cause == cause), None)
            if mine is None or deadline.status != "suspended" or (roles is not None and deadline.role not in roles):
                continue
            ended = max(min(on, mine.until or on), mine.since)
            anew = "anew" if by_law and self.occasion.law.data.after_appeal == "anew" else None
            past = Suspension(since=mine.since, until=ended, reason=mine.reason, cites=mine.cites, resumes=anew)
            count = deadline.terms.count
            count = count.model_copy(update={"suspensions": (*count.suspensions, past)})
            self.record(
                DeadlineResumed,
                role=deadline.role,
                cause=cause,
                terms=self.terms_again(deadline, count),
                resumed_on=ended,
                old_due=deadline.due,
            )

    def let_happen(self, deadline: Deadline) -> None:
        """Its time has come: it passes or, where it stood still until a day, runs again from that day."""
        if deadline.status != "suspended":
            self.let_pass(deadline)
            return
        over = [s for s in deadline.suspensions if s.until_at and s.until_at <= self.occasion.now]
        for suspension in over:
            self.resume(suspension.cause, on=self.occasion.today, roles=[deadline.role])

    def meet(self, role: str, act: date | datetime) -> bool:
        """The act was done on a date of law: meets the deadline if in time, also when it had passed meanwhile."""
        deadline = self.deadlines.get(role)
        if deadline is None or deadline.is_done_with or deadline.ended_before(act):
            return False
        self.record(DeadlineMet, role=role, met_on=act)
        return True

    def let_pass(self, deadline: Deadline) -> None:
        """The deadline ended unmet."""
        self.record(
            DeadlinePassed,
            role=deadline.role,
            due=deadline.due,
            due_at=deadline.due_at,
            fired_at=self.occasion.now,
            reason_owed=deadline.terms.kind == "soft",
        )

    def lapse(self, reason: str, *roles: str) -> None:
        """Running and suspended deadlines can matter no more: those of the roles named, or all."""
        for deadline in list(self.deadlines.values()):
            if deadline.status in ("running", "suspended") and (not roles or deadline.role in roles):
                self.record(DeadlineLapsed, role=deadline.role, reason=reason)

    # What follows from what happened

    def when(self, event: CaseEvent) -> None:
        """Keep the deadlines as the events say."""
        match event:
            case DeadlineStarted(role=role, terms=terms):
                self.deadlines[role] = Deadline(role, terms, "running", event.version, event.version)
            case DeadlineResumed(role=role, terms=terms, cause=cause):
                known = self.deadlines[role]
                still = tuple(s for s in known.suspensions if s.cause != cause)
                status: Status = "suspended" if still else "running"
                self._keep(role, terms=terms, status=status, suspensions=still, set_version=event.version)
            case DeadlineSet(role=role, terms=terms):
                known = self.deadlines[role]
                running = "suspended" if known.suspensions else "running"
                self._keep(role, terms=terms, status=running, set_version=event.version, reason_owed=False, met_on=None)
            case DeadlineSuspended(role=role):
                opened = OpenSuspension(event.since, event.cause, event.reason, event.until, event.until_at, event.cites)
                known = self.deadlines[role]
                set_version = event.version if event.until else known.set_version
                self._keep(role, status="suspended", suspensions=(*known.suspensions, opened), set_version=set_version)
            case DeadlineMet(role=role, met_on=met_on):
                self._keep(role, status="met", suspensions=(), reason_owed=False, met_on=met_on)
            case DeadlinePassed(role=role):
                self._keep(role, status="passed", reason_owed=event.reason_owed)
            case DeadlineLapsed(role=role):
                self._keep(role, status="lapsed")
            case JustificationRecorded(role=role) if role in self.deadlines:
                self._keep(role, reason_owed=False)
            case _:
                super().when(event)

    def _keep(self, role: str, **changes: object) -> None:
        self.deadlines[role] = replace(self.deadlines[role], **changes)  # type: ignore[arg-type] # names checked by replace
