"""What an appeal does to the notices that it is against, in the same save (vocabulary, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from domain.appeal.appeal import Appeal
from domain.appeal.effects import Standing, still_standing, what_stands
from domain.appeal.events import AppealDecided, StayLifted, StayOrdered, TargetEffect
from domain.case.appeal_target import AppealTarget
from domain.case.stayed import Stay
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.enforcement_notice.events import NoticeVaried
from domain.fine.events import PenaltyNoticeVaried
from domain.fine.fine import Fine
from domain.investigation.investigation import Investigation
from domain.requirement import Requirement

_ENDED = ("cancelled", "closed", "no_penalty", "written_off")
"""What was ended otherwise, no decision brings back."""


def tell_of_the_appeal(appeal: Appeal) -> None:
    """Each target takes note of it; what the regime suspends meanwhile stands still."""
    lodged = appeal.lodged
    for target in appeal.targets:
        target.be_appealed(appeal.id, scope=lodged.scope, appellant=lodged.appellant, received_on=lodged.received_on)


def let_stand_as_decided(appeal: Appeal, decision: AppealDecided) -> None:
    """Bring each target to what stands after the decision."""
    for target in appeal.targets:
        effect = decision.effects[target.id]
        ended = not isinstance(target, Investigation) and target.state in _ENDED
        if ended or (effect.kind == "stands" and not effect.falls):
            continue
        standing = _what_stands_of(target, appeal)
        act = Deciding(appeal.id, decision, effect, standing)
        if standing.set_aside or _is_emptied(target, standing):
            if not target.is_set_aside_in(appeal.lodged.scope):
                target.be_set_aside(appeal.id, court=decision.tier, decided_on=decision.decided_on)
        elif isinstance(target, Fine):
            _let_fine_stand(target, act)
        elif isinstance(target, EnforcementNotice):
            _let_notice_stand(target, act)
        elif target.is_set_aside_in(appeal.lodged.scope):
            target.be_restored(appeal.id, court=decision.tier, decided_on=decision.decided_on)


@dataclass(frozen=True)
class Deciding:
    """A decision at work on one target: its effect, and what stands with it."""

    appeal: UUID
    decision: AppealDecided
    effect: TargetEffect
    standing: Standing

    @property
    def facts(self) -> dict[str, Any]:
        """What every event on the target tells of it."""
        return {"court": self.decision.tier, "decided_on": self.decision.decided_on}

    @property
    def changes(self) -> bool:
        """Whether it does something of its own, and not only brings back what stood before."""
        return self.effect.kind in ("substituted", "set_aside_in_points")


def _what_stands_of(target: AppealTarget, appeal: Appeal) -> Standing:
    """What the decisions that have not fallen make of the target: of this appeal, beside what other appeals made of it."""
    found: list[tuple[tuple[date, datetime], Standing]] = []
    for other in appeal.occasion.cases.cases_of(target.matter_id, "appeal"):
        if isinstance(other, Appeal) and target.id in other.lodged.against and _about(other) == _about(appeal):
            standing = [b for b in still_standing(other.decisions, target.id) if b.effect.kind != "stands"]
            if other.id != appeal.id:
                standing = [below for below in standing if below.decided_on >= _varied_on(target)]
            if standing:
                found.append((standing[-1].order, what_stands(below.effect for below in standing)))
    combined = Standing()
    for _, one in sorted(found, key=itemgetter(0)):
        combined = combined.beside(one)
    return combined


def _varied_on(target: AppealTarget) -> date:
    """When the notice was last varied: that took the place of what other appeals had made of it before."""
    varied = (event.sent_on for event in target.history if isinstance(event, PenaltyNoticeVaried | NoticeVaried))
    return max(varied, default=date.min)


def _about(appeal: Appeal) -> str:
    """What an appeal is against within a case: one notice of an investigation, or the case as a whole."""
    scope = appeal.lodged.scope
    return scope if scope.startswith("notice:") else ""


def _requirements_that_stand(notice: EnforcementNotice, standing: Standing) -> tuple[Requirement, ...]:
    stand = standing.requirements or tuple(notice.notice_requirements.values())
    return tuple(requirement for requirement in stand if requirement.id not in standing.taken_out)


def _is_emptied(target: AppealTarget, standing: Standing) -> bool:
    """Whether an enforcement notice is set aside in every point."""
    return isinstance(target, EnforcementNotice) and not _requirements_that_stand(target, standing)


def _let_fine_stand(fine: Fine, act: Deciding) -> None:
    standing = act.standing
    amount = standing.amount or fine.notice_amount
    changed = amount != fine.account.amount or standing.pay_by != fine.court_pay_by
    if fine.is_set_aside or (changed and not act.changes):
        fine.be_restored(act.appeal, amount=amount, pay_by=standing.pay_by, **act.facts)
    pay_by = act.effect.pay_by
    if act.changes and amount and (amount != fine.account.amount or pay_by):
        fine.have_amount_substituted(act.appeal, amount=amount, pay_by=pay_by, **act.facts)
    _let_points_stand(fine, act)


def _let_notice_stand(notice: EnforcementNotice, act: Deciding) -> None:
    requirements = _requirements_that_stand(notice, act.standing)
    changed = requirements != tuple(notice.requirements.values())
    if notice.is_set_aside or (changed and not act.changes):
        notice.be_restored(act.appeal, requirements=requirements, **act.facts)
    elif changed:
        notice.have_requirements_substituted(act.appeal, requirements=requirements, **act.facts)
    _let_points_stand(notice, act)


def _let_points_stand(target: Fine | EnforcementNotice, act: Deciding) -> None:
    if act.standing.points != target.points_set_aside:
        target.have_points_set_aside(act.appeal, points=act.standing.points, **act.facts)


def let_leave(appeal: Appeal, on: date, ending: str) -> None:
    """The appeal has ended; time runs again."""
    for target in appeal.targets:
        target.leave_appeal(appeal.id, ended_on=on, ending=ending)


def let_return(appeal: Appeal, since: date) -> None:
    """The appeal that had ended is pending again, since a date of law."""
    lodged = appeal.lodged
    for target in appeal.targets:
        if appeal.id not in target.appeals:
            target.return_to_appeal(
                appeal.id, scope=lodged.scope, appellant=lodged.appellant, received_on=lodged.received_on, since=since
            )
            if appeal.let_run:
                target.end_stays(appeal.id, stays=(), roles=appeal.let_run, lifts_law=True, ended_on=since)
            for stay in appeal.stays.values():
                _stay(target, stay, since=max(since, stay.ordered_on))


def let_stand_still(appeal: Appeal, order: StayOrdered) -> None:
    """A court ordered that duties of the targets stand still."""
    for target in appeal.targets:
        _stay(target, appeal.stays[order.stay], since=order.ordered_on)


def _stay(target: AppealTarget, stay: Stay, *, since: date) -> None:
    target.be_stayed(stay.appeal, stay=stay.id, roles=stay.roles, ordered_on=since, until=stay.until)
    if stay.lifted:
        target.end_stays(stay.appeal, stays=(stay.id,), roles=stay.lifted, lifts_law=False, ended_on=since)


def let_run_again(appeal: Appeal, lifted: StayLifted) -> None:
    """A court let duties of the targets run that stood still because of the appeal."""
    for target in appeal.targets:
        target.end_stays(appeal.id, stays=lifted.stays, roles=lifted.roles, lifts_law=lifted.lifts_law, ended_on=lifted.lifted_on)
