"""When recovery of a penalty may start: every condition must hold. For the UK DPA 2018 Sch 16 para 9."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from domain.regimes import Regime

if TYPE_CHECKING:
    from domain.fine.debt import Debt


FOR_GOOD = frozenset({"penalty_issued", "outstanding", "not_started"})
"""Conditions that are not to be waited for."""


def failing_conditions(debt: Debt, on: date, law: Regime) -> dict[str, str]:
    """The conditions that do not hold on a day, each with what a caseworker reads. Empty: the gate is open.

    That a penalty stands, of which something is owed and recovery was not started, holds everywhere; the rest is the regime's.
    """
    failing: dict[str, str] = {}
    if debt.state != "issued":
        failing["penalty_issued"] = f"the fine is {debt.state}, not issued"
    if not debt.account.outstanding:
        failing["outstanding"] = "nothing is outstanding"
    failing |= {name: why for name in law.data.recovery.conditions if (why := _CONDITIONS[name](debt, on))}
    if debt.in_recovery:
        failing["not_started"] = "recovery was started already"
    return failing


def may_open_by_itself(failing: Iterable[str]) -> bool:
    """Whether time, a court or an entry may still open the gate."""
    return FOR_GOOD.isdisjoint(failing)


def _payment_period_ended(debt: Debt, on: date) -> str | None:
    """The time to pay, or that of an instalment of which something is missing, is over."""
    owed = [deadline for part in debt.unpaid_parts() if (deadline := debt.deadline(part.role))]
    if any(debt.is_stayed(deadline.role, on) for deadline in owed):
        return "a court has stayed the payment"
    if any(deadline.ended_before(on) for deadline in owed) or not debt.account.outstanding:
        return None
    if not owed and not debt.has_time_to_pay:
        return None
    if not owed:
        return "the period to pay has not begun: what the law counts it from is not recorded"
    first = min(deadline.due for deadline in owed)
    if debt.plan:
        return f"the next instalment may be paid until {first}"
    return f"the period to pay runs until {first}"


def _no_appeal_pending(debt: Debt, _on: date) -> str | None:
    return "an appeal against the notice or the amount is pending" if debt.under_appeal else None


def _no_variation_appeal_pending(debt: Debt, _on: date) -> str | None:
    pending = any(appeal.bars_recovery and not appeal.main for appeal in debt.appeals.values())
    return "an appeal against a variation is pending" if pending else None


def _appeal_periods_over(debt: Debt, on: date) -> str | None:
    open_periods = [p.due for p in debt.deadlines_of("appeal") if p.status != "lapsed" and not p.ends_before(on)]
    if open_periods:
        return f"an appeal may still be lodged until {max(open_periods)}"
    if debt.deadline("appeal") is None:
        return "the period to appeal has not begun: what the law counts it from is not recorded"
    if debt.bar_fell_on and on < debt.bar_fell_on:
        return f"an appeal, or the way on from it, was open until {debt.bar_fell_on}"
    return None


_CONDITIONS = {
    "payment_period_ended": _payment_period_ended,
    "no_appeal_pending": _no_appeal_pending,
    "no_variation_appeal_pending": _no_variation_appeal_pending,
    "appeal_periods_over": _appeal_periods_over,
}
