"""What other cases recorded because of an act holds dates of that act; when the act is corrected, they are corrected too."""

from __future__ import annotations

from domain.case.appeal_target import AppealTarget
from domain.case.case import Case
from domain.case.events import CaseEvent, Corrected, Opened, TargetAppealLodged
from domain.non_compliance.events import Dismissed
from domain.words import law_date

_COPIED = {
    "decided_on": ("decided_on",),
    "received_on": ("received_on", "remedied_on"),
    "complied_on": ("remedied_on",),
}
"""The date of an act, and the fields in which what follows from it holds that date."""


def correct_copies(case: Case, correction: Corrected) -> None:
    """Correct on every other case of the matter what followed from the entry and holds its date.

    Where it is the receipt of an appeal that the case learnt of, what waits for the appeal does so from the other day.
    """
    entry = case.history[correction.event_version - 1]
    for other in case.occasion.cases.cases_of(case.matter_id):
        for copy in list(other.history) if other.id != case.id else ():
            if _follows_from(copy, entry):
                _correct(other, copy, correction)
    if isinstance(case, AppealTarget) and isinstance(entry, TargetAppealLodged) and "received_on" in correction.fields:
        case.have_receipt_corrected(correction)


def _follows_from(copy: CaseEvent, entry: CaseEvent) -> bool:
    """Whether it was recorded by the same act, or because the same appeal was pending again."""
    if copy.NAME.startswith("deadline_") or isinstance(copy, Opened | Corrected | Dismissed):
        return False
    if isinstance(copy, TargetAppealLodged):
        return copy.appeal == entry.case_id
    mine, its = copy.envelope, entry.envelope
    return (mine.stored_at, mine.command, mine.causation_id) == (its.stored_at, its.command, its.causation_id)


def _correct(other: Case, copy: CaseEvent, correction: Corrected) -> None:
    held = copy.facts()
    fields = {
        name: value
        for field, value in correction.fields.items()
        for name in _COPIED.get(field, ())
        if name in held and held[name] == correction.before[field]
    }
    if not fields:
        return
    corrected = type(copy).happened(copy.envelope, **{**held, **fields})
    other.record(
        Corrected,
        event_version=copy.version,
        event=copy.type,
        before={name: held[name] for name in fields},
        fields=fields,
        reason=correction.reason,
        effective_on=law_date(corrected),
    )
