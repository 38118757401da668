"""The appeal, from the first court to the last and back. DPA 2018 ss162-163; tribunal rules of 2008 and 2009."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from domain.appeal.commands import (
    BecomeFinal,
    Decide,
    DecidePermission,
    ExtendTime,
    ListHearing,
    Lodge,
    RecordHearing,
    RenewPermission,
    SeekPermission,
    Withdraw,
)
from domain.appeal.effects import Standing, effect_of, what_stands
from domain.appeal.events import (
    AppealDecided,
    AppealLodged,
    AppealReopened,
    AppealWithdrawn,
    BecameFinal,
    HearingListed,
    HearingRecorded,
    Outcome,
    Party,
    PermissionDecided,
    PermissionRenewed,
    PermissionSought,
    Returned,
    TargetEffect,
    TimeExtended,
)
from domain.case.appeal_target import MAIN_SCOPES, AppealTarget
from domain.case.case import Case
from domain.case.commands import FireDeadline
from domain.case.deadlines import Deadline
from domain.case.events import CaseEvent, DeadlineRecomputed
from domain.fine.fine import Fine
from domain.refusals import Invalid
from domain.regimes import Regime

WAYS_ON = ("permission", "renewal", "reconsideration")


@dataclass(frozen=True)
class Application:
    """A party's application for permission to appeal onward. `court` has it, or refused it."""

    by: Party
    court: str
    status: Literal["pending", "refused"]
    reconsidered: bool = False
    refused_version: int = 0


