"""Read model `matters`: what each matter is about, from its investigation. Its cases and sums are in the other read models."""

from __future__ import annotations

from collections.abc import Iterable

from domain.case.events import CaseEvent, Corrected, HoldPlaced, HoldReleased
from domain.investigation.events import (
    FindingRecorded,
    InvestigationClosed,
    InvestigationOpened,
    InvestigationReopened,
)
from projections.read_model import Change


def changes(event: CaseEvent) -> Iterable[Change]:
    """Pure: the same event gives the same rows, live, healed or rebuilt."""
    if event.case_type != "investigation":
        return
    match event:
        case InvestigationOpened(subject=subject):
            yield Change(
                "open",
                matter_id=event.matter_id,
                reference=event.reference,
                regime=event.regime,
                subject=subject.name,
                subject_country=subject.country,
                subject_kind=subject.kind,
                opened_on=event.opened_on,
                grounds=list(event.grounds),
                jointly_with=list(event.jointly_with),
            )
        case FindingRecorded():
            yield Change("add_finding")
        case InvestigationClosed(closed_on=day, outcome=outcome):
            yield Change("close", closed_on=day, outcome=outcome)
        case InvestigationReopened():
            yield Change("reopen")
        case Corrected(event="investigation.opened", fields=fields):
            yield Change("correct_opening", **{name: fields.get(name) for name in ("opened_on", "grounds", "jointly_with")})
        case Corrected(event="investigation.closed", fields={"closed_on": day}):
            yield Change("correct_closing", closed_on=day)
        case HoldPlaced():
            yield Change("set_hold", on_hold=True)
        case HoldReleased():
            yield Change("set_hold", on_hold=False)
        case _:
            pass
