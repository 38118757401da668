"""No sequence of commands breaks what must always hold.

Commands, sensible and not, are given in any order over fines, notices, appeals and breaches of one matter, while the
clock moves and the timers are sometimes late. `REGCASE_HISTORIES=5000` plays that many instead of the few of a test run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import structlog
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from domain.appeal.appeal import Appeal
from domain.application import Outcome
from domain.case.appealable import Appealable
from domain.case.case import Case
from domain.case.deadlines import Deadline
from domain.case.events import CaseEvent, DeadlineMet, DeadlinePassed, DeadlineStarted
from domain.commands import Command
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.fine.events import PaymentRecorded, PenaltyNoticeIssued, PenaltyProposed, RefundRecorded
from domain.fine.fine import Fine
from domain.money import Money
from domain.non_compliance.non_compliance import NonCompliance
from domain.regimes import regime
from domain.roles import SYSTEM, Actor
from tests.desk import (
    ADMIN,
    DELETE,
    ISSUER,
    OFFICER,
    PROVISION,
    REGISTRAR,
    STOP,
    Desk,
    actor,
    appealed,
    in_force,
    intended,
    investigated,
    issued,
)

HISTORIES = int(os.environ.get("REGCASE_HISTORIES", "200"))
LAW = regime("uk-dpa-2018")
SECOND_ISSUER = Actor(id="deputy", role="issuer")
AUDITOR = actor("auditor")

DAILY = {**STOP, "id": "daily", "periodic_penalty": {"rate": "GBP 1000", "per": "day", "cap": "GBP 20000"}}
SERVED = {"id": "served", "text": "t", "comply_within": "P2M", "counted_from": "served"}
AT_ONCE = {"id": "at-once", "text": "t"}
FIXED = {"id": "stop", "text": "t", "comply_by": "2023-06-30"}
LONGER = {**STOP, "comply_within": "P5M"}
TOO_SOON = {"id": "soon", "text": "t", "comply_within": "P1D", "counted_from": "sent"}

requirements = st.lists(st.sampled_from([STOP, DELETE, DAILY, SERVED, AT_ONCE, FIXED, LONGER, TOO_SOON]), min_size=1, max_size=3)
sums = st.sampled_from(
    [
        "GBP 2",
        "GBP 50",
        "GBP 100000",
        "GBP 6000000",
        "GBP 8000000",
        "GBP 1",
        "GBP 1000000",
        "GBP 7552799.99",
        "GBP 7552800",
        "GBP 9000000",
        "GBP 17500000",
        "GBP 17500000.01",
        "GBP 0",
        "GBP 0.001",
        "GBP -5",
        "EUR 5",
        5.0,
    ]
)
good_sums = st.sampled_from(["GBP 1", "GBP 1000000", "GBP 7552800", "GBP 9000000", "GBP 17500000"])
periods = st.sampled_from([None, None, None, None, "P28D", "P28D", "P56D", "P2M", "P20D", "PT24H", "P100Y", "soon"])
back = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 7, 20, 45, 400, -1])
"""How many days ago an act was done: mostly today; -1 lies ahead."""
ahead = st.sampled_from([1, 10, 30, 90, 400, -30])
scopes = st.sampled_from(["whole", "whole", "whole", "amount", "variation", "refusal_to_vary"])
courts = st.sampled_from(["first_tier_tribunal", "upper_tribunal", "court_of_appeal", "authority", "other"])
outcomes = st.sampled_from(
    ["dismissed", "allowed", "allowed", "partly_allowed", "substituted", "remitted", "remitted", "struck_out", "preliminary"]
)
parties = st.sampled_from(["appellant", "respondent"])
authorities = st.sampled_from(["agreement", "tribunal_order", "tribunal_order", "decision", "statute"])
starts: dict[str, Callable[[], Desk]] = {
    "investigated": lambda: investigated("2022-05-18"),
    "turnover": lambda: intended(worldwide_turnover="GBP 1000000000", amount="GBP 40000000"),
    "soft": lambda: intended("2026-02-05"),
    "issued": issued,
    "in_force": lambda: in_force(requirements=[STOP, DELETE, DAILY]),
    "appealed": appealed,
    "appealed again": appealed,
}

ALWAYS_ALLOWED = {"assigned", "evidence_added", "hold_placed", "hold_released", "justification_recorded"}
"""May be recorded in a case that has ended, of any type."""
A_LATER_CAUSE = {"appeal_lodged", "appeal_ended", "restored", "set_aside", "amount_substituted", "requirements_substituted"}
"""What a court does to a notice also after it ended."""
ALLOWED_AFTER_THE_END: dict[tuple[str, str], set[str]] = {
    ("fine", "settled"): A_LATER_CAUSE
    | {
        "served",
        "payment_recorded",
        "refund_recorded",
        "penalty_notice_varied",
        "penalty_notice_cancelled",
        "deadline_started",
        "deadline_extended",
        "deadline_recomputed",
        "deadline_met",
        "deadline_passed",
        "deadline_lapsed",
    },
    ("fine", "set_aside"): A_LATER_CAUSE | {"refund_recorded"},
    ("fine", "cancelled"): {"refund_recorded", "appeal_lodged", "appeal_ended"},
    ("fine", "no_penalty"): set(),
    ("enforcement_notice", "complied"): A_LATER_CAUSE
    | {
        "served",
        "cancelled",
        "non_compliance_opened",
        "deadline_extended",
        "deadline_recomputed",
        "deadline_started",
        "deadline_suspended",
        "deadline_met",
        "deadline_passed",
        "deadline_lapsed",
    },
    ("enforcement_notice", "set_aside"): A_LATER_CAUSE,
    ("enforcement_notice", "cancelled"): {"appeal_lodged", "appeal_ended"},
    ("enforcement_notice", "closed"): {"appeal_lodged", "appeal_ended", "non_compliance_opened"},
    ("appeal", "final"): {"reopened"},
    ("appeal", "withdrawn"): set(),
    ("non_compliance", "dismissed"): {"payment_recorded"},
    ("non_compliance", "remedied"): {"payment_recorded"},
    ("non_compliance", "closed"): {"payment_recorded"},
    ("investigation", "closed"): {"reopened"},
}


class EveryHistory(RuleBasedStateMachine):
    """A matter, to which anything may happen."""

    @initialize(start=st.sampled_from(sorted(starts)))
    def begin(self, start: str) -> None:
        self.desk = starts[start]()
        self.app = self.desk.app
        self.given: list[tuple[Command, Outcome]] = []
        self.keys = 0
        self.checked: Counter[UUID] = Counter()
        self.ended: dict[UUID, str] = {}
        self.decided: dict[UUID, Case] = {}
        self.known: tuple[int | None, dict[UUID, Case]] = (None, {})
        save = self.app.save

        def watched(*objects: Any, **rest: Any) -> Any:
            recordings = save(*objects, **rest)
            self.decided |= {case.id: case for case in objects if isinstance(case, Case)}
            return recordings

        self.app.save = watched  # type: ignore[method-assign] # watched on purpose

    # What the rules need

    @property
    def today(self) -> date:
        return self.desk.time.current.astimezone(LAW.time_zone).date()

    def ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    def everything(self) -> dict[UUID, Case]:
        """Every case as it stands, rebuilt from the store when something was added to it."""
        last = self.app.recorder.max_notification_id()
        if self.known[0] != last:
            assert self.desk.matter_id
            self.known = (last, {case_id: self.app.case(case_id) for case_id in self.app.cases_of(self.desk.matter_id)})
        return self.known[1]

    def cases(self, case_type: str) -> list[UUID]:
        return [case_id for case_id, case in self.everything().items() if case_type == case.TOPIC]

    def one(self, case_type: str, which: int, *states: str) -> UUID | None:
        """One of the cases of a type, by preference the latest in one of the states."""
        cases = self.cases(case_type)
        if which < 3:
            cases = [case_id for case_id in cases if self.everything()[case_id].state in states] or cases
        return cases[-1 - which % len(cases)] if cases else None

    def versions(self) -> dict[UUID, int]:
        return {case_id: case.version for case_id, case in self.everything().items()}

    def give(self, name: str, on: UUID | None, by: Actor, /, **data: Any) -> None:
        """Give a command. Every fourth is tried dry first, and then nothing may be kept; every fourth is given twice."""
        self.keys += 1
        expected_version = data.pop("expected_version", None)
        data = {field.rstrip("_"): value for field, value in data.items() if value is not None}
        command = Command(
            name=name, data=data, on=on, actor=by, idempotency_key=f"rule-{self.keys}", expected_version=expected_version
        )
        before, last = self.versions(), self.app.recorder.max_notification_id()
        dry = self.app.execute(command, dry_run=True) if self.keys % 4 == 0 else None
        assert self.app.recorder.max_notification_id() == last, "a dry run left a trace"
        outcome = self.app.execute(command)
        if dry:
            assert dry.refusal == outcome.refusal
            assert [event.type for event in dry.events] == [event.type for event in outcome.events]
        if outcome.refusal is not None:
            assert self.versions() == before, f"{outcome.refusal['code']}, and yet something changed"
        if self.keys % 4 == 1:
            assert self.same(self.app.execute(command), outcome), "the same key gave another outcome"
        self.given.append((command, outcome))

    @staticmethod
    def same(again: Outcome, first: Outcome) -> bool:
        if first.refusal is not None and first.refusal["code"] in ("invalid", "forbidden", "conflict"):
            return again.refusal is not None and again.refusal["code"] == first.refusal["code"]
        by_case = Counter((event.case_id, event.version, event.type) for event in again.events)
        return (
            again.repeated
            and again.refusal == first.refusal
            and by_case == Counter((event.case_id, event.version, event.type) for event in first.events)
        )

    # The clock

    @rule(days=st.sampled_from([0, 1, 7, 22, 28, 32, 60, 200]))
    def days_pass(self, days: int) -> None:
        self.desk.move_to(self.desk.time.current + timedelta(days=days))

    @rule(days=st.sampled_from([1, 20, 40]))
    def days_pass_while_the_timers_stand(self, days: int) -> None:
        self.desk.time.current += timedelta(days=days)

    # The usual course, so that histories get long

    @precondition(lambda self: self.cases("appeal"))
    @rule(outcome=outcomes, party=parties, granted=st.booleans(), amount=st.one_of(st.none(), good_sums), late=back)
    def an_appeal_takes_its_course(self, *, outcome: str, party: str, granted: bool, amount: str | None, late: int) -> None:
        on = self.one("appeal", 0, "decided", "lodged")
        assert on
        appeal = self.everything()[on]
        assert isinstance(appeal, Appeal)
        if appeal.state == "lodged":
            below = LAW.courts[: LAW.courts.index(appeal.tier)]
            data: dict[str, Any] = {"court": below[0] if below else "authority"} if outcome == "remitted" else {}
            if outcome in ("substituted", "partly_allowed"):
                data |= {"amount": amount, "requirements": [LONGER]}
            self.give("appeal.decide", on, REGISTRAR, outcome=outcome, decided_on=self.ago(0), sent_on=self.ago(0), **data)
        elif any(application.status == "pending" for application in appeal.applications.values()):
            outcome = "granted" if granted else "refused"
            self.give("appeal.decide_permission", on, REGISTRAR, outcome=outcome, sent_on=self.ago(0))
        elif appeal.applications and not granted:
            court = next(iter(appeal.applications.values())).court
            court = "upper_tribunal" if court == "first_tier_tribunal" else court
            self.give("appeal.renew_permission", on, REGISTRAR, court=court, received_on=self.ago(late))
        else:
            data = {"by_": party, "court": appeal.tier, "received_on": self.ago(late), "grounds": ["g"]}
            self.give("appeal.seek_permission", on, REGISTRAR, **data)

    @precondition(lambda self: self.cases("fine"))
    @rule(
        amount=st.one_of(good_sums, sums),
        what=st.sampled_from(["appeal", "pay", "pay in full", "refund", "vary", "cancel", "recover"]),
        by=st.sampled_from([ISSUER, SECOND_ISSUER]),
        proposer=st.sampled_from([OFFICER, ISSUER]),
    )
    def a_fine_takes_its_course(self, *, amount: Any, what: str, by: Actor, proposer: Actor) -> None:
        on = self.one("fine", 0, "intended", "issued", "settled", "cancelled")
        assert on
        fine = self.everything()[on]
        assert isinstance(fine, Fine)
        today, account = self.ago(0), fine.account
        if fine.state == "intended" and fine.proposal is None:
            self.give("fine.propose_penalty", on, proposer, amount=amount, proposed_on=today, reasons="r")
        elif fine.state == "intended":
            assert fine.proposal
            floor = fine.deadlines["representations"].due_at
            self.desk.move_to(max(self.desk.time.current, floor + timedelta(hours=12)))
            amount, sent_on = written(fine.proposal.amount), self.ago(0)
            self.give("fine.issue_penalty_notice", on, by, amount=amount, decided_on=sent_on, sent_on=sent_on)
        elif what == "appeal":
            data = {"scope": "whole", "court": "first_tier_tribunal", "received_on": today, "grounds": ["g"]}
            self.give("appeal.lodge", None, REGISTRAR, against=[str(on)], **data)
        elif account.refund_due or what == "refund":
            amount = written(account.refund_due) if account.refund_due and what == "refund" else amount
            self.give("fine.record_refund", on, REGISTRAR, amount=amount, paid_on=today, reference="r")
        elif what == "vary":
            self.give("fine.vary_penalty_notice", on, by, sent_on=today, reasons="r", amount=amount)
        elif what == "cancel":
            self.give("fine.cancel_penalty_notice", on, by, sent_on=today, reasons="r")
        elif what == "recover":
            self.give("fine.start_recovery", on, REGISTRAR, court="county_court", started_on=today)
        else:
            amount = written(account.outstanding) if what == "pay in full" and account.outstanding else amount
            self.give("fine.record_payment", on, REGISTRAR, amount=amount, received_on=today, reference="r")

    @precondition(lambda self: self.cases("enforcement_notice"))
    @rule(what=st.sampled_from(["officer", "timer", "confirm", "liquidate", "comply", "extend"]), late=back)
    def a_breach_takes_its_course(self, *, what: str, late: int) -> None:
        notice = self.one("enforcement_notice", 0, "in_force")
        breach = self.one("non_compliance", 0, "suspected", "confirmed")
        today, day = self.ago(0), self.ago(late)
        if what == "officer" or (breach is None and what in ("confirm", "liquidate")):
            data = {"of": str(notice), "requirement": "stop", "since": today, "detected_on": today}
            self.give("non_compliance.suspect", None, OFFICER, **data)
        elif what == "timer":
            self.desk.move_to(self.desk.time.current + timedelta(days=95))
        elif what == "confirm":
            self.give("non_compliance.confirm", breach, ISSUER, decided_on=today, reasons="r")
        elif what == "liquidate" and breach:
            due = self.everything()[breach].suspicion.due or self.today  # type: ignore[attr-defined] # the id was drawn from cases of that type
            data = {"from": (due + timedelta(days=1)).isoformat(), "to": today, "decided_on": today}
            self.give("non_compliance.liquidate", breach, ISSUER, **data)
        elif what == "comply":
            data = {"requirement": "stop", "complied_on": day, "assessed_on": today}
            self.give("enforcement_notice.record_compliance", notice, OFFICER, **data)
        elif what == "extend":
            data = {"role": "comply:stop", "until": self.ago(-40), "agreed_on": day, "reason": "r", "authority": "tribunal_order"}
            self.give("enforcement_notice.extend_deadline", notice, REGISTRAR, **data)

    # Beside the course of the cases

    @rule(
        what=st.sampled_from(["timers", "again", "key", "assign", "finding", "turn", "hold", "forbidden"]),
        which=st.integers(0, 50),
    )
    def something_happens_beside(self, what: str, which: int) -> None:
        match what:
            case "timers":
                self.timers_fire_again()
            case "again" if self.given:
                self.a_command_is_given_again(*self.given[which % len(self.given)])
            case "key" if self.given:
                self.a_key_is_used_for_another_command(*self.given[which % len(self.given)])
            case "assign":
                self.somebody_is_assigned_expecting_a_version(off=(0, 1, -1)[which % 3])
            case "finding":
                tier = ("standard", "higher")[which % 2]
                inv = self.one("investigation", 0)
                self.give("investigation.record_finding", inv, OFFICER, provision=PROVISION, tier=tier, summary="s")
            case "turn":
                self.the_investigation_turns(closes=which % 3 > 0)
            case "hold":
                self.a_hold_is_placed_or_released(which)
            case "forbidden":
                self.who_may_not_is_forbidden((AUDITOR, ADMIN, OFFICER)[which % 3])
            case _:
                pass

    def timers_fire_again(self) -> None:
        """Early, late, twice: without effect."""
        before = self.versions()
        for case_id in before:
            case = self.everything()[case_id]
            for deadline in case.deadlines.values():
                if deadline.status != "running" or deadline.due_at > self.desk.time.current:
                    outcome = self.app.fire(case, deadline)
                    assert outcome.repeated or not outcome.events
        assert self.versions() == before

    def a_command_is_given_again(self, command: Command, outcome: Outcome) -> None:
        if outcome.refusal is None or outcome.refusal["code"] not in ("invalid", "forbidden", "conflict"):
            before = self.versions()
            assert self.same(self.app.execute(command), outcome)
            assert self.versions() == before

    def a_key_is_used_for_another_command(self, command: Command, outcome: Outcome) -> None:
        if outcome.refusal is None:
            other = command.model_copy(update={"data": {**command.data, "reasons": "other"}})
            refusal = self.app.execute(other).refusal
            assert refusal
            assert refusal["code"] == "invalid"

    def somebody_is_assigned_expecting_a_version(self, *, off: int) -> None:
        inv = self.one("investigation", 0)
        assert inv
        expected = max(0, self.everything()[inv].version + off)
        self.give("investigation.assign", inv, OFFICER, expected_version=expected, officer="o", role="lead")
        refusal = self.given[-1][1].refusal
        assert (refusal["code"] if refusal else None) == ("conflict" if off else None)

    def the_investigation_turns(self, *, closes: bool) -> None:
        inv = self.one("investigation", 0)
        if closes:
            self.give("investigation.close", inv, OFFICER, outcome="o", reasons="r", closed_on=self.ago(0))
        else:
            self.give("investigation.reopen", inv, OFFICER, reason="r", reopened_on=self.ago(0))

    def a_hold_is_placed_or_released(self, which: int) -> None:
        kind = ("investigation", "fine", "enforcement_notice", "appeal", "non_compliance")[which % 5]
        by = (OFFICER, ISSUER, ADMIN)[which % 3]
        if on := self.one(kind, 0):
            verb, field = ("release_hold", "released_on") if which % 2 else ("place_hold", "placed_on")
            self.give(f"{kind}.{verb}", on, by, reason="r", **{field: self.ago(0)})

    def who_may_not_is_forbidden(self, by: Actor) -> None:
        if on := self.one("fine", 0):
            self.give("fine.cancel_penalty_notice", on, by, sent_on=self.ago(0), reasons="r")
            refusal = self.given[-1][1].refusal
            assert refusal
            assert refusal["code"] == "forbidden"

    # Fine

    @rule(
        amount=sums, tier=st.sampled_from(["standard", "higher", "higher", None]), day=back, period=periods, breach=st.booleans()
    )
    def a_notice_of_intent_is_given(self, amount: Any, tier: str | None, day: int, period: str | None, breach: bool) -> None:
        of = self.one("non_compliance", 0) if breach else None
        self.give(
            "fine.give_notice_of_intent",
            None,
            OFFICER,
            investigation=str(self.one("investigation", 0)),
            amount=amount,
            tier=tier,
            provisions=[PROVISION],
            sent_on=self.ago(day),
            reasons="r",
            representations_within=period,
            for_non_compliance=str(of) if of else None,
        )

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), amount=sums, by=st.sampled_from([OFFICER, OFFICER, ISSUER]), day=back)
    def a_penalty_is_proposed(self, which: int, amount: Any, by: Actor, day: int) -> None:
        on = self.one("fine", which, "intended")
        self.give("fine.propose_penalty", on, by, amount=amount, proposed_on=self.ago(day), reasons="r")

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), amount=good_sums, by=st.sampled_from([ISSUER, SECOND_ISSUER]), day=back, period=periods)
    def a_penalty_is_imposed(self, which: int, amount: str, by: Actor, day: int, period: str | None) -> None:
        on = self.one("fine", which, "intended")
        fine = self.everything()[on] if on else None
        if isinstance(fine, Fine) and fine.proposal is None and which != 3:
            self.give("fine.propose_penalty", on, OFFICER, amount=amount, proposed_on=self.ago(0), reasons="r")
        elif isinstance(fine, Fine) and fine.proposal and which != 3:
            amount = str(fine.proposal.amount).replace(",", "")
        sent_on = self.ago(day)
        self.give("fine.issue_penalty_notice", on, by, amount=amount, decided_on=sent_on, sent_on=sent_on, pay_within=period)

    @precondition(lambda self: self.cases("fine"))
    @rule(
        which=st.integers(0, 3),
        verb=st.sampled_from(["give_no_penalty_notice", "cancel_penalty_notice", *["vary_penalty_notice"] * 4]),
        amount=st.one_of(st.none(), sums),
        period=periods,
        day=back,
    )
    def a_fine_is_given_up_or_varied(self, which: int, verb: str, amount: Any, period: str | None, day: int) -> None:
        more = {"amount": amount, "pay_within": period} if verb == "vary_penalty_notice" else {}
        self.give(
            f"fine.{verb}", self.one("fine", which, "issued", "settled"), ISSUER, sent_on=self.ago(day), reasons="r", **more
        )

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), amount=sums, all_=st.booleans(), day=back, back_=st.booleans())
    def money_moves(self, which: int, amount: Any, all_: bool, day: int, back_: bool) -> None:
        on = self.one("fine", which, *(("cancelled", "set_aside") if back_ else ("issued",)))
        assert on
        account = self.everything()[on].account  # type: ignore[attr-defined] # the id was drawn from cases of that type
        whole = account.refund_due if back_ else account.outstanding
        amount = written(whole) if all_ and whole else amount
        verb, field = ("record_refund", "paid_on") if back_ else ("record_payment", "received_on")
        self.give(f"fine.{verb}", on, REGISTRAR, amount=amount, reference="r", **{field: self.ago(day)})

    @precondition(lambda self: self.cases("fine"))
    @rule(which=st.integers(0, 3), day=back)
    def recovery_is_started(self, which: int, day: int) -> None:
        on = self.one("fine", which, "issued")
        self.give("fine.start_recovery", on, REGISTRAR, court="county_court", started_on=self.ago(day))

    # Enforcement notice

    @rule(
        wanted=requirements, day=back, urgent=st.booleans(), first=st.sampled_from(["issue", "issue", "preliminary", "existing"])
    )
    def a_notice_is_given(self, wanted: list[Any], day: int, urgent: bool, first: str) -> None:
        inv, sent_on = str(self.one("investigation", 0)), self.ago(day)
        if first == "preliminary":
            data = {"investigation": inv, "sent_on": sent_on, "requirements": wanted, "representations_within": "P14D"}
            self.give("enforcement_notice.give_preliminary_notice", None, OFFICER, **data)
            return
        self.give(
            "enforcement_notice.issue",
            self.one("enforcement_notice", 0, "preliminary") if first == "existing" else None,
            ISSUER,
            investigation=inv,
            kind="enforcement_notice",
            decided_on=sent_on,
            sent_on=sent_on,
            requirements=wanted,
            urgent_reasons="u" if urgent else None,
        )

    @precondition(lambda self: self.cases("enforcement_notice"))
    @rule(which=st.integers(0, 3), wanted=requirements, verb=st.sampled_from([*["vary"] * 6, "cancel", "close"]), day=back)
    def a_notice_is_changed(self, which: int, wanted: list[Any], verb: str, day: int) -> None:
        data: dict[str, Any] = {"sent_on": self.ago(day), "reasons": "r"}
        if verb == "vary":
            data["requirements"] = wanted
        if verb == "close":
            data = {"outcome": "o", "closed_on": self.ago(day)}
        self.give(f"enforcement_notice.{verb}", self.one("enforcement_notice", which, "in_force"), ISSUER, **data)

    @precondition(lambda self: self.cases("enforcement_notice"))
    @rule(
        which=st.integers(0, 3), requirement=st.sampled_from(["stop", "stop", "delete", "daily", "served", "at-once"]), day=back
    )
    def compliance_is_recorded(self, which: int, requirement: str, day: int) -> None:
        on = self.one("enforcement_notice", which, "in_force", "set_aside")
        data = {"requirement": requirement, "complied_on": self.ago(day), "assessed_on": self.ago(0)}
        self.give("enforcement_notice.record_compliance", on, OFFICER, **data)

    @rule(kind=st.sampled_from(["fine", "enforcement_notice"]), which=st.integers(0, 3), day=back, deemed=ahead)
    def service_is_recorded(self, kind: str, which: int, day: int, deemed: int) -> None:
        if on := self.one(kind, which):
            deemed_on = self.ago(-deemed) if deemed < 20 else None
            self.give(f"{kind}.serve", on, REGISTRAR, served_on=self.ago(day), method="post", deemed_on=deemed_on)

    @rule(
        kind=st.sampled_from(["fine", "enforcement_notice"]),
        which=st.integers(0, 3),
        role=st.integers(0, 9),
        authority=authorities,
        day=back,
        days=ahead,
        by=st.sampled_from([None, None, "P10D", "P1M", "P100Y"]),
    )
    def a_deadline_is_extended(
        self, *, kind: str, which: int, role: int, authority: str, day: int, days: int, by: str | None
    ) -> None:
        if on := self.one(kind, which):
            roles = sorted(self.everything()[on].deadlines) or ["payment"]
            self.give(
                f"{kind}.extend_deadline",
                on,
                REGISTRAR,
                role=roles[role % len(roles)],
                until=None if by else self.ago(-days),
                **{"by_": by} if by else {},
                agreed_on=self.ago(day),
                authority=authority,
                reason="r",
            )

    # Appeal

    @rule(
        fines=st.sampled_from([0, 1]),
        notices=st.sampled_from([0, 1]),
        scope=scopes,
        day=back,
        hour=st.sampled_from([None, None, "T16:59:59+01:00", "T17:00:00+01:00", "T00:00:00+00:00"]),
        appellant=st.sampled_from(["subject", "subject", "third_party"]),
    )
    def an_appeal_is_lodged(self, *, fines: int, notices: int, scope: str, day: int, hour: str | None, appellant: str) -> None:
        named = (self.one("fine", 0, "issued", "settled"), self.one("enforcement_notice", 0, "in_force"))
        against = [str(case_id) for case_id, wanted in zip(named, (fines, notices), strict=True) if case_id and wanted]
        self.give(
            "appeal.lodge",
            None,
            REGISTRAR,
            against=against or [str(case_id) for case_id in named if case_id],
            scope=scope,
            court="first_tier_tribunal",
            received_on=self.ago(day) + (hour or ""),
            grounds=["g"],
            appellant=appellant,
        )

    @precondition(lambda self: self.cases("appeal"))
    @rule(
        which=st.integers(0, 2),
        outcome=outcomes,
        court=courts,
        day=back,
        amount=st.one_of(st.none(), good_sums, sums),
        wanted=st.one_of(st.none(), requirements),
        pay_by=st.one_of(st.none(), ahead),
        own=st.one_of(st.none(), outcomes),
    )
    def an_appeal_is_decided(
        self,
        *,
        which: int,
        outcome: str,
        court: str,
        day: int,
        amount: Any,
        wanted: list[Any] | None,
        pay_by: int | None,
        own: str | None,
    ) -> None:
        on = self.one("appeal", which, "lodged")
        assert on
        against = self.everything()[on].lodged.against  # type: ignore[attr-defined] # the id was drawn from cases of that type
        self.give(
            "appeal.decide",
            on,
            REGISTRAR,
            outcome=outcome,
            court=court if outcome == "remitted" or own == "remitted" else None,
            decided_on=self.ago(day),
            sent_on=self.ago(day),
            amount=amount,
            requirements=wanted,
            pay_by=self.ago(-pay_by) if pay_by is not None else None,
            per_target={str(against[0]): {"outcome": own}} if own else None,
        )

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), party=parties, court=courts, day=back)
    def permission_is_sought(self, which: int, party: str, court: str, day: int) -> None:
        on = self.one("appeal", which, "decided")
        assert on
        court = self.everything()[on].tier if court in ("authority", "other") else court  # type: ignore[attr-defined] # the id was drawn from cases of that type
        data = {"by_": party, "court": court, "received_on": self.ago(day), "grounds": ["g"]}
        self.give("appeal.seek_permission", on, REGISTRAR, **data)

    @precondition(lambda self: self.cases("appeal"))
    @rule(
        which=st.integers(0, 2),
        outcome=st.sampled_from(["granted", "refused"]),
        court=st.sampled_from([None] * 5 + ["supreme_court", "authority"]),
        day=back,
    )
    def permission_is_decided(self, which: int, outcome: str, court: str | None, day: int) -> None:
        on = self.one("appeal", which, "decided")
        self.give("appeal.decide_permission", on, REGISTRAR, outcome=outcome, sent_on=self.ago(day), court=court)

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), court=st.sampled_from(["upper_tribunal", "upper_tribunal", "first_tier_tribunal"]), day=back)
    def permission_is_sought_again(self, which: int, court: str, day: int) -> None:
        on = self.one("appeal", which, "decided")
        self.give("appeal.renew_permission", on, REGISTRAR, court=court, received_on=self.ago(day))

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), role=st.sampled_from(["permission", "renewal", "reconsideration"]), days=ahead, day=back)
    def the_court_gives_more_time(self, which: int, role: str, days: int, day: int) -> None:
        on = self.one("appeal", which, "decided", "final")
        data = {"role": role, "until": self.ago(-days), "ordered_on": self.ago(day), "reason": "r"}
        self.give("appeal.extend_time", on, REGISTRAR, **data)

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), day=back, verb=st.sampled_from(["withdraw", "become_final"]))
    def an_appeal_is_given_up(self, which: int, day: int, verb: str) -> None:
        on = self.one("appeal", which)
        if verb == "withdraw":
            self.give("appeal.withdraw", on, REGISTRAR, withdrawn_on=self.ago(day))
        else:
            self.give("appeal.become_final", on, SYSTEM)

    # Non-compliance

    @rule(
        kind=st.sampled_from(["fine", "enforcement_notice"]), requirement=st.sampled_from(["stop", "daily", "at-once"]), day=back
    )
    def a_breach_is_suspected(self, kind: str, requirement: str, day: int) -> None:
        if of := self.one(kind, 0):
            what: dict[str, Any] = {"payment": True} if kind == "fine" else {"requirement": requirement}
            data = {"of": str(of), "since": self.ago(day), "detected_on": self.ago(0)}
            self.give("non_compliance.suspect", None, OFFICER, **data, **what)

    @precondition(lambda self: self.cases("non_compliance"))
    @rule(
        which=st.integers(0, 3),
        verb=st.sampled_from(["confirm", "confirm", "dismiss", "refer", "record_remedy", "close", "record_payment"]),
        day=back,
    )
    def a_breach_goes_on(self, which: int, verb: str, day: int) -> None:
        when = self.ago(day)
        data: dict[str, Any] = {
            "confirm": {"decided_on": when, "reasons": "r"},
            "dismiss": {"decided_on": when, "reasons": "r"},
            "refer": {"court": "high_court", "referred_on": when, "order_sought": "o"},
            "record_remedy": {"remedied_on": when},
            "close": {"outcome": "o", "closed_on": when},
            "record_payment": {"amount": "GBP 500", "received_on": when, "reference": "r"},
        }[verb]
        by = REGISTRAR if verb == "record_payment" else ISSUER
        self.give(f"non_compliance.{verb}", self.one("non_compliance", which, "suspected", "confirmed"), by, **data)

    @precondition(lambda self: self.cases("non_compliance"))
    @rule(which=st.integers(0, 3), first=st.integers(-2, 30), days=st.integers(0, 30))
    def a_periodic_penalty_is_liquidated(self, which: int, first: int, days: int) -> None:
        on = self.one("non_compliance", which, "confirmed")
        assert on
        due = self.everything()[on].suspicion.due or self.today  # type: ignore[attr-defined] # the id was drawn from cases of that type
        start = due + timedelta(days=first)
        data = {"from": start.isoformat(), "to": (start + timedelta(days=days)).isoformat(), "decided_on": self.ago(0)}
        self.give("non_compliance.liquidate", on, ISSUER, **data)

    # What must always hold

    @invariant()
    def every_case_is_in_order(self) -> None:
        if not hasattr(self, "desk"):
            return
        cases = list(self.everything().values())
        for case in cases:
            if case.version == self.checked[case.id] and case.state == self.ended.get(case.id, case.state):
                continue
            history = self.app.events_of(case.id)
            check_history(case, history)
            check_deadlines(case, self.desk.time.current)
            self.check_new_events(case, history)
            if isinstance(case, Fine):
                check_money(case, history)
            if isinstance(case, EnforcementNotice):
                check_compliance(case, cases, self.desk.time.current)
        check_appeals(cases)
        check_breaches(cases)
        for case_id, decided in self.decided.items():
            assert state_of(decided) == state_of(self.everything()[case_id]), "a replay gives another state"
        self.decided.clear()

    def check_new_events(self, case: Case, history: list[CaseEvent]) -> None:
        """Each new event goes to the store and back byte for byte, and may come where it came."""
        stored: list[StoredEvent] = list(self.app.events.recorder.select_events(case.id, gt=self.checked[case.id]))
        for one in stored:
            again = self.app.mapper.to_stored_event(self.app.mapper.to_domain_event(one))
            assert (again.topic, again.state) == (one.topic, one.state)
        names = {event.NAME for event in history[self.checked[case.id] :]}
        if names and case.id in self.ended:
            allowed = ALLOWED_AFTER_THE_END[case.TOPIC, self.ended[case.id]] | ALWAYS_ALLOWED
            acts = {event.NAME for event in acts_of_one_save(history[self.checked[case.id] :])}
            assert acts <= allowed, f"{case.TOPIC} was {self.ended[case.id]}, and yet: {acts - allowed}"
        self.checked[case.id] = len(history)
        if case.is_open:
            self.ended.pop(case.id, None)
        else:
            self.ended[case.id] = case.state


def written(money: Money) -> str:
    return f"{money.currency} {money.value}"


def acts_of_one_save(fresh: list[CaseEvent]) -> Iterator[CaseEvent]:
    """The events up to the first that opens an ended case again: what follows it is of an open case."""
    for event in fresh:
        yield event
        if event.NAME in (
            "reopened",
            "appeal_lodged",
            "restored",
            "payment_recorded",
            "penalty_notice_varied",
            "amount_substituted",
        ):
            return


def state_of(thing: Any) -> Any:
    """Everything that a case knows, but what belongs to the act in hand."""
    if not hasattr(thing, "__dict__") or not isinstance(thing, Case):
        return vars(thing) if type(thing).__name__ == "Account" else thing
    return {name: state_of(value) for name, value in vars(thing).items() if name not in ("_pending", "_occasion")}


def check_history(case: Case, history: list[CaseEvent]) -> None:
    assert [event.version for event in history] == list(range(1, len(history) + 1))
    assert case.version == len(history)
    assert history[0].NAME == "opened"
    assert {event.matter_id for event in history} == {case.matter_id}
    assert all(before.recorded <= after.recorded for before, after in pairwise(history))
    proposal: PenaltyProposed | None = None
    for event in history:
        if isinstance(event, PenaltyProposed):
            proposal = event
        if isinstance(event, PenaltyNoticeIssued):
            assert proposal is not None
            assert proposal.actor.id != event.actor.id
            assert proposal.amount == event.amount
        if isinstance(event, DeadlineMet | DeadlinePassed):
            assert any(isinstance(e, DeadlineStarted) and e.role == event.role for e in history[: event.version])


def check_money(fine: Fine, history: list[CaseEvent]) -> None:
    account = fine.account
    assert account.amount is not None
    assert account.payable is not None
    assert account.paid is not None
    assert account.outstanding is not None
    assert account.refund_due is not None
    assert fine.intent.tier is not None
    assert account.amount <= LAW.maximum(fine.intent.tier, fine.subject).money
    received = sum(event.amount.value for event in history if isinstance(event, PaymentRecorded))
    refunded = sum(event.amount.value for event in history if isinstance(event, RefundRecorded))
    assert account.paid.value == received - refunded
    stands = fine.state in ("issued", "settled")
    assert account.payable == (account.amount if stands else Money.zero("GBP"))
    assert account.outstanding.value == max(0, account.payable.value - account.paid.value)
    assert account.refund_due.value == max(0, account.paid.value - account.payable.value)
    is_settled = stands and not account.outstanding and not account.refund_due and not fine.appeals
    assert (fine.state == "settled") == is_settled
    if fine.in_recovery:
        assert account.outstanding or fine.state == "set_aside"


def check_deadlines(case: Case, now: datetime) -> None:
    ended = not case.is_open
    for deadline in case.deadlines.values():
        assert deadline.due_at == first_late_instant(deadline), deadline
        assert bool(deadline.suspensions) or deadline.status != "suspended"
        assert not deadline.reason_owed or (deadline.status == "passed" and deadline.terms.kind == "soft")
        count, rule_ = deadline.terms.count, LAW.rule_version(deadline.terms.rule.id, deadline.terms.rule.version)
        if rule_.roll == "next_working_day" and count.until is None and not isinstance(deadline.terms.nominal, datetime):
            assert rule_.calendar.why_not_working(deadline.due) is None
        if ended and (deadline.status == "suspended" or (deadline.status == "running" and deadline.due_at > now)):
            waits_for_an_appeal = case.state in ("settled", "complied") and deadline.role.startswith("appeal")
            waits_for_an_appeal |= deadline.status == "suspended" and isinstance(case, Appealable) and case.under_appeal
            assert waits_for_an_appeal, f"{deadline.role} of a {case.TOPIC} that is {case.state} is {deadline.status}"


def first_late_instant(deadline: Deadline) -> datetime:
    """Computed once more, by another way."""
    nominal, zone = deadline.terms.nominal, LAW.time_zone
    if isinstance(nominal, datetime):
        return nominal
    cut_off = LAW.rule_version(deadline.terms.rule.id, deadline.terms.rule.version).data.cut_off
    if cut_off is None:
        day_after = date.fromordinal(deadline.due.toordinal() + 1)
        return datetime.combine(day_after, time(0), zone).astimezone(UTC)
    late = datetime.combine(deadline.due, cut_off.time, zone).astimezone(UTC)
    return late + timedelta(microseconds=1 if cut_off.word == "by" else 0)


def check_compliance(notice: EnforcementNotice, cases: list[Case], now: datetime) -> None:
    """While the subject's appeal is pending nothing is demanded; what passed unmet has a case."""
    breaches = {case.suspicion.about for case in cases if isinstance(case, NonCompliance) and case.suspicion.of == notice.id}
    for deadline in notice.deadlines_of("comply"):
        if notice.under_appeal and not deadline.terms.urgent and deadline.due_at > now:
            assert deadline.status != "running", f"{deadline.role} runs under appeal"
        requirement = deadline.role.partition(":")[2]
        if deadline.status == "passed" and notice.state == "in_force" and requirement in notice.requirements:
            assert deadline.role in breaches or requirement in notice.complied


