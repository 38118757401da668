"""The notices that an investigation sends: for information, assessment or an interview. DPA 2018 ss142-148A."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from domain.case.appeal_target import AppealTarget, PendingAppeal, role_of_appeal
from domain.case.deadline import Deadline
from domain.case.deadline_events import DeadlineTerms
from domain.case.events import CaseEvent, Restored, SetAside
from domain.case.service import receipt_of
from domain.fields import day_of
from domain.investigation.commands import CancelNotice, IssueNotice, RecordResponse, Serve
from domain.investigation.events import (
    InvestigationClosed,
    InvestigationNoticeCancelled,
    InvestigationNoticeIssued,
    InvestigationNoticeServed,
    ResponseRecorded,
)
from domain.refusals import Invalid, TooEarly
from domain.regimes import Regime, RuleVersion


@dataclass(frozen=True)
class Notice:
    """A notice as it stands. `ended`: the investigation was closed before it was answered; it asks for nothing any more."""

    issued: InvestigationNoticeIssued
    status: Literal["outstanding", "answered", "cancelled", "ended"] = "outstanding"
    is_set_aside: bool = False
    answered_on: date | datetime | None = None

    @property
    def state(self) -> str:
        """`set_aside` comes before what else is true of it."""
        return "set_aside" if self.is_set_aside and self.status != "cancelled" else self.status


class WithNotices(AppealTarget):
    """What can be done with the notices of an investigation; each can be appealed against by itself."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.notices: dict[str, Notice] = {}

    # What may be done: refuse in the order of the codes, then record.

    def issue_notice(self, act: IssueNotice, law: Regime) -> None:
        """Demand information, an assessment or an interview; not due before the appeal period ends unless urgent."""
        self.require_state("open", to="a notice")
        if act.notice in self.notices:
            self.refuse_state(f"a notice {act.notice!r} was issued already", now="Give the new one another name.")
        rule = law.response_rule(act.kind, day_of(act.sent_on))
        self.require_period_at_least_minimum(rule, act.respond_within, day_of(act.sent_on), "a period to respond")
        issued = self.record(InvestigationNoticeIssued, **dict(act))
        # What is refused from here on hangs on the deadlines that start; a refusal throws away all that was recorded.
        self._count_from_the_notice(act.notice, issued.type)
        self._require_not_before_earliest(act, law)

    def _count_from_the_notice(self, name: str, trigger: str) -> None:
        """Start the time to appeal and the time to respond, or compute them anew, from the dates that their rules name."""
        issued = self.notices[name].issued
        demands = self.occasion.law.investigation_notice(issued.kind)
        urgent = bool(issued.urgent_reasons) and demands is not None and demands.urgent is not None
        time: dict[str, Any] = {"period": issued.respond_within, "until": issued.respond_by}
        self.count(f"appeal:{name}", about=name, trigger=trigger)
        response = self.count(f"response:{name}", about=name, trigger=trigger, urgent=urgent, **time)
        if response:
            self._stand_still_if_under_appeal(response)

    def _stand_still_if_under_appeal(self, response: Deadline) -> None:
        for pending in list(self.appeals.values()):
            since = max(day_of(pending.received_on), day_of(response.terms.count.start))
            self.stand_still_under_appeal(response, since=since)

    def counts_from(self, role: str) -> tuple[str, ...]:
        """The time to respond counts from what the rule of the notice's kind says; a day that was named runs from the sending."""
        base, _, name = role.partition(":")
        if base != "response":
            return super().counts_from(role)
        issued = self.notices[name].issued
        rule = self.rule_for(role, day_of(issued.sent_on))
        named = ("notice.sent",) if issued.respond_by else ()
        return (named or rule.counts_from) if rule else ()

    def rule_for(self, role: str, on: date) -> RuleVersion | None:
        """The time to respond has the rule of the notice's kind."""
        base, _, name = role.partition(":")
        if base == "response":
            return self.occasion.law.response_rule(self.notices[name].issued.kind, on)
        return super().rule_for(role, on)

    def _require_not_before_earliest(self, act: IssueNotice, law: Regime) -> None:
        role, demands = f"response:{act.notice}", law.investigation_notice(act.kind)
        response = self._terms_from_the_sending(role, act, period=act.respond_within, until=act.respond_by)
        appeal = self._terms_from_the_sending(f"appeal:{act.notice}", act)
        if response is None or demands is None:
            return
        if act.urgent_reasons and demands.urgent:
            earliest_at = law.end_of_least_time(demands.urgent, act.sent_on)
            if response.due_at < earliest_at:
                message = (
                    f"Refused: the response would be due before {response.due_at:%Y-%m-%d %H:%M}, less than the law's minimum after "
                    f"sending even with urgent reasons. Give until {earliest_at:%Y-%m-%d %H:%M} or later."
                )
                raise TooEarly(message, cites=demands.urgent.source.cites, role=role, earliest=earliest_at.isoformat())
        elif demands.waits_for_appeal_period and appeal and response.due < appeal.due:
            message = (
                f"Refused: the response would be due on {response.due}, before the appeal period ends on {appeal.due}. "
                "Give until that day or later, or state urgent reasons."
            )
            raise TooEarly(message, cites=demands.source.cites, role=role, earliest=str(appeal.due))

    def _terms_from_the_sending(self, role: str, act: IssueNotice, **how: Any) -> DeadlineTerms | None:
        """A deadline as it is; where it waits for the service, as it would be if the notice were given on the day of sending."""
        started, rule = self.deadline(role), self.rule_for(role, day_of(act.sent_on))
        if started or rule is None:
            return started.terms if started else None
        return self.terms_of(self.counted(rule, trigger=f"{self.TOPIC}.notice_issued", start=act.sent_on, **how), rule)

    def serve(self, act: Serve, _law: Regime) -> None:
        """Record service of a notice; what counts from it starts, or is computed anew."""
        self.require_state("open", to="service")
        notice = self._standing_notice(act.notice)
        receipt = receipt_of(self, act.method, sent_on=notice.issued.sent_on, served_on=act.served_on, deemed_on=act.deemed_on)
        sent_on = day_of(notice.issued.sent_on)
        self.require_not_before_sending(min(day_of(receipt.given_on), day_of(act.served_on)), sent_on)
        served = self.record(InvestigationNoticeServed, **receipt.told_with(act))
        self._count_from_the_notice(act.notice, served.type)

    def record_response(self, act: RecordResponse, _law: Regime) -> None:
        """Enter what was received; complete and in time by its date of receipt it meets the deadline."""
        self.require_state("open", to="a response")
        notice = self._standing_notice(act.notice)
        if notice.status == "answered":
            self.refuse_state(f"the notice {act.notice!r} is answered already", now="Use correct if the date was wrong.")
        self._require_not_before_the_notice(act.received_on, notice, "A response")
        self.record(ResponseRecorded, **dict(act))
        if act.complete:
            self.meet(f"response:{act.notice}", act.received_on)

    def cancel_notice(self, act: CancelNotice, _law: Regime) -> None:
        """Take a notice back; nothing is to be answered any more."""
        self.require_state("open", to="cancelling a notice")
        notice = self._standing_notice(act.notice)
        self._require_not_before_the_notice(act.sent_on, notice, "A cancellation")
        self.record(InvestigationNoticeCancelled, **dict(act))
        self.lapse("The notice was cancelled.", *_roles_of(act.notice))

    def _standing_notice(self, name: str) -> Notice:
        """The notice of that name, if it stands or can stand again.

        Raises:
            WrongState: there is none, it was cancelled or set aside for good.
        """
        notice = self.notices.get(name)
        if notice is None:
            known = ", ".join(self.notices) or "none"
            self.refuse_state(f"it has no notice {name!r}", now=f"Its notices are: {known}.")
        if notice.status in ("cancelled", "ended") or (notice.is_set_aside and not self._is_appealed(f"notice:{name}")):
            what = {"cancelled": "was cancelled", "ended": "ended with the investigation"}
            why = what.get(notice.status, "was set aside for good")
            self.refuse_state(f"the notice {name!r} {why}", now="Issue a new one if the answer is still needed.")
        return notice

    def _is_appealed(self, scope: str) -> bool:
        """Whether the subject's appeal is pending, so that what was set aside can still stand again."""
        return any(pending.by_subject and pending.scope == scope for pending in self.appeals.values())

    def _require_not_before_the_notice(self, day: date | datetime, notice: Notice, what: str) -> None:
        sent_on = day_of(notice.issued.sent_on)
        if day_of(day) < sent_on:
            message = (
                f"Refused: {what} of {day_of(day)} lies before {sent_on}, the day on which the notice was sent. Check the date."
            )
            raise Invalid(message, sent_on=str(sent_on))

    def extend(self, deadline: Deadline, *, agreed_on: date, **how: Any) -> None:
        """More time to respond may show that an answer was in time."""
        super().extend(deadline, agreed_on=agreed_on, **how)
        for name, notice in self.notices.items():
            if notice.answered_on:
                self.meet(f"response:{name}", notice.answered_on)

    def done_on(self, role: str) -> date | datetime | None:
        """A notice is answered on the day on which the whole answer was received."""
        base, _, name = role.partition(":")
        return self.notices[name].answered_on if base == "response" and name in self.notices else super().done_on(role)

    # Appeals against one notice

    def can_be_appealed_in(self, scope: str) -> bool:
        """The notice was given and neither cancelled nor set aside; also when it was answered or the investigation closed."""
        notice = self._notice_in(scope)
        return notice is not None and notice.state not in ("cancelled", "set_aside")

    def is_set_aside_in(self, scope: str) -> bool:
        """A court has set that notice aside."""
        notice = self._notice_in(scope)
        return notice is not None and notice.is_set_aside

    def _notice_in(self, scope: str) -> Notice | None:
        kind, _, name = scope.partition(":")
        return self.notices.get(name) if kind == "notice" else None

    def is_duty(self, role: str) -> bool:
        """The notice is still to be answered; also while it is set aside, for that can be reversed."""
        base, _, name = role.partition(":")
        notice = self.notices.get(name) if base == "response" else None
        stands = notice is not None and (not notice.is_set_aside or self._is_appealed(f"notice:{name}"))
        return stands and notice is not None and notice.status == "outstanding"

    def is_owed(self, role: str) -> bool:
        """An answer to a notice that is not set aside."""
        return self.is_duty(role) and not self.is_set_aside_in(f"notice:{role.partition(':')[2]}")

    def is_held_up_by(self, pending: PendingAppeal, role: str) -> bool:
        """The answer to a notice waits for the subject's appeal against that notice."""
        return pending.by_subject and role == f"response:{pending.scope.partition(':')[2]}"

    def can_matter(self, role: str) -> bool:
        """The period for an appeal against a notice matters as long as the notice can be appealed against."""
        return super().can_matter(role) or any(
            role == role_of_appeal(scope) and self.can_be_appealed_in(scope) for scope in map("notice:{}".format, self.notices)
        )

    def settle_after(self, ended: PendingAppeal, *, ended_on: date) -> None:
        """The time to respond runs again; of a notice set aside for good it lapses."""
        if self.is_set_aside_in(ended.scope) and not self._is_appealed(ended.scope):
            self.lapse("The notice was set aside for good.", *_roles_of(ended.scope.partition(":")[2]))
        else:
            super().settle_after(ended, ended_on=ended_on)

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep the notices."""
        match event:
            case InvestigationNoticeIssued(notice=name):
                self.notices[name] = Notice(event)
                self.note_act(name, sent=event.sent_on)
            case InvestigationNoticeServed(notice=name, served_on=served_on, deemed_on=deemed_on):
                self.note_act(name, served=served_on, deemed=deemed_on)
            case ResponseRecorded(notice=name, complete=True, received_on=received_on):
                self._keep_notice(name, status="answered", answered_on=received_on)
            case InvestigationNoticeCancelled(notice=name):
                self._keep_notice(name, status="cancelled")
            case SetAside(appeal=appeal) | Restored(appeal=appeal):
                # As of a day in law a decision may be known before the appeal, and the appeal before the notice.
                pending = self.appeals.get(appeal)
                if pending and self._notice_in(pending.scope):
                    self._keep_notice(pending.scope.partition(":")[2], is_set_aside=isinstance(event, SetAside))
            case InvestigationClosed():
                for name, notice in self.notices.items():
                    if notice.status == "outstanding":
                        self._keep_notice(name, status="ended")
            case _:
                super().when(event)

    def _keep_notice(self, name: str, **changes: Any) -> None:
        self.notices[name] = replace(self.notices[name], **changes)


def _roles_of(name: str) -> tuple[str, str]:
    return f"response:{name}", f"appeal:{name}"
