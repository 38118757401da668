"""Assign, retry and skip are an administrator's acts; each is recorded for ever, and what it does is in order of the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.case.events import CaseEvent
from domain.refusals import Refusal
from domain.roles import Actor
from foundation.database import Pool
from projections.compare import compare
from projections.history import Delivery
from projections.operator_acts import acts, assign, assign_each, retry, retry_each, skip
from projections.parking import parked_cases
from projections.read_model import Change, all_read_models, read_model
from projections.reading import timeline
from projections.rebuild import rebuild
from tests.poison import Parked, damage

OPERATOR = Actor(id="operator", role="admin")
TIMELINE = read_model("timeline")
NOTICE, ISSUED = "fine.penalty_notice_issued", "enforcement_notice.issued"
WHY = {"reason": "Entered by hand elsewhere", "authority": "Head of registry, 2 March 2026"}


def lines(pool: Pool) -> list[tuple[UUID, int]]:
    return sorted((line.case_id, line.version) for line in timeline(pool))


def expected(deliveries: list[Delivery], *, without: Delivery | None = None) -> list[tuple[UUID, int]]:
    left_out = {(without.case_id, without.version)} if without else set()
    return sorted({(delivery.case_id, delivery.version) for delivery in deliveries} - left_out)


def waiting(pool: Pool) -> set[tuple[str, UUID]]:
    return {(row.read_model, row.case_id) for row in parked_cases(pool)}


def told(pool: Pool) -> list[tuple[Any, ...]]:
    return [
        (act.act, act.actor, act.role, act.read_model, act.case_id, act.version, act.error_class, act.outcome)
        for act in acts(pool)
    ]


class TestRetrying:
    def test_in_vain_leaves_it_waiting_with_one_attempt_more(self, pool: Pool, parked: Parked) -> None:
        assert retry(pool, TIMELINE, parked.fine.case_id, actor=OPERATOR) == "waits"
        (row,) = parked_cases(pool, read_models=["timeline"], case_id=parked.fine.case_id)
        assert row.attempts == 2
        assert lines(pool) != expected(parked.deliveries)

    def test_after_a_fix_applies_all_that_waited_in_order(self, pool: Pool, parked: Parked) -> None:
        parked.mend(parked.fine)
        seen: list[int] = []

        def changes(event: CaseEvent) -> Any:
            seen.append(event.version)
            return TIMELINE.changes(event)

        assert retry(pool, replace(TIMELINE, changes=changes), parked.fine.case_id, actor=OPERATOR) == "goes_on"
        last = max(d.version for d in parked.deliveries if d.case_id == parked.fine.case_id)
        assert seen == list(range(parked.fine.version, last + 1))
        assert ("timeline", parked.fine.case_id) not in waiting(pool)
        assert ("timeline", parked.notice.case_id) in waiting(pool)

    def test_frees_only_the_read_model_that_is_named(self, pool: Pool, parked: Parked) -> None:
        parked.mend(parked.fine)
        before = waiting(pool)
        retry(pool, TIMELINE, parked.fine.case_id, actor=OPERATOR)
        assert before - waiting(pool) == {("timeline", parked.fine.case_id)}

    def test_a_case_frees_it_in_every_read_model_and_leaves_the_others(self, pool: Pool, parked: Parked) -> None:
        parked.mend(parked.fine)
        done = retry_each(pool, parked_cases(pool, case_id=parked.fine.case_id), actor=OPERATOR)
        assert [(row.read_model, outcome) for row, outcome in done] == [(name, "goes_on") for name in sorted(all_read_models())]
        assert waiting(pool) == {(name, parked.notice.case_id) for name in all_read_models()}

    def test_all_of_an_error_frees_what_can_go_on_and_tells_what_cannot(self, pool: Pool, parked: Parked) -> None:
        parked.mend(parked.fine)
        rows = parked_cases(pool, read_models=["timeline", "cases"], error_class="UnreadableEvent")
        done = retry_each(pool, rows, actor=OPERATOR)
        assert {(row.read_model, row.case_id): outcome for row, outcome in done} == {
            ("cases", parked.fine.case_id): "goes_on",
            ("timeline", parked.fine.case_id): "goes_on",
            ("cases", parked.notice.case_id): "waits",
            ("timeline", parked.notice.case_id): "waits",
        }

    def test_all_of_an_error_leaves_those_of_another_alone(self, pool: Pool, parked: Parked) -> None:
        def fails(_event: CaseEvent) -> list[Change]:
            raise LookupError

        retry(pool, replace(TIMELINE, changes=fails), parked.notice.case_id, actor=OPERATOR)
        parked.mend(parked.notice)
        retry(pool, replace(TIMELINE, changes=fails), parked.notice.case_id, actor=OPERATOR)
        assert [row.case_id for row in parked_cases(pool, error_class="LookupError")] == [parked.notice.case_id]
        assert parked.notice.case_id not in {
            row.case_id for row in parked_cases(pool, read_models=["timeline"], error_class="UnreadableEvent")
        }

    def test_what_somebody_else_freed_meanwhile_is_left_out(self, pool: Pool, parked: Parked) -> None:
        rows = parked_cases(pool, read_models=["timeline"])
        parked.mend(parked.fine)
        retry(pool, TIMELINE, parked.fine.case_id, actor=OPERATOR)
        assert [(row.case_id, outcome) for row, outcome in retry_each(pool, rows, actor=OPERATOR)] == [
            (parked.notice.case_id, "waits")
        ]

    def test_is_recorded_with_what_came_of_it(self, pool: Pool, parked: Parked) -> None:
        retry(pool, TIMELINE, parked.fine.case_id, actor=OPERATOR)
        parked.mend(parked.fine)
        retry(pool, TIMELINE, parked.fine.case_id, actor=OPERATOR, reason="The program was upgraded")
        where = ("timeline", parked.fine.case_id, parked.fine.version, "UnreadableEvent")
        assert told(pool) == [
            ("retry", "operator", "admin", *where, "waits"),
            ("retry", "operator", "admin", *where, "goes_on"),
        ]
        assert [act.reason for act in acts(pool)] == [None, "The program was upgraded"]

    def test_that_breaks_off_changes_and_records_nothing(self, pool: Pool, parked: Parked) -> None:
        def breaks_off(_event: CaseEvent) -> list[Change]:
            raise psycopg.OperationalError

        parked.mend(parked.fine)
        before = parked_cases(pool)
        with pytest.raises(psycopg.OperationalError):
            retry(pool, replace(TIMELINE, changes=breaks_off), parked.fine.case_id, actor=OPERATOR)
        assert (parked_cases(pool), acts(pool)) == (before, [])


class TestAssigning:
    def test_shows_with_the_case_and_is_recorded(self, pool: Pool, parked: Parked) -> None:
        assign(pool, TIMELINE, parked.fine.case_id, owner="jane.doe", actor=OPERATOR, reason="She wrote the event")
        (row,) = parked_cases(pool, owner="jane.doe")
        assert (row.read_model, row.case_id, row.owner) == ("timeline", parked.fine.case_id, "jane.doe")
        (act,) = acts(pool, case_id=parked.fine.case_id)
        assert (act.act, act.owner, act.reason, act.outcome) == ("assign", "jane.doe", "She wrote the event", None)

    def test_again_names_another_and_keeps_both_acts(self, pool: Pool, parked: Parked) -> None:
        for owner in ("jane.doe", "joe"):
            assign(pool, TIMELINE, parked.fine.case_id, owner=owner, actor=OPERATOR)
        (row,) = parked_cases(pool, read_models=["timeline"], case_id=parked.fine.case_id)
        assert row.owner == "joe"
        assert [act.owner for act in acts(pool)] == ["jane.doe", "joe"]

    def test_stays_when_it_is_tried_again_in_vain(self, pool: Pool, parked: Parked) -> None:
        assign(pool, TIMELINE, parked.fine.case_id, owner="jane", actor=OPERATOR)
        retry(pool, TIMELINE, parked.fine.case_id, actor=OPERATOR)
        assert [row.owner for row in parked_cases(pool, read_models=["timeline"], case_id=parked.fine.case_id)] == ["jane"]

    def test_what_somebody_else_freed_meanwhile_is_left_out(self, pool: Pool, parked: Parked) -> None:
        rows = parked_cases(pool, read_models=["timeline"])
        parked.mend(parked.fine)
        retry(pool, TIMELINE, parked.fine.case_id, actor=OPERATOR)
        done = assign_each(pool, rows, owner="jane", actor=OPERATOR)
        assert (
            [row.case_id for row in done] == [row.case_id for row in parked_cases(pool, owner="jane")] == [parked.notice.case_id]
        )

    def test_to_what_is_no_account_is_refused(self, pool: Pool, parked: Parked) -> None:
        with pytest.raises(Refusal, match="'Jane Doe' is no account's id") as refused:
            assign(pool, TIMELINE, parked.fine.case_id, owner="Jane Doe", actor=OPERATOR)
        assert refused.value.code == "invalid"
        assert acts(pool) == []


class TestSkipping:
    def test_leaves_the_event_out_for_ever_and_what_follows_goes_on(self, pool: Pool, parked: Parked) -> None:
        parked.mend(parked.notice)
        retry(pool, TIMELINE, parked.notice.case_id, actor=OPERATOR)
        assert skip(pool, TIMELINE, parked.fine.case_id, version=parked.fine.version, actor=OPERATOR, **WHY) == "goes_on"
        assert lines(pool) == expected(parked.deliveries, without=parked.fine)
        assert compare(pool, TIMELINE) == []
        parked.mend(parked.fine)
        rebuild(pool, TIMELINE)
        assert lines(pool) == expected(parked.deliveries, without=parked.fine)

    def test_is_recorded_with_actor_reason_and_authority(self, pool: Pool, parked: Parked) -> None:
        skip(pool, TIMELINE, parked.fine.case_id, version=parked.fine.version, actor=OPERATOR, **WHY)
        (act,) = acts(pool)
        assert told(pool) == [
            ("skip", "operator", "admin", "timeline", parked.fine.case_id, parked.fine.version, "UnreadableEvent", None)
        ]
        assert (act.reason, act.authority) == (WHY["reason"], WHY["authority"])

    def test_is_of_the_event_that_was_decided_about_and_of_no_other(self, pool: Pool, parked: Parked) -> None:
        """Two operators skip at once, and the case goes on to another event that cannot be applied."""
        fine = parked.fine
        damage(parked.database, fine.case_id, fine.version + 2)
        assert skip(pool, TIMELINE, fine.case_id, version=fine.version, actor=OPERATOR, **WHY) == "waits"
        with pytest.raises(Refusal, match=f"waits at version {fine.version + 2} in timeline, not at {fine.version}") as refused:
            skip(pool, TIMELINE, fine.case_id, version=fine.version, actor=OPERATOR, **WHY)
        assert refused.value.code == "wrong_state"
        assert [act.version for act in acts(pool)] == [fine.version]

    @pytest.mark.parametrize(
        ("lacking", "told_why"),
        [({"reason": " "}, "needs a reason"), ({"authority": ""}, "needs an authority")],
    )
    def test_without_a_reason_or_an_authority_is_refused(
        self, pool: Pool, parked: Parked, lacking: dict[str, str], told_why: str
    ) -> None:
        with pytest.raises(Refusal, match=told_why) as refused:
            skip(pool, TIMELINE, parked.fine.case_id, version=parked.fine.version, actor=OPERATOR, **WHY | lacking)
        assert refused.value.code == "invalid"
        assert ("timeline", parked.fine.case_id) in waiting(pool)
        assert acts(pool) == []


ACTS: dict[str, Callable[[Pool, UUID, Actor], object]] = {
    "assign": lambda pool, case_id, actor: assign(pool, TIMELINE, case_id, owner="jane", actor=actor),
    "assign_each": lambda pool, case_id, actor: assign_each(pool, parked_cases(pool, case_id=case_id), owner="jane", actor=actor),
    "retry": lambda pool, case_id, actor: retry(pool, TIMELINE, case_id, actor=actor),
    "retry_each": lambda pool, case_id, actor: retry_each(pool, parked_cases(pool, case_id=case_id), actor=actor),
    "skip": lambda pool, case_id, actor: skip(pool, TIMELINE, case_id, version=7, actor=actor, **WHY),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_of_anybody_but_an_administrator_is_refused(pool: Pool, parked: Parked, act: str) -> None:
    before = parked_cases(pool)
    for role in ("officer", "issuer", "registrar", "auditor", "analyst", "system"):
        with pytest.raises(Refusal, match="needs the role admin; somebody acts as") as refused:
            ACTS[act](pool, parked.fine.case_id, Actor(id="somebody", role=role))
        assert refused.value.code == "forbidden"
    assert (parked_cases(pool), acts(pool)) == (before, [])


@pytest.mark.parametrize("act", ["assign", "retry", "skip"])
def test_an_act_on_a_case_that_does_not_wait_there_is_refused(pool: Pool, parked: Parked, act: str) -> None:
    somebody_elses = next(delivery.case_id for delivery in parked.deliveries if delivery.event_type == "investigation.opened")
    with pytest.raises(Refusal, match="is not parked in timeline") as refused:
        ACTS[act](pool, somebody_elses, OPERATOR)
    assert refused.value.code == "wrong_state"
    assert acts(pool) == []
