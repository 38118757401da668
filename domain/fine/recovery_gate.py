"""When recovery of a penalty may start. DPA 2018 Sch 16 para 9: every condition must hold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.fine.fine import Fine


def failing_conditions(fine: Fine, on: date) -> dict[str, str]:
    """The conditions that do not hold on a day, each with what a caseworker reads. Empty: the gate is open."""
    failing: dict[str, str] = {}
    if fine.state != "issued":
        failing["penalty_issued"] = f"the fine is {fine.state}, not issued"
    if not fine.account.outstanding:
        failing["outstanding"] = "nothing is outstanding"
    payment = fine.deadline("payment")
    if payment and not payment.ended_before(on):
        failing["payment_period_ended"] = f"the period to pay runs until {payment.due}"
    if fine.under_appeal:
        failing["no_appeal_pending"] = "an appeal against the notice or the amount is pending"
    if any(appeal.bars_recovery and not appeal.main for appeal in fine.appeals.values()):
        failing["no_variation_appeal_pending"] = "an appeal against a variation is pending"
    open_periods = [p.due for p in fine.deadlines_of("appeal") if p.status != "lapsed" and not p.ends_before(on)]
    if open_periods:
        failing["appeal_periods_over"] = f"an appeal may still be lodged until {max(open_periods)}"
    elif fine.bar_fell_on and on < fine.bar_fell_on:
        failing["appeal_periods_over"] = f"an appeal, or the way on from it, was open until {fine.bar_fell_on}"
    if fine.in_recovery:
        failing["not_started"] = "recovery was started already"
    return failing
