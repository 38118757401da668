"""A desk for tests of the rules: gives commands to an application in memory, and reads what became of the cases.

Cases are called by short names; the clock follows the acts' dates of law unless a test moves it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory

from domain.appeal.appeal import Appeal
from domain.application import CaseApplication, Outcome
from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.case.events import CaseEvent
from domain.commands import Command
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.event_store import in_memory
from domain.fine.fine import Fine
from domain.investigation.investigation import Investigation
from domain.non_compliance.non_compliance import NonCompliance
from domain.roles import Actor, Role
from domain.time_sources import MovedTime

OFFICER = Actor(id="caseworker", role="officer")
ISSUER = Actor(id="commissioner", role="issuer")
REGISTRAR = Actor(id="registry", role="registrar")
ADMIN = Actor(id="admin", role="admin")
_DESKS = count(1)
CASE_FIELDS = ("investigation", "against", "of", "for_non_compliance", "replaces")


def actor(role: Role, name: str | None = None) -> Actor:
    """Somebody in a role."""
    return Actor(id=name or f"some-{role}", role=role)


def noon(day: str | date) -> datetime:
    """A day at 12:00 UTC."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(12), UTC)


class Desk:
    """One application, its clock, and the cases by name."""

    def __init__(self, start: str = "2020-07-09", factory: InfrastructureFactory[Any] | None = None) -> None:
        self.time = MovedTime(noon(start))
        self.app = CaseApplication(factory or in_memory(), self.time)
        self.names: dict[str, UUID] = {}
        self.matter_id: UUID | None = None
        self._number = next(_DESKS)
        self._keys = count(1)

    def at(self, day: str) -> Desk:
        """Move the clock to noon of a day; what falls due until then fires first, in order of due time."""
        self.move_to(noon(day))
        return self

    def move_to(self, moment: datetime) -> None:
        """Move the clock to an instant; what falls due until then fires first, in order of due time."""
        while self.matter_id is not None:
            due = [firing for firing in self.app.firings(self.matter_id) if firing.at <= moment]
            if not due:
                break
            self.time.current = max(self.time.current, due[0].at)
            self.app.fire(due[0].case, due[0].deadline)
        self.time.current = max(self.time.current, moment)

    def do(self, command: str, on: str | None = None, *, by: Actor = OFFICER, name: str | None = None, **data: Any) -> Outcome:
        """Give a command. `name` is what the test calls a case that the command opens."""
        key = data.pop("key", f"key-{self._number}-{next(self._keys)}")
        expected_version = data.pop("expected_version", None)
        dry_run = data.pop("dry_run", False)
        said = {field.rstrip("_"): value for field, value in data.items()}
        for field in CASE_FIELDS:
            if field in said:
                said[field] = self._ids(said[field])
        outcome = self.app.execute(
            Command(
                name=command,
                data=said,
                on=self.names[on] if on else None,
                actor=by,
                idempotency_key=key,
                expected_version=expected_version,
            ),
            dry_run=dry_run,
        )
        if outcome.refusal is None and outcome.case_id is not None and not dry_run:
            self.names[name or on or command.partition(".")[0]] = outcome.case_id
            self.matter_id = outcome.matter_id
        return outcome

    def done(self, command: str, on: str | None = None, *, by: Actor = OFFICER, name: str | None = None, **data: Any) -> Outcome:
        """Give a command that must be accepted."""
        outcome = self.do(command, on, by=by, name=name, **data)
        assert outcome.refusal is None, outcome.refusal
        return outcome

    def refused(self, command: str, on: str | None = None, *, by: Actor = OFFICER, **data: Any) -> dict[str, Any]:
        """Give a command that must be refused; nothing may have changed."""
        before = self.histories()
        outcome = self.do(command, on, by=by, **data)
        assert outcome.refusal is not None, f"{command} was accepted: {[event.type for event in outcome.events]}"
        assert self.histories() == before
        return outcome.refusal

    def _ids(self, named: Any) -> Any:
        if isinstance(named, list | tuple):
            return [self._ids(one) for one in named]
        return str(self.names.get(named, named))

    def histories(self) -> dict[UUID, list[CaseEvent]]:
        """The events of every case of the matter."""
        if self.matter_id is None:
            return {}
        return {case_id: self.app.events_of(case_id) for case_id in self.app.cases_of(self.matter_id)}

    def case(self, name: str) -> Case:
        """A case as it stands."""
        return self.app.case(self.names[name])

    def fine(self, name: str = "fine") -> Fine:
        """The fine as it stands."""
        case = self.case(name)
        assert isinstance(case, Fine)
        return case

    def notice(self, name: str = "notice") -> EnforcementNotice:
        """The enforcement notice as it stands."""
        case = self.case(name)
        assert isinstance(case, EnforcementNotice)
        return case

    def appeal(self, name: str = "appeal") -> Appeal:
        """The appeal as it stands."""
        case = self.case(name)
        assert isinstance(case, Appeal)
        return case

    def investigation(self, name: str = "inv") -> Investigation:
        """The investigation as it stands."""
        case = self.case(name)
        assert isinstance(case, Investigation)
        return case

    def non_compliances(self) -> list[NonCompliance]:
        """The non-compliance cases of the matter in order of opening; they are then known as `non_compliance-1` ..."""
        assert self.matter_id is not None
        cases = [self.app.case(case_id) for case_id in self.app.cases_of(self.matter_id)]
        found = [case for case in cases if isinstance(case, NonCompliance)]
        self.names.update({f"non_compliance-{n}": case.id for n, case in enumerate(found, 1)})
        return found

    def deadline(self, case: str, role: str) -> Deadline:
        """A deadline of a case."""
        deadline = self.case(case).deadline(role)
        assert deadline is not None, f"{case} has no deadline {role}"
        return deadline


