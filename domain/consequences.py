"""What one case does to another, in the same save (vocabulary, section 3).

Each event that a command records is looked at in turn; what follows from it on other cases is recorded on them, and
looked at as well, until nothing more follows.
"""

from __future__ import annotations

from datetime import date, timedelta

from domain.appeal import targets
from domain.appeal.appeal import Appeal
from domain.appeal.events import (
    AppealDecided,
    AppealLodged,
    AppealReopened,
    AppealWithdrawn,
    BecameFinal,
    StayLifted,
    StayOrdered,
)
from domain.case.appeal_target import AppealTarget
from domain.case.appealable import Appealable
from domain.case.case import Case
from domain.case.deadline_events import DeadlineLapsed, DeadlineMet, DeadlinePassed, DeadlineSet, DeadlineSuspended
from domain.case.events import AppealEnded, CaseEvent, Cause, Corrected, Restored, SetAside, TargetAppealLodged
from domain.case.stayed import EVERY_DUTY
from domain.corrected_copies import correct_copies
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.enforcement_notice.events import ComplianceRecorded
from domain.fields import day_of
from domain.fine.events import (
    AmountSubstituted,
    FineWrittenOff,
    PaymentRecorded,
    PenaltyNoticeCancelled,
    PenaltyNoticeVaried,
    ReductionEarned,
    ReductionsForfeited,
)
from domain.fine.fine import Fine
from domain.identifiers import caused_case_id
from domain.investigation.events import ResponseRecorded
from domain.investigation.investigation import Investigation
from domain.non_compliance.events import Dismissed, RemedyRecorded
from domain.non_compliance.non_compliance import NonCompliance, open_case_about


def follow(event: CaseEvent, case: Case) -> None:
    """Record on other cases what follows from an event of a case."""
    if isinstance(event, Corrected):
        correct_copies(case, event)
    match event:
        case AppealLodged() if isinstance(case, Appeal):
            targets.tell_of_the_appeal(case)
        case AppealDecided() if isinstance(case, Appeal) and event.outcome != "preliminary":
            targets.let_stand_as_decided(case, event)
        case BecameFinal(final_on=day) if isinstance(case, Appeal):
            targets.let_leave(case, day, "final")
        case AppealWithdrawn(withdrawn_on=day) if isinstance(case, Appeal):
            targets.let_leave(case, day, "withdrawn")
        case AppealReopened(reopened_on=day) if isinstance(case, Appeal):
            targets.let_return(case, day)
        case StayOrdered() if isinstance(case, Appeal):
            targets.let_stand_still(case, event)
        case StayLifted() if isinstance(case, Appeal):
            targets.let_run_again(case, event)
        case DeadlinePassed(role=role) if role.partition(":")[0] in EVERY_DUTY:
            _suspect_a_breach(case, event)
        case DeadlinePassed(role=role, due=due) if isinstance(case, Fine) and role.partition(":")[0] == "appeal":
            _suspect_once_the_bar_falls(case, event, due)
        case AppealEnded(ended_on=day) | Restored(decided_on=day) | ReductionsForfeited(forfeited_on=day) if isinstance(
            case, Fine
        ):
            _suspect_once_the_bar_falls(case, event, day)
        case Restored(decided_on=day) if isinstance(case, EnforcementNotice):
            _suspect_what_binds_again(case, event, day)
        case DeadlineMet(role=role) | DeadlineSuspended(role=role) | DeadlineSet(role=role):
            _dismiss(case, role, "The duty was done in time, or its time runs again.")
        case TargetAppealLodged(appeal=appeal) if isinstance(case, Fine) and case.is_barred_by(appeal):
            _dismiss_all(case, "An appeal was lodged in time; recovery is barred while it is pending.")
        case SetAside() if isinstance(case, Appealable):
            _dismiss_all(case, "The notice was set aside.")
        case SetAside() if isinstance(case, Investigation):
            _dismiss_what_was_asked(case)
        case PenaltyNoticeCancelled() if isinstance(case, Fine):
            _dismiss_all(case, "The penalty notice was cancelled.")
        case FineWrittenOff() if isinstance(case, Fine):
            _dismiss_all(case, "What was outstanding was written off.")
        case DeadlineLapsed(role=role, reason=reason) if isinstance(case, Fine):
            _dismiss(case, role, reason)
        case PaymentRecorded() | ReductionEarned() | Corrected() if isinstance(case, Fine):
            _remedy_what_is_paid(case)
        case PenaltyNoticeVaried(sent_on=day) | AmountSubstituted(decided_on=day) if isinstance(case, Fine):
            _remedy_what_is_paid(case, not_before=day)
        case ComplianceRecorded(requirement=requirement, complied_on=done):
            _remedy_if_late(case, f"comply:{requirement}", day_of(done))
        case ResponseRecorded(notice=notice, received_on=done, complete=True):
            _remedy_if_late(case, f"response:{notice}", day_of(done))
        case _:
            pass


