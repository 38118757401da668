"""Non-compliance: a duty that was not done, from suspicion to remedy. DPA 2018 s155(1)(b); periodic penalties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from domain.case.account import Account
from domain.case.case import Case
from domain.case.events import CaseEvent, Cause, Opened
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.fields import day_of
from domain.fine.fine import Fine
from domain.non_compliance.chargeable import Standstill, charge, standstills
from domain.non_compliance.commands import (
    Close,
    Confirm,
    Dismiss,
    Liquidate,
    RecordPayment,
    RecordRemedy,
    Refer,
    Suspect,
)
from domain.non_compliance.events import (
    Confirmed,
    Dismissed,
    Liquidated,
    NonComplianceClosed,
    NonCompliancePaymentRecorded,
    Referred,
    RemedyRecorded,
    Suspected,
)
from domain.refusals import Invalid, TooEarly
from domain.regimes import Regime

_OPEN = ("suspected", "confirmed")


class NonCompliance(Case):
    """A breach of one requirement of a notice, or of one payment of a fine."""

    TOPIC = "non_compliance"
    WORDS = "non-compliance case"
    OPEN_STATES = frozenset(_OPEN)

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self._state = "suspected"
        self.suspicion: Suspected
        self.opened_by_system = False
        self.liquidations: list[Liquidated] = []
        self.remedied_on: date | None = None
        self.account = Account()

    @property
    def state(self) -> str:
        """`suspected`, `confirmed`, `dismissed`, `remedied` or `closed`."""
        return self._state

    # What may be done: refuse in the order of the codes, then record.

    def suspect(self, act: Suspect, _law: Regime) -> None:
        """Open the case, by an officer; at most one is open for one requirement or payment."""
        target = self.occasion.cases.case(act.of)
        about = act.about
        if isinstance(target, EnforcementNotice):
            target.require_state("in_force", "complied", "closed", to="a suspicion")
        elif isinstance(target, Fine):
            target.require_state("issued", to="a suspicion")
        already = open_case_about(target, about)
        if already:
            target.refuse_state(f"a non-compliance case about {about} is open already", now=f"Go on in {already.reference}.")
        kind, _, requirement = about.partition(":")
        if isinstance(target, EnforcementNotice) and kind == "comply":
            if requirement not in target.requirements:
                message = f"Refused: the notice has no requirement {requirement!r}; it has {', '.join(target.requirements)}."
                raise Invalid(message, unknown=requirement)
        elif (
            kind not in ("payment", "response")
            or target.deadline(about) is None
            or (isinstance(target, Fine) and not target.is_duty(about))
        ):
            target.refuse_state(f"it has no duty {about!r} that could be breached", now="See its deadlines.")
        self.be_suspected(target, about, since=act.since, detected_on=act.detected_on)

    def be_suspected(self, target: Case, about: str, *, since: date, detected_on: date, cause: Cause | None = None) -> None:
        """Open the case about a target, and let the target know."""
        deadline = target.deadline(about)
        requirement = target.requirements.get(about.partition(":")[2]) if isinstance(target, EnforcementNotice) else None
        number = len(self.occasion.cases.cases_of(self.matter_id, self.TOPIC))
        self.open_with(subject=target.subject, reference=f"{target.reference}/non-compliance-{number}", cause=cause)
        self.record(
            Suspected,
            of=target.id,
            about=about,
            since=since,
            detected_on=detected_on,
            due=deadline.due if deadline else None,
            periodic_penalty=requirement.periodic_penalty if requirement else None,
        )
        target.note_non_compliance(self.id, about, since)

    def confirm(self, act: Confirm, _law: Regime) -> None:
        """Find that the duty was not done."""
        self.require_state("suspected", to="confirming")
        self.record(Confirmed, **dict(act))

    def dismiss(self, act: Dismiss, _law: Regime) -> None:
        """Drop the suspicion."""
        self.require_state(*_OPEN, to="dismissing")
        self.record(Dismissed, **dict(act))

    def liquidate(self, act: Liquidate, law: Regime) -> None:
        """Fix the periodic penalty for [from, to): no day twice, capped, over all liquidations of the requirement."""
        self.require_state("confirmed", to="liquidation")
        terms = self.suspicion.periodic_penalty
        if terms is None:
            self.refuse_state("no periodic penalty was set for it", now="A court may be asked for an order instead (refer).")
        first = self._first_chargeable_day()
        if act.from_ < first:
            message = f"Refused: {first} is the first chargeable day, the day after the due date; {act.from_} is before it."
            raise TooEarly(message, cites=law.cites("periodic_penalties"), first=str(first))
        before = [done for case in self._all_about_the_same() if case.state != "dismissed" for done in case.liquidations]
        self._require_fitting(act, before)
        self._require_binding(act, law)
        units, amount = charge(terms, act.from_, act.to, [liquidated.amount for liquidated in before])
        self.record(Liquidated, from_=act.from_, to=act.to, decided_on=act.decided_on, units=units, amount=amount)

    def _first_chargeable_day(self) -> date:
        """The day after the due date, as it is computed now: the time may have been extended since; without one, since when."""
        deadline = self.occasion.cases.case(self.suspicion.of).deadline(self.suspicion.about)
        due = deadline.due if deadline and deadline.status != "lapsed" else self.suspicion.due
        return due + timedelta(days=1) if due else self.suspicion.since

    def _require_binding(self, act: Liquidate, law: Regime) -> None:
        """Refuse days on which the duty stood still, or had been done in between.

        Raises:
            Invalid: there are such days.
        """
        notice, about = self.occasion.cases.case(self.suspicion.of), self.suspicion.about
        deadline, suspension = notice.deadline(about), law.suspension_by_appeal(notice.TOPIC, about)
        appeal_suspends = suspension is not None and not (deadline and deadline.terms.urgent)
        stood_still = list(standstills(notice.history, about, appeal_suspends=appeal_suspends))
        stood_still += [Standstill(start, end, "it had been done") for start, end in self._done_in_between()]
        found = [still for still in stood_still if still.meets(act.from_, act.to)]
        if found:
            which = "; ".join(str(still) for still in found)
            cites = suspension.source.cites if suspension else ()
            message = (
                f"Refused: days on which the duty stood still cannot be charged: {which}. Charge the days before and after apart."
            )
            raise Invalid(message, cites=cites, stood_still=which)

    def _done_in_between(self) -> Iterator[tuple[date, date]]:
        """From the remedy of an earlier breach of the same requirement to the beginning of the next."""
        cases = list(self._all_about_the_same())
        for earlier, later in pairwise(cases):
            if earlier.remedied_on:
                yield earlier.remedied_on, later.suspicion.since

    def _all_about_the_same(self) -> Iterator[NonCompliance]:
        """Every case about the same requirement, this one and others, ended or not."""
        mine = self.suspicion.of, self.suspicion.about
        for case in self.occasion.cases.cases_of(self.matter_id, self.TOPIC):
            if isinstance(case, NonCompliance) and (case.suspicion.of, case.suspicion.about) == mine:
                yield case

    def _complied_on(self) -> date | None:
        notice = self.occasion.cases.case(self.suspicion.of)
        if not isinstance(notice, EnforcementNotice):
            return None
        done = notice.complied.get(self.suspicion.about.partition(":")[2])
        return day_of(done) if done else None

    def _require_fitting(self, act: Liquidate, before: Sequence[Liquidated]) -> None:
        last = act.decided_on + timedelta(days=1)
        if act.to <= act.from_:
            message = f"Refused: the days end on {act.to} (not counted), which is not after {act.from_}."
            raise Invalid(message)
        if act.to > last:
            message = f"Refused: at most up to {last}, the day after the decision, not counted; given {act.to}."
            raise Invalid(message, last=str(last))
        complied_on = self._complied_on()
        if complied_on and act.to > complied_on:
            message = f"Refused: the duty was done on {complied_on}; days from then on cannot be charged."
            raise Invalid(message, complied_on=str(complied_on))
        twice = [past for past in before if act.from_ < past.to and past.from_ < act.to]
        if twice:
            which = ", ".join(f"{past.from_} to {past.to - timedelta(days=1)}" for past in twice)
            message = f"Refused: days liquidated before would be charged twice: {which}. Choose other days."
            raise Invalid(message, twice=which)

    def record_payment(self, act: RecordPayment, _law: Regime) -> None:
        """Enter money received for what was liquidated; possible after the case ended, while it is owed."""
        if not self.account.payable:
            self.refuse_state(
                "nothing that was liquidated is payable", now="A payment of the fine itself is recorded on the fine."
            )
        self.record(NonCompliancePaymentRecorded, **dict(act))

    def refer(self, act: Refer, _law: Regime) -> None:
        """Take the breach to a court."""
        self.require_state(*_OPEN, to="a referral")
        self.record(Referred, **dict(act))

    def record_remedy(self, act: RecordRemedy, _law: Regime) -> None:
        """Record that the duty was done after all."""
        self.require_state(*_OPEN, to="a remedy")
        self.record(RemedyRecorded, remedied_on=day_of(act.remedied_on), evidence=act.evidence)

    def close(self, act: Close, _law: Regime) -> None:
        """End the case without remedy."""
        self.require_state(*_OPEN, to="closing")
        self.require_no_hold("closing")
        self.record(NonComplianceClosed, **dict(act))

    # What follows from what happened: never refuses, never reads clock, regime or settings.

    def when(self, event: CaseEvent) -> None:
        """Keep the state, what was liquidated and what came in."""
        match event:
            case Opened(cause=cause):
                self.opened_by_system = cause is not None
                super().when(event)
            case Suspected():
                self.suspicion = event
            case Confirmed():
                self._state = "confirmed"
            case Dismissed():
                self._state = "dismissed"
                self.account.void()
            case Liquidated(amount=amount):
                self.liquidations.append(event)
                self.account.add(amount)
            case NonCompliancePaymentRecorded(amount=amount, received_on=day):
                self.account.receive(amount, day)
            case RemedyRecorded(remedied_on=day):
                self._state, self.remedied_on = "remedied", day
            case NonComplianceClosed():
                self._state = "closed"
            case _:
                super().when(event)


def open_case_about(target: Case, about: str) -> NonCompliance | None:
    """The open non-compliance case about a requirement or payment of a target; there is never a second."""
    for case_id, named in target.non_compliances.items():
        if named == about:
            case = target.occasion.cases.case(case_id)
            if isinstance(case, NonCompliance) and case.is_open:
                return case
    return None
