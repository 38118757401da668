"""The sweeps find whatever damaged a read model, heal what the store can heal, and keep what they found."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from foundation.database import DATABASE_FAILED, Pool
from projections import reconcile
from projections.apply import apply
from projections.compare import compare
from projections.findings import STORE, Finding, findings_since, open_findings, sweeps
from projections.generations import TookTooLong
from projections.heal import derive_anew
from projections.history import Delivery, log_end
from projections.parking import parked_cases
from projections.places import RECONCILER, save_place
from projections.ranges import RANGES, range_of
from projections.read_model import ReadModel, all_read_models, read_model
from projections.reading import timeline
from projections.rebuild import rebuild, rebuild_where_needed
from tests.histories import decided_and_remitted, nobody_complies_or_pays, store
from tests.poison import Parked, damage, mend
from tests.processes import running
from tests.services import Database
from tests.waiting import wait_for
from workers import reconciler
from workers import sweeps as module
from workers.sweeps import Place, Step, StillAtIt, step, step_positions, step_rows

PENALTIES, TIMELINE = read_model("penalties"), read_model("timeline")


def execute(pool: Pool, statement: str, *parameters: object) -> int:
    with pool.connection() as connection:
        return connection.execute(statement.encode(), parameters).rowcount


def seen_to(pool: Pool) -> None:
    """As whoever follows the log leaves it: everything was brought, as far as it knows."""
    with pool.connection() as connection:
        save_place(connection, RECONCILER, log_end(connection))


@pytest.fixture
def deliveries(pool: Pool, database: Database) -> list[Delivery]:
    """A story that every read model has."""
    deliveries = store(nobody_complies_or_pays(), database)
    for model in all_read_models().values():
        apply(pool, model, deliveries)
    seen_to(pool)
    return deliveries


def sweep_positions(pool: Pool, *case_ids: UUID) -> None:
    """Look at the ranges of these cases; without any, at those of every case in the store or in the time line."""
    cases = set(case_ids)
    with pool.connection() as connection:
        every = "SELECT originator_id FROM stored_events UNION SELECT case_id FROM read_timeline.positions"
        cases = cases or {row[0] for row in connection.execute(every)}
    for number in {range_of(case_id) for case_id in cases}:
        execute(pool, "INSERT INTO reconcile_sweeps (sweep) VALUES ('positions') ON CONFLICT DO NOTHING")
        execute(pool, "UPDATE reconcile_sweeps SET place = jsonb_build_object('range', %s::int)", number)
        assert step_positions(pool)


def found(pool: Pool) -> list[Finding]:
    return [
        Finding(one.place, one.case_range, one.kind, one.cases, one.events, one.example, one.healed)
        for one in findings_since(pool, datetime.now(UTC) - timedelta(hours=1))
    ]


def fine_of(deliveries: list[Delivery]) -> UUID:
    return next(delivery.case_id for delivery in deliveries if delivery.event_type == "fine.opened")


class TestPositions:
    @pytest.mark.usefixtures("deliveries")
    def test_where_nothing_is_wrong_nothing_is_found(self, pool: Pool) -> None:
        sweep_positions(pool)
        assert found(pool) == []

    @pytest.mark.usefixtures("deliveries")
    def test_that_are_missing_as_a_whole_have_their_read_model_built_anew_at_the_next_start(self, pool: Pool) -> None:
        """This sweep notes it seconds before that of the rows begins, and ends the process."""
        with pool.connection() as connection:
            connection.execute("DROP TABLE read_penalties.positions CASCADE")
        with pytest.raises(psycopg.errors.UndefinedTable):
            step_positions(pool)
        assert rebuild_where_needed(pool) == ["penalties"]

    @pytest.mark.usefixtures("deliveries")
    def test_a_sweep_has_ended_when_it_has_been_at_the_last_range(self, pool: Pool) -> None:
        place = "INSERT INTO reconcile_sweeps (sweep, place) VALUES ('positions', jsonb_build_object('range', %s::int))"
        execute(pool, place, len(RANGES) - 3)
        for _ in range(3):
            (positions,) = sweeps(pool)
            assert positions.ended_at is None
            assert step_positions(pool)
        (positions,) = sweeps(pool)
        assert positions.ended_at is not None
        assert positions.took is not None

    def test_an_event_that_everybody_lost_is_brought(self, pool: Pool, database: Database) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        lost = deliveries[-1]
        apply(pool, TIMELINE, deliveries[:-1])
        for model in all_read_models().values():
            if model.name != TIMELINE.name:
                apply(pool, model, deliveries)
        seen_to(pool)
        sweep_positions(pool)
        assert found(pool) == [Finding("timeline", range_of(lost.case_id), "behind_store", 1, 1, lost.case_id, healed=True)]
        assert compare(pool, TIMELINE) == []

    @pytest.mark.parametrize(
        "damage", ["UPDATE read_penalties.positions SET version = 2", "DELETE FROM read_penalties.positions"]
    )
    def test_no_payment_counts_twice_where_a_position_says_less_than_the_rows_hold(
        self, pool: Pool, deliveries: list[Delivery], damage: str
    ) -> None:
        fine = fine_of(deliveries)
        assert execute(pool, damage + " WHERE case_id = %s", fine) == 1
        sweep_positions(pool)
        (finding,) = found(pool)
        assert (finding.place, finding.kind, finding.example, finding.healed) == ("penalties", "behind_store", fine, True)
        assert compare(pool, PENALTIES) == []

    @pytest.mark.usefixtures("deliveries")
    def test_what_whoever_follows_the_log_has_not_come_to_is_left_to_it(self, pool: Pool) -> None:
        execute(pool, "UPDATE follower_places SET notification_id = 0")
        execute(pool, "DELETE FROM read_timeline.positions")
        sweep_positions(pool)
        assert found(pool) == []

    def test_a_case_that_lost_an_event_that_cannot_be_applied_waits_at_it(self, pool: Pool, database: Database) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        lost = deliveries[-1]
        for model in all_read_models().values():
            apply(pool, model, deliveries[:-1])
        damage(database, lost.case_id, lost.version)
        seen_to(pool)
        sweep_positions(pool)
        assert {(row.read_model, row.case_id, row.version) for row in parked_cases(pool)} == {
            (name, lost.case_id, lost.version) for name in all_read_models()
        }

    @pytest.mark.usefixtures("parked")
    def test_a_case_that_is_parked_is_left_alone(self, pool: Pool) -> None:
        seen_to(pool)
        before = parked_cases(pool)
        sweep_positions(pool)
        for model in all_read_models().values():
            step_rows(pool, model)
        assert found(pool) == []
        assert parked_cases(pool) == before

    def test_what_is_further_than_the_store_is_told_and_left_as_it_is(self, pool: Pool, deliveries: list[Delivery]) -> None:
        """It may be the last trace of an event that the store lost."""
        fine = fine_of(deliveries)
        execute(pool, "UPDATE read_penalties.positions SET version = version + 3 WHERE case_id = %s", fine)
        execute(pool, "UPDATE read_penalties.penalties SET received = 5 WHERE case_id = %s", fine)
        stranger = uuid4()
        execute(pool, "INSERT INTO read_timeline.positions VALUES (%s, 7)", stranger)
        sweep_positions(pool)
        step_rows(pool, PENALTIES)
        assert set(found(pool)) == {
            Finding("penalties", range_of(fine), "ahead_of_store", 1, 3, fine, healed=False),
            Finding("timeline", range_of(stranger), "not_in_store", 1, 7, stranger, healed=False),
        }
        with pool.connection() as connection:
            assert connection.execute("SELECT received FROM read_penalties.penalties WHERE case_id = %s", [fine]).fetchone() == (
                5,
            )

    def test_a_finding_is_open_until_it_is_gone_and_kept_once(self, pool: Pool) -> None:
        stranger = uuid4()
        execute(pool, "INSERT INTO read_timeline.positions VALUES (%s, 7)", stranger)
        sweep_positions(pool, stranger)
        sweep_positions(pool, stranger)
        (finding,) = open_findings(pool)
        assert finding.last_found_at > finding.found_at
        execute(pool, "DELETE FROM read_timeline.positions WHERE case_id = %s", stranger)
        sweep_positions(pool, stranger)
        assert open_findings(pool) == []
        (kept,) = findings_since(pool, finding.found_at)
        assert (kept.healed, kept.ended_at is not None) == (False, True)

    def test_a_finding_that_stood_open_and_is_healed_later_is_kept_once_as_healed(
        self, pool: Pool, database: Database, deliveries: list[Delivery]
    ) -> None:
        fine = fine_of(deliveries)
        assert execute(pool, "UPDATE read_penalties.positions SET version = version - 1 WHERE case_id = %s", fine) == 1
        damage(database, fine, 3)
        sweep_positions(pool, fine)
        assert [finding.healed for finding in open_findings(pool)] == [False]
        mend(database, fine, 3)
        sweep_positions(pool, fine)
        assert open_findings(pool) == []
        assert found(pool) == [Finding("penalties", range_of(fine), "behind_store", 1, 1, fine, healed=True)]

    def test_a_read_model_that_is_built_anew_ends_what_was_found_in_it(self, pool: Pool, deliveries: list[Delivery]) -> None:
        execute(pool, "UPDATE read_timeline.positions SET version = version + 1 WHERE case_id = %s", fine_of(deliveries))
        sweep_positions(pool)
        assert len(open_findings(pool)) == 1
        rebuild(pool, TIMELINE)
        assert open_findings(pool) == []

    def test_an_event_that_the_store_lacks_between_others_is_told(
        self, pool: Pool, database: Database, deliveries: list[Delivery]
    ) -> None:
        fine = fine_of(deliveries)
        with psycopg.connect(database.owner_url) as owner:
            owner.execute("DELETE FROM stored_events WHERE originator_id = %s AND originator_version = 2", [fine])
        sweep_positions(pool)
        assert found(pool) == [Finding(STORE, range_of(fine), "hole_in_history", 1, 1, fine, healed=False)]


class TestRows:
    DAMAGE = (
        "UPDATE read_penalties.penalties SET received = received + 5 WHERE case_id = %s",
        "DELETE FROM read_penalties.penalties WHERE case_id = %s",
        "INSERT INTO read_penalties.liquidations (case_id, version, currency, decided_on, amount) VALUES (%s, 99, 'GBP', '2023-01-01', 5)",
    )

    @pytest.mark.parametrize("damage", DAMAGE)
    def test_that_are_not_what_the_events_say_are_derived_anew(self, pool: Pool, deliveries: list[Delivery], damage: str) -> None:
        fine = fine_of(deliveries)
        assert execute(pool, damage, fine) == 1
        step_rows(pool, PENALTIES)
        assert found(pool) == [Finding("penalties", range_of(fine), "rows_differ", 1, 1, fine, healed=True)]
        assert compare(pool, PENALTIES) == []

    @pytest.mark.usefixtures("deliveries")
    def test_that_take_longer_together_than_a_transaction_may_are_derived_anew_in_parts(
        self, pool: Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def derive(pool: Pool, model: ReadModel, case_ids: Sequence[UUID]) -> set[UUID]:
            if len(case_ids) > 1:
                raise TookTooLong(psycopg.OperationalError())
            return derive_anew(pool, model, case_ids)

        monkeypatch.setattr(reconcile, "derive_anew", derive)
        assert execute(pool, "UPDATE read_timeline.timeline SET words = 'changed'") > 1
        step_rows(pool, TIMELINE)
        assert compare(pool, TIMELINE) == []

    @pytest.mark.usefixtures("deliveries")
    def test_of_tables_that_are_not_what_they_should_be_are_built_anew_at_the_next_start(self, pool: Pool) -> None:
        with pool.connection() as connection:
            connection.execute("DROP TABLE read_penalties.penalties CASCADE")
        with pytest.raises(psycopg.errors.UndefinedTable):
            step_rows(pool, PENALTIES)
        assert rebuild_where_needed(pool) == ["penalties"]

    def test_are_looked_at_part_by_part_until_all_are(
        self, pool: Pool, database: Database, deliveries: list[Delivery], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "CASES_AT_ONCE", 2)
        store(decided_and_remitted(), database)
        cases = {delivery.case_id for delivery in deliveries}
        execute(pool, "UPDATE read_timeline.timeline SET words = 'changed'")
        for _ in range(len(cases) // 2 + 1):
            step_rows(pool, TIMELINE)
        assert sum(finding.cases for finding in found(pool)) == len(cases)
        (rows,) = sweeps(pool)
        assert rows.ended_at is not None
        assert [d for d in compare(pool, TIMELINE) if d.kind != "never_projected"] == []

    @pytest.mark.usefixtures("deliveries")
    def test_of_a_case_that_the_store_does_not_know_are_told_and_left(self, pool: Pool) -> None:
        stranger = uuid4()
        execute(
            pool,
            "INSERT INTO read_penalties.liquidations (case_id, version, currency, decided_on, amount) "
            "VALUES (%s, 1, 'GBP', '2023-01-01', 5)",
            stranger,
        )
        step_rows(pool, PENALTIES)
        assert found(pool) == [Finding("penalties", range_of(stranger), "rows_differ", 1, 1, stranger, healed=False)]
        step_rows(pool, PENALTIES)
        assert len(open_findings(pool)) == 1

    def test_of_a_case_that_is_parked_are_told_and_left_to_its_operator(self, pool: Pool, parked: Parked) -> None:
        fine = parked.fine.case_id
        assert execute(pool, "UPDATE read_timeline.timeline SET words = 'changed' WHERE case_id = %s AND version = 1", fine) == 1
        lines = len(timeline(pool))
        step_rows(pool, TIMELINE)
        assert found(pool) == [Finding("timeline", range_of(fine), "rows_differ", 1, 1, fine, healed=False)]
        assert len(timeline(pool)) == lines

    def test_that_could_not_be_derived_anew_as_far_as_they_are_stay(
        self, pool: Pool, database: Database, deliveries: list[Delivery]
    ) -> None:
        """An event that was applied is unreadable now: the program is older than who wrote it, or the store is damaged."""
        fine, other = fine_of(deliveries), deliveries[0].case_id
        held = compare(pool, PENALTIES), compare(pool, TIMELINE)
        damage(database, fine, 3)
        assert execute(pool, "UPDATE read_timeline.timeline SET words = 'changed' WHERE case_id = %s AND version = 1", other) == 1
        for model in (PENALTIES, TIMELINE):
            step_rows(pool, model)
        assert parked_cases(pool) == []
        assert {(one.place, one.kind, one.example, one.healed) for one in found(pool)} >= {
            ("penalties", "rows_differ", fine, False),
            ("timeline", "rows_differ", fine, False),
            ("timeline", "rows_differ", other, True),
        }
        mend(database, fine, 3)
        assert (compare(pool, PENALTIES), compare(pool, TIMELINE)) == held == ([], [])

    def test_that_a_worker_is_about_to_write_are_no_difference(self, pool: Pool, database: Database) -> None:
        """Rows are compared as far as each case was applied."""
        deliveries = store(nobody_complies_or_pays(), database)
        apply(pool, PENALTIES, deliveries[: len(deliveries) // 2])
        step_rows(pool, PENALTIES)
        assert found(pool) == []


CLAIMS = """
import sys, time
from foundation.database import open_pool
from workers.sweeps import Step, step

