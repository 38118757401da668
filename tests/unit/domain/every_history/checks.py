"""What must hold after every step, whatever happened before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from domain.appeal.appeal import Appeal
from domain.appeal.events import TargetEffect
from domain.case.appeal_target import AppealTarget
from domain.case.appealable import Appealable
from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.case.deadline_events import DeadlineMet, DeadlinePassed, DeadlineStarted
from domain.case.events import CaseEvent
from domain.case.recording import as_corrected
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.fine.events import PaymentRecorded, PenaltyNoticeIssued, PenaltyProposed, RefundRecorded
from domain.fine.fine import Fine
from domain.investigation.investigation import Investigation
from domain.money import Money
from domain.non_compliance.non_compliance import NonCompliance
from domain.unit_of_work import rebuild
from tests.unit.domain.every_history.matter import (
    LAW,
)

ALWAYS_ALLOWED = {
    "assigned",
    "evidence_added",
    "hold_placed",
    "hold_released",
    "justification_recorded",
    "corrected",
    "stayed",
    "stay_ended",
}
"""May be recorded in a case that has ended, of any type."""
A_LATER_CAUSE = {
    "points_set_aside",
    "appeal_lodged",
    "appeal_ended",
    "restored",
    "set_aside",
    "amount_substituted",
    "requirements_substituted",
}
"""What a court does to a notice also after it ended."""
ALLOWED_AFTER_THE_END: dict[tuple[str, str], set[str]] = {
    ("fine", "settled"): A_LATER_CAUSE
    | {
        "served",
        "payment_recorded",
        "refund_recorded",
        "penalty_notice_varied",
        "penalty_notice_cancelled",
        "deadline_started",
        "deadline_extended",
        "deadline_recomputed",
        "deadline_met",
        "deadline_passed",
        "deadline_lapsed",
    },
    ("fine", "set_aside"): A_LATER_CAUSE | {"refund_recorded"},
    ("fine", "cancelled"): {"refund_recorded", "appeal_lodged", "appeal_ended"},
    ("fine", "no_penalty"): set(),
    ("fine", "written_off"): {"refund_recorded", "appeal_lodged", "appeal_ended"},
    ("enforcement_notice", "complied"): A_LATER_CAUSE
    | {
        "served",
        "cancelled",
        "non_compliance_opened",
        "deadline_extended",
        "deadline_recomputed",
        "deadline_started",
        "deadline_suspended",
        "deadline_met",
        "deadline_passed",
        "deadline_lapsed",
    },
    ("enforcement_notice", "set_aside"): A_LATER_CAUSE,
    ("enforcement_notice", "cancelled"): {"appeal_lodged", "appeal_ended"},
    ("enforcement_notice", "closed"): {"appeal_lodged", "appeal_ended", "non_compliance_opened"},
    ("appeal", "final"): {"reopened", "sending_recorded"},
    ("appeal", "withdrawn"): set(),
    ("non_compliance", "dismissed"): {"payment_recorded"},
    ("non_compliance", "remedied"): {"payment_recorded"},
    ("non_compliance", "closed"): {"payment_recorded"},
    # The time to appeal against a notice goes on, and a court may still set that notice aside.
    ("investigation", "closed"): A_LATER_CAUSE
    | {
        "reopened",
        "sibling_linked",
        "deadline_extended",
        "deadline_recomputed",
        "deadline_met",
        "deadline_passed",
    },
}


def acts_of_one_save(fresh: list[CaseEvent]) -> Iterator[CaseEvent]:
    """The events up to the first that opens an ended case again: what follows it is of an open case."""
    for event in fresh:
        yield event
        if event.NAME in (
            "corrected",
            "reopened",
            "appeal_lodged",
            "restored",
            "payment_recorded",
            "penalty_notice_varied",
            "amount_substituted",
        ):
            return


def state_of(thing: Any) -> Any:
    """Everything that a case knows, but what belongs to the act in hand."""
    if not hasattr(thing, "__dict__") or not isinstance(thing, Case):
        return vars(thing) if type(thing).__name__ == "Account" else thing
    return {name: state_of(value) for name, value in vars(thing).items() if name not in ("_pending", "_occasion")}


def check_history(case: Case, history: list[CaseEvent]) -> None:
    assert [event.version for event in history] == list(range(1, len(history) + 1))
    assert case.version == len(history)
    assert history[0].NAME == "opened"
    assert {event.matter_id for event in history} == {case.matter_id}
    assert all(before.recorded <= after.recorded for before, after in pairwise(history))
    corrected = rebuild(None, as_corrected(history))
    assert state_of(corrected) == state_of(case), "a case is not what its history says as corrected"
    proposal: PenaltyProposed | None = None
    for event in history:
        if isinstance(event, PenaltyProposed):
            proposal = event
        if isinstance(event, PenaltyNoticeIssued):
            assert proposal is not None
            assert proposal.actor.id != event.actor.id
            assert proposal.amount == event.amount
        if isinstance(event, DeadlineMet | DeadlinePassed):
            assert any(isinstance(e, DeadlineStarted) and e.role == event.role for e in history[: event.version])


def check_money(fine: Fine, history: list[CaseEvent]) -> None:
    account = fine.account
    assert account.amount is not None
    assert account.payable is not None
    assert account.paid is not None
    assert account.outstanding is not None
    assert account.refund_due is not None
    assert fine.intent.tier is not None
    assert account.amount <= LAW.maximum(fine.intent.tier, fine.subject).money
    history = as_corrected(history)
    received = sum(event.amount.value for event in history if isinstance(event, PaymentRecorded))
    refunded = sum(event.amount.value for event in history if isinstance(event, RefundRecorded))
    assert account.paid.value == received - refunded
    stands = fine.state in ("issued", "settled")
    assert account.payable == (account.amount if stands else Money.zero("GBP"))
    assert account.outstanding.value == max(0, account.payable.value - account.paid.value)
    assert account.refund_due.value == max(0, account.paid.value - account.payable.value)
    is_settled = stands and not account.outstanding and not account.refund_due and not fine.appeals
    assert (fine.state == "settled") == is_settled
    if fine.in_recovery:
        assert account.outstanding or fine.state == "set_aside"


def check_times_to_pay(fine: Fine, now: datetime) -> None:
    """Everything outstanding is to be paid by some deadline, and no deadline runs for what is not owed."""
    account, parts = fine.account, fine.parts()
    assert account.payable is not None
    assert account.paid is not None
    owed = account.payable.nothing
    for part in parts:
        owed = max(owed, part.in_all)
    assert owed == account.payable
    assert bool(fine.unpaid_parts()) == bool(account.outstanding)
    for deadline in fine.deadlines_of("payment"):
        if account.payable and deadline.status == "running" and deadline.due_at > now:
            assert fine.owes_by(deadline.role), f"{deadline.role} runs, and nothing is owed by it"
    for part in fine.unpaid_parts():
        deadline_of_part = fine.deadline(part.role)
        assert deadline_of_part is not None
        assert deadline_of_part.status != "lapsed", f"nobody waits for {part.role}"


def check_deadlines(case: Case, now: datetime) -> None:
    ended = not case.is_open
    for deadline in case.deadlines.values():
        assert deadline.due_at == first_late_instant(deadline), deadline
        assert bool(deadline.suspensions) or deadline.status != "suspended"
        assert not deadline.reason_owed or (deadline.status == "passed" and deadline.terms.kind == "soft")
        count, rule_ = deadline.terms.count, LAW.rule_version(deadline.terms.rule.id, deadline.terms.rule.version)
        if rule_.roll == "next_working_day" and count.until is None and not isinstance(deadline.terms.nominal, datetime):
            assert rule_.calendar.why_not_working(deadline.due) is None
        if ended and (deadline.status == "suspended" or (deadline.status == "running" and deadline.due_at > now)):
            waits_for_an_appeal = case.state in ("settled", "complied") and deadline.role.startswith("appeal")
            waits_for_an_appeal |= isinstance(case, Investigation) and deadline.role.startswith("appeal:")
            waits_for_an_appeal |= deadline.status == "suspended" and isinstance(case, Appealable) and case.under_appeal
            assert waits_for_an_appeal, f"{deadline.role} of a {case.TOPIC} that is {case.state} is {deadline.status}"


def first_late_instant(deadline: Deadline) -> datetime:
    """Computed once more, by another way."""
    nominal, zone = deadline.terms.nominal, LAW.time_zone
    if isinstance(nominal, datetime):
        return nominal
    cut_off = LAW.rule_version(deadline.terms.rule.id, deadline.terms.rule.version).data.cut_off
    if cut_off is None:
        day_after = date.fromordinal(deadline.due.toordinal() + 1)
        return datetime.combine(day_after, time(0), zone).astimezone(UTC)
    late = datetime.combine(deadline.due, cut_off.time, zone).astimezone(UTC)
    return late + timedelta(microseconds=1 if cut_off.word == "by" else 0)


def check_compliance(notice: EnforcementNotice, cases: list[Case], now: datetime) -> None:
    """While the subject's appeal is pending nothing is demanded; what passed unmet has a case."""
    breaches = {case.suspicion.about for case in cases if isinstance(case, NonCompliance) and case.suspicion.of == notice.id}
    for deadline in notice.deadlines_of("comply"):
        let_run = all(notice.is_let_run(a.appeal, deadline.role) for a in notice.appeals.values() if a.main)
        if notice.under_appeal and not deadline.terms.urgent and deadline.due_at > now and not let_run:
            assert deadline.status != "running", f"{deadline.role} runs under appeal"
        requirement = deadline.role.partition(":")[2]
        if deadline.status == "passed" and notice.state == "in_force" and requirement in notice.requirements:
            assert deadline.role in breaches or requirement in notice.complied


