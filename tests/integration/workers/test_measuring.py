"""What is measured for all, in a real database that is really behind; and that the alarm rules see it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from deploy.topics import EVENTS
from foundation import metrics
from foundation.database import Pool
from foundation.metrics import REGISTRY
from foundation.settings import Settings
from projections.apply import apply
from projections.findings import Finding, end_older, record
from projections.ranges import range_of
from projections.read_model import all_read_models
from tests.alarms import fires, told_here
from tests.desk import issued
from tests.histories import nobody_complies_or_pays, store
from tests.poison import Parked
from tests.services import Database
from tests.waiting import wait_for
from workers.cloud_events import message_of
from workers.measuring import Measuring
from workers.read_models import Received, consume
from workers.sweeps import step_positions, step_rows

STRICT = {
    "lag_seconds": 1,
    "unpublished_seconds": 1,
    "late_seconds": 1,
    "parked_most": 1,
    "parked_minutes": 0,
    "sweep_minutes": 1,
}


@pytest.fixture
def measuring(pool: Pool, database: Database) -> Iterator[Measuring]:
    yield Measuring(pool, Settings.model_validate({"database_url": database.app_url, **STRICT}))
    for metric in vars(metrics).values():
        if isinstance(metric, metrics.Told):
            metric.silence()


def alarm(measuring: Measuring, name: str) -> list[dict[str, str]]:
    """For which labels a rule holds now."""
    measuring.measure_database()
    return [dict(labels) for labels in fires(name, told_here())]


def test_an_event_that_is_missing_for_too_long_raises_the_alarm_of_its_read_model(
    measuring: Measuring, pool: Pool, database: Database
) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    for model in all_read_models().values():
        if model.name != "timeline":
            apply(pool, model, deliveries)
    wait_for(lambda: alarm(measuring, "RegcaseReadModelBehind") == [{"read_model": "timeline"}], what="the alarm")
    by_partition = [
        REGISTRY.get_sample_value(metrics.LAG_EVENTS.name, {"read_model": "timeline", "partition": str(number)})
        for number in range(EVENTS.partitions)
    ]
    assert sum(filter(None, by_partition)) == len(deliveries)
    apply(pool, all_read_models()["timeline"], deliveries)
    assert alarm(measuring, "RegcaseReadModelBehind") == []


def test_an_event_that_is_not_published_for_too_long_raises_an_alarm(measuring: Measuring, database: Database) -> None:
    assert alarm(measuring, "RegcaseUnpublished") == []
    store(issued(), database)
    wait_for(lambda: alarm(measuring, "RegcaseUnpublished"), what="the alarm")


def test_a_deadline_that_is_not_fired_in_time_raises_an_alarm(measuring: Measuring, pool: Pool, database: Database) -> None:
    assert alarm(measuring, "RegcaseDeadlineOverdue") == []
    apply(pool, all_read_models()["deadlines"], store(issued(), database))
    assert alarm(measuring, "RegcaseDeadlineOverdue") == [{}]


def test_parked_cases_raise_their_alarms_and_are_told_by_read_model_and_kind_of_error(
    measuring: Measuring, parked: Parked
) -> None:
    assert alarm(measuring, "RegcaseTooManyParked") == [{}]
    assert alarm(measuring, "RegcaseParkedTooLong") == [{}]
    told = {labels: value for (name, labels), value in told_here().items() if name == metrics.PARKED_IN_READ_MODEL.name}
    assert {dict(labels)["read_model"] for labels in told} == set(all_read_models())
    assert {dict(labels)["error_kind"] for labels in told} == {"permanent"}
    assert set(told.values()) == {2.0}
    assert REGISTRY.get_sample_value(metrics.PARKED_CASES.name) == 2


def test_a_message_that_is_no_event_raises_an_alarm(measuring: Measuring, pool: Pool) -> None:
    assert alarm(measuring, "RegcaseMessageRejected") == []
    consume(pool, [Received(EVENTS.name, 3, 7, [], b"garbage")])
    assert alarm(measuring, "RegcaseMessageRejected") == [{}]


def test_what_the_reconciler_found_and_cannot_heal_raises_an_alarm(measuring: Measuring, pool: Pool) -> None:
    assert alarm(measuring, "RegcaseDiffersFromStore") == []
    case_id = uuid4()
    hole = Finding("event store", range_of(case_id), "hole_in_history", 1, 1, case_id, healed=False)
    healed = Finding("cases", range_of(case_id), "rows_differ", 1, 1, case_id, healed=True)
    lost = Finding(EVENTS.name, range_of(case_id), "not_in_topic", 1, 1, case_id, healed=False)
    record(pool, [hole, healed, lost])
    assert alarm(measuring, "RegcaseDiffersFromStore") == [{"place": "event store", "kind": "hole_in_history"}]
    assert alarm(measuring, "RegcaseTopicDiffers") == [{"kind": "not_in_topic"}]
    with pool.connection() as connection:
        end_older(connection, "event store", ["hole_in_history"])
    assert alarm(measuring, "RegcaseDiffersFromStore") == []


def still(pool: Pool, sweep: str) -> None:
    """As a sweep stands whose last step was two minutes ago."""
    with pool.connection() as connection:
        statement = (
            "INSERT INTO reconcile_sweeps (sweep, looked_at) VALUES (%s, now() - interval '2 minutes') "
            "ON CONFLICT (sweep) DO UPDATE SET looked_at = excluded.looked_at"
        )
        connection.execute(statement, [sweep])


def sweeps_told() -> dict[str, float]:
    return {dict(labels)["sweep"]: value for (name, labels), value in told_here().items() if name == metrics.SWEEP_SECONDS.name}


def test_a_sweep_of_the_reconciler_that_makes_no_step_for_too_long_raises_an_alarm_until_the_next(
    measuring: Measuring, pool: Pool
) -> None:
    step_positions(pool)
    step_rows(pool, all_read_models()["cases"])
    assert alarm(measuring, "RegcaseSweepStandsStill") == []
    assert set(sweeps_told()) == {"positions", "rows of cases"}
    still(pool, "positions")
    assert alarm(measuring, "RegcaseSweepStandsStill") == [{"sweep": "positions"}]
    assert sweeps_told()["positions"] >= 120
    step_positions(pool)
    assert alarm(measuring, "RegcaseSweepStandsStill") == []


def test_a_sweep_that_was_begun_and_never_made_a_step_stands_still_since_then(measuring: Measuring, pool: Pool) -> None:
    with pool.connection() as connection:
        statement = "INSERT INTO reconcile_sweeps (sweep, begun_at) VALUES (%s, now() - interval '2 minutes')"
        connection.execute(statement, [f"topic {EVENTS.name}"])
    assert alarm(measuring, "RegcaseSweepStandsStill") == [{"sweep": f"topic {EVENTS.name}"}]


def test_a_sweep_that_nobody_is_to_go_on_with_raises_no_alarm(measuring: Measuring, pool: Pool, database: Database) -> None:
    """Of a read model that is no more; and any, where none is to sweep."""
    still(pool, "rows of what_was_before")
    assert alarm(measuring, "RegcaseSweepStandsStill") == []
    still(pool, "positions")
    none_sweep = Settings.model_validate({"database_url": database.app_url, **STRICT, "sweep_share": 0})
    assert alarm(Measuring(pool, none_sweep), "RegcaseSweepStandsStill") == []
    assert alarm(measuring, "RegcaseSweepStandsStill") == [{"sweep": "positions"}]


def test_a_read_model_that_is_not_there_raises_an_alarm(measuring: Measuring, pool: Pool) -> None:
    assert alarm(measuring, "RegcaseReadModelNotBuilt") == []
    with pool.connection() as connection:
        connection.execute("DROP SCHEMA read_timeline CASCADE")
    assert alarm(measuring, "RegcaseReadModelNotBuilt") == [{"read_model": "timeline"}]


def test_where_nothing_is_measured_an_alarm_says_so(measuring: Measuring) -> None:
    assert fires("RegcaseNotMeasured", told_here())
    measuring.measure_database()
    assert not fires("RegcaseNotMeasured", told_here())


def test_what_became_of_events_is_counted_by_read_model(pool: Pool, database: Database) -> None:
    def counted(outcome: str) -> float:
        return REGISTRY.get_sample_value("regcase_read_model_events_total", {"read_model": "cases", "outcome": outcome}) or 0.0

    before = {outcome: counted(outcome) for outcome in ("applied", "duplicate")}
    deliveries = store(issued(), database)
    batch = received(database)
    for _ in range(2):
        consume(pool, batch)
    assert counted("applied") - before["applied"] == len(deliveries)
    assert counted("duplicate") - before["duplicate"] == len(deliveries)


def received(database: Database) -> list[Received]:
    """Everything that is stored, as it comes from Kafka."""
    with psycopg.connect(database.app_url) as connection:
        rows = connection.execute(
            "SELECT topic, state FROM stored_events WHERE NOT starts_with(topic, '_') ORDER BY notification_id"
        ).fetchall()
    messages = [message_of(topic, state) for topic, state in rows]
    return [Received(EVENTS.name, 0, offset, message.headers, message.value) for offset, message in enumerate(messages)]
