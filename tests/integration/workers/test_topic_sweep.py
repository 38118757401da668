"""What the relay published is looked for in the topic, soon after and without reading anything twice; what is missing is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from kafka import TopicPartition

from deploy.kafka_admin import BrokerUnreachable, admin_client
from deploy.topics import EVENTS
from foundation import database as database_module
from foundation.database import Pool, open_pool
from foundation.settings import Settings
from projections.findings import Finding, findings_since, open_findings
from projections.history import Delivery
from projections.ranges import range_of
from projections.topic import Held, TopicLook, TopicPlace, TopicUnreachable, look_at_topic
from tests.histories import decided_and_remitted, nobody_complies_or_pays, store
from tests.poison import grow_old
from tests.relays import a_relay, leave_out, make_anew, named, publish_all
from tests.services import Database
from tests.topics import inject, published, unreadable_everywhere
from tests.waiting import wait_for
from workers import sweeps
from workers.sweeps import held_topic, step_topic


@pytest.fixture
def held(kafka: str, events_topic: str) -> Held:
    return held_topic(named(events_topic), Settings(kafka_bootstrap=kafka))


def publish(database: Database, kafka: str, held: Held, *, but: Delivery | None = None) -> None:
    """Have the relay publish what it has not; one event not, though it believes so."""
    with a_relay(database, kafka, held.name) as relay:
        if but:
            leave_out(relay, database, but)
        publish_all(relay)


def not_in_topic(held: Held, lost: Delivery) -> Finding:
    return Finding(held.name, range_of(lost.case_id), "not_in_topic", 1, 1, lost.case_id, healed=False)


def whole(pool: Pool, held: Held) -> TopicLook:
    return look_at_topic(pool, held, TopicPlace())


def test_what_the_library_cannot_read_is_no_event_of_the_store_and_hides_none(
    pool: Pool, database: Database, kafka: str, held: Held
) -> None:
    inject(kafka, held.name, unreadable_everywhere())
    stored = store(nobody_complies_or_pays(), database)
    publish(database, kafka, held)
    look = whole(pool, held)
    assert (look.events, look.findings, look.unknown) == (len(stored), [], EVENTS.partitions)


def test_a_step_holds_its_claim_while_the_topic_is_read(pool: Pool, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_the_database: list[object] = []

    def look(pool: Pool, held: Held, since: TopicPlace, *, moved: Callable[[], object]) -> TopicLook:
        asked_the_database.append(moved())
        return look_at_topic(pool, held, since, moved=moved)

    monkeypatch.setattr(sweeps, "look_at_topic", look)
    assert step_topic(pool, held)
    assert [isinstance(answer, psycopg.Cursor) for answer in asked_the_database] == [True]


def test_a_broker_that_hangs_is_waited_for_longer_than_a_transaction_may_be_idle_elsewhere(
    database: Database, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reader_that_asks_another_at_last() -> AbstractContextManager[Any]:
        until = time.monotonic() + 1.5
        wait_for(lambda: time.monotonic() > until)
        return held.reader()

    monkeypatch.setitem(database_module._SESSION, "idle_in_transaction_session_timeout", "500ms")
    with open_pool(database.app_url, name="test", size=1, timeout=5.0) as impatient:
        assert look_at_topic(impatient, replace(held, reader=reader_that_asks_another_at_last), TopicPlace(1))


def test_everything_is_there_and_is_read_once(pool: Pool, database: Database, kafka: str, held: Held) -> None:
    first = store(nobody_complies_or_pays(), database)
    publish(database, kafka, held)
    look = whole(pool, held)
    assert (look.events, look.findings, look.copies, look.unknown) == (len(first), [], 0, 0)
    more = store(decided_and_remitted(), database)
    publish(database, kafka, held)
    again = look_at_topic(pool, held, look.place)
    assert (again.events, again.findings, again.copies) == (len(more), [], 0)
    assert sum(again.place.offsets.values()) == len(first) + len(more)


@pytest.mark.parametrize("index", [0, -1])
def test_an_event_that_did_not_get_there_is_found_at_the_next_look_and_kept(
    pool: Pool, database: Database, kafka: str, held: Held, index: int
) -> None:
    """The first of a case, or the very last of all, which nothing follows."""
    lost = store(nobody_complies_or_pays(), database)[index]
    publish(database, kafka, held, but=lost)
    assert step_topic(pool, held)
    (finding,) = open_findings(pool)
    assert (finding.place, finding.kind, finding.example, finding.events) == (held.name, "not_in_topic", lost.case_id, 1)
    assert step_topic(pool, held), "what was published is looked for once"
    assert len(open_findings(pool)) == 1
    assert whole(pool, held).findings == [not_in_topic(held, lost)]


def test_where_nothing_was_published_since_no_broker_is_asked(pool: Pool, database: Database, kafka: str, held: Held) -> None:
    store(nobody_complies_or_pays(), database)
    publish(database, kafka, held)
    look = whole(pool, held)
    away = held_topic(named(held.name), Settings(kafka_bootstrap="127.0.0.1:9"))
    assert look_at_topic(pool, away, look.place).place == look.place


def test_what_is_not_published_yet_is_not_looked_for(pool: Pool, database: Database, held: Held) -> None:
    store(nobody_complies_or_pays(), database)
    look = whole(pool, held)
    assert (look.events, look.findings) == (0, [])


def test_copies_and_garbage_are_counted_and_no_difference(pool: Pool, database: Database, kafka: str, held: Held) -> None:
    store(nobody_complies_or_pays(), database)
    publish(database, kafka, held)
    messages = published(kafka, held.name)
    stranger = replace(messages[0], headers={**messages[0].headers, "ce_id": f"{'0' * 8}-0000-0000-0000-{'0' * 12}/1"})
    inject(kafka, held.name, [*messages[:3], stranger, replace(messages[0], headers={})])
    look = whole(pool, held)
    assert (look.findings, look.copies, look.unknown) == ([], 3, 2)


def test_a_message_whose_id_has_no_value_is_garbage_like_any_other(
    pool: Pool, database: Database, kafka: str, held: Held
) -> None:
    store(nobody_complies_or_pays(), database)
    publish(database, kafka, held)
    asyncio.run(write_without_values(kafka, held.name, "ce_id"))
    look = whole(pool, held)
    assert (look.findings, look.copies, look.unknown) == ([], 0, 1)


async def write_without_values(kafka: str, topic: str, *headers: str) -> None:
    """The other library's producer takes no header without a value; whoever else writes to a topic may send some."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(topic, b"{}", headers=[(name, None) for name in headers])


