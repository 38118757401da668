"""Going on to another court: with its permission, renewed where it was refused, or as of right."""

from __future__ import annotations

from collections.abc import Sequence

from domain.appeal.commands import AppealOnward, DecidePermission, RenewPermission, SeekPermission
from domain.appeal.course import Application
from domain.appeal.events import AppealedOnward, Party, PermissionDecided, PermissionRenewed, PermissionSought
from domain.appeal.ways_on import WAYS_ON, WaysOn
from domain.case.deadline import Deadline
from domain.refusals import Invalid
from domain.regimes import Regime, RuleVersion


class GoingOn(WaysOn):
    """What the parties do with the time that is left."""

    def _courts_above(self, law: Regime) -> Sequence[str]:
        return law.courts_above(self.decisions[-1].tier)

    # With permission

    def seek_permission(self, act: SeekPermission, law: Regime) -> None:
        """Enter a party's application to appeal onward, received within the period (GRC Rules r42; UT Rules r44)."""
        if self.open_way("permission") is None:
            self.refuse_state("no period for permission has begun", now="The decision must be entered first.")
        if act.by in self.applications:
            self.refuse_state(f"the {act.by} applied already", now="Renew that application if it was refused.")
        self.require_in_time("permission", act.received_on, "an application for permission")
        self.require_court(act.court, [self.decisions[-1].tier, *self._courts_above(law)[:1]], law)
        self.reopen_if_ended()
        self.record(PermissionSought, **dict(act))
        self.meet("permission", act.received_on)

    def decide_permission(self, act: DecidePermission, law: Regime) -> None:
        """Enter what became of an application: granted, the appeal is lodged above; refused, the way on, if any, starts.

        Where the other party was granted permission meanwhile, it joins that appeal; refused, it has no further way on of its own.
        """
        self.require_state("decided", "lodged", to="a decision on permission")
        self.require_going_on("a decision on permission")
        pending = self._pending_application(act.by)
        if act.outcome == "granted":
            self._grant(pending, act, law)
        elif self.state == "lodged":
            self._refuse(pending, act)
        else:
            role, rule = self._way_after_refusal(pending, act, law)
            self._refuse(pending, act, way=role)
            if role and rule:
                trigger = f"{self.TOPIC}.{PermissionDecided.NAME}"
                self.start(role, trigger=trigger, counted_from=act.sent_on, rule=rule)
            else:
                self.wait_for_the_other_party(pending.by, act.sent_on)

    def _pending_application(self, by: Party | None) -> Application:
        pending = [a for a in self.applications.values() if a.status == "pending" and by in (None, a.by)]
        if not pending:
            of = f" of the {by}" if by else ""
            self.refuse_state(f"no application for permission{of} is pending", now="Enter the application first.")
        if len(pending) > 1:
            message = "Refused: applications of both parties are pending. Say in `by` which of them was decided."
            raise Invalid(message, field="by", pending=[a.by for a in pending])
        return pending[0]

    def _grant(self, pending: Application, act: DecidePermission, law: Regime) -> None:
        joins = self.state == "lodged"
        court = act.court or (self.tier if joins else law.next_court(self.tier))
        self.require_court(court, [self.tier] if joins else self._courts_above(law), law)
        facts = {"by": pending.by, "decided_by": pending.court, "sent_on": act.sent_on, "court": court}
        self.record(PermissionDecided, outcome="granted", **facts)
        self.lapse("Permission was granted.", *self._ways())

    def _refuse(self, pending: Application, act: DecidePermission, way: str | None = None) -> None:
        facts = {"by": pending.by, "decided_by": pending.court, "sent_on": act.sent_on, "way": way}
        self.record(PermissionDecided, outcome="refused", **facts)

    def _way_after_refusal(
        self, pending: Application, act: DecidePermission, law: Regime
    ) -> tuple[str | None, RuleVersion | None]:
        """The role and the rule of the way on from a refusal; a role of its own where the other party's still runs."""
        base, rule = "renewal", law.renewal_rule(pending.court, self.tier, act.sent_on)
        if rule is None and not pending.reconsidered:
            base, rule = "reconsideration", law.reconsideration_rule(pending.court, self.tier, act.sent_on)
        if rule is None:
            return None, None
        taken = any(a.way == base and a.by != pending.by and a.status == "refused" for a in self.applications.values())
        return (f"{base}:{pending.by}" if taken else base), rule

    def renew_permission(self, act: RenewPermission, law: Regime) -> None:
        """Make a refused application again, within the period (UT Rules r21, r22): that of `by`, or the one refused last."""
        refused = [a for a in self.applications.values() if a.status == "refused" and act.by in (None, a.by)]
        last = max(refused, key=lambda application: application.refused_version, default=None)
        way = self._way_of(last) if last else None
        if last is None or way is None or way.status not in ("running", "suspended", "passed"):
            self.refuse_state("there is no refused application that can be renewed", now="See the appeal's deadlines.")
        self.require_in_time(way.role, act.received_on, "renewing the application")
        looks_again = way.role.partition(":")[0] == "reconsideration"
        court = last.court if looks_again else law.next_court(last.court)
        self.require_court(act.court, [court] if court else [], law)
        self.reopen_if_ended()
        self.record(PermissionRenewed, by=last.by, court=act.court, received_on=act.received_on)
        self.meet(way.role, act.received_on)

    def _way_of(self, refused: Application) -> Deadline | None:
        """The way on from a refusal; where it was recorded before this was kept, the one that started last."""
        if refused.way:
            return self.open_way(refused.way)
        ways = [way for role in ("renewal", "reconsideration") if (way := self.open_way(role))]
        return max(ways, key=lambda way: way.started_version, default=None)

    # As of right

    def appeal_onward(self, act: AppealOnward, law: Regime) -> None:
        """Enter an appeal to the next court as of right; of the other party too, while the period for it lasts."""
        joins = self.state == "lodged" and bool(self.went_on) and not self.ended_unused
        way = self.deadline("onward") if joins else self.open_way("onward")
        if way is None or way.started_version < self.decisions[-1].version:
            self.refuse_state("no period for appealing onward has begun", now="See the appeal's deadlines.")
        if joins and act.by in self.went_on:
            self.refuse_state(f"the {act.by} appealed onward already", now="Enter what is new in that appeal.")
        self.require_in_time("onward", act.received_on, "an onward appeal")
        self.require_court(act.court, self._courts_above(law)[:1], law)
        self.reopen_if_ended()
        self.record(AppealedOnward, **dict(act))
        self.meet("onward", act.received_on)

    def _ways(self) -> list[str]:
        return [role for role in self.deadlines if role.partition(":")[0] in WAYS_ON]
