"""What happened to an enforcement notice, in words."""

from __future__ import annotations

from domain.case.events import CaseEvent
from domain.case.words import brief, court_name, day, how_served, plain
from domain.enforcement_notice.events import (
    ComplianceRecorded,
    NoticeCancelled,
    NoticeClosed,
    NoticeIssued,
    NoticeServed,
    NoticeVaried,
    PreliminaryNoticeGiven,
    RequirementsSubstituted,
    VariationRefused,
    VariationRequested,
)
from domain.requirement import Requirement


def describe(event: CaseEvent) -> str | None:
    """A sentence; None: the event is not one of an enforcement notice's own."""
    match event:
        case PreliminaryNoticeGiven(sent_on=sent_on, requirements=requirements):
            return f"Preliminary notice sent on {day(sent_on)}; it will demand: {_listed(requirements)}."
        case NoticeIssued(kind=kind, decided_on=decided_on, sent_on=sent_on, requirements=requirements, urgent_reasons=urgent):
            urgency = " as urgent" if urgent else ""
            dates = f"decided on {day(decided_on)} and sent{urgency} on {day(sent_on)}"
            return f"{plain(kind).capitalize()} {dates}; it demands: {_listed(requirements)}."
        case NoticeServed(served_on=served_on):
            return f"Notice served on {day(served_on)}{how_served(event)}."
        case VariationRequested(requested_on=requested_on, change=change):
            return f"The recipient asked on {day(requested_on)} for the notice to be changed: {brief(change)}."
        case VariationRefused(sent_on=sent_on, reasons=reasons):
            return f"The variation asked for was refused on {day(sent_on)}: {brief(reasons)}."
        case NoticeVaried(sent_on=sent_on, reasons=reasons, requirements=requirements):
            changed = f" It now demands: {_listed(requirements)}." if requirements else ""
            return f"Notice varied on {day(sent_on)}: {brief(reasons)}.{changed}"
        case NoticeCancelled(sent_on=sent_on, reasons=reasons):
            return f"Notice cancelled on {day(sent_on)}: {brief(reasons)}."
        case ComplianceRecorded(requirement=requirement, complied_on=complied_on, assessed_on=assessed_on):
            return f"Requirement {requirement!r} was complied with on {day(complied_on)} (assessed on {day(assessed_on)})."
        case NoticeClosed(outcome=outcome, closed_on=closed_on):
            return f"Notice closed on {day(closed_on)}: {brief(outcome)}."
        case RequirementsSubstituted(court=court, decided_on=decided_on, requirements=requirements):
            return f"Demands replaced by the {court_name(court)} on {day(decided_on)}: {_listed(requirements)}."
        case _:
            return None


def _listed(requirements: tuple[Requirement, ...]) -> str:
    return "; ".join(f"{requirement.id}: {brief(requirement.text)}" for requirement in requirements)
