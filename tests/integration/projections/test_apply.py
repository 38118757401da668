"""Each event reaches each read model once, in the order of its case, whatever is delivered."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from domain.case.events import CaseEvent
from domain.roles import Actor
from foundation.database import Pool
from projections.apply import apply
from projections.compare import compare
from projections.heal import cases_behind, heal
from projections.history import Delivery
from projections.operator_acts import ActRefused, retry, skip
from projections.parking import parked_cases
from projections.read_model import Change, all_read_models, read_model
from projections.reading import timeline
from tests.histories import decided_and_remitted, nobody_complies_or_pays, store
from tests.services import Database

OPERATOR = Actor(id="operator", role="admin")
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


class TestAPoisonedEvent:
    """An event that cannot be decoded, in the middle of one case of several."""

    @pytest.fixture
    def poisoned(self, database: Database) -> tuple[list[Delivery], Delivery]:
        deliveries = store(nobody_complies_or_pays(), database)
        bad = next(delivery for delivery in deliveries if delivery.event_type == "fine.penalty_notice_issued")
        self.set_schema_version(database, bad, 1, 99)
        with psycopg.connect(database.app_url) as connection:
            rows = connection.execute(
                "SELECT originator_id, originator_version, topic, state FROM stored_events "
                "WHERE NOT starts_with(topic, '_') ORDER BY notification_id"
            )
            return [Delivery.from_state(*row) for row in rows], bad

    @staticmethod
    def set_schema_version(database: Database, delivery: Delivery, before: int, after: int) -> None:
        with psycopg.connect(database.owner_url) as connection:
            changed = connection.execute(
                "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8') "
                "WHERE originator_id = %s AND originator_version = %s",
                (f'"schema_version":{before}', f'"schema_version":{after}', delivery.case_id, delivery.version),
            )
            assert changed.rowcount == 1

    def test_makes_only_its_own_case_wait(self, pool: Pool, poisoned: tuple[list[Delivery], Delivery]) -> None:
        deliveries, bad = poisoned
        tally = apply(pool, TIMELINE, deliveries)
        assert tally.parked == [bad.case_id]
        waiting = [d for d in deliveries if d.case_id == bad.case_id and d.version >= bad.version]
        assert lines(pool) == sorted(set(expected(deliveries)) - set(expected(waiting)))
        (parked,) = parked_cases(pool)
        assert (parked.read_model, parked.case_id, parked.version, parked.event_type, parked.error_class) == (
            "timeline", bad.case_id, bad.version, "fine.penalty_notice_issued", "UnreadableEvent",
        )  # fmt: skip

    def test_lets_later_events_of_its_case_be_passed_over(self, pool: Pool, poisoned: tuple[list[Delivery], Delivery]) -> None:
        deliveries, bad = poisoned
        apply(pool, TIMELINE, deliveries)
        later = [d for d in deliveries if d.case_id == bad.case_id and d.version > bad.version]
        tally = apply(pool, TIMELINE, later)
        assert (tally.applied, tally.passed_over) == (0, len(later))

    def test_is_applied_with_all_that_follows_when_it_is_retried_after_a_fix(
        self, pool: Pool, database: Database, poisoned: tuple[list[Delivery], Delivery]
    ) -> None:
        deliveries, bad = poisoned
        apply(pool, TIMELINE, deliveries)
        assert not retry(pool, TIMELINE, bad.case_id)
        (parked,) = parked_cases(pool)
        assert parked.attempts == 2
        self.set_schema_version(database, bad, 99, 1)
        assert retry(pool, TIMELINE, bad.case_id)
        assert parked_cases(pool) == []
        assert lines(pool) == expected(deliveries)
        assert compare(pool, TIMELINE) == []

    def test_is_left_out_for_ever_when_it_is_skipped(
        self, pool: Pool, database: Database, poisoned: tuple[list[Delivery], Delivery]
    ) -> None:
        deliveries, bad = poisoned
        apply(pool, TIMELINE, deliveries)
        assert skip(pool, TIMELINE, bad.case_id, actor=OPERATOR, reason="Entered by hand elsewhere")
        assert lines(pool) == sorted(set(expected(deliveries)) - {(bad.case_id, bad.version)})
        assert compare(pool, TIMELINE) == []
        with psycopg.connect(database.app_url) as connection:
            acts = connection.execute("SELECT act, actor, role, case_id, version, reason FROM operator_acts").fetchall()
        assert acts == [("skip", "operator", "admin", bad.case_id, bad.version, "Entered by hand elsewhere")]

    def test_is_not_skipped_by_who_may_not_or_without_a_reason(
        self, pool: Pool, poisoned: tuple[list[Delivery], Delivery]
    ) -> None:
        deliveries, bad = poisoned
        apply(pool, TIMELINE, deliveries)
        with pytest.raises(ActRefused, match="needs the role admin"):
            skip(pool, TIMELINE, bad.case_id, actor=Actor(id="x", role="officer"), reason="r")
        with pytest.raises(ActRefused, match="needs a reason"):
            skip(pool, TIMELINE, bad.case_id, actor=OPERATOR, reason=" ")
        with pytest.raises(ActRefused, match="not parked"):
            retry(pool, read_model("cases"), bad.case_id)
        (parked,) = parked_cases(pool)
        assert parked.attempts == 1


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