class Appeal(Case):
    """An appeal against one case or several decided together; `tier` is the court that has it."""

    TOPIC = "appeal"
    WORDS = "appeal"
    OPEN_STATES = frozenset({"lodged", "decided"})

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self._state = "lodged"
        self.tier = ""
        self.lodged: AppealLodged
        self.decisions: list[AppealDecided] = []
        self.applications: dict[Party, Application] = {}
        self.ended_on: date | None = None
        self._went_on_to: dict[str, Party] = {}

    @property
    def state(self) -> str:
        """`lodged`, `decided`, `final` or `withdrawn`."""
        return self._state

    @property
    def went_on(self) -> Party | None:
        """Who brought the case to the court that has it; None at the first court."""
        return self._went_on_to.get(self.tier)

    def standing_of(self, target: UUID) -> Standing:
        """How the decisions leave a target."""
        return what_stands(self.decisions, target)

    # What may be done: refuse in the order of the codes, then record.

    def lodge(self, act: Lodge, law: Regime) -> None:
        """Enter an appeal received by the first court, in time by its date of receipt (s162; GRC Rules r22)."""
        targets = [self._target(case_id) for case_id in act.against]
        for target in targets:
            target.require_appealable(act.scope, act.appellant)
        for target in targets:
            target.require_appeal_in_time(act.scope, act.received_on)
        self._require_court(act.court, [law.first_court], law)
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

    def _require_court(self, court: str | None, allowed: Sequence[str], law: Regime) -> None:
        if court not in allowed:
            named = " or ".join(allowed) or "none: there is no way on"
            message = f"Refused: {court!r} is not the court for this step under {law.id}. Name {named}."
            raise Invalid(message, court=court, allowed=allowed)

    def extend_time(self, act: ExtendTime, _law: Regime) -> None:
        """The court gave more time for a step, before or after its period ended."""
        deadline = self._open_way(act.role)
        if deadline is None or deadline.status not in ("running", "passed"):
            running = ", ".join(d.role for d in self.deadlines.values() if d.status == "running") or "none"
            self.refuse_state(f"no period {act.role!r} can be extended", now=f"Running: {running}.")
        self.require_later(deadline, act.until)
        self._reopen_if_ended(since=act.ordered_on)
        self.record(TimeExtended, **dict(act))
        self.extend(deadline, until=act.until, by=None, agreed_on=act.ordered_on, authority="tribunal_order", reason=act.reason)

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
            effects=effects,
        )
        if act.outcome == "preliminary":
            return
        rule = law.permission_rule(self.tier, act.sent_on)
        if rule is None:
            self._end(act.sent_on)
        else:
            self.start("permission", trigger=decided.type, counted_from=act.sent_on, rule=rule)

    def _effects(self, act: Decide, law: Regime) -> dict[UUID, TargetEffect]:
        effects = {}
        for case_id in self.lodged.against:
            target = self._target(case_id)
            own = act.per_target.get(case_id)
            is_fine = isinstance(target, Fine)
            outcome: Outcome = own.outcome if own else act.outcome
            amount = (own.amount if own else act.amount) if is_fine else None
            if amount is not None and isinstance(target, Fine):
                target.require_within_own_maximum(amount)
            effects[case_id] = effect_of(
                outcome,
                tier=self.tier,
                went_on=self.went_on,
                remitted_to=act.court,
                decisions=self.decisions,
                target=case_id,
                sets_aside=self.lodged.scope in MAIN_SCOPES and self.lodged.appellant == "subject",
                amount=amount,
                requirements=None if is_fine else (own.requirements if own else act.requirements),
                pay_by=act.pay_by if is_fine else None,
                law=law,
            )
        strangers = [str(case_id) for case_id in act.per_target if case_id not in self.lodged.against]
        if strangers:
            message = f"Refused: per_target names cases that are not under this appeal: {', '.join(strangers)}."
            raise Invalid(message, strangers=strangers)
        if any(effect.outcome == "remitted" for effect in effects.values()):
            below = law.courts[: law.courts.index(self.tier)]
            self._require_court(act.court, [*below, "authority"], law)
        return effects

    def seek_permission(self, act: SeekPermission, law: Regime) -> None:
        """Enter a party's application to appeal onward, received within the period (GRC Rules r42; UT Rules r44)."""
        if self._open_way("permission") is None:
            self.refuse_state("no period for permission has begun", now="The decision must be entered first.")
        if act.by in self.applications:
            self.refuse_state(f"the {act.by} applied already", now="Renew that application if it was refused.")
        self.require_in_time("permission", act.received_on, "an application for permission")
        self._require_court(act.court, [self.decisions[-1].tier, *self._courts_above(law)[:1]], law)
        self._reopen_if_ended()
        self.record(PermissionSought, **dict(act))
        self.meet("permission", act.received_on)

    def decide_permission(self, act: DecidePermission, law: Regime) -> None:
        """Enter what became of the application: granted, it is lodged at the next tier; refused, the way on, if any, starts."""
        self.require_state("decided", to="a decision on permission")
        pending = next((a for a in self.applications.values() if a.status == "pending"), None)
        if pending is None:
            self.refuse_state("no application for permission is pending", now="Enter the application first.")
        if act.outcome == "granted":
            court = act.court or law.next_court(self.tier)
            self._require_court(court, self._courts_above(law), law)
            self.record(
                PermissionDecided,
                outcome="granted",
                by=pending.by,
                decided_by=pending.court,
                sent_on=act.sent_on,
                court=court,
            )
            self.lapse("Permission was granted.", *WAYS_ON)
            return
        refused = self.record(PermissionDecided, outcome="refused", by=pending.by, decided_by=pending.court, sent_on=act.sent_on)
        renewal = law.renewal_rule(pending.court, self.tier, act.sent_on)
        reconsideration = law.reconsideration_rule(pending.court, self.tier, act.sent_on)
        if renewal:
            self.start("renewal", trigger=refused.type, counted_from=act.sent_on, rule=renewal)
        elif reconsideration and not pending.reconsidered:
            self.start("reconsideration", trigger=refused.type, counted_from=act.sent_on, rule=reconsideration)
        else:
            self._wait_for_the_other_party(pending.by, act.sent_on)

    def _wait_for_the_other_party(self, refused: Party, on: date) -> None:
        """Nothing is left to the party that was refused: final, once the other party's period is over too."""
        permission = self._open_way("permission")
        other: Party = "respondent" if refused == "appellant" else "appellant"
        if permission and other not in self.applications and self.occasion.now < permission.due_at:
            if permission.status == "met":
                reason = f"The {refused} was refused; the {other} may still apply until {permission.due}."
                self.record(DeadlineRecomputed, role="permission", terms=permission.terms, reason=reason, old_due=permission.due)
            return
        self._end_if_nothing_is_left(max(on, permission.due) if permission and other not in self.applications else on)

    def renew_permission(self, act: RenewPermission, law: Regime) -> None:
        """Make the application that was refused last again, within the period (UT Rules r21, r22)."""
        refused = max((a for a in self.applications.values() if a.status == "refused"), key=_refusal, default=None)
        ways = [way for role in ("renewal", "reconsideration") if (way := self._open_way(role))]
        way = max(ways, key=lambda started: started.started_version, default=None)
        if refused is None or way is None or way.status not in ("running", "passed"):
            self.refuse_state("there is no refused application that can be renewed", now="See the appeal's deadlines.")
        self.require_in_time(way.role, act.received_on, "renewing the application")
        court = refused.court if way.role == "reconsideration" else law.next_court(refused.court)
        self._require_court(act.court, [court] if court else [], law)
        self._reopen_if_ended()
        self.record(PermissionRenewed, by=refused.by, court=act.court, received_on=act.received_on)
        self.meet(way.role, act.received_on)

    def _courts_above(self, law: Regime) -> Sequence[str]:
        return law.courts[law.courts.index(self.decisions[-1].tier) + 1 :]

    @property
    def _ended_unused(self) -> bool:
        """Whether it ended, or went back to the court it was remitted to, because no way on was used in time."""
        returned = self._state == "lodged" and bool(self.decisions) and self.ended_on is not None
        return self._state == "final" or returned

    def _open_way(self, role: str) -> Deadline | None:
        """The period of a way on from the last decision: also when it ended unused, for an act in time may be recorded late."""
        way = self.deadline(role) if role in WAYS_ON and (self._state == "decided" or self._ended_unused) else None
        return way if way and way.started_version > self.decisions[-1].version else None

    def _reopen_if_ended(self, since: date | None = None) -> None:
        """Take up an appeal that ended unused: from a day after that on, or as if it had never ended."""
        if self._ended_unused and self.ended_on:
            since = max(since or self.ended_on, self.ended_on)
            self.record(AppealReopened, court=self.decisions[-1].tier, reopened_on=since)

    def withdraw(self, act: Withdraw, _law: Regime) -> None:
        """Enter that the appellant gave up: what stands, stands."""
        self.require_state("lodged", "decided", to="a withdrawal")
        self.record(AppealWithdrawn, **dict(act))
        self.lapse("The appeal was withdrawn.")

    def become_final(self, _act: BecomeFinal, _law: Regime) -> None:
        """Close the way on, when its last period has ended unused and no application is pending."""
        self.require_state("decided", to="becoming final")
        if not self._nothing_is_left:
            self.refuse_state("a way on is still open", now="Wait until its last period has ended.")
        ended = [way.due for role in WAYS_ON if (way := self._open_way(role))]
        self._end(max(ended) if ended else self.decisions[-1].sent_on)

    def fire_deadline(self, act: FireDeadline, law: Regime) -> None:
        """Let a period pass; when it was the last way on, the appeal is final, or back before the court it was remitted to."""
        before = self.version
        super().fire_deadline(act, law)
        if self.version > before:
            self._end_if_nothing_is_left(self.deadlines[act.role].due)

    @property
    def _nothing_is_left(self) -> bool:
        pending = any(a.status == "pending" for a in self.applications.values())
        running = any((way := self._open_way(role)) and way.status == "running" for role in WAYS_ON)
        return self._state == "decided" and not pending and not running

    def _end_if_nothing_is_left(self, on: date) -> None:
        if self._nothing_is_left:
            self._end(on)

    def _end(self, on: date) -> None:
        last = self.decisions[-1]
        if last.outcome == "remitted" and last.court and last.court != "authority":
            self.record(Returned, court=last.court, returned_on=on)
        else:
            self.record(BecameFinal, final_on=on)

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep the state, the court, the decisions and the applications."""
        match event:
            case AppealLodged(court=court):
                self.lodged, self.tier = event, court
            case AppealDecided(outcome="preliminary"):
                pass
            case AppealDecided():
                self._state, self.ended_on, self.applications = "decided", None, {}
                self.decisions.append(event)
            case PermissionSought(by=by, court=court):
                self.applications[by] = Application(by, court, "pending")
            case PermissionDecided(outcome="granted", by=by, court=court):
                self._state, self.tier, self.applications = "lodged", court or self.tier, {}
                self._went_on_to[self.tier] = by
            case PermissionDecided(by=by):
                self.applications[by] = replace(self.applications[by], status="refused", refused_version=event.version)
            case PermissionRenewed(by=by, court=court):
                known = self.applications[by]
                self.applications[by] = replace(known, court=court, status="pending", reconsidered=known.court == court)
            case Returned(court=court, returned_on=day):
                self._state, self.tier, self.ended_on = "lodged", court, day
            case BecameFinal(final_on=day):
                self._state, self.ended_on = "final", day
            case AppealReopened(court=court):
                self._state, self.tier, self.ended_on = "decided", court, None
            case AppealWithdrawn():
                self._state = "withdrawn"
            case _:
                super().when(event)


def _refusal(application: Application) -> int:
    return application.refused_version
