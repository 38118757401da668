"""What may be done to a case of any type, and what it keeps of what happened."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from domain.case.checks import WithChecks
from domain.case.commands import (
    AddEvidence,
    Assign,
    ExtendDeadline,
    FireDeadline,
    PlaceHold,
    RecomputeDeadlines,
    RecordJustification,
    ReleaseHold,
)
from domain.case.correction import Correction, correct
from domain.case.events import (
    Assigned,
    CaseEvent,
    Cause,
    EvidenceAdded,
    HoldPlaced,
    HoldReleased,
    JustificationRecorded,
    NonComplianceOpened,
    Opened,
)
from domain.fields import day_of
from domain.refusals import TooLate
from domain.regimes import Regime
from domain.subject import Subject


class Case(WithChecks):
    """One case: an aggregate with its state, its deadlines and its legal hold."""

    OPENED: ClassVar[type[Opened]] = Opened
    OPEN_STATES: ClassVar[frozenset[str]]

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.regime = ""
        self.subject: Subject
        self.officer: str | None = None
        self.non_compliances: dict[UUID, str] = {}

    @property
    def is_open(self) -> bool:
        """Whether something may still be decided in it."""
        return self.state in self.OPEN_STATES

    # What may be done

    def open_with(self, *, subject: Subject, reference: str, cause: Cause | None = None, **facts: object) -> None:
        """Record the first event."""
        self.record(
            self.OPENED,
            regime=self.occasion.law.id,
            subject=subject,
            reference=reference,
            cause=cause,
            **facts,
        )

    def assign(self, act: Assign, _law: Regime) -> None:
        """Make an officer responsible."""
        self.record(Assigned, officer=act.officer, role=act.role)

    def add_evidence(self, act: AddEvidence, _law: Regime) -> None:
        """Enter a document by its digest."""
        self.record(EvidenceAdded, **dict(act))

    def place_hold(self, act: PlaceHold, _law: Regime) -> None:
        """Place a legal hold; one at a time."""
        if self.hold:
            self.refuse_state("a legal hold cannot be placed twice", now="Release the one that stands first.")
        self.record(HoldPlaced, **dict(act))

    def release_hold(self, act: ReleaseHold, _law: Regime) -> None:
        """Lift the hold; another actor than the one who placed it."""
        if self.hold is None:
            self.refuse_state("there is no legal hold to release", now="Nothing needs to be done.")
        self.require_another_person(than=self.hold.actor, did="placed the hold", act="releasing it")
        self.record(HoldReleased, **dict(act))

    def extend_deadline(self, act: ExtendDeadline, law: Regime) -> None:
        """Give more time, by an authority that the rule knows; a hard ceiling only while it runs, by the day of the order."""
        deadline = self.deadline(act.role)
        if deadline is None:
            known = ", ".join(sorted(self.deadlines)) or "none"
            self.refuse_state(f"it has no deadline {act.role!r}", now=f"Its deadlines are: {known}.")
        rule = law.rule_version(deadline.terms.rule.id, deadline.terms.rule.version)
        if act.authority not in rule.extended_by:
            allowed = ", ".join(rule.extended_by) or "nothing"
            self.refuse_state(
                f"{act.role} cannot be extended by {act.authority}",
                cites=rule.cites,
                now=f"The law lets it be extended by: {allowed}.",
            )
        if deadline.is_done_with or not self.can_matter(act.role):
            self.refuse_state(
                f"{act.role} is {deadline.status} and can no longer be extended",
                cites=rule.cites,
                now="Only a deadline that somebody has still to keep can be moved.",
            )
        afterwards = act.authority in rule.extended_afterwards_by
        if deadline.ended_before(act.agreed_on) and not afterwards:
            message = (
                f"Refused: {act.role} ended on {deadline.due}; an extension of {act.agreed_on} by {act.authority} comes too "
                "late. Only a court may extend its own limit after it ended."
            )
            raise TooLate(message, cites=rule.cites, role=act.role, due=str(deadline.due))
        self.require_later(deadline, act.until)
        self.extend(
            deadline,
            until=act.until,
            by=act.by,
            agreed_on=act.agreed_on,
            authority=act.authority,
            reason=act.reason,
        )

    def can_matter(self, role: str) -> bool:  # noqa: ARG002 - for case types in which the role decides
        """Whether a deadline of that role can matter still; in a case that has ended none can."""
        return self.is_open

    def record_justification(self, act: RecordJustification, _law: Regime) -> None:
        """Give the reasons for passing a soft limit."""
        deadline = self.deadline(act.role)
        if deadline is None or not deadline.reason_owed:
            self.refuse_state(f"no reason is owed for {act.role}", now="Reasons are owed when a soft limit has passed.")
        self.record(JustificationRecorded, **dict(act))

    def correct(self, act: Correction, law: Regime) -> None:
        """Correct a clerical error; the entry stays, and deadlines that hang on it are computed anew."""
        correct(self, act, law)

    def recompute_deadlines(self, act: RecomputeDeadlines, _law: Regime) -> None:
        """Compute deadlines anew under the calendars as they are now; only an end that moves is recorded.

        One that passed is open again where its new end lies ahead, or where what was done late is in time now.
        """
        for role in [role for role in self.deadlines if role in act.roles]:
            known, done = self.deadlines[role], self.done_on(role)
            if known.is_done_with:
                continue
            terms = self.terms_again(known, known.terms.count)
            lies_ahead = terms.due_at > self.occasion.now and self.can_matter(role)
            is_met = done is not None and day_of(done) <= terms.due
            if terms.due_at == known.due_at or (known.status == "passed" and not lies_ahead and not is_met):
                continue
            self.set_anew(known, terms, act.reason)
            self.follow_anchor(known)
            if done is not None:
                self.meet(role, done)

    def done_on(self, role: str) -> date | datetime | None:  # noqa: ARG002 - for case types whose state tells
        """When the duty of a deadline was done, where the state tells it (money that came in, compliance); else None."""
        return None

    def take_up_again(self, role: str) -> None:
        """The end of a deadline is about to be set anew by a correction: undo what had ended with it."""

    def still_suspends(self, cause: UUID, role: str) -> bool:  # noqa: ARG002 - for cases in which deadlines stand still
        """Whether what made a deadline stand still, an appeal or a court's order, has not ended."""
        return False

    def stand_still_again(self, role: str) -> None:
        """A deadline runs that was done with before a correction: what holds it up still, suspends it again."""

    def follow_correction(self, was: Case, meant: Case) -> None:
        """What a correction changes beside deadlines: the act as it was entered and as it was meant, each asked again."""

    def fire_deadline(self, act: FireDeadline, _law: Regime) -> None:
        """Let a deadline pass, or run again, whose time has come. Fired twice, early, late or after it was met: nothing happens."""
        deadline = self.deadline(act.role)
        if deadline is None or deadline.fires_at is None or deadline.set_version != act.set_version:
            return
        if self.occasion.now >= deadline.fires_at:
            self.let_happen(deadline)

    def note_non_compliance(self, non_compliance: UUID, about: str, since: date) -> None:
        """A non-compliance case about this one was opened."""
        self.record(NonComplianceOpened, non_compliance=non_compliance, about=about, since=since)

    # What follows from what happened

    def when(self, event: CaseEvent) -> None:
        """Keep what every case knows."""
        match event:
            case Opened():
                self.regime, self.subject, self.reference = event.regime, event.subject, event.reference
            case Assigned(officer=officer):
                self.officer = officer
            case HoldPlaced():
                self.hold = event
            case HoldReleased():
                self.hold = None
            case NonComplianceOpened():
                self.non_compliances[event.non_compliance] = event.about
            case _:
                super().when(event)
