"""A rebuild puts a new generation in the place of the live one; readers and workers go on, and it can be interrupted."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

import domain.fine.words
from foundation.database import Pool
from projections import generations
from projections import rebuild as module
from projections.apply import apply
from projections.compare import compare
from projections.history import log_end
from projections.read_model import all_read_models, read_model
from projections.reading import timeline
from projections.rebuild import rebuild, rebuild_where_needed
from tests.histories import decided_and_remitted, nobody_complies_or_pays, store
from tests.services import Database
from tests.waiting import wait_for

TIMELINE = read_model("timeline")


def test_a_damaged_read_model_is_whole_again(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    apply(pool, TIMELINE, deliveries)
    with pool.connection() as connection:
        connection.execute("DELETE FROM read_timeline.timeline")
    rebuild(pool, TIMELINE)
    assert len(timeline(pool)) == len(deliveries)
    assert compare(pool, TIMELINE) == []


def test_events_delivered_after_a_rebuild_go_on_from_it(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    rebuild(pool, TIMELINE)
    more = store(decided_and_remitted(), database)
    assert apply(pool, TIMELINE, deliveries).duplicates == len(deliveries)
    assert apply(pool, TIMELINE, more).applied == len(more)
    assert compare(pool, TIMELINE) == []


def test_it_tells_how_far_it_has_got_up_to_the_end_of_the_log(
    pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(nobody_complies_or_pays(), database)
    monkeypatch.setattr(module, "PAGE", 10)
    told: list[tuple[int, int]] = []
    end = rebuild(pool, TIMELINE, lambda reached, end: told.append((reached, end)))
    assert len(told) >= end // 10
    assert told == sorted(told)
    assert {of for _, of in told} == {end}
    assert told[-1] == (end, end)
    with pool.connection() as connection:
        assert end == log_end(connection)


def test_one_that_was_interrupted_goes_on_where_it_stopped(
    pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(nobody_complies_or_pays(), database)
    monkeypatch.setattr(module, "PAGE", 10)
    monkeypatch.setattr(module, "TAIL", 10)
    reached: list[int] = []

    def stop_soon(at: int, _end: int) -> None:
        reached.append(at)
        if len(reached) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(pool, TIMELINE, stop_soon)
    assert timeline(pool) == []
    again: list[int] = []
    rebuild(pool, TIMELINE, lambda at, _end: again.append(at))
    assert again[0] > reached[-1]
    assert compare(pool, TIMELINE) == []


def test_workers_that_apply_meanwhile_lose_nothing(pool: Pool, database: Database) -> None:
    first, more = store(nobody_complies_or_pays(), database), []
    apply(pool, TIMELINE, first)
    done = Event()

    def keep_rebuilding() -> None:
        while not done.is_set():
            rebuild(pool, TIMELINE, drop_old=True)

    rebuilding = Thread(target=keep_rebuilding)
    rebuilding.start()
    try:
        for _ in range(5):
            more = store(decided_and_remitted(), database)
            for delivery in more:
                apply(pool, TIMELINE, [delivery])
    finally:
        done.set()
        # A rebuild that still ran when the database goes would fail in its thread, and the test with it.
        rebuilding.join(240)
        assert not rebuilding.is_alive()
    assert len(timeline(pool)) == len(first) + 5 * len(more)
    assert compare(pool, TIMELINE) == []


def test_only_what_is_missing_or_was_built_otherwise_is_built(pool: Pool) -> None:
    assert rebuild_where_needed(pool) == []
    with pool.connection() as connection:
        connection.execute("UPDATE read_cases.definition SET digest = 'of another version'")
        connection.execute("DROP SCHEMA read_penalties CASCADE")
    assert rebuild_where_needed(pool) == ["cases", "penalties"]


def test_changed_words_are_another_definition_of_the_time_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "words.py"
    changed.write_text(Path(str(domain.fine.words.__file__)).read_text(encoding="utf-8") + "# other words", encoding="utf-8")
    before = all_read_models()
    monkeypatch.setattr(domain.fine.words, "__file__", str(changed))
    # Read beside the cache: were that emptied, later tests would hold read models that are no longer those of the others.
    after = all_read_models.__wrapped__()
    assert {name for name in before if before[name].digest != after[name].digest} == {"timeline"}


def test_a_reader_in_the_middle_of_reading_does_not_hinder_the_switch(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    with pool.connection() as reader:
        assert reader.execute("SELECT count(*) FROM read_timeline.timeline").fetchone() == (0,)
        rebuild(pool, TIMELINE)
        assert len(timeline(pool)) == len(deliveries)


def test_the_switch_waits_for_whoever_applies(pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the rows of that transaction would go into the generation that is thrown away."""
    monkeypatch.setattr(module, "SWITCH_PAUSE", 0.05)
    deliveries = store(nobody_complies_or_pays(), database)
    rebuilding = Thread(target=rebuild, args=(pool, TIMELINE))
    with pool.connection() as applying:
        generations.hold(applying, TIMELINE)
        rebuilding.start()
        wait_for(lambda: wants_the_switch(pool), what="the rebuild at its switch")
        assert timeline(pool) == []
    rebuilding.join(30)
    assert len(timeline(pool)) == len(deliveries)


def wants_the_switch(pool: Pool) -> bool:
    with pool.connection() as connection:
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND mode = 'ExclusiveLock'"
        return connection.execute(waiting).fetchone() is not None
