"""What an appeal can be against: a notice that is a case of its own (`Appealable`), or one given within an investigation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.case.commands import FireDeadline
from domain.case.deadline import Deadline
from domain.case.deadline_events import DeadlineMet, DeadlineResumed, DeadlineStarted
from domain.case.events import AppealEnded, CaseEvent, Corrected, Restored, SetAside, TargetAppealLodged
from domain.case.stayed import Stayable
from domain.fields import day_of

MAIN_SCOPES = ("whole", "amount")
_APPEAL_PENDING = "An appeal is pending."
_ROLES = {
    "whole": "appeal",
    "amount": "appeal",
    "variation": "appeal:variation",
    "refusal_to_vary": "appeal:refusal",
    "refusal": "appeal:refusal",
}


def role_of_appeal(scope: str) -> str:
    """The period that an appeal of a scope must be lodged in: `appeal:NAME` for `notice:NAME`."""
    kind, _, name = scope.partition(":")
    return f"appeal:{name}" if kind == "notice" else _ROLES[scope]


@dataclass(frozen=True)
class PendingAppeal:
    """An appeal against this case that has not ended. `main`: by the subject, against the whole or the amount."""

    appeal: UUID
    scope: str
    by_subject: bool
    received_on: date | datetime
    main: bool

    @property
    def bars_recovery(self) -> bool:
        """Whether it is the subject's, against notice, amount or a variation. A third party's appeal bars nothing."""
        return self.main or (self.by_subject and self.scope == "variation")


class AppealTarget(Stayable):
    """A case in which something can be appealed against."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.appeals: dict[UUID, PendingAppeal] = {}

    # What each type of case says

    def can_be_appealed_in(self, scope: str) -> bool:
        """Whether something is in force that an appeal of that scope can be against."""
        raise NotImplementedError  # each type of case says it

    def is_set_aside_in(self, scope: str) -> bool:
        """Whether a court has set aside what an appeal of that scope is against."""
        raise NotImplementedError  # each type of case says it

    def is_owed(self, role: str) -> bool:
        """Whether the deadline is for such a duty, and what demands it stands now."""
        raise NotImplementedError  # each type of case says it

    def is_held_up_by(self, pending: PendingAppeal, role: str) -> bool:
        """Whether a duty waits for that appeal, where the regime says that duties wait."""
        raise NotImplementedError  # each type of case says it

    # What may be done

    def require_appealable(self, scope: str, appellant: str) -> None:
        """Refuse an appeal against what is not in force, or by the subject twice.

        Raises:
            WrongState: no notice is in force, the period has not begun, or the subject's appeal is pending.
        """
        role = role_of_appeal(scope)
        if not self.can_be_appealed_in(scope) or self.deadline(role) is None:
            self.refuse_state(f"there is nothing to appeal against in scope {scope}", now="Check the case in `against`.")
        pending = any(appeal.by_subject and role_of_appeal(appeal.scope) == role for appeal in self.appeals.values())
        if pending and appellant == "subject":
            self.refuse_state("an appeal is pending already", now="Enter what is new in that appeal.")

    def require_appeal_in_time(self, scope: str, received_on: date | datetime) -> None:
        """Refuse an appeal out of time.

        Raises:
            TooLate: received after the period.
        """
        self.require_in_time(role_of_appeal(scope), received_on, f"an appeal against {self.reference}")

    def be_appealed(self, appeal: UUID, *, scope: str, appellant: str, received_on: date | datetime) -> None:
        """Take note of an appeal; suspend what the regime suspends meanwhile."""
        self._enter_appeal(appeal, scope, appellant, received_on)
        period = self.deadline(role_of_appeal(scope))
        if appellant == "subject":
            self.meet(role_of_appeal(scope), received_on)
        sent_on = day_of(period.terms.count.start) if period else date.min
        for deadline in list(self.deadlines.values()):
            self.stand_still_under_appeal(deadline, since=max(day_of(received_on), sent_on))

    def return_to_appeal(self, appeal: UUID, *, scope: str, appellant: str, received_on: date | datetime, since: date) -> None:
        """The appeal had ended and is pending again, since a date of law; suspended as if it had been lodged then."""
        self._enter_appeal(appeal, scope, appellant, received_on)
        for deadline in list(self.deadlines.values()):
            self.stand_still_under_appeal(deadline, since=since)

    def _enter_appeal(self, appeal: UUID, scope: str, appellant: str, received_on: date | datetime) -> None:
        main = appellant == "subject" and scope in MAIN_SCOPES
        self.record(TargetAppealLodged, appeal=appeal, scope=scope, appellant=appellant, received_on=received_on, main=main)

    def stand_still_under_appeal(self, deadline: Deadline, *, since: date) -> None:
        """Suspend a deadline from a date of law, while an appeal that it waits for is pending, if the regime or a court says so."""
        self.stand_still_by_order(deadline)
        suspension = self.occasion.law.suspension_by_appeal(self.TOPIC, deadline.role)
        if suspension is None or deadline.terms.urgent or not self.is_duty(deadline.role):
            return
        for pending in list(self.appeals.values()):
            if self.is_held_up_by(pending, deadline.role) and not self.is_let_run(pending.appeal, deadline.role):
                self.suspend(
                    deadline,
                    since=since,
                    cause=pending.appeal,
                    reason=_APPEAL_PENDING,
                    cites=suspension.source.cites,
                )

    def be_set_aside(self, appeal: UUID, *, court: str, decided_on: date) -> None:
        """A court set aside what the appeal is against."""
        self.record(SetAside, appeal=appeal, court=court, decided_on=decided_on)

    def be_restored(self, appeal: UUID, *, court: str, decided_on: date, **stands: Any) -> None:
        """The decision that set aside or substituted has fallen; what had lapsed because of it stands still again."""
        self.record(Restored, appeal=appeal, court=court, decided_on=decided_on, **stands)
        for lapsed in list(self.deadlines.values()):
            if lapsed.status == "lapsed" and self.is_duty(lapsed.role):
                self.record(DeadlineStarted, role=lapsed.role, terms=lapsed.terms)
                suspension = self.occasion.law.suspension_by_appeal(self.TOPIC, lapsed.role)
                for still in [s for s in lapsed.suspensions if self.still_suspends(s.cause, lapsed.role)]:
                    self.suspend(
                        self.deadlines[lapsed.role],
                        since=still.since,
                        cause=still.cause,
                        until=still.until,
                        reason=still.reason,
                        cites=suspension.source.cites if suspension else (),
                    )

    def still_suspends(self, cause: UUID, role: str) -> bool:
        """Whether an appeal that is pending, or an order that stands, lets a deadline stand still."""
        stay = self.stays.get(cause)
        return stay.holds(role) if stay else cause in self.appeals and not self.is_let_run(cause, role)

    def stand_still_again(self, role: str) -> None:
        """While an appeal is pending, a duty that was not done after all waits for it as if it had never been met."""
        deadline = self.deadlines[role]
        if deadline.status == "running":
            for pending in list(self.appeals.values()):
                since = max(day_of(pending.received_on), day_of(deadline.terms.count.start))
                self.stand_still_under_appeal(deadline, since=since)

    def have_receipt_corrected(self, correction: Corrected) -> None:
        """The appeal was received on another day: it meets its period, and suspends what waits for it, from that day on."""
        lodged = self.history[correction.event_version - 1]
        assert isinstance(lodged, TargetAppealLodged)
        was = type(lodged).happened(lodged.envelope, **{**lodged.facts(), **correction.before}).received_on
        role, now = role_of_appeal(lodged.scope), lodged.received_on
        period = self.deadline(role)
        if period and period.status == "met" and period.met_on == was:
            self.record(DeadlineMet, role=role, met_on=now)
        sent_on = day_of(period.terms.count.start) if period else date.min
        old, new = max(day_of(was), sent_on), max(day_of(now), sent_on)
        for deadline in list(self.deadlines.values()) if old != new else ():
            self._stand_still_since(deadline, lodged.appeal, old, new)

    def _stand_still_since(self, deadline: Deadline, appeal: UUID, old: date, new: date) -> None:
        """Let a deadline stand still from another day than it did, or did for a while, because of an appeal."""
        if deadline.is_done_with:
            return
        mine = next((s for s in deadline.suspensions if (s.cause, s.since) == (appeal, old)), None)
        past = [s for s in deadline.terms.count.suspensions if (s.since, s.reason) == (old, _APPEAL_PENDING)]
        if mine:
            again: dict[str, Any] = {"terms": deadline.terms, "resumed_on": old, "old_due": deadline.due}
            self.record(DeadlineResumed, role=deadline.role, cause=appeal, **again)
            suspension = self.occasion.law.suspension_by_appeal(self.TOPIC, deadline.role)
            cites = suspension.source.cites if suspension else ()
            self.suspend(
                self.deadlines[deadline.role], since=new, cause=appeal, reason=mine.reason, cites=cites, until=mine.until
            )
        elif past:
            moved = tuple(
                s.model_copy(update={"since": new, "until": max(s.until, new)}) if s in past else s
                for s in deadline.terms.count.suspensions
            )
            count = deadline.terms.count.model_copy(update={"suspensions": moved})
            reason = f"The appeal was received on {new}, not on {old}."
            self.count_anew(deadline, count, anchor=deadline.terms.anchor, reason=reason)
        if appeal in self.appeals:
            self.stand_still_under_appeal(self.deadlines[deadline.role], since=new)
        done, settled = self.done_on(deadline.role), self.deadlines[deadline.role]
        if done is not None:
            self.meet(deadline.role, done)
        elif settled.status == "running" and settled.due_at <= self.occasion.now:
            self.fire_deadline(FireDeadline(role=settled.role, set_version=settled.set_version), self.occasion.law)

    def leave_appeal(self, appeal: UUID, *, ended_on: date, ending: str) -> None:
        """The appeal has ended: suspended deadlines run again; of what was set aside for good, they lapse."""
        pending = self.appeals[appeal]
        stays = [stay.id for stay in self.stays.values() if stay.appeal == appeal]
        self.record(AppealEnded, appeal=appeal, scope=pending.scope, main=pending.main, ended_on=ended_on, ending=ending)
        self.settle_after(pending, ended_on=ended_on)
        for stay in stays:
            self.resume(stay, on=ended_on)

    def settle_after(self, ended: PendingAppeal, *, ended_on: date) -> None:
        """What waited for an appeal that has ended runs again."""
        self.resume(ended.appeal, on=ended_on, by_law=True)

    # What follows from what happened

    def when(self, event: CaseEvent) -> None:
        """Keep the pending appeals."""
        match event:
            case TargetAppealLodged(appeal=appeal, scope=scope, received_on=received_on, main=main):
                self.appeals[appeal] = PendingAppeal(appeal, scope, event.appellant == "subject", received_on, main)
            case AppealEnded(appeal=appeal):
                self.appeals.pop(appeal, None)
                super().when(event)
            case _:
                super().when(event)
