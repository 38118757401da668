"""What an appeal does to the notices that it is against, in the same save (vocabulary, section 3)."""

from __future__ import annotations

from datetime import date

from domain.appeal.appeal import Appeal
from domain.appeal.effects import Standing
from domain.appeal.events import AppealDecided, StayLifted, StayOrdered
from domain.case.appeal_target import AppealTarget
from domain.case.stayed import Stay
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.fine.fine import Fine


def tell_of_the_appeal(appeal: Appeal) -> None:
    """Each target takes note of it; what the regime suspends meanwhile stands still."""
    lodged = appeal.lodged
    for target in appeal.targets:
        target.be_appealed(appeal.id, scope=lodged.scope, appellant=lodged.appellant, received_on=lodged.received_on)


def let_stand_as_decided(appeal: Appeal, decision: AppealDecided) -> None:
    """Bring each target to what stands after the decision."""
    court, decided_on = decision.tier, decision.decided_on
    for target in appeal.targets:
        effect = decision.effects[target.id]
        if target.state in ("cancelled", "closed", "no_penalty", "written_off") or (effect.kind == "stands" and not effect.falls):
            continue
        standing = appeal.standing_of(target.id)
        if standing.set_aside:
            if not target.is_set_aside_in(appeal.lodged.scope):
                target.be_set_aside(appeal.id, court=court, decided_on=decided_on)
        elif isinstance(target, Fine):
            _let_fine_stand(target, appeal, decision, standing)
        elif isinstance(target, EnforcementNotice):
            _let_notice_stand(target, appeal, decision, standing)
        elif target.is_set_aside_in(appeal.lodged.scope):
            target.be_restored(appeal.id, court=court, decided_on=decided_on)


def _let_fine_stand(fine: Fine, appeal: Appeal, decision: AppealDecided, standing: Standing) -> None:
    court, decided_on = decision.tier, decision.decided_on
    amount = standing.amount or fine.notice_amount
    substitutes = decision.effects[fine.id].kind == "substituted"
    changed = amount != fine.account.amount or standing.pay_by != fine.court_pay_by
    if fine.is_set_aside or (changed and not substitutes):
        fine.be_restored(appeal.id, court=court, decided_on=decided_on, amount=amount, pay_by=standing.pay_by)
    pay_by = decision.effects[fine.id].pay_by
    if substitutes and amount and (amount != fine.account.amount or pay_by):
        fine.have_amount_substituted(appeal.id, court=court, decided_on=decided_on, amount=amount, pay_by=pay_by)


def _let_notice_stand(notice: EnforcementNotice, appeal: Appeal, decision: AppealDecided, standing: Standing) -> None:
    court, decided_on = decision.tier, decision.decided_on
    requirements = standing.requirements or tuple(notice.notice_requirements.values())
    substitutes = decision.effects[notice.id].kind == "substituted"
    changed = requirements != tuple(notice.requirements.values())
    if notice.is_set_aside or (changed and not substitutes):
        notice.be_restored(appeal.id, court=court, decided_on=decided_on, requirements=requirements)
    elif changed:
        notice.have_requirements_substituted(appeal.id, court=court, decided_on=decided_on, requirements=requirements)


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