def hang(place, still_at_it):
    print("claimed", flush=True)
    time.sleep(600)
    return Step({}, is_whole=False)

with open_pool(sys.argv[1], name="other", size=2, timeout=30.0) as pool:
    step(pool, "positions", hang)
"""


def test_two_reconcilers_share_a_sweep_and_one_goes_on_when_the_other_is_killed(
    pool: Pool, database: Database, deliveries: list[Delivery]
) -> None:
    other = subprocess.Popen([sys.executable, "-c", CLAIMS, database.app_url], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"
        assert not step_positions(pool)
        other.send_signal(signal.SIGKILL)
        # The database notes at once that the connection is gone.
        wait_for(lambda: step_positions(pool), what="taking the sweep over", seconds=10)
    finally:
        other.kill()
        other.communicate()


def test_a_step_whose_session_the_database_ended_is_done_again(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Process or database stood still for longer than a transaction may: the process goes on with it."""
    monkeypatch.setitem(module._SQL, "wait_no_longer", "SET LOCAL idle_in_transaction_session_timeout = '10ms'")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"

    def look(_place: Place, _: StillAtIt) -> Step:
        def is_ended() -> bool:
            with pool.connection() as connection:
                return connection.execute(waiting).fetchone() == (0,)

        wait_for(is_ended, what="the end of the session", seconds=60)
        return Step({"range": 7}, is_whole=False)

    with pytest.raises(DATABASE_FAILED):
        step(pool, "positions", look)
    monkeypatch.undo()
    assert step(pool, "positions", lambda _place, _: Step({"range": 7}, is_whole=False))


