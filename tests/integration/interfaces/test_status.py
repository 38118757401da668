"""`regcase status`: what the database tells, and by which limits it is an alarm."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from deploy.topics import EVENTS
from foundation.database import Pool
from projections.apply import apply
from projections.findings import Finding, record
from projections.ranges import range_of
from projections.read_model import all_read_models
from tests.desk import issued
from tests.histories import store
from tests.integration.interfaces.conftest import Regcase
from tests.services import Database
from tests.waiting import wait_for
from workers.read_models import Received, consume
from workers.sweeps import step_positions


def told(regcase: Regcase) -> Any:
    # Nothing of a stack runs here: the status says so, and what the database tells besides.
    answer = regcase("status", "--json")
    assert answer.code == 3, answer
    return json.loads(answer.out)


def alarms(regcase: Regcase) -> set[tuple[str, str]]:
    return {(alarm["kind"], alarm["severity"]) for alarm in told(regcase)["alarms"]}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGCASE_LAG_SECONDS", "1")
    monkeypatch.setenv("REGCASE_UNPUBLISHED_SECONDS", "1")


def test_tells_the_lag_in_events_and_seconds_of_each_read_model_and_partition(
    regcase: Regcase, pool: Pool, database: Database
) -> None:
    deliveries = store(issued(), database)
    apply(pool, all_read_models()["cases"], deliveries)
    lags = told(regcase)["read_models"]
    assert (lags["cases"]["events"], lags["cases"]["seconds"], lags["cases"]["partitions"]) == (0, 0, {})
    timeline = lags["timeline"]
    assert timeline["events"] == len(deliveries)
    assert timeline["seconds"] > 0
    ((number, part),) = timeline["partitions"].items()
    assert part == {name: timeline[name] for name in ("events", "seconds", "oldest_stored_at")}
    assert 0 <= int(number) < EVENTS.partitions
    page = regcase("status", "--partitions").out
    assert f"timeline: {len(deliveries)} behind, for " in page
    assert f"  partition {number}: {len(deliveries)} behind, for " in page
    assert "partition" not in regcase("status").out


@pytest.mark.usefixtures("impatient")
def test_raises_an_alarm_when_an_event_is_missing_or_unpublished_for_too_long(
    regcase: Regcase, pool: Pool, database: Database
) -> None:
    assert alarms(regcase) == set()
    deliveries = store(issued(), database)
    expected = {("read_model_behind", "critical"), ("unpublished_too_long", "critical")}
    wait_for(lambda: alarms(regcase) == expected, what="the alarms")
    words = [alarm["words"] for alarm in told(regcase)["alarms"] if alarm["kind"] == "read_model_behind"]
    assert len(words) == len(all_read_models())
    assert words[0].startswith(f"cases lacks {len(deliveries)} events for ")
    for model in all_read_models().values():
        apply(pool, model, deliveries)
    assert alarms(regcase) == {("unpublished_too_long", "critical")}


def test_tells_what_the_reconciler_found_and_cannot_heal(regcase: Regcase, pool: Pool) -> None:
    case_id = uuid4()
    hole = Finding("event store", range_of(case_id), "hole_in_history", 2, 3, case_id, healed=False)
    lost = Finding(EVENTS.name, range_of(case_id), "not_in_topic", 1, 1, case_id, healed=False)
    record(pool, [hole, lost])
    assert alarms(regcase) == {("differs_from_store", "critical"), ("topic_differs", "warning")}
    status = told(regcase)
    assert status["findings"] == 2
    assert status["alarms"][0]["words"].startswith(f"event store: hole_in_history in 2 cases, for example {case_id}, since ")


def test_warns_of_a_sweep_of_the_reconciler_that_stands_still_unless_none_is_to_sweep(
    regcase: Regcase, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    step_positions(pool)
    assert alarms(regcase) == set()
    with pool.connection() as connection:
        connection.execute("UPDATE reconcile_sweeps SET looked_at = looked_at - interval '121 minutes'")
    status = told(regcase)
    assert alarms(regcase) == {("sweep_stands_still", "warning")}
    assert status["alarms"][0]["words"].startswith("The sweep 'positions' has made no step for 121 minutes; 120 minutes may be.")
    assert status["sweeps_still_seconds"]["positions"] >= 121 * 60
    monkeypatch.setenv("REGCASE_SWEEP_MINUTES", "200")
    assert alarms(regcase) == set()
    monkeypatch.delenv("REGCASE_SWEEP_MINUTES")
    monkeypatch.setenv("REGCASE_SWEEP_SHARE", "0")
    assert alarms(regcase) == set()


def test_warns_of_messages_that_were_no_events_and_tells_how_many_came_lately(
    regcase: Regcase, pool: Pool, database: Database
) -> None:
    consume(pool, [Received(EVENTS.name, 3, offset, [], b"garbage") for offset in (7, 8)])
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("UPDATE rejected_messages SET seen_at = seen_at - interval '61 minutes' WHERE message_offset = 7")
    status = told(regcase)
    assert (status["rejected_messages"], status["rejected_messages_last_hour"]) == (2, 1)
    assert alarms(regcase) == {("message_rejected", "warning")}


def test_tells_how_many_deadlines_are_due_and_by_how_much_the_oldest_is_late(
    regcase: Regcase, pool: Pool, database: Database
) -> None:
    apply(pool, all_read_models()["deadlines"], store(issued(), database))
    status = told(regcase)
    assert status["deadlines_due"]["waiting"] == len(status["overdue"]) > 1
    assert status["deadlines_due"]["late_seconds"] > 86400
    assert any("should have been fired at" in fault for fault in status["faults"])


def test_by_which_a_deadline_is_overdue_is_a_setting(
    regcase: Regcase, pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(pool, all_read_models()["deadlines"], store(issued(), database))
    monkeypatch.setenv("REGCASE_LATE_SECONDS", str(100 * 365 * 86400))
    assert told(regcase)["overdue"] == []
