"""What happened, in a sentence that a caseworker reads, and on which day of law.

No sentence names the subject: personal data must not spread into texts from which it could not be erased.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

import domain.appeal.events as appeal
import domain.case.deadline_events as deadlines
import domain.case.events as shared
import domain.enforcement_notice.events as notice
import domain.fine.events as fine
import domain.investigation.events as investigation
import domain.non_compliance.events as non_compliance
from domain.appeal import words as appeal_words
from domain.case.events import CaseEvent, CaseType
from domain.case.words import describe_shared
from domain.enforcement_notice import words as notice_words
from domain.fields import day_of
from domain.fine import words as fine_words
from domain.investigation import words as investigation_words
from domain.non_compliance import words as non_compliance_words
from domain.regimes.facts import mark_words

_OWN: Mapping[CaseType, Callable[[CaseEvent], str | None]] = MappingProxyType(
    {
        "investigation": investigation_words.describe,
        "fine": fine_words.describe,
        "enforcement_notice": notice_words.describe,
        "appeal": appeal_words.describe,
        "non_compliance": non_compliance_words.describe,
    }
)

_DAY_FIELDS: Mapping[type[CaseEvent], str] = MappingProxyType(
    {
        shared.EvidenceAdded: "obtained_on",
        shared.HoldPlaced: "placed_on",
        shared.HoldReleased: "released_on",
        shared.JustificationRecorded: "recorded_on",
        shared.Corrected: "effective_on",
        shared.NonComplianceOpened: "since",
        deadlines.DeadlineExtended: "agreed_on",
        deadlines.DeadlineSuspended: "since",
        deadlines.DeadlineResumed: "resumed_on",
        deadlines.DeadlineMet: "met_on",
        deadlines.DeadlinePassed: "due",
        shared.TargetAppealLodged: "received_on",
        shared.Stayed: "ordered_on",
        shared.StayEnded: "ended_on",
        shared.SetAside: "decided_on",
        shared.PointsSetAside: "decided_on",
        shared.Restored: "decided_on",
        shared.AppealEnded: "ended_on",
        investigation.InvestigationOpened: "opened_on",
        investigation.InvestigationNoticeIssued: "sent_on",
        investigation.InvestigationNoticeServed: "served_on",
        investigation.ResponseRecorded: "received_on",
        investigation.InvestigationNoticeCancelled: "sent_on",
        investigation.InvestigationClosed: "closed_on",
        investigation.InvestigationReopened: "reopened_on",
        fine.NoticeOfIntentGiven: "sent_on",
        fine.RepresentationsRecorded: "received_on",
        fine.PenaltyProposed: "proposed_on",
        fine.PenaltyNoticeIssued: "sent_on",
        fine.FineServed: "served_on",
        fine.NoPenaltyNoticeGiven: "sent_on",
        fine.PenaltyNoticeVaried: "sent_on",
        fine.PenaltyNoticeCancelled: "sent_on",
        fine.PaymentRecorded: "received_on",
        fine.RefundRecorded: "paid_on",
        fine.InstalmentsAgreed: "agreed_on",
        fine.FineWrittenOff: "decided_on",
        fine.Admitted: "admitted_on",
        fine.ReductionEarned: "earned_on",
        fine.ReductionsForfeited: "forfeited_on",
        fine.ConfirmedInCourt: "decided_on",
        fine.RecoveryStarted: "started_on",
        fine.RecoveryCompleted: "completed_on",
        fine.AmountSubstituted: "decided_on",
        notice.PreliminaryNoticeGiven: "sent_on",
        notice.NoticeIssued: "sent_on",
        notice.NoticeServed: "served_on",
        notice.NoticeVaried: "sent_on",
        notice.VariationRequested: "requested_on",
        notice.VariationRefused: "sent_on",
        notice.NoticeCancelled: "sent_on",
        notice.ComplianceRecorded: "complied_on",
        notice.NoticeClosed: "closed_on",
        notice.RequirementsSubstituted: "decided_on",
        appeal.AppealLodged: "received_on",
        appeal.TimeExtended: "ordered_on",
        appeal.HearingRecorded: "to",
        appeal.AppealDecided: "decided_on",
        appeal.PermissionSought: "received_on",
        appeal.PermissionDecided: "sent_on",
        appeal.PermissionRenewed: "received_on",
        appeal.AppealedOnward: "received_on",
        appeal.SendingRecorded: "sent_on",
        appeal.PartyWithdrew: "withdrawn_on",
        appeal.StayOrdered: "ordered_on",
        appeal.StayLifted: "lifted_on",
        appeal.ProceedingsSuspended: "ordered_on",
        appeal.ProceedingsResumed: "resumed_on",
        appeal.AppealWithdrawn: "withdrawn_on",
        appeal.BecameFinal: "final_on",
        appeal.Returned: "returned_on",
        appeal.AppealReopened: "reopened_on",
        non_compliance.Suspected: "since",
        non_compliance.Confirmed: "decided_on",
        non_compliance.Dismissed: "decided_on",
        non_compliance.Liquidated: "decided_on",
        non_compliance.NonCompliancePaymentRecorded: "received_on",
        non_compliance.Referred: "referred_on",
        non_compliance.RemedyRecorded: "remedied_on",
        non_compliance.NonComplianceClosed: "closed_on",
    }
)
"""Which field tells the day on which it happened in law. A notice counts by its sending, a court's decision by its day."""


def describe(event: CaseEvent) -> str:
    """What happened, in a sentence with amounts and dates of law. Pure: the same event always gives the same words.

    Raises:
        TypeError: nobody has written words for the event's type; a test holds that everybody has.
    """
    words = _OWN[event.case_type](event) or describe_shared(event)
    if words is None:
        msg = f"there are no words for {event.type}; add them to domain/{event.case_type}/words.py"
        raise TypeError(msg)
    return words


def worked_steps(event: CaseEvent) -> tuple[str, ...]:
    """How a date in the event was worked out, a sentence each, and what of the law behind it is not certain. Empty: none was."""
    match event:
        case deadlines.DeadlineSet(terms=worked_out) | deadlines.Served(deemed=deadlines.DeemedReceipt() as worked_out):
            return (*worked_out.steps, *(f"Not certain: {mark_words(mark)}." for mark in worked_out.marks))
        case _:
            return ()


def law_date(event: CaseEvent) -> date | None:
    """The day on which it happened in law, in the regime's time zone, whenever it was recorded.

    Returns: None for what has no day of its own, such as the start of a deadline, which goes with the act that started it.
        A deadline that passed gives its last day.
    """
    field = _DAY_FIELDS.get(type(event))
    given: date | datetime | None = getattr(event, field) if field else None
    return day_of(given) if given else None
