"""The enforcement notice: what somebody must do or stop doing. DPA 2018 ss149-153."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.case.appealable import Appealable
from domain.case.deadlines import Deadline
from domain.case.events import CaseEvent, Restored
from domain.clock import Count
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
from domain.regimes import Regime, RuleVersion
from domain.requirement import Requirement

_IN_FORCE = "in_force"
_END_OF_APPEAL_PERIOD = "the end of the appeal period"


class EnforcementNotice(Appealable):
    """Demands with their deadlines, each requirement on its own."""

    TOPIC = "enforcement_notice"
    WORDS = "enforcement notice"
    OPEN_STATES = frozenset({"preliminary", _IN_FORCE})
    SCOPES = frozenset({"whole", "refusal_to_vary"})

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self._stage = "preliminary"
        self.notice: NoticeIssued | None = None
        self.requirements: dict[str, Requirement] = {}
        self.notice_requirements: dict[str, Requirement] = {}
        self.complied: dict[str, date | datetime] = {}
        self.sent_on: date | datetime | None = None
        self.given_on: date | None = None

    @property
    def state(self) -> str:
        """`set_aside` comes before `in_force`; in force with every requirement met is `complied`."""
        if self._stage != _IN_FORCE:
            return self._stage
        if self.is_set_aside:
            return "set_aside"
        return "complied" if self.requirements and set(self.requirements) <= set(self.complied) else _IN_FORCE

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
        if act.representations_within or (rule and rule.period):
            self.start("representations", trigger=given.type, counted_from=act.sent_on, period=act.representations_within)

    def issue(self, act: Issue, law: Regime) -> None:
        """Put the demands in force (s149); compliance not before the appeal period ends (s150(6)) unless urgent (s150(8))."""
        investigation = self._investigation(act.investigation)
        if self.version:
            self.require_state("preliminary", to="issuing")
        investigation.require_state("open", to="an enforcement notice")
        sent_on = day_of(act.sent_on)
        self.require_floor_ended("representations", sent_on, "the enforcement notice")
        if not self.version:
            self._open_after(investigation)
        issued = self.record(NoticeIssued, **dict(act))
        # What is refused from here on hangs on the deadlines that start; a refusal throws away all that was recorded.
        self.lapse("The notice was issued.", "representations")
        self.start("appeal", trigger=issued.type, counted_from=sent_on)
        for requirement in act.requirements:
            self._start_compliance(requirement, issued.type)
            self._require_least_time(requirement)
            self._require_not_before_earliest(requirement, law)
        investigation.require_same_matter(self.matter_id, "investigation")
        if act.replaces:
            self.occasion.cases.case(act.replaces).require_same_matter(self.matter_id, "replaces")

    def _investigation(self, case_id: UUID) -> Investigation:
        investigation = self.occasion.cases.case(case_id)
        assert isinstance(investigation, Investigation)
        return investigation

    def _open_after(self, investigation: Investigation) -> None:
        number = len(self.occasion.cases.cases_of(investigation.matter_id, self.TOPIC))
        self.open_with(subject=investigation.subject, reference=f"{investigation.reference}/notice-{number}")

    def _start_compliance(self, requirement: Requirement, trigger: str) -> None:
        """Start the deadline of a requirement, or set it anew; none while the day that it counts from is unknown."""
        role = f"comply:{requirement.id}"
        known = self.deadline(role)
        counted_from, anchor = self._counted_from(requirement)
        if counted_from is None or not requirement.has_time_limit:
            if known:
                self.lapse("The requirement has no time limit any more, or none yet.", role)
            return
        if known and known.status in ("running", "suspended", "passed"):
            self.recompute(
                known,
                start=counted_from,
                period=requirement.comply_within,
                until=requirement.comply_by,
                trigger=_END_OF_APPEAL_PERIOD if anchor else trigger,
                anchor=anchor,
                reason="The requirement, or the day it counts from, changed.",
            )
            return
        started = self.start(
            role,
            trigger=_END_OF_APPEAL_PERIOD if anchor else trigger,
            counted_from=counted_from,
            period=requirement.comply_within,
            until=requirement.comply_by,
            anchor=anchor,
            urgent=bool(self.notice and self.notice.urgent_reasons),
        )
        if started:
            self._stand_still_like_the_others(started)

    def _stand_still_like_the_others(self, started: Deadline) -> None:
        """What starts while an appeal is pending stands still from the day of the appeal, or its own start if that is later."""
        for pending in [appeal for appeal in self.appeals.values() if appeal.main]:
            since = day_of(pending.received_on)
            if started.terms.anchor is None:
                since = max(since, day_of(started.terms.count.start))
            self.stand_still_under_appeal(started, since=since)

    def _counted_from(self, requirement: Requirement) -> tuple[date | datetime | None, str | None]:
        assert self.notice is not None
        appeal = self.deadline("appeal")
        match requirement.counted_from:
            case "end_of_appeal_period":
                return (appeal.due, "appeal") if appeal else (None, None)
            case "served":
                return self.given_on, None
            case "published":
                return self.notice.published_on, None
            case _:
                return self.notice.sent_on, None

    def rule_for(self, role: str, on: date) -> RuleVersion | None:
        """A kind of notice may have rules of its own (the French mise en demeure); the others are those of every notice.

        Where the law goes by the date of the conduct, that of the matter's findings chooses the version.
        """
        investigations = self.occasion.cases.cases_of(self.matter_id, Investigation.TOPIC)
        conduct = next((found.last_day_of_conduct() for found in investigations if isinstance(found, Investigation)), None)
        kinds = (self.notice.kind, self.TOPIC) if self.notice else (self.TOPIC,)
        rules = (self.occasion.law.rule_for(kind, role, on, conduct=conduct) for kind in kinds)
        return next((rule for rule in rules if rule), None)

    def _require_least_time(self, requirement: Requirement) -> None:
        """Refuse less time to comply than the law's minimum, unless urgent reasons stand."""
        assert self.notice is not None
        role, sent_on = f"comply:{requirement.id}", day_of(self.notice.sent_on)
        rule = self.rule_for(role, sent_on)
        if rule is None or rule.minimum is None or self.notice.urgent_reasons:
            return
        self.require_period_at_least_minimum(rule, requirement.comply_within, sent_on, f"a period to comply ({role})")
        least = Count(rule=rule.id, rule_version=rule.version, trigger=self.notice.type, start=sent_on, period=rule.minimum)
        earliest = self.terms_of(least, rule).due
        if requirement.comply_by and day_of(requirement.comply_by) < earliest:
            message = (
                f"Refused: {role} would fall due on {day_of(requirement.comply_by)}, less than the law's minimum of {rule.minimum} "
                f"after sending. Give until {earliest} or later, or state urgent reasons."
            )
            raise TooEarly(message, cites=rule.cites, role=role, earliest=str(earliest))

    def _require_not_before_earliest(self, requirement: Requirement, law: Regime) -> None:
        assert self.notice is not None
        role = f"comply:{requirement.id}"
        deadline, appeal = self.deadline(role), self.deadline("appeal")
        if deadline is None or deadline.status == "lapsed":
            return
        if deadline.terms.urgent:
            earliest_at = law.earliest_urgent_compliance(self.notice.sent_on)
            if earliest_at and deadline.due_at < earliest_at:
                message = (
                    f"Refused: {role} would fall due at {deadline.due_at:%Y-%m-%d %H:%M}, less than the law's minimum after "
                    f"sending even with urgent reasons. Give until {earliest_at:%Y-%m-%d %H:%M} or later."
                )
                raise TooEarly(message, cites=law.urgent_compliance_cites, role=role, earliest=earliest_at.isoformat())
        elif law.compliance_waits_for_appeal_period and appeal and deadline.due < appeal.due:
            message = (
                f"Refused: {role} would fall due on {deadline.due}, before the appeal period ends on {appeal.due}. "
                "Give until that day or later, or state urgent reasons."
            )
            raise TooEarly(message, cites=law.cites("earliest_compliance"), role=role, earliest=str(appeal.due))

    def serve(self, act: Serve, _law: Regime) -> None:
        """Record service; what counts from it starts."""
        self.require_state("preliminary", _IN_FORCE, "complied", to="service")
        given = act.deemed_on or act.served_on
        assert self.sent_on is not None
        self.require_not_before_sending(min(given, act.served_on), day_of(self.sent_on))
        served = self.record(NoticeServed, **dict(act))
        if self._stage == "preliminary":
            representations = self.deadline("representations")
            if representations:
                self.recompute(representations, start=given, trigger=served.type, reason=f"The notice was given on {given}.")
            return
        for requirement in self.requirements.values():
            if requirement.counted_from == "served" and requirement.id not in self.complied:
                known = self.deadline(f"comply:{requirement.id}")
                if known:
                    self.recompute(known, start=given, trigger=served.type, reason=f"The notice was given on {given}.")
                else:
                    self._start_compliance(requirement, served.type)

    def vary(self, act: Vary, law: Regime) -> None:
        """Change the demands (s153(1)); those given replace the ones of the same id."""
        self.require_state(_IN_FORCE, to="a variation")
        before = self.requirements
        # As in issue: what is refused after this was recorded throws it away.
        varied = self.record(NoticeVaried, sent_on=act.sent_on, reasons=act.reasons, requirements=act.requirements or ())
        for requirement in act.requirements or ():
            if self._has_new_time_limit(requirement, before):
                self._start_compliance(requirement, varied.type)
                self._require_least_time(requirement)
                self._require_not_before_earliest(requirement, law)
        unknown = [r.id for r in act.requirements or () if r.id not in before]
        if unknown:
            known = ", ".join(before)
            message = (
                f"Refused: the notice has no requirement {', '.join(unknown)}; it has {known}. A new demand needs a new notice."
            )
            raise Invalid(message, unknown=unknown)

    def _has_new_time_limit(self, requirement: Requirement, before: Mapping[str, Requirement]) -> bool:
        """Whether it is still to be met, and its time limit differs from the one that it had."""
        old = before.get(requirement.id)
        return requirement.id not in self.complied and (old is None or old.time_limit != requirement.time_limit)

    def cancel(self, act: Cancel, _law: Regime) -> None:
        """Take the notice back (s153(1))."""
        self.require_state(_IN_FORCE, "set_aside", "complied", to="a cancellation")
        self.require_not_set_aside_for_good()
        self.record(NoticeCancelled, sent_on=act.sent_on, reasons=act.reasons)
        self.lapse("The notice was cancelled.")

    def record_compliance(self, act: RecordCompliance, _law: Regime) -> None:
        """Record that one requirement was met; in time by its date of law, also when recorded later."""
        self.require_state(_IN_FORCE, "set_aside", to="compliance")
        self.require_not_set_aside_for_good()
        if act.requirement in self.complied:
            self.refuse_state(f"{act.requirement} is recorded as met already", now="Use correct if the date was wrong.")
        if act.requirement not in self.requirements:
            message = f"Refused: the notice has no requirement {act.requirement!r}; it has {', '.join(self.requirements)}."
            raise Invalid(message, unknown=act.requirement)
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
        """A court put other demands in the place of those that stood; deadlines of those that changed are computed anew."""
        before = self.requirements
        substituted = self.record(
            RequirementsSubstituted, appeal=appeal, court=court, decided_on=decided_on, requirements=requirements
        )
        self._set_time_limits_anew(before, substituted.type)

    def be_restored(self, appeal: UUID, *, court: str, decided_on: date, **stands: Any) -> None:
        """The notice stands again, with the demands that it had before the decision that has fallen."""
        before = self.requirements
        super().be_restored(appeal, court=court, decided_on=decided_on, **stands)
        self._set_time_limits_anew(before, f"{self.TOPIC}.{Restored.NAME}")

    def _set_time_limits_anew(self, before: Mapping[str, Requirement], trigger: str) -> None:
        for requirement in self.requirements.values():
            if self._has_new_time_limit(requirement, before):
                self._start_compliance(requirement, trigger)

    def extend(self, deadline: Deadline, *, agreed_on: date, **how: Any) -> None:
        """More time to comply may show that what was done was in time."""
        super().extend(deadline, agreed_on=agreed_on, **how)
        for name, complied_on in self.complied.items():
            self.meet(f"comply:{name}", complied_on)

    def done_on(self, role: str) -> date | datetime | None:
        """A requirement is met on the day of its compliance."""
        kind, _, name = role.partition(":")
        return self.complied.get(name) if kind == "comply" else super().done_on(role)

    def is_duty(self, role: str) -> bool:
        """Something that a notice in force demands and that is not done; also while it is set aside, for that can be reversed."""
        kind, _, name = role.partition(":")
        requirement = self.requirements.get(name) if kind == "comply" and self._stage == _IN_FORCE else None
        return requirement is not None and requirement.has_time_limit and name not in self.complied

    def leave_appeal(self, appeal: UUID, *, ended_on: date, ending: str) -> None:
        """The appeal has ended; what a court took out of the notice for good is no more to be done."""
        dropped = [d.role for d in self.deadlines_of("comply") if d.role.partition(":")[2] not in self.requirements]
        if dropped and not any(other.main for other in self.appeals.values() if other.appeal != appeal):
            self.lapse("A court put other demands in the place of this one.", *dropped)
        super().leave_appeal(appeal, ended_on=ended_on, ending=ending)

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep the stage, the requirements and which of them are met."""
        match event:
            case PreliminaryNoticeGiven(requirements=requirements, sent_on=sent_on):
                self.requirements, self.sent_on = _by_id(requirements), sent_on
            case NoticeIssued(requirements=requirements, sent_on=sent_on):
                self._stage, self.notice, self.sent_on = _IN_FORCE, event, sent_on
                self.requirements = self.notice_requirements = _by_id(requirements)
            case NoticeServed(served_on=served_on, deemed_on=deemed_on) if self._stage == _IN_FORCE:
                self.given_on = deemed_on or served_on
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
            case ComplianceRecorded(requirement=requirement, complied_on=complied_on):
                self.complied[requirement] = complied_on
            case NoticeClosed():
                self._stage = "closed"
            case _:
                super().when(event)


def _by_id(requirements: tuple[Requirement, ...]) -> dict[str, Requirement]:
    return {requirement.id: requirement for requirement in requirements}
