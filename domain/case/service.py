"""Service of a notice: when it counts as given, and by which rule (`law.deemed_receipt` of the regime)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from domain.case.case import Case
from domain.case.deadline_events import DeemedReceipt, RuleRef
from domain.clock import end_of
from domain.fields import day_of


@dataclass(frozen=True)
class Receipt:
    """When a notice was received in law. `given_on` is what counts: the deemed day, else the day of service."""

    given_on: date | datetime
    deemed_on: date | None = None
    deemed: DeemedReceipt | None = None

    def told_with(self, act: BaseModel) -> dict[str, Any]:
        """The facts of a service as they are recorded."""
        return {**dict(act), "deemed_on": self.deemed_on, "deemed": self.deemed}


def receipt_of(
    case: Case, method: str, *, sent_on: date | datetime, served_on: date | datetime, deemed_on: date | None
) -> Receipt:
    """Find when a notice was received in law.

    Args:
        case: the case that it was given in.
        method: how it was served.
        sent_on: the notice's own day of sending, for rules that count from it.
        served_on: the date of law of the service.
        deemed_on: where the command names the day; the law is then not asked.

    Returns: the day that counts, with the worked steps where the law of the day deemed it.
    """
    if deemed_on is not None:
        return Receipt(deemed_on, deemed_on)
    law = case.occasion.law
    rule = law.deemed_receipt_rule(method, day_of(served_on))
    if rule is None:
        return Receipt(served_on)
    start = sent_on if rule.date_kind == "sent" else served_on
    count = case.counted(rule, trigger=f"{case.TOPIC}.served", start=start)
    end = end_of(count, law)
    deemed = DeemedReceipt(
        rule=RuleRef(id=rule.id, version=rule.version, cites=rule.cites),
        calendar=end.calendar,
        steps=end.steps,
        marks=end.marks,
        count=count,
    )
    return Receipt(end.due, end.due, deemed)
