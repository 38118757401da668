"""What can be told of a case, under the names of the vocabulary: state, money, flags, deadlines."""

from __future__ import annotations

from typing import Any

from domain.appeal.appeal import Appeal
from domain.case.appealable import Appealable
from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.fine.fine import Fine
from domain.money import Money
from domain.non_compliance.non_compliance import NonCompliance
from domain.regimes import regime


def facts_of(case: Case) -> dict[str, Any]:
    """State, version, and what the case's type has besides: money, whether under appeal, the court that has it.

    Money is Money; a sum that nobody has named yet is zero, but for the amount of a fine, which is then None.
    """
    facts: dict[str, Any] = {"state": case.state, "version": case.version}
    zero = Money.zero(regime(case.regime).currency)
    if isinstance(case, Fine | NonCompliance):
        account = case.account
        facts |= {
            "amount": account.amount or (zero if isinstance(case, NonCompliance) else None),
            "payable": account.payable or zero,
            "paid": account.paid or zero,
            "outstanding": account.outstanding or zero,
            "refund_due": account.refund_due or zero,
        }
    if isinstance(case, Appealable):
        facts |= {"under_appeal": case.under_appeal, "final": case.final}
    if isinstance(case, Fine):
        facts["in_recovery"] = case.in_recovery
    if isinstance(case, Appeal):
        facts["tier"] = case.tier
    return facts


def deadline_facts(deadline: Deadline) -> dict[str, Any]:
    """A deadline as JSON values, with the worked steps that led to its day."""
    terms = deadline.terms
    return {
        "role": deadline.role,
        "status": deadline.status,
        "kind": terms.kind,
        "due": terms.due.isoformat(),
        "due_at": terms.due_at.isoformat(),
        "rule": terms.rule.id,
        "rule_version": terms.rule.version,
        "cites": list(terms.rule.cites),
        "trigger": terms.trigger.model_dump(mode="json"),
        "calendar": terms.calendar.model_dump(mode="json"),
        "steps": list(terms.steps),
        "uncertain": list(terms.marks),
        "reason_owed": deadline.reason_owed,
    }


def as_json(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts with money in its one form in JSON."""
    return {name: value.as_json() if isinstance(value, Money) else value for name, value in facts.items()}
