"""A notice is varied or cancelled, of the authority's own accord or because its recipient asks. DPA 2018 s153."""

from __future__ import annotations

from domain.enforcement_notice.commands import Cancel, RefuseVariation, RequestVariation, Vary
from domain.enforcement_notice.compliance import Compliance
from domain.enforcement_notice.demands import IN_FORCE
from domain.enforcement_notice.events import NoticeCancelled, NoticeVaried, VariationRefused, VariationRequested
from domain.enforcement_notice.periodic_penalty import require_rates_within_maximum
from domain.refusals import Invalid, TooEarly
from domain.regimes import Regime


class Variation(Compliance):
    """What becomes of the demands while the notice is in force."""

    def vary(self, act: Vary, law: Regime) -> None:
        """Change the demands (s153(1)); those given replace the ones of the same id."""
        self.require_state(IN_FORCE, to="a variation")
        require_rates_within_maximum(act.requirements or (), law)
        before = self.requirements
        # As in issue: what is refused after this was recorded throws it away.
        varied = self.record(NoticeVaried, sent_on=act.sent_on, reasons=act.reasons, requirements=act.requirements or ())
        for requirement in act.requirements or ():
            if self.has_new_time_limit(requirement, before):
                self.start_compliance(requirement, varied.type)
                self.require_least_time(requirement)
                self.require_not_before_earliest(requirement, law)
        unknown = [r.id for r in act.requirements or () if r.id not in before]
        if unknown:
            known = ", ".join(before)
            message = (
                f"Refused: the notice has no requirement {', '.join(unknown)}; it has {known}. A new demand needs a new notice."
            )
            raise Invalid(message, unknown=unknown)

    def cancel(self, act: Cancel, _law: Regime) -> None:
        """Take the notice back (s153(1))."""
        self.require_state(IN_FORCE, "set_aside", "complied", to="a cancellation")
        self.require_not_set_aside_for_good()
        self.record(NoticeCancelled, sent_on=act.sent_on, reasons=act.reasons)
        self.lapse("The notice was cancelled.")

    def request_variation(self, act: RequestVariation, law: Regime) -> None:
        """Enter that the recipient asks for a change (s153(2)); in some laws not before the time to appeal has ended (s153(3))."""
        self.require_state(IN_FORCE, to="a request for its variation")
        waits, appeal = law.data.variation_on_request, self.deadline("appeal")
        if waits and waits.waits_for_appeal_period and (appeal is None or not appeal.ends_before(act.requested_on)):
            ends = f"runs until {appeal.due}" if appeal else "has not begun to run"
            message = f"Refused: the time to appeal {ends}; a variation can be asked for from the day after it."
            due = {"due": str(appeal.due)} if appeal else {}
            raise TooEarly(message, cites=waits.source.cites, role="appeal", **due)
        self.record(VariationRequested, **dict(act))

    def refuse_variation(self, act: RefuseVariation, _law: Regime) -> None:
        """Refuse what the recipient asked for; an appeal lies against the refusal (s162)."""
        self.require_state(IN_FORCE, "complied", to="refusing a variation")
        if self.request is None:
            self.refuse_state("nobody has asked for its variation", now="Enter the request first.")
        if act.sent_on < self.request.requested_on:
            message = f"Refused: {act.sent_on} lies before {self.request.requested_on}, when the variation was asked for. Check the date."
            raise Invalid(message, requested_on=str(self.request.requested_on), sent_on=str(act.sent_on))
        refused = self.record(VariationRefused, **dict(act))
        self.start("appeal:refusal", trigger=refused.type, counted_from=act.sent_on)
