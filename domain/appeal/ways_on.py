"""The ways on from a decision: permission, its renewal and reconsideration; and the end, when none is left.

GRC Rules 2009 r42; Upper Tribunal Rules 2008 r21, r22, r44.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.appeal.commands import BecomeFinal, DecidePermission, ExtendTime, RenewPermission, SeekPermission
from domain.appeal.course import Application, Course
from domain.appeal.events import (
    AppealReopened,
    BecameFinal,
    Party,
    PermissionDecided,
    PermissionRenewed,
    PermissionSought,
    Returned,
    TimeExtended,
)
from domain.case.case import Case
from domain.case.commands import FireDeadline
from domain.case.deadlines import Deadline
from domain.case.events import DeadlineRecomputed
from domain.refusals import Invalid
from domain.regimes import Regime

WAYS_ON = ("permission", "renewal", "reconsideration")


class WaysOn(Course):
    """Going on to another court, or not in time."""

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
        return law.courts_above(self.decisions[-1].tier)

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

    def take_up_again(self, role: str) -> None:
        """The appeal may have ended when the period, entered wrongly, went by unused."""
        way = self._open_way(role)
        if way and way.status == "passed":
            self._reopen_if_ended()

    def follow_correction(self, was: Case, meant: Case) -> None:
        """An appeal that ended with the decision itself, or with a refusal, ended on another day."""
        super().follow_correction(was, meant)
        if not isinstance(was, WaysOn) or not isinstance(meant, WaysOn):
            return
        if meant.ended_on and was.ended_on != meant.ended_on and self.ended_on == was.ended_on:
            self._reopen_if_ended()
            self._end(meant.ended_on)

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


def _refusal(application: Application) -> int:
    return application.refused_version
