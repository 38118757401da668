"""The appeal, from the first court to the last and back. DPA 2018 ss162-163; tribunal rules of 2008 and 2009."""

from __future__ import annotations

from uuid import UUID

from domain.appeal.commands import Decide, ListHearing, Lodge, RecordHearing, Withdraw
from domain.appeal.effects import effect_of
from domain.appeal.events import (
    AppealDecided,
    AppealLodged,
    AppealWithdrawn,
    HearingListed,
    HearingRecorded,
    Outcome,
    Party,
    PartyWithdrew,
    TargetEffect,
)
from domain.appeal.stays import Stays
from domain.appeal.success import success_against
from domain.case.appeal_target import AppealTarget
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.fine.fine import Fine
from domain.refusals import Invalid
from domain.regimes import Regime


class Appeal(Stays):
    """An appeal against one case or several decided together."""

    # What may be done: refuse in the order of the codes, then record.

    def lodge(self, act: Lodge, law: Regime) -> None:
        """Enter an appeal received by the first court, in time by its date of receipt (s162; GRC Rules r22)."""
        targets = [self._target(case_id) for case_id in act.against]
        for target in targets:
            target.require_appealable(act.scope, act.appellant)
        for target in targets:
            target.require_appeal_in_time(act.scope, act.received_on)
        self.require_court(act.court, law.first_courts, law)
        if any(target.matter_id != self.matter_id for target in targets):
            message = "Refused: the cases named in `against` are of different matters. Lodge one appeal for each matter."
            raise Invalid(message, against=[str(target.id) for target in targets])
        investigation = self.occasion.cases.cases_of(self.matter_id, "investigation")[0]
        number = len(self.occasion.cases.cases_of(self.matter_id, self.TOPIC))
        self.open_with(subject=targets[0].subject, reference=f"{investigation.reference}/appeal-{number}")
        self.record(AppealLodged, **dict(act))

    def _target(self, case_id: UUID) -> AppealTarget:
        target = self.occasion.cases.case(case_id)
        assert isinstance(target, AppealTarget)
        return target

    def list_hearing(self, act: ListHearing, _law: Regime) -> None:
        """Enter the day of a hearing to come."""
        self.require_state("lodged", "decided", to="a hearing")
        self.record(HearingListed, **dict(act))

    def record_hearing(self, act: RecordHearing, _law: Regime) -> None:
        """Enter a hearing that was held."""
        self.require_state("lodged", "decided", to="a hearing")
        if act.to < act.from_:
            message = f"Refused: the hearing would end on {act.to}, before it began on {act.from_}."
            raise Invalid(message)
        self.record(HearingRecorded, **dict(act))

    def decide(self, act: Decide, law: Regime) -> None:
        """Enter the decision of the court that has the appeal (s163); the way on starts where the regime has one."""
        self.require_state("lodged", to="a decision")
        self.require_going_on("a decision")
        effects = self._effects(act, law)
        decided = self.record(
            AppealDecided,
            tier=self.tier,
            outcome=act.outcome,
            decided_on=act.decided_on,
            sent_on=act.sent_on,
            reference=act.reference,
            amount=act.amount,
            requirements=act.requirements,
            pay_by=act.pay_by,
            court=act.court,
            in_favour_of=act.in_favour_of,
            effects=effects,
        )
        if act.outcome == "preliminary":
            return
        rule = law.way_on_rule(self.tier, act.sent_on)
        if rule is None or law.way_on(self.tier) == "none":
            self.end(act.sent_on)
        else:
            role = "onward" if law.way_on(self.tier) == "as_of_right" else "permission"
            self.start(role, trigger=decided.type, counted_from=act.sent_on, rule=rule)

    def _effects(self, act: Decide, law: Regime) -> dict[UUID, TargetEffect]:
        went_on = self._winner(act)
        effects = {
            target.id: effect_of(
                outcome,
                tier=self.tier,
                went_on=went_on,
                remitted_to=act.court,
                decisions=self.decisions,
                target=target.id,
                success=success_against(target, self.lodged, substitution),
                substitution=substitution,
                law=law,
            )
            for target in self.targets
            for outcome, substitution in [_said_of(act, target)]
        }
        strangers = [str(case_id) for case_id in act.per_target if case_id not in self.lodged.against]
        if strangers:
            message = f"Refused: per_target names cases that are not under this appeal: {', '.join(strangers)}."
            raise Invalid(message, strangers=strangers)
        if any(effect.outcome == "remitted" for effect in effects.values()):
            below = [court for court in law.courts if self.tier in law.courts_above(court)]
            self.require_court(act.court, [*below, "authority"], law)
        return effects

    def _winner(self, act: Decide) -> Party | None:
        """Whose onward appeal a decision is about; None at the first court."""
        if act.in_favour_of and act.in_favour_of not in self.went_on:
            who = " and ".join(self.went_on) or "nobody"
            message = f"Refused: the {act.in_favour_of} did not appeal to the {self.tier}; {who} did. Check `in_favour_of`."
            raise Invalid(message, in_favour_of=act.in_favour_of, went_on=list(self.went_on))
        outcomes = (act.outcome, *(target.outcome for target in act.per_target.values()))
        if len(self.went_on) > 1 and act.in_favour_of is None and "allowed" in outcomes:
            message = "Refused: both parties appealed to this court. Say in `in_favour_of` whose appeal is allowed."
            raise Invalid(message, field="in_favour_of", went_on=list(self.went_on))
        return act.in_favour_of or next(iter(self.went_on), None)

    def withdraw(self, act: Withdraw, _law: Regime) -> None:
        """Enter that a party gave up: what stands, stands. What the other party has pending goes on."""
        self.require_state("lodged", "decided", to="a withdrawal")
        both = self._parties_going_on()
        if len(both) > 1 and act.by is None:
            message = "Refused: both parties have an onward appeal or an application pending. Say in `by` who gave it up."
            raise Invalid(message, field="by", pending=list(both))
        if act.by and len(both) > 1:
            self.record(PartyWithdrew, by=act.by, withdrawn_on=act.withdrawn_on)
            return
        self.record(AppealWithdrawn, withdrawn_on=act.withdrawn_on)
        self.lapse("The appeal was withdrawn.")

    def _parties_going_on(self) -> set[Party]:
        pending = {party for party, application in self.applications.items() if application.status == "pending"}
        return pending | set(self.went_on if self.state == "lodged" else ())


def _said_of(act: Decide, target: AppealTarget) -> tuple[Outcome, TargetEffect]:
    """What a decision says of one target: the outcome, and what it puts in the place of what stood.

    Raises:
        OverMaximum: the amount is above the maximum.
    """
    said = act.per_target.get(target.id, act)
    amount = said.amount if isinstance(target, Fine) else None
    if amount is not None and isinstance(target, Fine):
        target.require_within_own_maximum(amount)
    requirements = said.requirements if isinstance(target, EnforcementNotice) else None
    pay_by = act.pay_by if isinstance(target, Fine) else None
    kind = "substituted" if amount or requirements or pay_by else "stands"
    facts = {"outcome": said.outcome, "kind": kind, "amount": amount, "requirements": requirements, "pay_by": pay_by}
    return said.outcome, TargetEffect.model_validate(facts)