def check_notices(investigation: Investigation, cases: list[Case], now: datetime) -> None:
    """What a notice asks for waits for the subject's appeal; what passed unanswered has a case; what ended asks for nothing."""
    breaches = {
        case.suspicion.about for case in cases if isinstance(case, NonCompliance) and case.suspicion.of == investigation.id
    }
    for name, notice in investigation.notices.items():
        response = investigation.deadlines[f"response:{name}"]
        pending = [a for a in investigation.appeals.values() if a.by_subject and a.scope == f"notice:{name}"]
        waits = any(not investigation.is_let_run(a.appeal, response.role) for a in pending)
        if notice.status != "outstanding":
            assert response.status not in ("running", "suspended")
        elif waits and not response.terms.urgent and response.due_at > now:
            assert response.status != "running", f"{response.role} runs under appeal"
        elif response.status == "passed" and not notice.is_set_aside:
            assert response.role in breaches
        assert response.status != "met" or notice.answered_on


def check_appeals(cases: list[Case]) -> None:
    pending: dict[UUID, set[UUID]] = {case.id: set() for case in cases}
    main: set[UUID] = set()
    for case in cases:
        if isinstance(case, Appeal) and case.is_open:
            for target in case.lodged.against:
                pending[target].add(case.id)
                if case.lodged.appellant == "subject" and case.lodged.scope in ("whole", "amount"):
                    main.add(target)
    for case in cases:
        if isinstance(case, AppealTarget):
            assert set(case.appeals) == pending[case.id]
        if isinstance(case, Appealable):
            assert case.under_appeal == (case.id in main)


