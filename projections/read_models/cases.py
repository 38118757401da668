"""Read model `cases`: where each case stands. Its money is in `penalties`, its dates in `deadlines`."""

from __future__ import annotations

from collections.abc import Iterable

from domain.appeal.events import (
    AppealDecided,
    AppealedOnward,
    AppealLodged,
    AppealReopened,
    AppealWithdrawn,
    BecameFinal,
    PermissionDecided,
    Returned,
)
from domain.case.deadline_events import DeadlineStarted
from domain.case.events import (
    AppealEnded,
    Assigned,
    CaseEvent,
    HoldPlaced,
    HoldReleased,
    NonComplianceOpened,
    Opened,
    Restored,
    SetAside,
    TargetAppealLodged,
)
from domain.enforcement_notice.events import (
    ComplianceRecorded,
    NoticeCancelled,
    NoticeClosed,
    NoticeIssued,
    NoticeVaried,
    PreliminaryNoticeGiven,
    RequirementsSubstituted,
)
from domain.fine.events import (
    FineWrittenOff,
    NoPenaltyNoticeGiven,
    NoticeOfIntentGiven,
    PenaltyNoticeCancelled,
    PenaltyNoticeIssued,
    RecoveryCompleted,
    RecoveryStarted,
)
from domain.investigation.events import InvestigationClosed, InvestigationOpened, InvestigationReopened
from domain.non_compliance.events import (
    Confirmed,
    Dismissed,
    NonComplianceClosed,
    RemedyRecorded,
    Suspected,
)
from domain.requirement import Requirement
from projections.read_model import Change

_STAGES: dict[type[CaseEvent], str] = {
    InvestigationOpened: "open",
    InvestigationClosed: "closed",
    InvestigationReopened: "open",
    NoticeOfIntentGiven: "intended",
    PenaltyNoticeIssued: "issued",
    NoPenaltyNoticeGiven: "no_penalty",
    PenaltyNoticeCancelled: "cancelled",
    FineWrittenOff: "written_off",
    PreliminaryNoticeGiven: "preliminary",
    NoticeIssued: "in_force",
    NoticeCancelled: "cancelled",
    NoticeClosed: "closed",
    AppealLodged: "lodged",
    Returned: "lodged",
    AppealReopened: "decided",
    BecameFinal: "final",
    AppealWithdrawn: "withdrawn",
    Suspected: "suspected",
    Confirmed: "confirmed",
    Dismissed: "dismissed",
    RemedyRecorded: "remedied",
    NonComplianceClosed: "closed",
}
"""Events that bring a case into another stage. What set_aside, complied and settled make of it is the database's to say."""


def changes(event: CaseEvent) -> Iterable[Change]:
    """Pure: the same event gives the same rows, live, healed or rebuilt."""
    if isinstance(event, Opened):
        yield _opening(event)
    stage = _STAGES.get(type(event))
    if stage:
        yield Change("set_stage", stage=stage)
    match event:
        case Assigned(officer=officer):
            yield Change("assign", officer=officer)
        case HoldPlaced():
            yield Change("set_hold", on_hold=True)
        case HoldReleased():
            yield Change("set_hold", on_hold=False)
        case PreliminaryNoticeGiven(requirements=requirements) | NoticeIssued(requirements=requirements):
            yield Change("set_requirements", requirements=_ids(requirements))
        case RequirementsSubstituted(requirements=requirements):
            yield Change("set_requirements", requirements=_ids(requirements))
        case NoticeVaried(requirements=requirements):
            yield Change("add_requirements", requirements=_ids(requirements))
        case ComplianceRecorded(requirement=requirement):
            yield Change("comply", requirement=requirement)
        case TargetAppealLodged(appeal=appeal, main=main):
            yield Change("appeal", appeal=appeal, main=main)
        case AppealEnded(appeal=appeal, main=main):
            yield Change("end_appeal", appeal=appeal, main=main)
        case SetAside():
            yield Change("set_aside")
        case Restored(requirements=requirements):
            yield Change("restore", requirements=_ids(requirements) if requirements else None)
        case DeadlineStarted(role="appeal"):
            yield Change("open_to_appeal")
        case RecoveryStarted():
            yield Change("set_recovery", in_recovery=True)
        case RecoveryCompleted():
            yield Change("set_recovery", in_recovery=False)
        case AppealLodged(court=court) | Returned(court=court) | AppealReopened(court=court):
            yield Change("set_tier", tier=court)
        case AppealDecided(outcome=outcome) if outcome != "preliminary":
            yield Change("set_stage", stage="decided")
        case PermissionDecided(outcome="granted", court=court) | AppealedOnward(court=court):
            yield Change("set_stage", stage="lodged")
            yield Change("set_tier", tier=court)
        case NonComplianceOpened():
            yield Change("count_non_compliance")
        case _:
            pass
    yield Change("advance", version=event.version, last_recorded=event.recorded)


def _opening(event: Opened) -> Change:
    return Change(
        "open",
        matter_id=event.matter_id,
        case_type=event.case_type,
        regime=event.regime,
        reference=event.reference,
        subject=event.subject.name,
        subject_country=event.subject.country,
        subject_kind=event.subject.kind,
        opened_by_system=event.cause is not None,
        opened_because_of=event.cause.case_id if event.cause else None,
        first_recorded=event.recorded,
    )


def _ids(requirements: tuple[Requirement, ...]) -> list[str]:
    return [requirement.id for requirement in requirements]
