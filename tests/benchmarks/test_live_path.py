"""Events per second from the event store to rows in every read model, beside bare kafka-python and a bare Faust agent.

All three handle the same events on the same broker in the same run; what counts is the ratio, for machines are noisy.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from kafka import KafkaProducer

from deploy.topics import EVENTS, Topic, ensure_topics
from domain.event_store import in_postgres
from foundation.logs import configure_logs
from foundation.settings import Settings
from projections.read_model import all_read_models
from tests.copies import copies, events_of, is_published
from tests.histories import nobody_complies_or_pays
from tests.system import System
from tests.waiting import wait_for
from workers.cloud_events import Message, message_of

COPIES = 100
WITHIN = 300.0


def story() -> list[StoredEvent]:
    return events_of(nobody_complies_or_pays())


def messages_of(events: Sequence[StoredEvent]) -> list[Message]:
    return [message_of(event.topic, event.state) for event in events if is_published(event)]


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def send(bootstrap: str, topic: str, messages: Sequence[Message]) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, linger_ms=5, batch_size=2**17)
    futures = [
        producer.send(topic, key=m.key, value=m.value, headers=m.headers, partition=m.partition(EVENTS.partitions))
        for m in messages
    ]
    producer.flush(timeout=WITHIN)
    assert all(future.succeeded() for future in futures)
    producer.close()


def fresh_topic(bootstrap: str) -> str:
    topic = Topic(f"bench.{uuid4().hex}", EVENTS.partitions, EVENTS.key, EVENTS.retention, EVENTS.largest_batch)
    ensure_topics(Settings(kafka_bootstrap=bootstrap), [topic])
    return topic.name


def bare_producer(bootstrap: str, messages: Sequence[Message]) -> float:
    topic = fresh_topic(bootstrap)
    return timed(lambda: send(bootstrap, topic, messages))


def bare_agent(bootstrap: str, messages: Sequence[Message], folder: Path) -> float:
    """From the first message sent to the last one counted; the agent is warm."""
    topic, counted = fresh_topic(bootstrap), folder / "counted"
    program = [sys.executable, str(Path(__file__).with_name("bare_agent.py")), bootstrap, topic, str(counted)]
    agent = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def has_counted(number: int) -> bool:
        return counted.exists() and int(counted.read_text(encoding="ascii") or 0) >= number

    def all_counted() -> None:
        send(bootstrap, topic, messages)
        wait_for(lambda: has_counted(len(messages) + 1), seconds=WITHIN, what="the bare agent")

    try:
        send(bootstrap, topic, messages[:1])
        wait_for(lambda: has_counted(1), seconds=60, what="the start of the bare agent")
        return timed(all_counted)
    finally:
        agent.terminate()
        agent.wait(30)


def applied(system: System) -> int:
    """How many events the read model that is furthest behind has."""
    union = " UNION ALL ".join(
        f"SELECT coalesce(sum(version), 0) AS applied FROM read_{name}.positions" for name in all_read_models()
    )
    with psycopg.connect(system.settings.database) as connection:
        row = connection.execute(f"SELECT min(applied) FROM ({union}) AS each").fetchone()
    assert row is not None
    return int(row[0])


def live_path(system: System, events: Sequence[StoredEvent]) -> float:
    """From the moment that all events are stored to the last row of the last read model; all processes are warm."""
    recorder = in_postgres(system.settings.database, pool_size=1).application_recorder()
    warm_up = copies(story(), 1)
    recorder.insert_events(warm_up)
    wait_for(lambda: applied(system) == len(messages_of(warm_up)), seconds=WITHIN, what="the warm-up")
    expected = applied(system) + len(messages_of(events))
    recorder.insert_events(list(events))
    return timed(lambda: wait_for(lambda: applied(system) >= expected, seconds=WITHIN, what="all events"))


@pytest.mark.benchmark  # measures speed or memory
@pytest.mark.timeout(900)
def test_events_per_second_through_the_live_path(system: System, tmp_path: Path) -> None:
    configure_logs("ERROR", process="benchmark")
    events = copies(story(), COPIES + 1)[len(story()) :]
    messages = messages_of(events)
    system.stop("reconciler")  # it would help, and hide how fast the way through Kafka is
    rates = {
        "bare kafka-python producer": len(messages) / bare_producer(system.settings.kafka, messages),
        "bare Faust agent, with that producer": len(messages) / bare_agent(system.settings.kafka, messages, tmp_path),
        "live path: store, relay, Kafka, worker, five read models": len(messages) / live_path(system, events),
    }
    live = rates.popitem()
    sys.stdout.write(f"\n{len(messages):,} events\n{live[0]}: {live[1]:,.0f} events per second\n")
    for name, rate in rates.items():
        sys.stdout.write(f"{name}: {rate:,.0f} events per second; the live path has {live[1] / rate:.3f} of that\n")