# Breaches


def _suspect_a_breach(case: Case, passed: DeadlinePassed) -> None:
    """A duty's deadline passed unmet: a non-compliance case is suspected, unless recovery of the payment is barred."""
    if isinstance(case, Fine) and (case.recovery_is_barred or not case.owes_by(passed.role)):
        return
    if isinstance(case, AppealTarget) and not case.is_owed(passed.role):
        return
    _suspect(case, passed.role, cause=passed, since=passed.due + timedelta(days=1))


def _suspect_once_the_bar_falls(fine: Fine, cause: CaseEvent, day: date) -> None:
    """A payment passed while recovery was barred, or nothing was owed: the case opens with the later, and counts from the day after."""
    if fine.recovery_is_barred or fine.is_set_aside:
        return
    for part in fine.unpaid_parts():
        deadline = fine.deadline(part.role)
        if deadline and deadline.status in ("passed", "met"):
            _suspect(fine, part.role, cause=cause, since=max(deadline.due, day) + timedelta(days=1))


def _suspect_what_binds_again(notice: EnforcementNotice, cause: CaseEvent, day: date) -> None:
    """A demand that stands again, and whose time had ended: the case opens with the later, and counts from the day after."""
    for deadline in notice.deadlines_of("comply"):
        if deadline.status == "passed" and notice.is_owed(deadline.role):
            _suspect(notice, deadline.role, cause=cause, since=max(deadline.due, day) + timedelta(days=1))


def _suspect(case: Case, about: str, *, cause: CaseEvent, since: date) -> None:
    if open_case_about(case, about):
        return
    cases = case.occasion.cases
    case_id = caused_case_id(case.id, cause.version, about)
    if cases.exists(case_id):
        return
    suspected = cases.new_case(case_id, "non_compliance", case.matter_id)
    assert isinstance(suspected, NonCompliance)
    suspected.be_suspected(
        case,
        about,
        since=since,
        detected_on=case.occasion.today,
        cause=Cause(case_id=case.id, version=cause.version, event=cause.type),
    )


def _dismiss(case: Case, about: str, reasons: str) -> None:
    """The system dismisses what it had opened."""
    opened = open_case_about(case, about)
    if opened and opened.opened_by_system:
        opened.record(Dismissed, decided_on=case.occasion.today, reasons=reasons)


def _dismiss_what_was_asked(investigation: Investigation) -> None:
    for name, notice in investigation.notices.items():
        if notice.is_set_aside:
            _dismiss(investigation, f"response:{name}", "The notice was set aside.")


def _dismiss_all(case: Case, reasons: str) -> None:
    for about in sorted(set(case.non_compliances.values())):
        _dismiss(case, about, reasons)


def _remedy_what_is_paid(fine: Fine, not_before: date | None = None) -> None:
    """A payment was made, late: by the day on which what had come in reached what was payable by then."""
    for part in fine.parts():
        deadline, covered_on = fine.deadline(part.role), fine.account.reached_on(part.in_all)
        if part.own and covered_on and deadline and deadline.status != "met":
            _remedy(fine, part.role, max(covered_on, not_before or covered_on))


def _remedy_if_late(case: Case, about: str, done: date) -> None:
    """What was done in time is no remedy: the suspicion falls when the deadline is met."""
    deadline = case.deadline(about)
    if deadline is None or deadline.status != "met":
        _remedy(case, about, done)


def _remedy(case: Case, about: str, on: date) -> None:
    opened = open_case_about(case, about)
    if opened:
        opened.record(RemedyRecorded, remedied_on=on)
