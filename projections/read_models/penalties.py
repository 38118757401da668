"""Read model `penalties`: what each fine imposed and each liquidation fixed, and what came in. Sums over cases are views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from domain.case.events import AppealEnded, CaseEvent, Corrected, Opened, Restored, SetAside, TargetAppealLodged
from domain.fine.events import (
    AmountSubstituted,
    FineWrittenOff,
    NoPenaltyNoticeGiven,
    NoticeOfIntentGiven,
    PaymentRecorded,
    PenaltyNoticeCancelled,
    PenaltyNoticeIssued,
    PenaltyNoticeVaried,
    RecoveryCompleted,
    RecoveryStarted,
    ReductionEarned,
    ReductionsForfeited,
    ReductionWithdrawn,
    RefundRecorded,
)
from domain.money import Money
from domain.non_compliance.events import Dismissed, Liquidated, NonCompliancePaymentRecorded
from projections.read_model import Change

_WITH_MONEY = ("fine", "non_compliance")


def changes(event: CaseEvent) -> Iterable[Change]:
    """Pure: the same event gives the same rows, live, healed or rebuilt."""
    if event.case_type not in _WITH_MONEY:
        return
    match event:
        case Opened(subject=subject, reference=reference, regime=regime):
            yield Change(
                "open",
                matter_id=event.matter_id,
                case_type=event.case_type,
                reference=reference,
                regime=regime,
                subject=subject.name,
            )
        case NoticeOfIntentGiven(amount=Money() as money):
            yield Change("intend", intended=money.value, **_of(money))
        case PenaltyNoticeIssued(amount=money, decided_on=day):
            yield Change("impose", imposed=money.value, decided_on=day, **_of(money))
        case PenaltyNoticeVaried(amount=Money() as money):
            yield Change("vary", varied=money.value)
        case AmountSubstituted(amount=money):
            yield Change("substitute", amount=money.value)
        case SetAside() | PenaltyNoticeCancelled() | NoPenaltyNoticeGiven() | FineWrittenOff() | Dismissed():
            yield Change("void")
        case Restored(amount=money):
            yield Change("restore", amount=money.value if money else None)
        case Liquidated(amount=money, decided_on=day):
            yield Change("liquidate", version=event.version, amount=money.value, currency=money.currency, decided_on=day)
            yield Change("add_liquidation", amount=money.value, decided_on=day, **_of(money))
        case ReductionEarned(percent=percent):
            yield Change("reduce", percent=percent)
        case ReductionWithdrawn(percent=percent):
            yield Change("reduce", percent=-percent)
        case ReductionsForfeited():
            yield Change("forfeit_reductions")
        case PaymentRecorded(amount=money) | NonCompliancePaymentRecorded(amount=money):
            yield Change("receive", amount=money.value)
        case RefundRecorded(amount=money):
            yield Change("refund", amount=money.value)
        case RecoveryStarted():
            yield Change("set_recovery", in_recovery=True)
        case RecoveryCompleted():
            yield Change("set_recovery", in_recovery=False)
        case Corrected(event=entry, before=before, fields=fields):
            yield from _corrections(entry, before, fields)
        case TargetAppealLodged(appeal=appeal, main=main):
            yield Change("appeal", appeal=appeal, main=main)
        case AppealEnded(appeal=appeal):
            yield Change("end_appeal", appeal=appeal)
        case _:
            pass


def _corrections(entry: str, before: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterable[Change]:
    """What came in or was paid back, more or less than had been entered; the day of the decision."""
    if "amount" in fields:
        more = Money.from_event(fields["amount"]).value - Money.from_event(before["amount"]).value
        yield Change("refund" if entry == "fine.refund_recorded" else "receive", amount=more)
    if entry == "fine.penalty_notice_issued" and "decided_on" in fields:
        yield Change("correct_decision", decided_on=fields["decided_on"])


def _of(money: Money) -> dict[str, str | int]:
    return {"currency": money.currency, "decimals": money.decimals}