def check_appeals(cases: list[Case]) -> None:
    pending: dict[UUID, set[UUID]] = {case.id: set() for case in cases}
    main: set[UUID] = set()
    for case in cases:
        if isinstance(case, Appeal) and case.is_open:
            for target in case.lodged.against:
                pending[target].add(case.id)
                if case.lodged.appellant == "subject" and case.lodged.scope in ("whole", "amount"):
                    main.add(target)
    for case in cases:
        if isinstance(case, Appealable):
            assert set(case.appeals) == pending[case.id]
            assert case.under_appeal == (case.id in main)


def check_breaches(cases: list[Case]) -> None:
    breaches = [case for case in cases if isinstance(case, NonCompliance)]
    assert all(n == 1 for n in Counter((b.suspicion.of, b.suspicion.about) for b in breaches if b.is_open).values())
    for fine in (case for case in cases if isinstance(case, Fine)):
        mine = [b for b in breaches if b.suspicion.of == fine.id]
        barred = any(appeal.bars_recovery for appeal in fine.appeals.values())
        if barred or fine.is_set_aside:
            assert not [b for b in mine if b.is_open and b.opened_by_system]
        payment = fine.deadline("payment")
        if payment and payment.status == "passed" and fine.account.outstanding and not fine.recovery_is_barred:
            assert mine, "a payment passed unmet, and no case was opened"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False)
    yield
    structlog.configure(**before)


@pytest.mark.timeout(36_000)
def test_no_sequence_of_commands_breaks_what_must_always_hold() -> None:
    run_state_machine_as_test(
        EveryHistory,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=60,
            deadline=None,
            derandomize=HISTORIES <= 200,
            database=None,
            phases=[Phase.generate] if "REGCASE_DO_NOT_SHRINK" in os.environ else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
