"""The reconciler brings to the read models what the way through Kafka lost."""

from __future__ import annotations

from threading import Event

import psycopg
import pytest

from foundation.database import Pool
from foundation.stopping import ToldToStop
from projections.apply import apply
from projections.compare import compare
from projections.read_model import all_read_models, read_model
from projections.reading import timeline
from projections.rebuild import rebuild_where_needed
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database
from workers import reconciler as module
from workers.reconciler import Reconciler


def test_everything_lost_is_brought(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    healed = Reconciler(pool, behind=0).look()
    assert healed == len(deliveries) * len(all_read_models())
    assert all(compare(pool, model) == [] for model in all_read_models().values())


def test_a_lost_last_event_is_brought_and_what_arrived_is_left_alone(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    for model in all_read_models().values():
        apply(pool, model, deliveries[:-1] if model.name == "timeline" else deliveries)
    assert Reconciler(pool, behind=0).look() == 1
    assert len(timeline(pool)) == len(deliveries)


def test_what_was_stored_just_now_is_left_to_its_way(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    reconciler = Reconciler(pool, behind=60)
    assert reconciler.look() == 0
    assert apply(pool, read_model("cases"), deliveries).applied == len(deliveries)


def test_it_goes_on_from_its_place(pool: Pool, database: Database) -> None:
    store(nobody_complies_or_pays(), database)
    Reconciler(pool, behind=0).look()
    more = store(nobody_complies_or_pays(), database)
    assert Reconciler(pool, behind=0).look() == len(more) * len(all_read_models())


def test_one_look_is_a_page_and_tells_whether_there_is_more(
    pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that deadlines are fired in between, however far behind it is, and memory is bounded."""
    monkeypatch.setattr(module, "PAGE", 10)
    monkeypatch.setattr(module, "CASES", 1)
    store(nobody_complies_or_pays(), database)
    reconciler = Reconciler(pool, behind=0)
    assert reconciler.look() > 0
    looks = 1
    while reconciler.has_more:
        reconciler.look()
        looks += 1
    assert looks > 3
    assert all(compare(pool, model) == [] for model in all_read_models().values())


@pytest.mark.parametrize("table", ["cases", "positions", "definition"])
def test_a_damaged_read_model_holds_up_no_other_and_is_built_anew_at_the_next_start(
    pool: Pool, database: Database, table: str
) -> None:
    """Also where no worker gets to it: they wait for a broker that is away."""
    deliveries = store(nobody_complies_or_pays(), database)
    with pool.connection() as connection:
        connection.execute(f"DROP TABLE read_cases.{table} CASCADE".encode())
    with pytest.raises(psycopg.errors.UndefinedTable):
        Reconciler(pool, behind=0).look()
    with pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM read_timeline.timeline").fetchone() == (len(deliveries),)
    assert rebuild_where_needed(pool) == ["cases"]
    assert all(compare(pool, model) == [] for model in all_read_models().values())


def test_it_tells_after_each_few_cases_that_it_gets_on(pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a page that takes longer than a process may stand still would have it started anew, and begun again."""
    monkeypatch.setattr(module, "CASES", 1)
    cases = {delivery.case_id for delivery in store(nobody_complies_or_pays(), database)}
    moved: list[None] = []
    Reconciler(pool, behind=0, moved=lambda: moved.append(None)).look()
    assert len(moved) == len(cases) * len(all_read_models())


def test_told_to_stop_it_leaves_what_it_has_not_healed_to_the_next_start(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    stop = Event()
    stop.set()
    with pytest.raises(ToldToStop):
        Reconciler(pool, behind=0, stop=stop).look()
    assert Reconciler(pool, behind=0).look() == len(deliveries) * len(all_read_models())
