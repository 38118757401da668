"""What was live before a rebuild is kept until told otherwise, and can be gone back to; a generation goes live only when verified."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from domain.refusals import WrongState
from foundation.database import Pool, open_pool, session_options
from projections import generations
from projections import rebuild as module
from projections.apply import apply
from projections.compare import compare
from projections.generations import BuiltOtherwise, Standing, standing
from projections.parking import parked_cases
from projections.read_model import Generation, all_read_models, read_model
from projections.reading import timeline
from projections.rebuild import drop_old, go_back, rebuild, rebuild_where_needed
from projections.verify import NotVerified
from tests.histories import decided_and_remitted, nobody_complies_or_pays, store
from tests.poison import mend, poisoned
from tests.services import Database
from tests.waiting import wait_for

TIMELINE, PENALTIES, DEADLINES = read_model("timeline"), read_model("penalties"), read_model("deadlines")
ISSUED = "fine.penalty_notice_issued"


def execute(pool: Pool, statement: str) -> int:
    with pool.connection() as connection:
        return connection.execute(statement.encode()).rowcount


def by_generation(pool: Pool, name: str = "timeline") -> dict[str, Standing]:
    return {one.generation: one for one in standing(pool, read_model(name))}


def built_by_another_version(pool: Pool, generation: Generation) -> None:
    assert execute(pool, f"UPDATE {TIMELINE.schema(generation)}.definition SET digest = 'of another version'") == 1


class TestTheOldOne:
    def test_is_kept_with_its_rows(self, pool: Pool, database: Database) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        apply(pool, TIMELINE, deliveries)
        execute(pool, "DELETE FROM read_timeline.timeline WHERE version > 1")
        rebuild(pool, TIMELINE)
        kept = by_generation(pool)["old"]
        assert (kept.events, kept.is_of_this_program, kept.bytes > 0) == (len(deliveries), True, True)
        with pool.connection() as connection:
            assert connection.execute("SELECT DISTINCT version FROM read_timeline_old.timeline").fetchall() == [(1,)]

    def test_goes_when_it_is_told_to(self, pool: Pool) -> None:
        rebuild(pool, TIMELINE)
        assert drop_old(pool, TIMELINE)
        assert by_generation(pool).keys() == {"live"}
        assert not drop_old(pool, TIMELINE)

    def test_is_not_lost_to_another_rebuild(self, pool: Pool, database: Database) -> None:
        rebuild(pool, TIMELINE)
        store(nobody_complies_or_pays(), database)
        with pytest.raises(WrongState, match="--drop-old"):
            rebuild(pool, TIMELINE)
        assert timeline(pool) == []
        assert by_generation(pool).keys() == {"live", "old"}
        rebuild(pool, TIMELINE, drop_old=True)
        assert by_generation(pool)["old"].events == 0

    def test_does_not_keep_a_new_version_of_the_program_from_starting(self, pool: Pool, database: Database) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        rebuild(pool, TIMELINE)
        built_by_another_version(pool, "live")
        assert rebuild_where_needed(pool) == ["timeline"]
        assert rebuild_where_needed(pool) == []
        assert by_generation(pool)["old"].digest == "of another version"
        assert len(timeline(pool)) == len(deliveries)


class TestGoingBack:
    def test_brings_it_up_to_date_first(self, pool: Pool, database: Database) -> None:
        first = store(nobody_complies_or_pays(), database)
        rebuild(pool, TIMELINE)
        rebuild(pool, TIMELINE, drop_old=True)
        execute(pool, "DELETE FROM read_timeline.timeline")
        more = store(decided_and_remitted(), database)
        go_back(pool, TIMELINE)
        assert len(timeline(pool)) == len(first) + len(more)
        assert compare(pool, TIMELINE) == []
        assert by_generation(pool)["old"].events == len(first)

    def test_and_forth_again_loses_nothing(self, pool: Pool, database: Database) -> None:
        store(nobody_complies_or_pays(), database)
        rebuild(pool, TIMELINE)
        for _ in range(2):
            store(decided_and_remitted(), database)
            go_back(pool, TIMELINE)
            assert compare(pool, TIMELINE) == []

    def test_tries_again_what_waits_there_and_keeps_since_when_it_waits(self, pool: Pool, database: Database) -> None:
        deliveries, (bad,) = poisoned(nobody_complies_or_pays(), database, ISSUED)
        apply(pool, TIMELINE, deliveries)
        rebuild(pool, TIMELINE)
        (before,) = parked_cases(pool)
        assert by_generation(pool)["old"].parked == 1
        go_back(pool, TIMELINE)
        (after,) = parked_cases(pool)
        assert (after.version, after.parked_at) == (bad.version, before.parked_at)
        mend(database, bad.case_id, bad.version)
        go_back(pool, TIMELINE)
        assert parked_cases(pool) == []
        assert compare(pool, TIMELINE) == []

    def test_is_refused_where_another_version_built_it(self, pool: Pool) -> None:
        rebuild(pool, TIMELINE)
        built_by_another_version(pool, "old")
        with pytest.raises(WrongState, match="another version of the program"):
            go_back(pool, TIMELINE)

    def test_is_refused_where_there_is_none(self, pool: Pool) -> None:
        with pytest.raises(WrongState, match="no generation is kept"):
            go_back(pool, TIMELINE)

    def test_is_refused_where_its_rows_are_not_what_the_store_says(self, pool: Pool, database: Database) -> None:
        store(nobody_complies_or_pays(), database)
        rebuild(pool, PENALTIES)
        rebuild(pool, PENALTIES, drop_old=True)
        assert execute(pool, "UPDATE read_penalties_old.penalties SET received = 5 WHERE case_type = 'fine'") == 1
        with pytest.raises(NotVerified, match="row different in penalties"):
            go_back(pool, PENALTIES)
        assert compare(pool, PENALTIES) == []


class TestVerifying:
    DAMAGE: tuple[tuple[str, str], ...] = (
        ("DELETE FROM read_timeline_next.timeline WHERE version = 1", "row missing in timeline"),
        ("UPDATE read_timeline_next.timeline SET law_date = '2001-01-01' WHERE version = 1", "row different in timeline"),
        ("UPDATE read_timeline_next.positions SET version = version - 1", "is at version"),
        ("UPDATE read_timeline_next.positions SET version = version + 9", "is at version"),
        ("DELETE FROM read_timeline_next.positions", "is at version 0"),
        ("INSERT INTO read_timeline_next.positions VALUES (gen_random_uuid(), 3)", "the event store at 0"),
    )

    @pytest.mark.parametrize(("damage", "why"), DAMAGE)
    def test_keeps_what_is_not_as_the_store_says_from_going_live(
        self, pool: Pool, database: Database, damage: str, why: str
    ) -> None:
        """Damaged at the last moment before; the next rebuild begins anew and is sound."""
        deliveries = store(nobody_complies_or_pays(), database)
        apply(pool, TIMELINE, deliveries)
        before = by_generation(pool)["live"].begun_at
        with pytest.raises(NotVerified, match=why):
            rebuild(pool, TIMELINE, lambda reached, end: damaged(pool, damage) if reached == end else None)
        assert by_generation(pool).keys() == {"live"}
        assert by_generation(pool)["live"].begun_at == before
        rebuild(pool, TIMELINE)
        assert compare(pool, TIMELINE) == []

    def test_looks_at_the_last_events_too_that_are_applied_while_workers_wait(
        self, pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store(nobody_complies_or_pays(), database)

        def verified_and_then_more_is_stored(*_: Any, **__: Any) -> None:
            store(decided_and_remitted(), database)
            monkeypatch.setattr(module, "apply_within", lambda *_, **__: None)

        monkeypatch.setattr(module, "verify", verified_and_then_more_is_stored)
        with pytest.raises(NotVerified, match="has not got to the end"):
            rebuild(pool, TIMELINE)
        assert timeline(pool) == []
        assert by_generation(pool).keys() == {"live"}


def damaged(pool: Pool, statement: str) -> None:
    assert execute(pool, statement) > 0


KILLED = """
import os, signal, sys
from foundation.database import open_pool
from projections import rebuild as module
from projections.read_model import read_model

