"""What happens beside the course of the cases: timers, repetitions, assignments, holds, forbidden acts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from domain.application import Outcome
from domain.calendars import add_holiday, holiday_to_add, recompute
from domain.commands import Command
from domain.corrections import act_behind
from domain.days_off import day_off
from domain.fields import LAST_DAY
from domain.roles import Actor
from tests.desk import (
    ADMIN,
    ISSUER,
    OFFICER,
    PROVISION,
    REGISTRAR,
)
from tests.unit.domain.every_history.matter import (
    AUDITOR,
    LAW,
    Matter,
    periods,
    sums,
)


class Beside(Matter):
    """Things that must leave no trace, and things that every case type shares."""

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

    @rule(
        kind=st.sampled_from(["fine", "fine", "fine", "enforcement_notice", "enforcement_notice", "appeal", "non_compliance"]),
        which=st.integers(0, 3),
        entry=st.integers(0, 40),
        days=st.sampled_from([-30, -7, -2, -1, 1, 2, 7, 30, 90]),
        amount=sums,
        period=periods,
    )
    def an_entry_is_corrected(self, *, kind: str, which: int, entry: int, days: int, amount: Any, period: str | None) -> None:
        """One of the acts on a case: its date, its sum, or the time that it gives."""
        if not (on := self.one(kind, which)):
            return
        entries = [event for event in self.everything()[on].history if act_behind(event)] or self.everything()[on].history
        chosen = entries[-1 - entry % len(entries)]
        facts = chosen.facts()
        dates = [field for field in facts if field.endswith("_on") or field == "until"]
        fields: dict[str, Any] = {"amount": amount} if "amount" in facts and entry % 2 else {}
        if "pay_within" in facts and entry % 3 == 0:
            fields = {"pay_within": period}
        if dates and (not fields or entry % 5 == 0):
            field = dates[entry % len(dates)]
            fields[field] = (date.fromisoformat(facts[field][:10]) + timedelta(days=days)).isoformat()
        data = {"event_version": chosen.version, "fields": fields, "reason": "r"}
        self.give(f"{kind}.correct", on, (REGISTRAR, ADMIN)[which % 2], **data)

    @rule(which=st.integers(0, 20), other=st.sampled_from([0, 0, 0, 3, 11]))
    def a_day_off_is_announced(self, which: int, other: int) -> None:
        """On a day on which something is due, or another: what it moves is moved at once, and nothing is left."""
        ends = [
            d.due for case in self.everything().values() for d in case.deadlines.values() if d.status in ("running", "suspended")
        ]
        if not ends:
            return
        day = ends[which % len(ends)] + timedelta(days=other)
        if day > LAST_DAY or LAW.rule_version("uk-dpa-2018/sch16-3", 1).calendar.why_not_working(day):
            return
        wanted = holiday_to_add(regime=LAW.id, day=day.isoformat(), reason="r", calendar="england-wales")
        announced = add_holiday(self.app, wanted, actor=ADMIN)
        assert announced
        how: dict[str, Any] = {"reason": "r", "actor": ADMIN, "because_of": day_off(announced)}
        would = recompute(self.app, LAW.id, dry_run=True, **how)
        moved = recompute(self.app, LAW.id, **how)
        assert moved.moved == would.moved
        assert not moved.not_computed
        assert not recompute(self.app, LAW.id, dry_run=True, **how).moved

    def timers_fire_again(self) -> None:
        """Early, late, twice: without effect."""
        before = self.versions()
        for case_id in before:
            case = self.everything()[case_id]
            for deadline in case.deadlines.values():
                if deadline.fires_at is None or deadline.fires_at > self.desk.time.current:
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
