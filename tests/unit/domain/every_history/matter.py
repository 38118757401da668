"""The matter that a history is about: where it begins, what can be drawn for its commands, how one is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from domain.application import Outcome
from domain.case.case import Case
from domain.commands import Command
from domain.money import Money
from domain.regimes import regime
from domain.roles import Actor
from tests.desk import (
    DELETE,
    STOP,
    Desk,
    actor,
    appealed,
    in_force,
    in_instalments,
    intended,
    investigated,
    issued,
)

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
scopes = st.sampled_from(["whole", "whole", "whole", "amount", "variation", "refusal_to_vary", "refusal"])
points = st.sampled_from([None, None, None, None, ["stop"], ["stop", "delete"], ["jurisdiction"]])
courts = st.sampled_from(["first_tier_tribunal", "upper_tribunal", "court_of_appeal", "authority", "other"])
outcomes = st.sampled_from(
    ["dismissed", "allowed", "allowed", "partly_allowed", "substituted", "remitted", "remitted", "struck_out", "preliminary"]
)
parties = st.sampled_from(["appellant", "respondent"])
some_party = st.one_of(st.none(), parties)
authorities = st.sampled_from(["agreement", "tribunal_order", "tribunal_order", "decision", "statute"])
starts: dict[str, Callable[[], Desk]] = {
    "investigated": lambda: investigated("2022-05-18"),
    "turnover": lambda: intended(worldwide_turnover="GBP 1000000000", amount="GBP 40000000"),
    "soft": lambda: intended("2026-02-05"),
    "issued": issued,
    "in instalments": in_instalments,
    "in_force": lambda: in_force(requirements=[STOP, DELETE, DAILY]),
    "appealed": appealed,
    "appealed again": appealed,
}


class Matter(RuleBasedStateMachine):
    """A matter, what may be asked of it, and the clock."""

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


def written(money: Money) -> str:
    return f"{money.currency} {money.value}"
