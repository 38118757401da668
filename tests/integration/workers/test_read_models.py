"""What comes from the topic is held against the store before it reaches a read model."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from threading import Thread
from typing import Any

import psycopg
import pytest

from domain.case.events import CaseEvent
from foundation.database import Pool
from foundation.errors import Transient
from foundation.patience import Patience
from projections import generations
from projections.apply import Tally, apply
from projections.compare import compare
from projections.parking import parked_cases
from projections.read_model import Change, all_read_models
from projections.reading import timeline
from projections.rebuild import rebuild_where_needed
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database
from tests.waiting import wait_for
from workers import read_models as module
from workers.cloud_events import message_of
from workers.read_models import Received, consume


@pytest.fixture
def batch(database: Database) -> list[Received]:
    """The messages of a story, as the relay makes them."""
    store(nobody_complies_or_pays(), database)
    with psycopg.connect(database.app_url) as connection:
        rows = connection.execute(
            "SELECT topic, state FROM stored_events WHERE NOT starts_with(topic, '_') ORDER BY notification_id"
        ).fetchall()
    messages = [message_of(topic, bytes(state)) for topic, state in rows]
    return [Received("regcase.events", 0, n, message.headers, message.value) for n, message in enumerate(messages)]


def rejected(database: Database) -> list[tuple[int, str]]:
    with psycopg.connect(database.app_url) as connection:
        return connection.execute("SELECT message_offset, reason FROM rejected_messages ORDER BY 1").fetchall()


def with_header(message: Received, name: str, value: bytes | None) -> Received:
    return replace(message, headers=[(n, value if n == name else v) for n, v in message.headers])


def without(message: Received, name: str) -> Received:
    return replace(message, headers=[(n, v) for n, v in message.headers if n != name])


def all_equal_the_store(pool: Pool) -> bool:
    return all(compare(pool, model) == [] for model in all_read_models().values())


def test_a_batch_reaches_every_read_model(pool: Pool, database: Database, batch: list[Received]) -> None:
    tallies = consume(pool, batch)
    assert [tally.applied for tally in tallies] == [len(batch)] * len(all_read_models())
    assert all_equal_the_store(pool)
    assert rejected(database) == []


def test_duplicates_and_gaps_make_no_difference(pool: Pool, batch: list[Received]) -> None:
    consume(pool, batch[:10])
    consume(pool, batch[5:20])
    consume(pool, batch[30:])
    consume(pool, batch[20:30])
    assert len(timeline(pool)) == len(batch)
    assert all_equal_the_store(pool)


class TestWhatIsNoEventOfTheStore:
    """Recorded once with its place, and never applied; what stands beside it is applied."""

    @staticmethod
    def check(pool: Pool, database: Database, batch: Sequence[Received], bad: Received, reason: str) -> None:
        marked = replace(bad, offset=1_000)
        consume(pool, [*batch[:3], marked, *batch[3:]])
        consume(pool, [marked])
        assert rejected(database) == [(1_000, reason)]
        assert len(timeline(pool)) == len(batch)
        assert parked_cases(pool) == []
        assert all_equal_the_store(pool)

    def test_garbage(self, pool: Pool, database: Database, batch: list[Received]) -> None:
        garbage = Received("regcase.events", 0, 0, [], b"\xff\x00 not an event")
        self.check(pool, database, batch, garbage, "a message without ce_id, ce_digest or payload")

    def test_a_tombstone(self, pool: Pool, database: Database, batch: list[Received]) -> None:
        self.check(pool, database, batch, replace(batch[0], value=None), "a message without ce_id, ce_digest or payload")

    def test_a_message_without_digest(self, pool: Pool, database: Database, batch: list[Received]) -> None:
        bad = without(batch[0], "ce_digest")
        self.check(pool, database, batch, bad, "a message without ce_id, ce_digest or payload")

    @pytest.mark.parametrize(
        "given",
        [
            b"",
            b"x/1",
            b"/",
            b"6f1c0d8e-8f4b-5b0e-9d59-3c1f3a9d7a10",
            b"\xff\xfe",
            b"6f1c0d8e-8f4b-5b0e-9d59-3c1f3a9d7a10/99999999999999999999",
            b"6f1c0d8e-8f4b-5b0e-9d59-3c1f3a9d7a10/-1",
        ],
    )
    def test_an_id_that_is_none(self, pool: Pool, database: Database, batch: list[Received], given: bytes) -> None:
        self.check(pool, database, batch, with_header(batch[0], "ce_id", given), "ce_id is not case_id/version")

    def test_a_changed_payload(self, pool: Pool, database: Database, batch: list[Received]) -> None:
        bad = replace(batch[4], value=(batch[4].value or b"") + b" ")
        self.check(pool, database, batch, bad, "the payload is not the one that the digest names")

    def test_an_event_that_was_never_stored(self, pool: Pool, database: Database, batch: list[Received]) -> None:
        bad = with_header(batch[4], "ce_id", f"{uuid.uuid4()}/1".encode())
        self.check(pool, database, batch, bad, "no such event in the store")

    def test_a_stored_event_with_the_payload_of_another(self, pool: Pool, database: Database, batch: list[Received]) -> None:
        other = next(message for message in batch if message.value != batch[4].value)
        own_id = next(value for name, value in batch[4].headers if name == "ce_id")
        self.check(pool, database, batch, with_header(other, "ce_id", own_id), "the payload is not the stored one")


def test_an_internal_stream_of_the_store_is_no_event(pool: Pool, database: Database, batch: list[Received]) -> None:
    with psycopg.connect(database.app_url) as connection:
        row = connection.execute("SELECT originator_id FROM stored_events WHERE topic = '_outcome.recorded' LIMIT 1").fetchone()
    assert row
    consume(pool, [replace(with_header(batch[0], "ce_id", f"{row[0]}/1".encode()), offset=1_000)])
    assert rejected(database) == [(1_000, "no such event in the store")]


CORRUPT = """
CREATE FUNCTION read_cases.cannot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not read a block' USING ERRCODE = '{state}'; END $$;
CREATE TRIGGER cannot BEFORE INSERT ON read_cases.cases FOR EACH ROW EXECUTE FUNCTION read_cases.cannot();
"""


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        ("DROP TABLE read_cases.cases CASCADE", psycopg.errors.UndefinedTable),
        ("DROP TABLE read_cases.definition CASCADE", psycopg.errors.UndefinedTable),
        (CORRUPT.format(state="XX000"), psycopg.errors.InternalError_),
        (CORRUPT.format(state="XX001"), psycopg.errors.DataCorrupted),
    ],
    ids=["a table is missing", "its own word is missing", "an internal error", "a corrupt table"],
)
def test_a_damaged_read_model_holds_up_no_other_and_is_built_anew_at_the_next_start(
    pool: Pool, database: Database, batch: list[Received], damage: str, error: type[psycopg.Error]
) -> None:
    with pool.connection() as connection:
        connection.execute(damage.encode())
    with pytest.raises(error):
        consume(pool, batch)
    with pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM read_timeline.timeline").fetchone() == (len(batch),)
    assert rebuild_where_needed(pool) == ["cases"]
    assert all_equal_the_store(pool)


def test_a_database_that_is_away_when_damage_is_to_be_noted_is_waited_out(
    pool: Pool, batch: list[Received], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    distrust = generations.distrust

    def is_away_once(*arguments: Any) -> None:
        if not slept:
            raise psycopg.OperationalError
        distrust(*arguments)

    monkeypatch.setattr(generations, "distrust", is_away_once)
    with pool.connection() as connection:
        connection.execute("DROP TABLE read_cases.cases CASCADE")
    with pytest.raises(psycopg.errors.UndefinedTable):
        consume(pool, batch, patience=Patience(sleep=slept.append))
    assert len(slept) == 1
    assert rebuild_where_needed(pool) == ["cases"]
    assert len(timeline(pool)) == len(batch)


def test_a_database_that_is_away_is_waited_out_with_growing_pauses_and_parks_nothing(
    pool: Pool, batch: list[Received], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    patience = Patience(attempts=2, first=1.0, longest=5.0, sleep=slept.append, chance=lambda: 1.0)

    def is_away_for_a_while(*arguments: Any, **options: Any) -> Tally:
        if len(slept) < 6:
            raise psycopg.OperationalError
        return apply(*arguments, **options)

    monkeypatch.setattr(module, "apply", is_away_for_a_while)
    consume(pool, batch, patience=patience)
    assert slept == [1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    assert parked_cases(pool) == []
    assert all_equal_the_store(pool)


def test_what_is_parked_in_one_read_model_reaches_the_others(
    pool: Pool, batch: list[Received], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def fails(_event: CaseEvent) -> list[Change]:
        raise Transient

    models = dict(all_read_models()) | {"cases": replace(all_read_models()["cases"], changes=fails)}
    monkeypatch.setattr(generations, "all_read_models", lambda: models)
    consume(pool, batch, patience=Patience(attempts=3, sleep=slept.append))
    assert len(slept) == 2
    assert {(row.read_model, row.attempts) for row in parked_cases(pool)} == {("cases", 3)}
    assert len(timeline(pool)) == len(batch)


def test_a_database_that_breaks_off_is_waited_out(pool: Pool, database: Database, batch: list[Received]) -> None:
    """The batch is neither lost nor half done: its one attempt after another ends in all of it."""
    with psycopg.connect(database.superuser_url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [database.name])  # fmt: skip
        consuming = Thread(target=consume, args=(pool, batch))
        consuming.start()
        consuming.join(1)
        assert consuming.is_alive()
        connection.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")
    wait_for(lambda: not consuming.is_alive(), what="the batch")
    assert len(timeline(pool)) == len(batch)
    assert all_equal_the_store(pool)
