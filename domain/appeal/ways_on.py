"""The periods of the ways on from a decision: which are open, what moves them, and the end when none is left.

GRC Rules 2009 r42; Upper Tribunal Rules 2008 r21, r22, r44.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.appeal.commands import BecomeFinal, ExtendTime, RecordSending
from domain.appeal.course import Course
from domain.appeal.events import AppealReopened, BecameFinal, Party, Returned, SendingRecorded, TimeExtended
from domain.case.case import Case
from domain.case.commands import FireDeadline
from domain.case.deadline import Deadline
from domain.clock.terms import Candidate, Count
from domain.fields import day_of
from domain.refusals import Invalid
from domain.regimes import Regime

FIRST_WAYS = ("permission", "onward")
"""The ways on from a decision itself; either party may use them."""
WAYS_ON = (*FIRST_WAYS, "renewal", "reconsideration")


class WaysOn(Course):
    """The time that is left for going on to another court."""

    def open_way(self, role: str) -> Deadline | None:
        """The period of a way on from the last decision: also when it ended unused, for an act in time may be recorded late."""
        is_way = role.partition(":")[0] in WAYS_ON and (self.state == "decided" or self.ended_unused)
        way = self.deadline(role) if is_way else None
        return way if way and way.started_version > self.decisions[-1].version else None

    def open_ways(self) -> list[Deadline]:
        """Every such period."""
        return [way for role in list(self.deadlines) if (way := self.open_way(role))]

    def first_way(self) -> Deadline | None:
        """The period for going on from the decision itself: for asking permission, or for appealing as of right."""
        return next((way for role in FIRST_WAYS if (way := self.open_way(role))), None)

    @property
    def ended_unused(self) -> bool:
        """Whether it ended, or went back to the court it was remitted to, because no way on was used in time."""
        returned = self.state == "lodged" and bool(self.decisions) and self.ended_on is not None
        return self.state == "final" or returned

    def reopen_if_ended(self, since: date | None = None) -> None:
        """Take up an appeal that ended unused: from a day after that on, or as if it had never ended."""
        if self.ended_unused and self.ended_on:
            since = max(since or self.ended_on, self.ended_on)
            self.record(AppealReopened, court=self.decisions[-1].tier, reopened_on=since)

    def require_court(self, court: str | None, allowed: Sequence[str], law: Regime) -> None:
        """Refuse a court that is not the one for the step.

        Raises:
            Invalid: it is another.
        """
        if court not in allowed:
            named = " or ".join(allowed) or "none: there is no way on"
            message = f"Refused: {court!r} is not the court for this step under {law.id}. Name {named}."
            raise Invalid(message, court=court, allowed=allowed)

    def require_going_on(self, to: str) -> None:
        """Refuse what a court does while the appeal waits.

        Raises:
            WrongState: the proceedings are suspended.
        """
        if self.waits_since:
            self.refuse_state(
                f"its proceedings are suspended since {self.waits_since}; {to} has to wait", now="Enter their resumption first."
            )

    # What moves a period

    def extend_time(self, act: ExtendTime, _law: Regime) -> None:
        """The court gave more time for a step, before or after its period ended."""
        deadline = self.open_way(act.role)
        if deadline is None or deadline.is_done_with:
            running = ", ".join(d.role for d in self.deadlines.values() if d.status == "running") or "none"
            self.refuse_state(f"no period {act.role!r} can be extended", now=f"Running: {running}.")
        self.require_later(deadline, act.until)
        self.reopen_if_ended(since=act.ordered_on)
        self.record(TimeExtended, **dict(act))
        self.extend(deadline, until=act.until, by=None, agreed_on=act.ordered_on, authority="tribunal_order", reason=act.reason)

    def record_sending(self, act: RecordSending, law: Regime) -> None:
        """Enter that a court sent a document from which the law may count the time for going on, if it is the latest."""
        way = self.first_way()
        if way is None:
            self.refuse_state("no period for going on counts from it", now="The decision must be entered first.")
        self.record(SendingRecorded, **dict(act))
        both_used_it = way.status == "met" and set(self.applications) == {"appellant", "respondent"}
        later = self._count_from_latest(way, act, law)
        terms = self.terms_again(way, later) if later and not both_used_it else way.terms
        if terms.due <= way.due:
            return
        self.reopen_if_ended(since=act.sent_on)
        reason = f"It counts from the latest document that was sent: {act.document.replace('_', ' ')}, on {act.sent_on}."
        self.set_anew(way, terms, reason)

    def _count_from_latest(self, way: Deadline, act: RecordSending, law: Regime) -> Count | None:
        """The count with that document among its triggers; None: it is no trigger of the rule, or not the latest."""
        count = way.terms.count
        rule = law.rule_version(count.rule, count.rule_version)
        if f"{act.document}.sent" not in rule.counts_from or act.sent_on <= day_of(count.start):
            return None
        known = count.candidates or (Candidate(event=count.trigger, date=count.start),)
        sending = Candidate(event=f"{self.TOPIC}.{SendingRecorded.NAME}", date=act.sent_on)
        latest = {"start": act.sent_on, "trigger": sending.event, "candidates": (*known, sending), "until": None}
        return count.model_copy(update=latest)

    # When none is left

    def take_up_again(self, role: str) -> None:
        """The appeal may have ended when the period, entered wrongly, went by unused."""
        way = self.open_way(role)
        if way and way.status == "passed":
            self.reopen_if_ended()

    def follow_correction(self, was: Case, meant: Case) -> None:
        """An appeal that ended with the decision itself, or with a refusal, ended on another day."""
        super().follow_correction(was, meant)
        if not isinstance(was, WaysOn) or not isinstance(meant, WaysOn):
            return
        if meant.ended_on and was.ended_on != meant.ended_on and self.ended_on == was.ended_on:
            self.reopen_if_ended()
            self.end(meant.ended_on)

    def become_final(self, _act: BecomeFinal, _law: Regime) -> None:
        """Close the way on, when its last period has ended unused and no application is pending."""
        self.require_state("decided", to="becoming final")
        if not self._nothing_is_left:
            self.refuse_state("a way on is still open", now="Wait until its last period has ended.")
        self.end(max((way.due for way in self.open_ways()), default=self.decisions[-1].sent_on))

    def fire_deadline(self, act: FireDeadline, law: Regime) -> None:
        """Let a period pass; when it was the last way on, the appeal is final, or back before the court it was remitted to."""
        before = self.version
        super().fire_deadline(act, law)
        if self.version > before:
            self.end_if_nothing_is_left(self.deadlines[act.role].due)

    def wait_for_the_other_party(self, gave_up: Party, on: date) -> None:
        """Nothing is left to one party: final, once the other party's period is over too."""
        way = self.first_way()
        other: Party = "respondent" if gave_up == "appellant" else "appellant"
        if way and other not in self.applications and self.occasion.now < way.due_at:
            self.keep_open(way)
            return
        self.end_if_nothing_is_left(max(on, way.due) if way and other not in self.applications else on)

    def keep_open(self, way: Deadline) -> None:
        """A period that one party has used runs on for the other."""
        if way.status == "met":
            reason = f"One party has used it; the other may until {way.due}."
            self.set_anew(way, way.terms, reason)

    @property
    def _nothing_is_left(self) -> bool:
        pending = any(a.status == "pending" for a in self.applications.values())
        running = any(way.status in ("running", "suspended") for way in self.open_ways())
        return self.state == "decided" and not pending and not running

    def end_if_nothing_is_left(self, on: date) -> None:
        """Become final, or return to the court it was remitted to, unless a way on is open."""
        if self._nothing_is_left:
            self.end(on)

    def end(self, on: date) -> None:
        """The last decision stands for good; a remitted appeal is before its court again."""
        last = self.decisions[-1]
        if last.outcome == "remitted" and last.court in self.occasion.law.courts:
            self.record(Returned, court=last.court, returned_on=on)
        else:
            self.record(BecameFinal, final_on=on)
