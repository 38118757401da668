"""The comparison finds every way in which a read model can differ from the store, and nothing where there is none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from structlog.testing import capture_logs

from foundation.database import Pool
from projections import compare as module
from projections import generations
from projections.apply import apply
from projections.compare import compare
from projections.parking import parked_cases
from projections.read_model import all_read_models, read_model
from projections.rebuild import rebuild
from tests.histories import STORIES, nobody_complies_or_pays, store
from tests.poison import Parked
from tests.services import Database

PENALTIES = read_model("penalties")


@pytest.fixture(autouse=True)
def _nothing_is_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_FLIGHT", timedelta(0))


def change(pool: Pool, statement: str) -> None:
    with pool.connection() as connection:
        assert connection.execute(statement).rowcount == 1


@pytest.mark.parametrize("story", STORIES)
def test_live_rows_equal_those_built_anew(pool: Pool, database: Database, story: str) -> None:
    deliveries = store(STORIES[story](), database)
    for model in all_read_models().values():
        apply(pool, model, deliveries)
        assert compare(pool, model) == []
        rebuild(pool, model)
        assert compare(pool, model) == []


def test_a_tampered_row_is_found_with_the_column(pool: Pool, database: Database) -> None:
    apply(pool, PENALTIES, store(nobody_complies_or_pays(), database))
    change(pool, "UPDATE read_penalties.penalties SET imposed = 1 WHERE case_type = 'fine'")
    (difference,) = compare(pool, PENALTIES)
    assert (difference.kind, difference.table) == ("row_different", "penalties")
    assert {name: (float(live), float(stored)) for name, (live, stored) in difference.columns.items()} == {
        "imposed": (1, 7552800)
    }


def test_a_deleted_row_is_found(pool: Pool, database: Database) -> None:
    apply(pool, PENALTIES, store(nobody_complies_or_pays(), database))
    change(pool, "DELETE FROM read_penalties.penalties WHERE case_type = 'fine'")
    assert [d.kind for d in compare(pool, PENALTIES)] == ["row_missing"]


def test_a_row_too_many_is_found(pool: Pool, database: Database) -> None:
    apply(pool, PENALTIES, store(nobody_complies_or_pays(), database))
    change(
        pool,
        "INSERT INTO read_penalties.liquidations (case_id, version, currency, decided_on, amount) "
        "SELECT case_id, 99, 'GBP', '2023-01-01', 5 FROM read_penalties.penalties WHERE case_type = 'fine'",
    )
    assert [(d.kind, d.table) for d in compare(pool, PENALTIES)] == [("row_unexpected", "liquidations")]


def test_an_event_that_was_never_projected_is_found(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    lost = deliveries[-1]
    apply(pool, PENALTIES, [d for d in deliveries if d.case_id != lost.case_id or d.version < lost.version])
    (difference,) = compare(pool, PENALTIES)
    assert (difference.kind, difference.case_id) == ("never_projected", lost.case_id)
    assert difference.columns["version"] == (lost.version - 1, lost.version)


def test_an_event_that_may_still_be_on_its_way_is_no_difference(
    pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IN_FLIGHT", timedelta(minutes=5))
    store(nobody_complies_or_pays(), database)
    assert compare(pool, PENALTIES) == []


def test_a_comparison_leaves_nothing_behind(pool: Pool, database: Database) -> None:
    apply(pool, PENALTIES, store(nobody_complies_or_pays(), database))
    compare(pool, PENALTIES)
    with pool.connection() as connection:
        assert generations.tables(connection, PENALTIES, "check") == []
        assert connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'read_penalties_%'").fetchall() == []


def test_a_comparison_that_hangs_keeps_nobody_from_applying(pool: Pool, database: Database) -> None:
    """As `reconcile` does when it is stopped by Ctrl-Z."""
    deliveries = store(nobody_complies_or_pays(), database)
    with pool.connection() as hangs, generations.locked(hangs, "hold_while_comparing", model=PENALTIES):
        hangs.execute("SELECT 1")
        assert apply(pool, PENALTIES, deliveries).applied == len(deliveries)
    assert compare(pool, PENALTIES) == []


def test_what_is_applied_while_it_runs_is_no_difference(pool: Pool, database: Database) -> None:
    """Several comparisons beside somebody who applies event by event: both look as of one moment."""
    deliveries = store(nobody_complies_or_pays(), database)
    with ThreadPoolExecutor(1) as workers:
        applying = workers.submit(lambda: [apply(pool, PENALTIES, [delivery]) for delivery in deliveries])
        while not applying.done():
            assert [d for d in compare(pool, PENALTIES) if d.kind != "never_projected"] == []
        applying.result()
    assert compare(pool, PENALTIES) == []


@pytest.mark.usefixtures("parked")
def test_no_case_is_said_to_be_parked_because_somebody_compares(pool: Pool) -> None:
    with capture_logs() as logs:
        assert compare(pool, PENALTIES) == []
    assert logs == []


def test_two_who_compare_do_not_wait_for_each_other_where_a_case_is_parked(pool: Pool, parked: Parked) -> None:
    """Both build a copy in which the same case waits."""
    in_the_middle, other_is_done = Event(), Event()

    def wait(reached: int, end: int) -> None:
        if reached == end:
            in_the_middle.set()
            assert other_is_done.wait(60)

    with ThreadPoolExecutor(1) as executor:
        one = executor.submit(compare, pool, PENALTIES, wait)
        try:
            assert in_the_middle.wait(60)
            assert compare(pool, PENALTIES) == []
        finally:
            other_is_done.set()
        assert one.result() == []
    assert {row.case_id for row in parked_cases(pool)} == {parked.fine.case_id, parked.notice.case_id}