SUBJECT = {"name": "Clearview AI Inc.", "country": "US", "kind": "undertaking"}
PROVISION = "UK GDPR Art 5(1)(a)"


def investigated(day: str = "2020-07-09", **subject: Any) -> Desk:
    """Given an investigation with a finding of the higher tier."""
    desk = Desk(day)
    desk.done(
        "investigation.open",
        name="inv",
        reference="INV-1",
        regime="uk-dpa-2018",
        subject={**SUBJECT, **subject},
        opened_on=day,
        grounds=["UK GDPR Art 5"],
    )
    desk.done("investigation.record_finding", "inv", provision=PROVISION, tier="higher", summary="Collected without knowledge")
    return desk


def intended(day: str = "2021-11-29", amount: str = "GBP 17000000", **subject: Any) -> Desk:
    """Given a notice of intent."""
    desk = investigated(**subject).at(day)
    desk.done(
        "fine.give_notice_of_intent",
        name="fine",
        investigation="inv",
        amount=amount,
        tier="higher",
        provisions=[PROVISION],
        sent_on=day,
        reasons="Provisional view",
    )
    return desk


def proposed(day: str = "2022-05-17", amount: str = "GBP 7552800", **subject: Any) -> Desk:
    """Given a proposal by the caseworker."""
    desk = intended(**subject).at(day)
    desk.done("fine.propose_penalty", "fine", amount=amount, proposed_on=day, reasons="After representations")
    return desk


def issued(day: str = "2022-05-18", amount: str = "GBP 7552800", **subject: Any) -> Desk:
    """Given a penalty notice, payable and open to appeal until 15 June 2022."""
    desk = proposed(amount=amount, **subject).at(day)
    desk.done(
        "fine.issue_penalty_notice",
        "fine",
        by=ISSUER,
        amount=amount,
        decided_on=day,
        sent_on=day,
        pay_within="P28D",
    )
    return desk


INSTALMENTS = [
    {"amount": "GBP 3000000", "due_on": "2022-07-02"},
    {"amount": "GBP 3000000", "due_on": "2022-08-01"},
    {"amount": "GBP 1552800", "due_on": "2022-09-01"},
]
"""The first is due on a Saturday."""


def in_instalments() -> Desk:
    """Given a penalty that is paid by three instalments."""
    desk = issued().at("2022-06-01")
    desk.done("fine.agree_instalments", "fine", agreed_on="2022-06-01", instalments=INSTALMENTS)
    return desk


STOP = {"id": "stop", "text": "Stop collecting", "comply_within": "P3M", "counted_from": "end_of_appeal_period"}
DELETE = {"id": "delete", "text": "Delete the data", "comply_within": "P6M", "counted_from": "end_of_appeal_period"}


def in_force(day: str = "2022-05-18", requirements: list[dict[str, Any]] | None = None) -> Desk:
    """Given an enforcement notice in force with the requirements stop and delete."""
    desk = investigated().at(day)
    desk.done(
        "enforcement_notice.issue",
        name="notice",
        by=ISSUER,
        investigation="inv",
        kind="enforcement_notice",
        decided_on=day,
        sent_on=day,
        requirements=requirements or [STOP, DELETE],
    )
    return desk


def appealed(day: str = "2022-06-14") -> Desk:
    """Given a fine and a notice, both under one appeal."""
    desk = issued()
    desk.done(
        "enforcement_notice.issue",
        name="notice",
        by=ISSUER,
        investigation="inv",
        kind="enforcement_notice",
        decided_on="2022-05-18",
        sent_on="2022-05-18",
        requirements=[STOP, DELETE],
    )
    desk.at(day)
    desk.done(
        "appeal.lodge",
        name="appeal",
        by=REGISTRAR,
        against=["fine", "notice"],
        scope="whole",
        court="first_tier_tribunal",
        received_on=day,
        grounds=["No jurisdiction"],
    )
    return desk


def days_after(day: str, days: int) -> str:
    """A day that many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