def test_a_step_that_takes_longer_than_the_database_waits_for_one_that_hangs_is_kept(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look at a large topic takes minutes: were it cut off, it would begin at the beginning again, without end."""
    monkeypatch.setitem(module._SQL, "wait_no_longer", "SET LOCAL idle_in_transaction_session_timeout = '500ms'")

    def look(_place: Place, still_at_it: StillAtIt) -> Step:
        until = time.monotonic() + 1.5
        wait_for(lambda: still_at_it() and time.monotonic() > until)
        return Step({"range": 7}, is_whole=False)

    assert step(pool, "positions", look)
    with pool.connection() as connection:
        assert connection.execute("SELECT place FROM reconcile_sweeps WHERE sweep = 'positions'").fetchone() == ({"range": 7},)


def test_the_process_finds_a_lost_event_and_a_changed_row_while_no_broker_answers(
    pool: Pool, database: Database, tmp_path: Path
) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    fine = fine_of(deliveries)
    environment = {"REGCASE_DATABASE_URL": database.app_url, "REGCASE_KAFKA_BOOTSTRAP": "127.0.0.1:9"}
    with running("reconciler", environment, tmp_path):
        wait_for(lambda: len(timeline(pool)) == len(deliveries), what="the lost events", seconds=120)
        wait_for(lambda: execute(pool, TestRows.DAMAGE[0], fine) == 1, what="the fine's row", seconds=120)
        wait_for(lambda: [one for one in found(pool) if one.kind == "rows_differ"], what="the changed row", seconds=120)
        assert compare(pool, PENALTIES) == []
    assert found(pool) == [Finding("penalties", range_of(fine), "rows_differ", 1, 1, fine, healed=True)]


def test_the_times_that_are_stated_follow_from_how_often_it_looks() -> None:
    """As docs/reconcile.md has them."""
    assert reconciler.BEHIND_SECONDS + 2 * reconciler.EVERY_SECONDS <= 5
    assert len(RANGES) * module.POSITIONS_EVERY_SECONDS <= 5 * 60
    assert module.TOPIC_EVERY_SECONDS <= 5
