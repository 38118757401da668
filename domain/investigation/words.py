"""What happened to an investigation, in words."""

from __future__ import annotations

from domain.case.events import CaseEvent
from domain.case.words import brief, day, how_served, plain
from domain.investigation.events import (
    FindingRecorded,
    InvestigationClosed,
    InvestigationNoticeCancelled,
    InvestigationNoticeIssued,
    InvestigationNoticeServed,
    InvestigationOpened,
    InvestigationReopened,
    ResponseRecorded,
    SiblingLinked,
)


def describe(event: CaseEvent) -> str | None:
    """A sentence; None: the event is not one of an investigation's own."""
    match event:
        case InvestigationOpened(reference=reference, opened_on=opened_on, grounds=grounds, jointly_with=jointly_with):
            jointly = f" jointly with {', '.join(jointly_with)}" if jointly_with else ""
            return f"Investigation {reference} opened{jointly} on {day(opened_on)}: {brief(', '.join(grounds))}."
        case InvestigationNoticeIssued(notice=notice, kind=kind, sent_on=sent_on, urgent_reasons=reasons):
            urgent = f", urgent: {brief(reasons)}" if reasons else ""
            return f"Notice {notice!r} ({kind}) sent on {day(sent_on)}{urgent}."
        case InvestigationNoticeServed(notice=notice, served_on=served_on):
            return f"Notice {notice!r} served on {day(served_on)}{how_served(event)}."
        case ResponseRecorded(notice=notice, received_on=received_on, complete=complete):
            whole = "Complete" if complete else "Incomplete"
            return f"{whole} answer to the notice {notice!r} received on {day(received_on)}."
        case InvestigationNoticeCancelled(notice=notice, sent_on=sent_on, reasons=reasons):
            return f"Notice {notice!r} cancelled on {day(sent_on)}: {brief(reasons)}."
        case FindingRecorded(provision=provision, tier=tier, summary=summary):
            return f"Infringement found of {provision} ({tier} tier): {brief(summary)}."
        case SiblingLinked(authority=authority, jurisdiction=jurisdiction, reference=reference, relation=relation):
            return f"Linked with {reference} of {authority} ({jurisdiction}): {brief(plain(relation))}."
        case InvestigationClosed(outcome=outcome, reasons=reasons, closed_on=closed_on):
            return f"Investigation closed on {day(closed_on)}, {brief(outcome)}: {brief(reasons)}."
        case InvestigationReopened(reason=reason, reopened_on=reopened_on):
            return f"Investigation reopened on {day(reopened_on)}: {brief(reason)}."
        case _:
            return None
