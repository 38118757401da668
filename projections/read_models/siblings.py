"""Read model `siblings`: which matters of other jurisdictions each matter is linked with, as its investigation says."""

from __future__ import annotations

from collections.abc import Iterable

from domain.case.events import CaseEvent, Corrected
from domain.investigation.events import SiblingLinked
from projections.read_model import Change


def changes(event: CaseEvent) -> Iterable[Change]:
    """Pure: the same event gives the same rows, live, healed or rebuilt."""
    match event:
        case SiblingLinked():
            yield Change(
                "link",
                version=event.version,
                matter_id=event.matter_id,
                authority=event.authority,
                jurisdiction=event.jurisdiction,
                reference=event.reference,
                relation=event.relation,
                sibling=event.matter,
            )
        case Corrected(event="investigation.sibling_linked", event_version=version, fields=fields):
            told = {name: fields.get(name) for name in ("authority", "jurisdiction", "reference", "relation")}
            yield Change("correct", version=version, **told)
        case _:
            pass
