"""What happened to a non-compliance case, in words."""

from __future__ import annotations

from datetime import timedelta

from domain.case.events import CaseEvent
from domain.case.words import brief, court_name, day, role_name
from domain.non_compliance.events import (
    Confirmed,
    Dismissed,
    Liquidated,
    NonComplianceClosed,
    NonCompliancePaymentRecorded,
    Referred,
    RemedyRecorded,
    Suspected,
)


def describe(event: CaseEvent) -> str | None:
    """A sentence; None: the event is not one of a non-compliance case's own."""
    match event:
        case Suspected(about=about, since=since, detected_on=detected_on):
            return f"Suspected ({role_name(about).lower()}): not done since {day(since)}, noticed on {day(detected_on)}."
        case Confirmed(decided_on=decided_on, reasons=reasons):
            return f"Confirmed on {day(decided_on)} that the duty was not done: {brief(reasons)}."
        case Dismissed(decided_on=decided_on, reasons=reasons):
            return f"Case dismissed on {day(decided_on)}: {brief(reasons)}."
        case Liquidated(from_=from_, to=to, decided_on=decided_on, units=units, amount=amount):
            days = f"{day(from_)} to {day(to - timedelta(days=1))}"
            return f"Periodic penalty fixed on {day(decided_on)}: {amount} for {days} ({units} units)."
        case NonCompliancePaymentRecorded(amount=amount, received_on=received_on, reference=reference):
            return f"Payment of {amount} received on {day(received_on)} ({brief(reference)})."
        case Referred(court=court, referred_on=referred_on, order_sought=order_sought):
            return f"Taken to the {court_name(court)} on {day(referred_on)}; asked for: {brief(order_sought)}."
        case RemedyRecorded(remedied_on=remedied_on):
            return f"The duty was done after all, on {day(remedied_on)}."
        case NonComplianceClosed(outcome=outcome, closed_on=closed_on):
            return f"Closed on {day(closed_on)} without remedy: {brief(outcome)}."
        case _:
            return None
