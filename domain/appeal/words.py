"""What happened to an appeal, in words."""

from __future__ import annotations

from domain.appeal.events import (
    AppealDecided,
    AppealedOnward,
    AppealLodged,
    AppealReopened,
    AppealWithdrawn,
    BecameFinal,
    HearingListed,
    HearingRecorded,
    PartyWithdrew,
    PermissionDecided,
    PermissionRenewed,
    PermissionSought,
    ProceedingsResumed,
    ProceedingsSuspended,
    Returned,
    SendingRecorded,
    StayLifted,
    StayOrdered,
    TimeExtended,
)
from domain.case.events import CaseEvent
from domain.case.words import brief, court_name, day, plain, role_name, roles_named


def describe(event: CaseEvent) -> str | None:
    """A sentence; None: the event is not one of an appeal's own."""
    match event:
        case AppealLodged(court=court, received_on=received_on, grounds=grounds, scope=scope):
            what = f"Appeal ({plain(scope)}) received by the {court_name(court)} on {day(received_on)}"
            return f"{what}: {brief(', '.join(grounds))}."
        case TimeExtended(role=role, until=until, ordered_on=ordered_on, reason=reason):
            return f"{role_name(role)} extended by the court on {day(ordered_on)} until {day(until)}: {brief(reason)}."
        case HearingListed(on=on, kind=kind):
            return f"Hearing ({plain(kind)}) listed for {day(on)}."
        case HearingRecorded(from_=from_, to=to):
            return f"Hearing held on {day(from_)}." if from_ == to else f"Hearing held from {day(from_)} to {day(to)}."
        case AppealDecided():
            return _decided(event)
        case PermissionSought(by=by, court=court, received_on=received_on):
            return f"The {by} asked the {court_name(court)} for permission to appeal onward on {day(received_on)}."
        case PermissionDecided(outcome=outcome, decided_by=decided_by, sent_on=sent_on, court=court):
            where = f"; the appeal is now before the {court_name(court)}" if court else ""
            return f"Permission to appeal onward {outcome} by the {court_name(decided_by)}, sent on {day(sent_on)}{where}."
        case PermissionRenewed(by=by, court=court, received_on=received_on):
            return f"The {by} renewed the application for permission to the {court_name(court)} on {day(received_on)}."
        case AppealWithdrawn(withdrawn_on=withdrawn_on):
            return f"Appeal withdrawn on {day(withdrawn_on)}."
        case BecameFinal(final_on=final_on):
            return f"The appeal has been final since {day(final_on)}: no way on is left."
        case AppealReopened(court=court, reopened_on=reopened_on):
            return f"The decision of the {court_name(court)} is open to a way on again from {day(reopened_on)}."
        case Returned(court=court, returned_on=returned_on):
            return f"The appeal is before the {court_name(court)} again from {day(returned_on)}."
        case AppealedOnward(by=by, court=court, received_on=received_on):
            return f"The {by} appealed to the {court_name(court)} on {day(received_on)}."
        case PartyWithdrew(by=by, withdrawn_on=withdrawn_on):
            return f"The {by} gave up its part of the appeal on {day(withdrawn_on)}; that of the other party goes on."
        case SendingRecorded(document=document, sent_on=sent_on):
            return f"{_DOCUMENTS[document]} sent on {day(sent_on)}."
        case _:
            return _about_time(event)


_DOCUMENTS = {
    "reasons": "The reasons of the decision were",
    "amended_reasons": "The amended reasons of the decision were",
    "set_aside_refusal": "The refusal to set the decision aside was",
}


def _about_time(event: CaseEvent) -> str | None:
    match event:
        case StayOrdered(roles=roles, ordered_on=ordered_on, until=until):
            lasts = f" until {day(until)}" if until else ""
            return f"Stay ordered on {day(ordered_on)}{lasts}: {roles_named(roles)}."
        case StayLifted(roles=roles, lifted_on=lifted_on, lifts_law=lifts_law):
            what = "Time runs again, although the appeal is pending," if lifts_law else "Stay lifted; time runs again"
            return f"{what} from {day(lifted_on)}: {roles_named(roles) if roles else 'all that stood still by it'}."
        case ProceedingsSuspended(reason=reason, ordered_on=ordered_on):
            return f"The proceedings are suspended since {day(ordered_on)}: {brief(reason)}."
        case ProceedingsResumed(resumed_on=resumed_on):
            return f"The proceedings go on from {day(resumed_on)}."
        case _:
            return None


def _decided(event: AppealDecided) -> str:
    court, outcome = court_name(event.tier), plain(event.outcome)
    known_as = f" ({brief(event.reference)})" if event.reference else ""
    to = f" to the {court_name(event.court)}" if event.outcome == "remitted" and event.court else ""
    amount = f" The amount is {event.amount}." if event.amount else ""
    return f"The {court} decided on {day(event.decided_on)}, sent on {day(event.sent_on)}: {outcome}{to}{known_as}.{amount}"
