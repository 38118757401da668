"""Each event reaches each read model once, in the order of its case, whatever is delivered."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from structlog.testing import capture_logs

from domain.case.events import CaseEvent
from foundation.database import Pool
from projections import generations
from projections.apply import apply
from projections.compare import compare
from projections.heal import cases_behind, heal
from projections.history import Delivery
from projections.parking import parked_cases
from projections.read_model import Change, all_read_models, read_model
from projections.reading import timeline
from tests.histories import decided_and_remitted, nobody_complies_or_pays, store
from tests.services import Database

TIMELINE = read_model("timeline")


def versions_of(deliveries: list[Delivery]) -> dict[UUID, int]:
    return {delivery.case_id: delivery.version for delivery in deliveries}


def lines(pool: Pool) -> list[tuple[UUID, int]]:
    return sorted((line.case_id, line.version) for line in timeline(pool))


def expected(deliveries: list[Delivery]) -> list[tuple[UUID, int]]:
    return sorted((delivery.case_id, delivery.version) for delivery in deliveries)


def test_an_event_delivered_again_changes_nothing(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    for model in all_read_models().values():
        apply(pool, model, deliveries)
        again = apply(pool, model, deliveries)
        assert (again.applied, again.duplicates) == (0, len(deliveries))
        assert compare(pool, model) == []


def test_an_event_ahead_of_its_position_brings_the_missing_ones_with_it(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    last = list({delivery.case_id: delivery for delivery in deliveries}.values())
    tally = apply(pool, TIMELINE, last)
    assert tally.applied == len(deliveries)
    assert tally.healed == len(deliveries) - len(last)
    assert lines(pool) == expected(deliveries)


def test_any_order_with_losses_and_duplicates_gives_the_same_rows(pool: Pool, database: Database) -> None:
    deliveries = store(decided_and_remitted(), database)
    chance = random.Random(20)
    delivered = [d for d in deliveries for _ in range(chance.choice((0, 1, 1, 2)))]
    chance.shuffle(delivered)
    for model in all_read_models().values():
        for start in range(0, len(delivered), 7):
            apply(pool, model, delivered[start : start + 7])
        heal(pool, model, list(versions_of(deliveries)))
        assert compare(pool, model) == []


def test_two_workers_with_the_same_events_apply_each_once(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    with ThreadPoolExecutor(4) as workers:
        tallies = list(workers.map(lambda _: apply(pool, TIMELINE, deliveries), range(4)))
    assert sum(tally.applied for tally in tallies) == len(deliveries)
    assert lines(pool) == expected(deliveries)


def test_who_is_behind_is_told_by_case(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    versions = versions_of(deliveries)
    assert set(cases_behind(pool, TIMELINE, versions)) == set(versions)
    apply(pool, TIMELINE, deliveries)
    assert cases_behind(pool, TIMELINE, versions) == []


def test_a_missing_table_parks_nothing_and_is_told(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    with pool.connection() as connection:
        connection.execute("DROP TABLE read_penalties.liquidations CASCADE")
        connection.execute("DROP TABLE read_penalties.penalties CASCADE")
    with pytest.raises(psycopg.errors.UndefinedTable):
        apply(pool, read_model("penalties"), deliveries)
    assert parked_cases(pool) == []


def test_a_lost_connection_parks_nothing_and_keeps_nothing(pool: Pool, database: Database) -> None:
    """It says nothing about the event; the batch is the caller's to try again."""

    def breaks_off(_event: CaseEvent) -> list[Change]:
        raise psycopg.OperationalError

    deliveries = store(nobody_complies_or_pays(), database)
    with pytest.raises(psycopg.OperationalError):
        apply(pool, replace(TIMELINE, changes=breaks_off), deliveries)
    assert parked_cases(pool) == []
    assert apply(pool, TIMELINE, deliveries).applied == len(deliveries)


def test_a_batch_that_takes_longer_than_a_transaction_may_is_applied_in_parts(
    pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(event: CaseEvent) -> Iterator[Change]:
        time.sleep(0.02)
        yield from TIMELINE.changes(event)

    deliveries = store(nobody_complies_or_pays(), database)
    monkeypatch.setattr(generations, "BRIEFLY_SECONDS", 0.3)
    with capture_logs() as logs:
        tally = apply(pool, replace(TIMELINE, changes=slowly), deliveries)
    assert [line["event"] for line in logs].count("batch_divided") >= 1
    assert (tally.applied, tally.duplicates, tally.parked) == (len(deliveries), 0, [])
    assert compare(pool, TIMELINE) == []
