"""Histories and faults follow from the seed, and a history says what must come of it in whatever order timers fire."""

from __future__ import annotations

from itertools import islice, pairwise
from random import Random
from typing import Any

import pytest

from domain.case.events import CaseType
from tests.desk import PROVISION, STOP, in_force, investigated
from tests.faults.fault import Fault, Ground
from tests.faults.histories import chunk
from tests.faults.model import History, recorded
from tests.faults.schedule import random_for, schedule

CASE_TYPES: set[CaseType] = {"investigation", "fine", "enforcement_notice", "appeal", "non_compliance"}


def nothing(_: Ground, __: Random) -> None: ...


NOTICE: dict[str, Any] = {
    "amount": "GBP 17000000",
    "tier": "higher",
    "provisions": [PROVISION],
    "sent_on": "2021-04-01",
    "reasons": "Provisional view",
}
FAULTS = [Fault(kind, nothing) for kind in "abcdefgh"]


@pytest.fixture(scope="module")
def histories() -> list[History]:
    return chunk(1, 0)


class TestHistories:
    def test_follow_from_the_seed(self, histories: list[History]) -> None:
        assert chunk(1, 0) == histories

    def test_are_of_all_case_types_and_several_regimes(self, histories: list[History]) -> None:
        events = [event for history in histories for event in history.events.values()]
        assert {event.type.partition(".")[0] for event in events} == CASE_TYPES
        regimes = {step.command.data.get("regime") for history in histories for step in history.steps}
        assert len(regimes - {None}) >= 3

    def test_hold_refusals_rivals_doubled_commands_and_firings(self, histories: list[History]) -> None:
        steps = [step for history in histories for step in history.steps]
        assert all(
            (
                any(step.refused for step in steps),
                any(step.rival for step in steps),
                any(step.doubled for step in steps),
                any(step.before for step in steps),
            )
        )

    def test_share_no_case(self, histories: list[History]) -> None:
        cases = [case_id for history in histories for case_id in {case_id for case_id, _ in history.events}]
        assert len(set(cases)) == len(cases)

    def test_come_out_the_same_when_they_are_played_again(self, histories: list[History]) -> None:
        for history in histories:
            assert history.under_order([fires.key for fires in history.firings]) == history


def test_deadlines_that_are_due_at_the_same_instant_may_fire_in_another_order() -> None:
    """Two requirements are to be met by the same day; each failure has its place in the notice's history, and opens a case."""
    with recorded("tie") as recorders:
        in_force(requirements=[STOP, {**STOP, "id": "another"}]).at("2022-12-01")
    history = recorders[0].history("story", Random(1))
    assert history
    first, second = next(
        (one, next_one) for one, next_one in pairwise(history.firings) if (one.at, one.case_id) == (next_one.at, next_one.case_id)
    )
    other = history.under_order([second.key, first.key])
    assert other.events.keys() != history.events.keys()
    assert len(other.events) == len(history.events)


def test_deadlines_that_were_overdue_when_their_start_was_recorded_may_fire_in_another_order() -> None:
    """A notice of intent that is recorded a year late: representations and the limit for a penalty notice ran out meanwhile."""
    with recorded("late") as recorders:
        investigated().at("2022-05-18").done("fine.give_notice_of_intent", name="fine", investigation="inv", **NOTICE)
    history = recorders[0].history("story", Random(1))
    assert history
    first, second = history.firings[:2]
    assert (first.at, first.case_id) == (second.at, second.case_id)
    other = history.under_order([second.key, first.key])
    assert other.events.keys() == history.events.keys()
    assert [event.envelope["causation_id"] for event in other.events.values() if event.type == "fine.deadline_passed"][:2] == [
        second.key,
        first.key,
    ]


class TestFaults:
    def test_come_in_an_order_that_follows_from_the_seed(self) -> None:
        assert list(islice(schedule(FAULTS, seed=1), 50)) == list(islice(schedule(FAULTS, seed=1), 50))
        assert list(islice(schedule(FAULTS, seed=1), 50)) != list(islice(schedule(FAULTS, seed=2), 50))

    def test_come_each_once_in_a_round_and_sometimes_two_at_once(self) -> None:
        groups = list(islice(schedule(FAULTS, seed=1), 60))
        came = [fault.kind for group in groups for fault in group]
        for start in range(0, len(came) - len(FAULTS), len(FAULTS)):
            assert sorted(came[start : start + len(FAULTS)]) == list("abcdefgh")
        assert {len(group) for group in groups} == {1, 2}

    def test_draw_the_same_numbers_each_time_that_a_run_is_repeated(self) -> None:
        assert random_for(FAULTS[0], 3, seed=1).random() == random_for(FAULTS[0], 3, seed=1).random()
        assert random_for(FAULTS[0], 3, seed=1).random() != random_for(FAULTS[0], 4, seed=1).random()
