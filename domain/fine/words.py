"""What happened to a fine, in words."""

from __future__ import annotations

from domain.case.events import CaseEvent
from domain.case.words import brief, court_name, day, how_served
from domain.clock.period import Period
from domain.fine.events import (
    Admitted,
    AmountSubstituted,
    ConfirmedInCourt,
    FineServed,
    FineWrittenOff,
    InstalmentsAgreed,
    NoPenaltyNoticeGiven,
    NoticeOfIntentGiven,
    PaymentRecorded,
    PenaltyNoticeCancelled,
    PenaltyNoticeIssued,
    PenaltyNoticeVaried,
    PenaltyProposed,
    RecoveryCompleted,
    RecoveryStarted,
    ReductionEarned,
    ReductionsForfeited,
    ReductionWithdrawn,
    RefundRecorded,
    RepresentationsRecorded,
)

_REDUCTIONS = {
    "early_payment": "paying early",
    "admission": "admitting liability",
    "voluntary_payment": "paying before the decision",
}


def describe(event: CaseEvent) -> str | None:
    """A sentence; None: the event is not one of a fine's own."""
    match event:
        case NoticeOfIntentGiven(amount=amount, tier=tier, provisions=provisions, sent_on=sent_on):
            penalty = f"a penalty of {amount}" if amount else "a penalty"
            in_tier = f" ({tier} tier)" if tier else ""
            return f"Notice of intent sent on {day(sent_on)}: {penalty}{in_tier} for {brief(', '.join(provisions))}."
        case RepresentationsRecorded(received_on=received_on, form=form, summary=summary):
            return f"Representations received on {day(received_on)} ({form}): {brief(summary)}."
        case PenaltyProposed(amount=amount, proposed_on=proposed_on, reasons=reasons, discounts=discounts):
            after = f" after discounts ({brief(', '.join(discounts))})" if discounts else ""
            return f"Penalty of {amount} proposed on {day(proposed_on)}{after}: {brief(reasons)}."
        case PenaltyNoticeIssued(amount=amount, decided_on=decided_on, sent_on=sent_on, pay_within=pay_within):
            within = f", to be paid within {Period.parse(pay_within)}" if pay_within else ""
            return f"Penalty notice of {amount} decided on {day(decided_on)} and sent on {day(sent_on)}{within}."
        case FineServed(served_on=served_on):
            return f"Notice served on {day(served_on)}{how_served(event)}."
        case NoPenaltyNoticeGiven(sent_on=sent_on, reasons=reasons):
            return f"No penalty follows; the notice that says so was sent on {day(sent_on)}: {brief(reasons)}."
        case PenaltyNoticeVaried(sent_on=sent_on, amount=amount, pay_within=pay_within, reasons=reasons):
            changes = [f"the amount is {amount}"] if amount else []
            changes += [f"time to pay is {Period.parse(pay_within)}"] if pay_within else []
            return f"Penalty notice varied on {day(sent_on)}: {' and '.join(changes)}. {brief(reasons)}."
        case PenaltyNoticeCancelled(sent_on=sent_on, reasons=reasons):
            return f"Penalty notice cancelled on {day(sent_on)}: {brief(reasons)}."
        case PaymentRecorded(amount=amount, received_on=received_on, reference=reference):
            return f"Payment of {amount} received on {day(received_on)} ({brief(reference)})."
        case RefundRecorded(amount=amount, paid_on=paid_on, reference=reference):
            return f"Refund of {amount} paid on {day(paid_on)} ({brief(reference)})."
        case InstalmentsAgreed(agreed_on=agreed_on, instalments=instalments):
            parts = ", ".join(f"{instalment.amount} by {day(instalment.due_on)}" for instalment in instalments)
            return f"Instalments agreed on {day(agreed_on)}: {brief(parts)}."
        case Admitted(admitted_on=admitted_on):
            return f"Liability admitted on {day(admitted_on)}."
        case ReductionEarned(reduction=reduction, percent=percent, earned_on=earned_on, cites=cites):
            cited = f" ({'; '.join(cites)})" if cites else ""
            return f"Reduction by {percent} % earned on {day(earned_on)} by {_REDUCTIONS[reduction]}{cited}."
        case ReductionWithdrawn(reduction=reduction, percent=percent):
            return (
                f"Reduction by {percent} % for {_REDUCTIONS[reduction]} withdrawn: by what was corrected it had not been earned."
            )
        case ReductionsForfeited(forfeited_on=forfeited_on):
            return f"Reductions forfeited by the appeal of {day(forfeited_on)}: the whole amount counts."
        case ConfirmedInCourt(court=court, decided_on=decided_on, outcome=outcome):
            confirmed = "confirmed by" if outcome == "confirmed" else "not confirmed by"
            return f"Penalty {confirmed} the {court_name(court)} on {day(decided_on)}."
        case FineWrittenOff(amount=amount, reason=reason, decided_on=decided_on):
            return f"{amount} written off on {day(decided_on)}, nothing is payable any more: {brief(reason)}."
        case RecoveryStarted(court=court, started_on=started_on):
            return f"Recovery started in the {court_name(court)} on {day(started_on)}."
        case RecoveryCompleted(completed_on=completed_on):
            return f"Recovery ended on {day(completed_on)}: nothing is owed any more."
        case AmountSubstituted(court=court, decided_on=decided_on, amount=amount, pay_by=pay_by):
            until = f", to be paid by {day(pay_by)}" if pay_by else ""
            return f"Amount replaced by the {court_name(court)} on {day(decided_on)}: it is {amount}{until}."
        case _:
            return None