module.PAGE = 10
reached = []

def die_in_the_third_page(at, end):
    reached.append(at)
    if len(reached) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

with open_pool(sys.argv[1], name="killed", size=4, timeout=30.0) as pool:
    module.rebuild(pool, read_model("timeline"), die_in_the_third_page)
"""


def test_a_rebuild_that_was_killed_goes_on_where_it_was(pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    killed = subprocess.run([sys.executable, "-c", KILLED, database.app_url], check=False, timeout=250)
    assert killed.returncode == -signal.SIGKILL
    there = by_generation(pool)["next"].events
    assert 0 < there < len(deliveries)
    assert timeline(pool) == []
    monkeypatch.setattr(module, "PAGE", 10)
    again: list[int] = []
    rebuild(pool, TIMELINE, lambda reached, _end: again.append(reached))
    assert again[0] > 20, "two pages were kept for certain"
    assert len(timeline(pool)) == len(deliveries)
    assert compare(pool, TIMELINE) == []


def test_a_generation_that_is_being_built_fires_no_deadline_and_is_not_read(pool: Pool, database: Database) -> None:
    """The timers and every reader name the live one; what they see is empty until the switch."""
    store(nobody_complies_or_pays(), database)
    seen: list[tuple[int, int]] = []

    def look(reached: int, end: int) -> None:
        if reached == end and not seen:
            with pool.connection() as connection:
                row = connection.execute(
                    "SELECT (SELECT count(*) FROM read_deadlines.deadlines), (SELECT count(*) FROM read_deadlines_next.deadlines)"
                ).fetchone()
            assert row
            seen.append((row[0], row[1]))

    with pool.connection() as listening:
        listening.execute("LISTEN stored_events")
        listening.commit()
        rebuild(pool, DEADLINES, look)
        assert list(listening.notifies(timeout=0)) == []
    assert seen[0][0] == 0 < seen[0][1]
    with pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM timer_claims").fetchone() == (0,)


def test_several_processes_that_start_at_once_build_each_read_model_once(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    for model in all_read_models().values():
        execute(pool, f"UPDATE {model.schema()}.definition SET digest = 'of another version'")

    def start() -> list[str]:
        with open_pool(database.app_url, name="starting", size=4, timeout=60.0) as own:
            return rebuild_where_needed(own)

    with ThreadPoolExecutor(4) as starting:
        built = [name for begun in [starting.submit(start) for _ in range(4)] for name in begun.result()]
    assert sorted(built) == sorted(all_read_models())
    assert len(timeline(pool)) == len(deliveries)
    assert all(compare(pool, model) == [] for model in all_read_models().values())


@pytest.mark.parametrize("generation", ["live", "damaged"])
def test_a_process_of_another_version_writes_nothing_into_it(pool: Pool, database: Database, generation: str) -> None:
    """It was not started anew with the others: its next batch ends it instead."""
    deliveries = store(nobody_complies_or_pays(), database)
    if generation == "live":
        built_by_another_version(pool, "live")
    else:
        with pool.connection() as connection:
            generations.distrust(connection, TIMELINE)
    with pytest.raises(BuiltOtherwise):
        apply(pool, TIMELINE, deliveries)
    assert timeline(pool) == []


class TestReadersAndWriters:
    """None waits for a lock for longer than its session allows, none sees an error, and no reader sees less than before."""

    READERS_WAIT, WRITERS_WAIT = "2s", "10s"
    """Readers take no lock that the switch holds; writers wait while the tail is applied."""

    def test_notice_nothing_of_rebuilds_and_of_going_back(self, pool: Pool, database: Database) -> None:
        apply(pool, TIMELINE, store(nobody_complies_or_pays(), database))
        done = Event()
        written, seen = [0], [0]

        def write() -> None:
            with patient_pool(database, self.WRITERS_WAIT) as own:
                while not done.is_set():
                    for delivery in store(decided_and_remitted(), database):
                        apply(own, TIMELINE, [delivery])
                        written[0] += 1

        def read() -> None:
            with psycopg.connect(database.app_url, options=session_options(lock_timeout=self.READERS_WAIT)) as connection:
                while not done.is_set():
                    row = connection.execute("SELECT count(*) FROM read_timeline.timeline").fetchone()
                    connection.commit()
                    assert row is not None
                    assert row[0] >= seen[0], "a step backwards"
                    seen[0] = row[0]

        with ThreadPoolExecutor(2) as others:
            running = [others.submit(write), others.submit(read)]

            def more_written(before: int) -> bool:
                return written[0] > before or any(one.done() for one in running)

            try:
                for _ in range(3):
                    before = written[0]
                    rebuild(pool, TIMELINE, drop_old=True)
                    go_back(pool, TIMELINE)
                    wait_for(partial(more_written, before), what="writing", seconds=120)
            finally:
                done.set()
            for one in running:
                one.result(timeout=120)
        assert compare(pool, TIMELINE) == []


def patient_pool(database: Database, lock_timeout: str) -> Pool:
    return ConnectionPool(
        database.app_url,
        min_size=1,
        max_size=2,
        timeout=60,
        kwargs={"options": session_options(lock_timeout=lock_timeout)},
        open=True,
    )
