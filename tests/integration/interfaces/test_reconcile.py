"""`regcase reconcile`: what it compares, what it tells, and how it ends."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self

import pytest

from deploy.topics import EVENTS
from foundation.database import Pool
from interfaces.cli import reconcile
from projections.apply import apply
from projections.compare import IN_FLIGHT
from projections.findings import Finding, record
from projections.history import Delivery
from projections.places import relay_to, save_place
from projections.read_model import all_read_models
from tests.histories import nobody_complies_or_pays, store
from tests.integration.interfaces.conftest import Regcase
from tests.relays import a_relay, leave_out, publish_all
from tests.services import Database

TAMPERED = "UPDATE read_penalties.penalties SET received = 5 WHERE case_type = 'fine'"


@pytest.fixture
def deliveries(pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch) -> list[Delivery]:
    """A story that every read model has; nothing counts as on its way."""
    monkeypatch.setattr("projections.compare.IN_FLIGHT", 0 * IN_FLIGHT)
    deliveries = store(nobody_complies_or_pays(), database)
    for model in all_read_models().values():
        apply(pool, model, deliveries)
    return deliveries


def execute(pool: Pool, statement: str) -> None:
    with pool.connection() as connection:
        assert connection.execute(statement.encode()).rowcount == 1


def told(regcase: Regcase, *arguments: str, code: int) -> dict[str, Any]:
    answer = regcase("reconcile", *arguments, "--json")
    assert answer.code == code, answer
    found: dict[str, Any] = json.loads(answer.out)
    return found


@pytest.mark.usefixtures("deliveries")
@pytest.mark.parametrize("arguments", [(), ("--full",)])
def test_where_all_is_well_it_says_so(regcase: Regcase, arguments: tuple[str, ...]) -> None:
    answer = regcase("reconcile", *arguments)
    assert answer.code == 0
    assert "is what the event store says." in answer.out
    assert ("Every row of cases, deadlines" in answer.out) == bool(arguments)


@pytest.mark.usefixtures("deliveries")
def test_without_full_it_compares_versions_and_no_rows(regcase: Regcase, pool: Pool) -> None:
    execute(pool, TAMPERED)
    assert told(regcase, code=0)["differences"] == []
    found = told(regcase, "--full", code=1)
    assert [(row["read_model"], row["kind"]) for row in found["differences"]] == [("penalties", "row_different")]


@pytest.mark.parametrize("arguments", [(), ("--full",)])
def test_an_event_that_was_never_applied_is_told_once_with_its_version(
    regcase: Regcase, pool: Pool, deliveries: list[Delivery], arguments: tuple[str, ...]
) -> None:
    last = deliveries[-1]
    execute(pool, f"UPDATE read_siblings.positions SET version = version - 1 WHERE case_id = '{last.case_id}'")
    (difference,) = told(regcase, *arguments, code=1)["differences"]
    assert (difference["kind"], difference["case_id"]) == ("never_projected", str(last.case_id))
    assert difference["columns"] == {"version": {"holds": last.version - 1, "should_hold": last.version}}


@pytest.mark.parametrize("arguments", [(), ("--full",)])
def test_a_case_that_is_further_than_the_store_is_told(
    regcase: Regcase, pool: Pool, deliveries: list[Delivery], arguments: tuple[str, ...]
) -> None:
    execute(pool, f"UPDATE read_siblings.positions SET version = version + 1 WHERE case_id = '{deliveries[-1].case_id}'")
    (difference,) = told(regcase, *arguments, code=1)["differences"]
    assert difference["kind"] == "ahead_of_store"


def test_what_the_reconciler_found_is_told_and_what_stands_open_is_no_success(
    regcase: Regcase, pool: Pool, deliveries: list[Delivery]
) -> None:
    case_id = deliveries[0].case_id
    record(pool, [Finding("timeline", 7, "rows_differ", 1, 2, case_id, healed=True)])
    answer = regcase("reconcile")
    assert answer.code == 0
    assert "Healed in the last day: 1." in answer.out
    record(pool, [Finding("timeline", 7, "not_in_store", 1, 2, case_id, healed=False)])
    answer = regcase("reconcile")
    assert answer.code == 1
    assert "timeline has cases that the event store does not know" in answer.out
    assert [row["kind"] for row in told(regcase, code=1)["open_findings"]] == ["not_in_store"]


@pytest.fixture
def published(pool: Pool, deliveries: list[Delivery]) -> None:
    """Given a relay that has published something: else there is nothing to look for in the topic."""
    with pool.connection() as connection:
        save_place(connection, relay_to(EVENTS.name), len(deliveries))


@pytest.mark.usefixtures("published")
def test_where_no_broker_is_named_full_tells_that_the_topic_was_not_compared(regcase: Regcase) -> None:
    answer = regcase("reconcile", "--full")
    assert (answer.code, "The topic was not compared: no Kafka broker is known." in answer.out) == (0, True)


@pytest.mark.usefixtures("published")
def test_where_no_broker_answers_full_ends_with_3(regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGCASE_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    answer = regcase("reconcile", "--full")
    assert (answer.code, "The topic was not compared" in answer.out) == (3, True)
    assert regcase("reconcile").code == 0


class Ahead(datetime):
    """The clock of a machine that is an hour ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(hours=1)


@pytest.mark.usefixtures("topic")
def test_an_event_that_was_published_and_is_not_in_the_topic_is_told(
    regcase: Regcase, database: Database, kafka: str, deliveries: list[Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGCASE_KAFKA_BOOTSTRAP", kafka)
    # What is found is kept by the database's time, whatever that of the machine says.
    monkeypatch.setattr(reconcile, "datetime", Ahead, raising=False)
    lost = deliveries[-1]
    with a_relay(database, kafka, EVENTS.name) as relay:
        leave_out(relay, database, lost)
        publish_all(relay)
    answer = regcase("reconcile", "--full")
    assert answer.code == 1
    assert f"{EVENTS.name} lacks events that were published (one case, 1 in all, such as {lost.case_id})" in answer.out
    assert f"Topic: {len(deliveries)} events were looked for" in answer.out
    assert [row["kind"] for row in told(regcase, "--full", code=1)["open_findings"]] == ["not_in_topic"]
