"""The enforcement notice: what somebody must do or stop doing. DPA 2018 ss149-153."""

from __future__ import annotations

from uuid import UUID

from domain.case.service import receipt_of
from domain.enforcement_notice.commands import Close, GivePreliminaryNotice, Issue, Serve
from domain.enforcement_notice.demands import IN_FORCE, NOTICE, PRELIMINARY_NOTICE
from domain.enforcement_notice.events import NoticeClosed, NoticeIssued, NoticeServed, PreliminaryNoticeGiven
from domain.enforcement_notice.periodic_penalty import require_rates_within_maximum
from domain.enforcement_notice.variation import Variation
from domain.fields import day_of
from domain.investigation.investigation import Investigation
from domain.regimes import Regime


class EnforcementNotice(Variation):
    """Demands with their deadlines, from the preliminary notice to the end."""

    # What may be done: refuse in the order of the codes, then record.

    def give_preliminary_notice(self, act: GivePreliminaryNotice, law: Regime) -> None:
        """Tell the recipient what is going to be demanded."""
        investigation = self._investigation(act.investigation)
        investigation.require_state("open", to="a preliminary notice")
        rule = law.rule_for(self.TOPIC, "representations", act.sent_on)
        self.require_period_at_least_minimum(rule, act.representations_within, act.sent_on, "a period for representations")
        self._open_after(investigation)
        given = self.record(PreliminaryNoticeGiven, **dict(act))
        self._count_representations(given.type)

    def _count_representations(self, trigger: str) -> None:
        period = self.preliminary.representations_within if self.preliminary else None
        self.count("representations", about=PRELIMINARY_NOTICE, trigger=trigger, period=period)

    def issue(self, act: Issue, law: Regime) -> None:
        """Put the demands in force (s149); compliance not before the appeal period ends (s150(6)) unless urgent (s150(8))."""
        investigation = self._investigation(act.investigation)
        if self.version:
            self.require_state("preliminary", to="issuing")
        investigation.require_state("open", to="an enforcement notice")
        sent_on = day_of(act.sent_on)
        require_rates_within_maximum(act.requirements, law)
        self.require_floor_ended("representations", sent_on, "the enforcement notice")
        if not self.version:
            self._open_after(investigation)
        issued = self.record(NoticeIssued, **dict(act))
        # What is refused from here on hangs on the deadlines that start; a refusal throws away all that was recorded.
        self.lapse("The notice was issued.", "representations")
        self.count("appeal", about=NOTICE, trigger=issued.type)
        for requirement in act.requirements:
            self.start_compliance(requirement, issued.type)
            self.require_least_time(requirement)
            self.require_not_before_earliest(requirement, law)
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

    def serve(self, act: Serve, _law: Regime) -> None:
        """Record service; what counts from it starts, or is computed anew."""
        self.require_state("preliminary", IN_FORCE, "complied", to="service")
        assert self.sent_on is not None
        receipt = receipt_of(self, act.method, sent_on=self.sent_on, served_on=act.served_on, deemed_on=act.deemed_on)
        given = day_of(receipt.given_on)
        self.require_not_before_sending(min(given, act.served_on), day_of(self.sent_on))
        served = self.record(NoticeServed, **receipt.told_with(act))
        if self.stage == "preliminary":
            self._count_representations(served.type)
            return
        self.count("appeal", about=NOTICE, trigger=served.type)
        for requirement in self.requirements.values():
            if requirement.id not in self.complied:
                self.start_compliance_given(requirement, served.type)

    def close(self, act: Close, _law: Regime) -> None:
        """End a notice that can neither be complied with nor enforced."""
        self.require_state("preliminary", IN_FORCE, to="closing")
        self.require_no_hold("closing")
        self.record(NoticeClosed, **dict(act))
        self.lapse("The notice was closed.")
