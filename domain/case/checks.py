"""What an act on a case of any type may need: each check refuses with its own code (vocabulary, section 5)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import ClassVar, NoReturn
from uuid import UUID

from domain.case.counting import WithActs
from domain.case.deadline import Deadline
from domain.case.events import HoldPlaced
from domain.money import Money
from domain.refusals import Invalid, OnHold, OverMaximum, SamePerson, TooEarly, TooLate, WrongState
from domain.regimes import RuleVersion
from domain.roles import Actor
from domain.subject import Subject


class WithChecks(WithActs):
    """A case that can refuse an act, in words that tell what it is called and how it stands."""

    WORDS: ClassVar[str]
    """What people call such a case in a sentence."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.reference = ""
        self.hold: HoldPlaced | None = None

    @property
    def state(self) -> str:
        """The state, as the vocabulary names it."""
        raise NotImplementedError  # each type of case says it

    def refuse_state(self, why: str, *, now: str, cites: tuple[str, ...] = ()) -> NoReturn:
        """Refuse because of the state.

        Raises:
            WrongState: always.
        """
        message = f"Refused: the {self.WORDS} is {self.state}; {why}. {now}"
        raise WrongState(message, cites=cites, state=self.state)

    def require_state(self, *states: str, to: str) -> None:
        """Refuse unless the case is in one of the states.

        Raises:
            WrongState: it is in another.
        """
        if self.state not in states:
            allowed = " or ".join(states)
            self.refuse_state(f"{to} needs it to be {allowed}", now="See the case's time line for how it came there.")

    def require_same_matter(self, matter_id: UUID, field: str) -> None:
        """Refuse a case named in a field that belongs to another matter.

        Raises:
            Invalid: it does.
        """
        if self.matter_id != matter_id:
            message = f"Refused: {field} names {self.reference}, which is of another matter. Name a case of the same matter."
            raise Invalid(message, field=field, case_id=str(self.id))

    def require_not_before_sending(self, day: date, sent_on: date) -> None:
        """Refuse the service of a notice before it was sent: it would be another notice's.

        Raises:
            Invalid: it lies before.
        """
        if day < sent_on:
            message = f"Refused: service on {day} lies before {sent_on}, the day on which the notice was sent. Check the date."
            raise Invalid(message, served_on=str(day), sent_on=str(sent_on))

    def require_no_hold(self, act: str) -> None:
        """Refuse while a legal hold stands.

        Raises:
            OnHold: it does.
        """
        if self.hold:
            message = (
                f"Refused: a legal hold stands since {self.hold.placed_on}; {act} waits until somebody other than "
                f"{self.hold.actor.id} releases it."
            )
            raise OnHold(message, placed_on=str(self.hold.placed_on), placed_by=self.hold.actor.id)

    def require_another_person(self, *, than: Actor, did: str, act: str, cites: tuple[str, ...] = ()) -> None:
        """Refuse when the actor is the one who did the step before.

        Raises:
            SamePerson: it is.
        """
        if than.id == self.occasion.actor.id:
            message = f"Refused: {than.id} {did}; {act} needs another person."
            raise SamePerson(message, cites=cites, actor=than.id)

    def require_within_maximum(self, amount: Money, tier: str, subject: Subject) -> None:
        """Refuse a penalty above the maximum of the tier for this subject.

        Raises:
            OverMaximum: it is above.
        """
        maximum = self.occasion.law.maximum(tier, subject)
        if amount > maximum.money:
            message = f"Refused: {amount} is above the maximum of {maximum.money} ({maximum.words}). Give at most that."
            raise OverMaximum(message, cites=maximum.cites, amount=str(amount), maximum=str(maximum.money))

    def require_period_at_least_minimum(self, rule: RuleVersion | None, given: str | None, start: date, what: str) -> None:
        """Refuse a period below the law's minimum.

        Raises:
            TooEarly: it is shorter.
        """
        if rule is None or rule.minimum is None or given is None:
            return
        if rule.ends_before(given, rule.minimum, start):
            message = f"Refused: {what} of {given} is below the law's minimum of {rule.minimum}. Give at least {rule.minimum}."
            raise TooEarly(message, cites=rule.cites, given=given, minimum=rule.minimum)

    def require_in_time(self, role: str, act: date | datetime, what: str) -> None:
        """Refuse an act after a due or a hard ceiling, by its date of law. A soft limit refuses nothing.

        Raises:
            TooLate: it is after.
        """
        deadline = self.deadline(role)
        if deadline and deadline.terms.kind != "soft" and deadline.status != "lapsed" and deadline.ended_before(act):
            late_at = deadline.due_at.astimezone(self.occasion.law.time_zone)
            hour = f", {late_at:%H:%M}" if isinstance(act, datetime) and late_at.time() != time() else ""
            message = f"Refused: {what} was possible until {deadline.due}{hour} ({role}); {act} is after it."
            if deadline.terms.kind == "due":
                message += " If the law allows an extension, record it with extend_deadline first."
            raise TooLate(message, cites=deadline.cites, role=role, due=str(deadline.due))

    def require_floor_ended(self, role: str, act: date, what: str) -> None:
        """Refuse an act while a floor runs, by the act's date of law.

        Raises:
            TooEarly: the floor has not ended before the act.
        """
        floor = self.deadline(role)
        if floor and floor.status != "lapsed" and not floor.ended_before(act):
            message = f"Refused: {role} run until {floor.due}; {what} is possible from the day after."
            raise TooEarly(message, cites=floor.cites, role=role, due=str(floor.due))

    def require_later(self, deadline: Deadline, until: date | datetime | None) -> None:
        """Refuse a new end that is not later than the one that stands.

        Raises:
            Invalid: it is not.
        """
        if until is not None and not deadline.ends_before(until):
            message = f"Refused: {deadline.role} ends on {deadline.due} already; {until} is not later. Give a later day."
            raise Invalid(message, role=deadline.role, due=str(deadline.due))
