"""What waits by a court's order while an appeal is pending: duties of the targets, or the appeal itself."""

from __future__ import annotations

from domain.appeal.commands import LiftStay, OrderStay, ResumeProceedings, SuspendProceedings
from domain.appeal.events import ProceedingsResumed, ProceedingsSuspended, StayLifted, StayOrdered
from domain.appeal.going_on import GoingOn
from domain.appeal.ways_on import FIRST_WAYS
from domain.case.deadline import Deadline
from domain.case.stayed import covers
from domain.identifiers import stay_id
from domain.refusals import Invalid
from domain.regimes import Regime


class Stays(GoingOn):
    """Orders of a court about time, beside those that extend it."""

    def order_stay(self, act: OrderStay, _law: Regime) -> None:
        """Let duties stand still that the law does not suspend by itself, until it is lifted or up to a day."""
        self.require_state("lodged", "decided", to="a stay")
        unknown = [role for role in act.roles if not any(target.has_duty(role) for target in self.targets)]
        if unknown:
            message = (
                f"Refused: nothing has still to be done under {', '.join(unknown)} in the cases appealed against, so it cannot be "
                "stayed. Name deadlines such as payment or comply:ID of something that is still owed."
            )
            raise Invalid(message, roles=unknown)
        stay = stay_id(self.id, self.version + 1)
        self.record(StayOrdered, stay=stay, roles=act.roles, ordered_on=act.ordered_on, until=act.until)

    def lift_stay(self, act: LiftStay, _law: Regime) -> None:
        """Let duties run again that stand still by order, or by the law because of the appeal."""
        self.require_state("lodged", "decided", to="lifting a stay")
        standing = [stay for stay in self.stays.values() if stay.until is None or stay.until > act.lifted_on]
        lifted = tuple(stay.id for stay in standing if not act.roles or stay.concerns(act.roles))
        suspended_by_law = any(
            suspension.cause == self.id and (not act.roles or covers(act.roles, deadline.role))
            for target in self.targets
            for deadline in target.deadlines.values()
            for suspension in deadline.suspensions
        )
        lifts_law = suspended_by_law and (bool(act.roles) or not lifted)
        if not lifted and not lifts_law:
            self.refuse_state("nothing stands still that could run again", now="See the deadlines of the cases appealed against.")
        self.record(StayLifted, stays=lifted, roles=act.roles, lifts_law=lifts_law, lifted_on=act.lifted_on)

    def suspend_proceedings(self, act: SuspendProceedings, _law: Regime) -> None:
        """Let the appeal itself wait; its periods stand still from the day of the order, also when they had ended since."""
        ways = [way for way in self.open_ways() if self._is_left(way) and not way.ends_before(act.ordered_on)]
        if self.state not in ("lodged", "decided") and not ways:
            self.require_state("lodged", "decided", to="suspending the proceedings")
        if self.waits_since:
            self.refuse_state(f"the proceedings are suspended since {self.waits_since}", now="Enter their resumption first.")
        if ways:
            self.reopen_if_ended()
        self.record(ProceedingsSuspended, **dict(act))
        for way in ways:
            self.keep_open(way)
            self.suspend(self.deadlines[way.role], since=act.ordered_on, cause=self.id, reason="The proceedings are suspended.")

    def _is_left(self, way: Deadline) -> bool:
        """Whether somebody may still use it: it is not met or, open to both parties, was used by one of them only."""
        both_may = way.role in FIRST_WAYS and len(self.applications) == 1
        return way.status in ("running", "passed") or (way.status == "met" and both_may)

    def resume_proceedings(self, act: ResumeProceedings, _law: Regime) -> None:
        """Let the appeal go on; its periods run again."""
        if self.waits_since is None:
            self.refuse_state("the proceedings are not suspended", now="Nothing needs to be done.")
        if act.resumed_on < self.waits_since:
            message = (
                f"Refused: {act.resumed_on} lies before {self.waits_since}, when the proceedings were suspended. Check the date."
            )
            raise Invalid(message, suspended_on=str(self.waits_since), resumed_on=str(act.resumed_on))
        self.record(ProceedingsResumed, **dict(act))
        self.resume(self.id, on=act.resumed_on)