def check_what_stands(target: Appealable, cases: list[Case]) -> None:
    """The notice as given, then in order the decisions that have not fallen; worked out once more, for a notice never varied."""
    history = {event.NAME for event in target.history}
    if history & {"varied", "penalty_notice_varied", "corrected"} or target.state not in (
        "issued",
        "settled",
        "in_force",
        "set_aside",
    ):
        return
    appeals = [case for case in cases if isinstance(case, Appeal) and target.id in case.lodged.against]
    standing = [effects_that_stand(appeal, target.id) for appeal in appeals]
    set_aside = any(effects and effects[-1].kind == "set_aside" for _, effects in standing)
    changes = [effect for _, effects in sorted(standing, key=lambda one: one[0]) for effect in effects]
    if isinstance(target, Fine):
        amounts = [effect.amount for effect in changes if effect.amount]
        assert target.is_set_aside == set_aside
        assert set_aside or target.account.amount == (amounts[-1] if amounts else target.notice_amount)
    elif isinstance(target, EnforcementNotice):
        demands = {*target.notice_requirements}
        for effect in changes:
            demands = {r.id for r in effect.requirements} if effect.requirements else demands - {*effect.takes_out}
        assert target.is_set_aside == (set_aside or not demands)
        assert target.is_set_aside or {*target.requirements} == demands


def effects_that_stand(appeal: Appeal, target: UUID) -> tuple[tuple[date, datetime], list[TargetEffect]]:
    """The effects of an appeal's decisions that change something and have not fallen, and when the last of them came."""
    decisions = {decision.version: decision for decision in appeal.decisions}

    def stands(version: int) -> bool:
        later = (number for number in decisions if number > version)
        return not any(version in decisions[number].effects[target].falls and stands(number) for number in later)

    found = [d for version, d in decisions.items() if d.effects[target].kind != "stands" and stands(version)]
    last = (found[-1].decided_on, found[-1].recorded) if found else (date.min, datetime.min.replace(tzinfo=UTC))
    return last, [decision.effects[target] for decision in found]


def check_breaches(cases: list[Case]) -> None:
    breaches = [case for case in cases if isinstance(case, NonCompliance)]
    assert all(n == 1 for n in Counter((b.suspicion.of, b.suspicion.about) for b in breaches if b.is_open).values())
    for fine in (case for case in cases if isinstance(case, Fine)):
        mine = [b for b in breaches if b.suspicion.of == fine.id]
        barred = any(appeal.bars_recovery for appeal in fine.appeals.values())
        if barred or fine.is_set_aside:
            assert not [b for b in mine if b.is_open and b.opened_by_system]
        appeal_possible = any(period.status == "running" for period in fine.deadlines_of("appeal"))
        for part in fine.unpaid_parts() if not barred and not appeal_possible else ():
            payment = fine.deadline(part.role)
            if payment and payment.status == "passed":
                assert [b for b in mine if b.suspicion.about == part.role], "a payment passed unmet, and no case was opened"