def test_an_event_of_which_there_is_only_another_payload_is_found(pool: Pool, database: Database, kafka: str, held: Held) -> None:
    lost = store(nobody_complies_or_pays(), database)[3]
    publish(database, kafka, held, but=lost)
    forged = replace(published(kafka, held.name)[0], value=b"{}")
    inject(kafka, held.name, [replace(forged, headers={**forged.headers, "ce_id": f"{lost.case_id}/{lost.version}"})])
    (finding,) = whole(pool, held).findings
    assert (finding.kind, finding.example) == ("differs_in_topic", lost.case_id)


def test_what_the_topic_keeps_no_more_is_no_difference(pool: Pool, database: Database, kafka: str, held: Held) -> None:
    """All that it had at first has gone; what came after is looked for."""
    store(nobody_complies_or_pays(), database)
    publish(database, kafka, held)
    ends = dict.fromkeys((TopicPartition(held.name, number) for number in range(EVENTS.partitions)), -1)
    with admin_client(Settings(kafka_bootstrap=kafka)) as client:
        client.delete_records(ends)
    lost = store(decided_and_remitted(), database)[1]
    publish(database, kafka, held, but=lost)
    findings = whole(pool, held).findings
    assert findings in ([], [not_in_topic(held, lost)])
    assert whole(pool, held).place.notification_id > 0


def test_a_topic_made_anew_is_looked_at_when_the_relay_has_filled_it(
    pool: Pool, database: Database, kafka: str, held: Held
) -> None:
    lost = store(nobody_complies_or_pays(), database)[-1]
    publish(database, kafka, held, but=lost)
    step_topic(pool, held)
    assert len(open_findings(pool)) == 1
    store(decided_and_remitted(), database)
    publish(database, kafka, held)
    make_anew(kafka, held.name)
    with pytest.raises(TopicUnreachable, match="shorter than it was"):
        step_topic(pool, held)
    publish(database, kafka, held)
    step_topic(pool, held)
    assert open_findings(pool) == []
    (kept,) = findings_since(pool, datetime.now(UTC) - timedelta(hours=1))
    assert (kept.example, kept.healed) == (lost.case_id, False)


def test_what_was_too_old_to_be_filled_in_is_no_difference(pool: Pool, database: Database, kafka: str, held: Held) -> None:
    store(nobody_complies_or_pays(), database)
    publish(database, kafka, held)
    grow_old(database)
    make_anew(kafka, held.name)
    more = store(decided_and_remitted(), database)
    publish(database, kafka, held)
    assert len(published(kafka, held.name)) == len(more)
    assert whole(pool, held).findings == []


def test_without_a_broker_it_says_so_and_goes_on_from_its_place_later(
    pool: Pool, database: Database, kafka: str, held: Held
) -> None:
    lost = store(nobody_complies_or_pays(), database)[-1]
    publish(database, kafka, held, but=lost)
    with pytest.raises(BrokerUnreachable):
        step_topic(pool, held_topic(named(held.name), Settings(kafka_bootstrap="127.0.0.1:9")))
    step_topic(pool, held)
    assert [finding.example for finding in open_findings(pool)] == [lost.case_id]
