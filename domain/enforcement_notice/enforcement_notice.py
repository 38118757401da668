"""The enforcement notice: what somebody must do or stop doing. DPA 2018 ss149-153."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from domain.case.appealable import Appealable
from domain.case.events import CaseEvent, Restored
from domain.enforcement_notice.commands import (
    Cancel,
    Close,
    GivePreliminaryNotice,
    Issue,
    RecordCompliance,
    Serve,
    Vary,
)
from domain.enforcement_notice.events import (
    ComplianceRecorded,
    NoticeCancelled,
    NoticeClosed,
    NoticeIssued,
    NoticeServed,
    NoticeVaried,
    PreliminaryNoticeGiven,
    RequirementsSubstituted,
)
from domain.fields import day_of
from domain.investigation.investigation import Investigation
from domain.refusals import Invalid, TooEarly
from domain.regimes import Regime
from domain.requirement import Requirement

_IN_FORCE = "in_force"


class EnforcementNotice(Appealable):
    """Demands with their deadlines, each requirement on its own."""

    TOPIC = "enforcement_notice"
    WORDS = "enforcement notice"

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self._stage = "preliminary"
        self.notice: NoticeIssued | None = None
        self.requirements: dict[str, Requirement] = {}
        self.notice_requirements: dict[str, Requirement] = {}
        self.complied: set[str] = set()
        self.served_on: date | None = None

    @property
    def state(self) -> str:
        """`set_aside` comes before `in_force`; in force with every requirement met is `complied`."""
        if self._stage != _IN_FORCE:
            return self._stage
        if self.is_set_aside:
            return "set_aside"
        return "complied" if self.requirements and set(self.requirements) <= self.complied else _IN_FORCE

    @property
    def is_open(self) -> bool:
        """Preliminary, in force, or set aside while an appeal is pending."""
        return self.state in ("preliminary", _IN_FORCE) or (self.state == "set_aside" and bool(self.appeals))

    @property
    def is_in_appealable_state(self) -> bool:
        """A notice is in force, or was complied with."""
        return self.state in (_IN_FORCE, "complied")

    # What may be done: refuse in the order of the codes, then record.

    def give_preliminary_notice(self, act: GivePreliminaryNotice, law: Regime) -> None:
        """Tell the recipient what is going to be demanded."""
        investigation = self._investigation(act.investigation)
        investigation.require_state("open", to="a preliminary notice")
        rule = law.rule_for(self.TOPIC, "representations", act.sent_on)
        self.require_period_at_least_minimum(rule, act.representations_within, act.sent_on, "a period for representations")
        self._open_after(investigation)
        given = self.record(PreliminaryNoticeGiven, **dict(act))
        self.start("representations", trigger=given.type, counted_from=act.sent_on, period=act.representations_within)

    def issue(self, act: Issue, law: Regime) -> None:
        """Put the demands in force (s149); compliance not before the appeal period ends (s150(6)) unless urgent (s150(8))."""
        investigation = self._investigation(act.investigation)
        if self.version:
            self.require_state("preliminary", to="issuing")
        investigation.require_state("open", to="an enforcement notice")
        sent_on = day_of(act.sent_on, law.time_zone)
        self.require_floor_ended("representations", sent_on, "the enforcement notice")
        if not self.version:
            self._open_after(investigation)
        issued = self.record(NoticeIssued, **dict(act))
        self.lapse("The notice was issued.", "representations")
        self.start("appeal", trigger=issued.type, counted_from=sent_on)
        for requirement in act.requirements:
            self._start_compliance(requirement, issued.type, law)

    def _investigation(self, case_id: UUID) -> Investigation:
        investigation = self.occasion.cases.case(case_id)
        assert isinstance(investigation, Investigation)
        if self.version and investigation.matter_id != self.matter_id:
            message = (
                f"Refused: {investigation.reference} is of another matter than this notice. Name the notice's own investigation."
            )
            raise Invalid(message, investigation=str(case_id))
        return investigation

    def _open_after(self, investigation: Investigation) -> None:
        number = len(self.occasion.cases.cases_of(investigation.matter_id, self.TOPIC))
        self.open_with(subject=investigation.subject, reference=f"{investigation.reference}/notice-{number}")

    def _start_compliance(self, requirement: Requirement, trigger: str, law: Regime) -> None:
        """Start, or compute anew, the deadline of a requirement; not while the day that it counts from is unknown."""
        counted_from, anchor = self._counted_from(requirement)
        if counted_from is None or (requirement.comply_within is None and requirement.comply_by is None):
            return
        role = f"comply:{requirement.id}"
        urgent = bool(self.notice and self.notice.urgent_reasons)
        known = self.deadline(role)
        if known and known.status in ("running", "suspended", "passed"):
            self.recompute(
                known,
                start=counted_from,
                period=requirement.comply_within,
                until=requirement.comply_by,
                trigger=trigger,
                reason="The requirement, or the day it counts from, changed.",
            )
        else:
            self.start(
                role,
                trigger="the end of the appeal period" if anchor else trigger,
                counted_from=counted_from,
                period=requirement.comply_within,
                until=requirement.comply_by,
                anchor=anchor,
                urgent=urgent,
            )
        self._require_not_before_earliest(role, law)

    def _counted_from(self, requirement: Requirement) -> tuple[date | datetime | None, str | None]:
        assert self.notice is not None
        appeal = self.deadline("appeal")
        match requirement.counted_from:
            case "end_of_appeal_period":
                return (appeal.due, "appeal") if appeal else (None, None)
            case "served":
                return self.served_on, None
            case "published":
                return self.notice.published_on, None
            case _:
                return self.notice.sent_on, None

    def _require_not_before_earliest(self, role: str, law: Regime) -> None:
        assert self.notice is not None
        deadline, appeal = self.deadline(role), self.deadline("appeal")
        if deadline is None:
            return
        if deadline.terms.urgent:
            earliest_at = law.earliest_urgent_compliance(self.notice.sent_on)
            if earliest_at and deadline.due_at < earliest_at:
                message = (
                    f"Refused: {role} would fall due at {deadline.due_at:%Y-%m-%d %H:%M}, less than the law's minimum after "
                    f"sending even with urgent reasons. Give until {earliest_at:%Y-%m-%d %H:%M} or later."
                )
                raise TooEarly(message, cites=law.cites("urgent_compliance"), role=role, earliest=earliest_at.isoformat())
        elif law.compliance_waits_for_appeal_period and appeal and deadline.due < appeal.due:
            message = (
                f"Refused: {role} would fall due on {deadline.due}, before the appeal period ends on {appeal.due}. "
                "Give until that day or later, or state urgent reasons."
            )
            raise TooEarly(message, cites=law.cites("earliest_compliance"), role=role, earliest=str(appeal.due))

    def serve(self, act: Serve, law: Regime) -> None:
        """Record service; what counts from it starts."""
        self.require_state("preliminary", _IN_FORCE, to="service")
        served = self.record(NoticeServed, **dict(act))
        if self._stage == "preliminary":
            representations = self.deadline("representations")
            if representations:
                given = act.deemed_on or act.served_on
                self.recompute(representations, start=given, trigger=served.type, reason=f"The notice was given on {given}.")
            return
        for requirement in self.requirements.values():
            if requirement.counted_from == "served" and requirement.id not in self.complied:
                self._start_compliance(requirement, served.type, law)

    def vary(self, act: Vary, law: Regime) -> None:
        """Change the demands (s153(1)); those given replace the ones of the same id."""
        self.require_state(_IN_FORCE, to="a variation")
        unknown = [r.id for r in act.requirements or () if r.id not in self.requirements]
        if unknown:
            known = ", ".join(self.requirements)
            message = (
                f"Refused: the notice has no requirement {', '.join(unknown)}; it has {known}. A new demand needs a new notice."
            )
            raise Invalid(message, unknown=unknown)
        varied = self.record(NoticeVaried, sent_on=act.sent_on, reasons=act.reasons, requirements=act.requirements or ())
        for requirement in act.requirements or ():
            if requirement.id not in self.complied:
                if requirement.comply_within is None and requirement.comply_by is None:
                    self.lapse("The requirement has no period any more.", f"comply:{requirement.id}")
                self._start_compliance(requirement, varied.type, law)

    def cancel(self, act: Cancel, _law: Regime) -> None:
        """Take the notice back (s153(1))."""
        self.require_state(_IN_FORCE, "set_aside", "complied", to="a cancellation")
        self.record(NoticeCancelled, sent_on=act.sent_on, reasons=act.reasons)
        self.lapse("The notice was cancelled.")

    def record_compliance(self, act: RecordCompliance, _law: Regime) -> None:
        """Record that one requirement was met; in time by its date of law, also when recorded later."""
        self.require_state(_IN_FORCE, "set_aside", to="compliance")
        if act.requirement not in self.requirements:
            message = f"Refused: the notice has no requirement {act.requirement!r}; it has {', '.join(self.requirements)}."
            raise Invalid(message, unknown=act.requirement)
        if act.requirement in self.complied:
            self.refuse_state(f"{act.requirement} is recorded as met already", now="Use correct if the date was wrong.")
        self.record(ComplianceRecorded, **dict(act))
        self.meet(f"comply:{act.requirement}", act.complied_on)

    def close(self, act: Close, _law: Regime) -> None:
        """End a notice that can neither be complied with nor enforced."""
        self.require_state("preliminary", _IN_FORCE, to="closing")
        self.require_no_hold("closing")
        self.record(NoticeClosed, **dict(act))
        self.lapse("The notice was closed.")

    def have_requirements_substituted(
        self, appeal: UUID, *, court: str, decided_on: date, requirements: tuple[Requirement, ...]
    ) -> None:
        """A court put other demands in the place of those that stood; deadlines are computed anew."""
        law = self.occasion.law
        substituted = self.record(
            RequirementsSubstituted, appeal=appeal, court=court, decided_on=decided_on, requirements=requirements
        )
        for deadline in list(self.deadlines_of("comply")):
            if deadline.role.partition(":")[2] not in self.requirements:
                self.lapse("The court put other demands in the place of this one.", deadline.role)
        for requirement in requirements:
            self._start_compliance(requirement, substituted.type, law)

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep the stage, the requirements and which of them are met."""
        match event:
            case PreliminaryNoticeGiven(requirements=requirements):
                self.requirements = _by_id(requirements)
            case NoticeIssued(requirements=requirements):
                self._stage, self.notice = _IN_FORCE, event
                self.requirements = self.notice_requirements = _by_id(requirements)
            case NoticeServed(served_on=served_on, deemed_on=deemed_on):
                self.served_on = deemed_on or served_on
            case NoticeVaried(requirements=requirements):
                self.requirements = {**self.requirements, **_by_id(requirements)}
                self.notice_requirements = {**self.notice_requirements, **_by_id(requirements)}
            case RequirementsSubstituted(requirements=requirements):
                self.requirements = _by_id(requirements)
            case Restored(requirements=requirements):
                self.requirements = _by_id(requirements) if requirements else self.requirements
                super().when(event)
            case NoticeCancelled():
                self._stage = "cancelled"
            case ComplianceRecorded(requirement=requirement):
                self.complied.add(requirement)
            case NoticeClosed():
                self._stage = "closed"
            case _:
                super().when(event)


def _by_id(requirements: tuple[Requirement, ...]) -> dict[str, Requirement]:
    return {requirement.id: requirement for requirement in requirements}
