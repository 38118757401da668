"""Which entries can be corrected, and in which of their fields; and what to do instead where they cannot.

A correction is for what was entered wrongly, never for what was done: an act is varied, cancelled or withdrawn by its own
command.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

import domain.appeal.events as appeal
import domain.case.events as shared
import domain.enforcement_notice.events as notice
import domain.fine.events as fine
import domain.investigation.events as investigation
import domain.non_compliance.events as non_compliance
from domain.case.case import Case
from domain.case.commands import Act, Correct
from domain.case.correction import Correction
from domain.case.events import CaseEvent
from domain.commands import faults_in, in_zone_of, malformed, shown, unfitting
from domain.names import COMMANDS
from domain.recorded import RECORDED
from domain.regimes import Regime
from domain.roles import SYSTEM
from domain.words import law_date

FIELDS: Mapping[type[CaseEvent], str] = MappingProxyType(
    {
        shared.EvidenceAdded: "title media_type size source obtained_on",
        shared.HoldPlaced: "reason placed_on",
        shared.HoldReleased: "reason released_on",
        shared.JustificationRecorded: "reasons recorded_on",
        investigation.InvestigationOpened: "opened_on grounds jointly_with incidents lead",
        investigation.InvestigationNoticeIssued: "sent_on respond_within respond_by",
        investigation.InvestigationNoticeServed: "served_on method deemed_on",
        investigation.ResponseRecorded: "received_on",
        investigation.InvestigationNoticeCancelled: "sent_on reasons",
        investigation.FindingRecorded: "summary conduct_from conduct_to",
        investigation.SiblingLinked: "authority jurisdiction reference relation",
        investigation.InvestigationClosed: "reasons closed_on",
        investigation.InvestigationReopened: "reason reopened_on",
        fine.NoticeOfIntentGiven: "sent_on reasons representations_within oral_representations_by",
        fine.RepresentationsRecorded: "received_on form summary",
        fine.PenaltyProposed: "proposed_on reasons",
        fine.PenaltyNoticeIssued: "decided_on sent_on published_on pay_within",
        fine.FineServed: "served_on method deemed_on",
        fine.NoPenaltyNoticeGiven: "sent_on reasons",
        fine.PenaltyNoticeVaried: "sent_on reasons",
        fine.PenaltyNoticeCancelled: "sent_on reasons",
        fine.PaymentRecorded: "amount received_on reference",
        fine.RefundRecorded: "amount paid_on reference",
        fine.Admitted: "admitted_on",
        fine.ConfirmedInCourt: "court decided_on",
        fine.InstalmentsAgreed: "agreed_on",
        fine.FineWrittenOff: "reason decided_on",
        fine.RecoveryStarted: "court started_on",
        notice.PreliminaryNoticeGiven: "sent_on representations_within",
        notice.NoticeIssued: "decided_on sent_on published_on",
        notice.NoticeServed: "served_on method deemed_on",
        notice.NoticeVaried: "sent_on reasons",
        notice.VariationRequested: "requested_on change",
        notice.VariationRefused: "sent_on reasons",
        notice.NoticeCancelled: "sent_on reasons",
        notice.ComplianceRecorded: "complied_on assessed_on evidence",
        notice.NoticeClosed: "closed_on",
        appeal.AppealLodged: "received_on grounds reference points",
        appeal.TimeExtended: "until ordered_on reason",
        appeal.HearingListed: "on kind",
        appeal.HearingRecorded: "from to",
        appeal.AppealDecided: "decided_on sent_on reference",
        appeal.PermissionSought: "received_on grounds",
        appeal.PermissionDecided: "sent_on",
        appeal.PermissionRenewed: "received_on",
        appeal.AppealedOnward: "received_on grounds",
        appeal.SendingRecorded: "sent_on",
        appeal.ProceedingsSuspended: "reason",
        non_compliance.Confirmed: "decided_on reasons",
        non_compliance.Dismissed: "decided_on reasons",
        non_compliance.NonCompliancePaymentRecorded: "amount received_on reference",
        non_compliance.Referred: "court referred_on order_sought",
        non_compliance.RemedyRecorded: "remedied_on evidence",
        non_compliance.NonComplianceClosed: "closed_on",
    }
)
"""The fields of an entry that may have been entered wrongly without its being another act."""
_CORRECTABLE = {event_type: frozenset(fields.split()) for event_type, fields in FIELDS.items()}

_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "amount": "a sum that a notice or a decision names is not corrected; a proposal is made again, a notice is varied or cancelled",
        "requirements": "what a notice demands is not corrected; vary the notice",
        "pay_within": "the time to pay is not corrected in a variation; vary the notice again",
        "urgent_reasons": "urgent reasons decide from when compliance may be demanded; cancel the notice, and issue another",
        "outcome": "others have acted on the outcome; enter the court's or the authority's further decision by its own command",
        "court": "the court that has the case is moved only by decisions; enter those by their own commands",
        "scope": "it decides what the appeal suspends; withdraw the appeal, and enter the right one",
        "withdrawn_on": "what was suspended runs again from that day; extend what ends too early by extend_deadline",
        "sha256": "the digest is the document; add the right document as another piece of evidence",
    }
)
_OF_ANOTHER_ENTRY = "it makes the entry what it is; undo the entry (cancel, withdraw, dismiss or close), and enter the right one"


def act_behind(entry: CaseEvent) -> Act | None:
    """The act that an entry records, as it stands; None: it records what followed from another, or cannot be corrected."""
    act_type = COMMANDS.get(entry.envelope.command)
    if act_type is None or type(entry) not in _CORRECTABLE or _not_an_act(entry):
        return None
    try:
        return act_type.model_validate(_said(entry, act_type), context=RECORDED)
    except ValidationError:
        return None


def correction_of(act: Correct, command: str, case: Case, *, today: date, law: Regime) -> Correction:
    """Check the form of a correction as the form of the corrected command itself would be.

    Raises:
        Malformed: there is no such entry, it or a field cannot be corrected, or a value is wrong in its form: all faults at once.
    """
    if act.event_version > len(case.history):
        problem = f"the case has no entry {act.event_version}; it has 1 to {len(case.history)}"
        raise malformed(command, [{"field": "event_version", "problem": problem}])
    entry = case.history[act.event_version - 1]
    was, why_not = act_behind(entry), _why_not(entry)
    if was is None:
        problem = f"entry {entry.version} ({_plain(entry)}) cannot be corrected; {why_not}"
        raise malformed(command, [{"field": "event_version", "problem": problem}])
    faults = list(_faults_in_names(act, entry))
    meant, wrong = _meant(act, entry, type(was), law)
    faults += wrong
    if meant is not None:
        faults += [_in_fields(fault) for fault in unfitting(meant, today=today, law=law) if fault["field"] in act.fields]
    if faults or meant is None:
        raise malformed(command, faults)
    told = meant.model_dump(mode="json", by_alias=True)
    fields = {name: told[name] for name in act.fields}
    before = {name: entry.facts().get(name) for name in fields}
    unchanged = [name for name in fields if fields[name] == before[name]]
    if unchanged:
        same = [{"field": f"fields.{name}", "problem": "is what stands already; name only what is wrong"} for name in unchanged]
        raise malformed(command, same)
    corrected = type(entry).happened(entry.envelope, **{**entry.facts(), **fields})
    return Correction(entry, was, meant, before, fields, act.reason, law_date(corrected))


def _not_an_act(entry: CaseEvent) -> bool:
    return entry.actor == SYSTEM or entry.envelope.command.partition(".")[0] != entry.case_type


def _why_not(entry: CaseEvent) -> str:
    """What to do instead of correcting an entry that cannot be corrected."""
    if isinstance(entry, shared.Corrected):
        return f"it is itself a correction. Correct entry {entry.event_version} again"
    if entry.NAME.startswith("deadline_"):
        return "deadlines are computed. Correct the act that it counts from, or give more time by extend_deadline"
    if isinstance(entry, shared.Opened):
        return "it was recorded with the act that opened the case. Correct that act, the entry after it"
    if entry.envelope.command.partition(".")[0] != entry.case_type:
        return f"it was recorded because of {entry.envelope.command} on another case. Correct that act there"
    if entry.actor == SYSTEM:
        return "the system concluded it. Correct the act that it followed from"
    return "it can only be followed by the next act. Enter what is right by its own command"


def _faults_in_names(act: Correct, entry: CaseEvent) -> Iterator[dict[str, str]]:
    may = _CORRECTABLE[type(entry)]
    own = {info.alias or name for name, info in type(entry).model_fields.items() if name != "envelope"}
    for name in act.fields:
        if name not in own:
            yield {
                "field": f"fields.{shown(name)}",
                "problem": f"is not a field of {_plain(entry)}; corrected can be {_listed(may)}",
            }
        elif name not in may:
            yield {"field": f"fields.{name}", "problem": f"cannot be corrected: {_INSTEAD.get(name, _OF_ANOTHER_ENTRY)}"}


def _meant(act: Correct, entry: CaseEvent, act_type: type[Act], law: Regime) -> tuple[Act | None, list[dict[str, str]]]:
    may = _CORRECTABLE[type(entry)]
    said = _said(entry, act_type) | {name: value for name, value in act.fields.items() if name in may}
    try:
        return in_zone_of(law, act_type.model_validate(said)), []
    except ValidationError as error:
        return None, [_in_fields(fault) for fault in faults_in(error)]


def _in_fields(fault: dict[str, str]) -> dict[str, str]:
    return {**fault, "field": f"fields.{fault['field']}"}


def _said(entry: CaseEvent, act_type: type[Act]) -> dict[str, Any]:
    """What the command said, of what an entry tells; what the law made of it is left out."""
    facts = entry.facts()
    names = {info.alias or name for name, info in act_type.model_fields.items()} - ({"deemed_on"} if "deemed" in facts else set())
    return {name: value for name, value in facts.items() if name in names}


def _plain(entry: CaseEvent) -> str:
    return entry.NAME.replace("_", " ")


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
