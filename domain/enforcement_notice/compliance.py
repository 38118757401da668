"""The time to comply: when it starts, from what it counts, what moves it, and how it is kept. DPA 2018 s150."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.case.deadline import Deadline
from domain.case.events import Restored
from domain.enforcement_notice.commands import RecordCompliance
from domain.enforcement_notice.demands import IN_FORCE, NOTICE, Demands
from domain.enforcement_notice.events import ComplianceRecorded, RequirementsSubstituted
from domain.fields import day_of
from domain.investigation.investigation import Investigation
from domain.refusals import Invalid, TooEarly
from domain.regimes import Regime, RuleVersion
from domain.requirement import Requirement

END_OF_APPEAL_PERIOD = "the end of the appeal period"
"""In the steps, what a period counts from that starts when the time to appeal has ended."""


class Compliance(Demands):
    """Demands with their deadlines."""

    def start_compliance(self, requirement: Requirement, trigger: str) -> None:
        """Start the deadline of a requirement, or set it anew; none while the day that it counts from is unknown."""
        role = f"comply:{requirement.id}"
        known = self.deadline(role)
        counted_from, anchor = self._counted_from(requirement)
        if counted_from is None or not requirement.has_time_limit:
            if known:
                self.lapse("The requirement has no time limit any more, or none yet.", role)
            return
        if known and not known.is_done_with:
            self.recompute(
                known,
                start=counted_from,
                period=requirement.comply_within,
                until=requirement.comply_by,
                trigger=END_OF_APPEAL_PERIOD if anchor else trigger,
                anchor=anchor,
                reason="The requirement, or the day it counts from, changed.",
            )
            return
        started = self.start(
            role,
            trigger=END_OF_APPEAL_PERIOD if anchor else trigger,
            counted_from=counted_from,
            period=requirement.comply_within,
            until=requirement.comply_by,
            anchor=anchor,
            urgent=bool(self.notice and self.notice.urgent_reasons),
        )
        if started:
            self._stand_still_like_the_others(started)

    def start_compliance_given(self, requirement: Requirement, trigger: str) -> None:
        """Start, or compute anew, what counts from the giving of the notice, and what counts from the time to appeal that does."""
        known = self.deadline(f"comply:{requirement.id}")
        if known is None:
            self.start_compliance(requirement, trigger)
        elif requirement.counted_from == "served" and (given := self.acts[NOTICE].of_kind("served")):
            self.recompute(known, start=given, trigger=trigger, reason=f"The notice was given on {day_of(given)}.")

    def _stand_still_like_the_others(self, started: Deadline) -> None:
        """What starts while an appeal is pending stands still from the day of the appeal, or its own start if that is later."""
        for pending in [appeal for appeal in self.appeals.values() if appeal.main]:
            since = day_of(pending.received_on)
            if started.terms.anchor is None:
                since = max(since, day_of(started.terms.count.start))
            self.stand_still_under_appeal(started, since=since)

    def _counted_from(self, requirement: Requirement) -> tuple[date | datetime | None, str | None]:
        if requirement.counted_from == "end_of_appeal_period":
            appeal = self.deadline("appeal")
            return (appeal.due, "appeal") if appeal else (None, None)
        return self.acts[NOTICE].of_kind(requirement.counted_from or "sent"), None

    def rule_for(self, role: str, on: date) -> RuleVersion | None:
        """A kind of notice may have rules of its own (the French mise en demeure); the others are those of every notice.

        Where the law goes by the date of the conduct, that of the matter's findings chooses the version.
        """
        investigations = self.occasion.cases.cases_of(self.matter_id, Investigation.TOPIC)
        conduct = next((found.last_day_of_conduct() for found in investigations if isinstance(found, Investigation)), None)
        kinds = (self.notice.kind, self.TOPIC) if self.notice else (self.TOPIC,)
        rules = (self.occasion.law.rule_for(kind, role, on, conduct=conduct) for kind in kinds)
        return next((rule for rule in rules if rule), None)

    def require_least_time(self, requirement: Requirement) -> None:
        """Refuse less time to comply than the law's minimum, unless urgent reasons stand."""
        assert self.notice is not None
        role, sent_on = f"comply:{requirement.id}", day_of(self.notice.sent_on)
        rule = self.rule_for(role, sent_on)
        if rule is None or rule.minimum is None or self.notice.urgent_reasons:
            return
        self.require_period_at_least_minimum(rule, requirement.comply_within, sent_on, f"a period to comply ({role})")
        least = self.counted(rule, trigger=self.notice.type, start=sent_on, period=rule.minimum)
        earliest = self.terms_of(least, rule).due
        if requirement.comply_by and day_of(requirement.comply_by) < earliest:
            message = (
                f"Refused: {role} would fall due on {day_of(requirement.comply_by)}, less than the law's minimum of {rule.minimum} "
                f"after sending. Give until {earliest} or later, or state urgent reasons."
            )
            raise TooEarly(message, cites=rule.cites, role=role, earliest=str(earliest))

    def require_not_before_earliest(self, requirement: Requirement, law: Regime) -> None:
        """Refuse compliance before the time to appeal ends or, with urgent reasons, sooner than the law allows even then.

        Raises:
            TooEarly: it would fall due before.
        """
        assert self.notice is not None
        role, demands = f"comply:{requirement.id}", law.data.earliest_compliance
        deadline, appeal = self.deadline(role), self.deadline("appeal")
        if deadline is None or deadline.status == "lapsed":
            return
        if deadline.terms.urgent and demands.urgent:
            earliest_at = law.end_of_least_time(demands.urgent, self.notice.sent_on)
            if deadline.due_at < earliest_at:
                message = (
                    f"Refused: {role} would fall due at {deadline.due_at:%Y-%m-%d %H:%M}, less than the law's minimum after "
                    f"sending even with urgent reasons. Give until {earliest_at:%Y-%m-%d %H:%M} or later."
                )
                raise TooEarly(message, cites=demands.urgent.source.cites, role=role, earliest=earliest_at.isoformat())
        elif not deadline.terms.urgent and demands.waits_for_appeal_period and appeal and deadline.due < appeal.due:
            message = (
                f"Refused: {role} would fall due on {deadline.due}, before the appeal period ends on {appeal.due}. "
                "Give until that day or later, or state urgent reasons."
            )
            raise TooEarly(message, cites=demands.source.cites, role=role, earliest=str(appeal.due))

    def record_compliance(self, act: RecordCompliance, _law: Regime) -> None:
        """Record that one requirement was met; in time by its date of law, also when recorded later."""
        self.require_state(IN_FORCE, "set_aside", to="compliance")
        self.require_not_set_aside_for_good()
        if act.requirement in self.complied:
            self.refuse_state(f"{act.requirement} is recorded as met already", now="Use correct if the date was wrong.")
        if act.requirement not in self.requirements:
            message = f"Refused: the notice has no requirement {act.requirement!r}; it has {', '.join(self.requirements)}."
            raise Invalid(message, unknown=act.requirement)
        self.record(ComplianceRecorded, **dict(act))
        self.meet(f"comply:{act.requirement}", act.complied_on)

    def has_new_time_limit(self, requirement: Requirement, before: Mapping[str, Requirement]) -> bool:
        """Whether it is still to be met, and its time limit differs from the one that it had."""
        old = before.get(requirement.id)
        return requirement.id not in self.complied and (old is None or old.time_limit != requirement.time_limit)

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
            if self.has_new_time_limit(requirement, before):
                self.start_compliance(requirement, trigger)

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
        requirement = self.requirements.get(name) if kind == "comply" and self.stage == IN_FORCE else None
        return requirement is not None and requirement.has_time_limit and name not in self.complied

    def leave_appeal(self, appeal: UUID, *, ended_on: date, ending: str) -> None:
        """The appeal has ended; what a court took out of the notice for good is no more to be done."""
        dropped = [d.role for d in self.deadlines_of("comply") if d.role.partition(":")[2] not in self.requirements]
        if dropped and not any(other.main for other in self.appeals.values() if other.appeal != appeal):
            self.lapse("A court put other demands in the place of this one.", *dropped)
        super().leave_appeal(appeal, ended_on=ended_on, ending=ending)
