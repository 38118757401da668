"""What tests ask for by name."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
import structlog

from deploy.local import notes
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.topics import EVENTS, Topic, ensure_topics
from foundation.settings import Settings
from tests.services import Database, fresh_database, running_kafka, running_postgres
from tests.system import System, running_system
from tests.ways import Ways, topic_of_events, ways_to


def pytest_configure(config: pytest.Config) -> None:
    """Where processes share the tests (pytest-xdist), each has ports of its own: one is chosen a while before somebody listens there."""
    shared = getattr(config, "workerinput", None)
    if shared:
        ports = notes._PORTS[int(shared["workerid"].removeprefix("gw")) :: shared["workercount"]]
        notes._candidates = iter(random.sample(ports, len(ports)))


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """What a test does to the logs ends with it: whoever looks for a line finds it, whichever tests came before.

    A logger that keeps what it was first used with, as those of a process do, would keep it for all tests that follow.
    """
    configure, before = structlog.configure, structlog.get_config()

    def without_keeping(**given: Any) -> None:
        configure(**{**given, "cache_logger_on_first_use": False})

    with patch.object(structlog, "configure", without_keeping):
        yield
    configure(**before)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A Postgres server for all tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """A migrated database that no other test sees."""
    with fresh_database(postgres) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[Kafka]:
    """A Kafka broker for all tests."""
    with running_kafka() as broker:
        yield broker


@pytest.fixture(scope="session")
def kafka(kafka_broker: Kafka) -> str:
    """Where clients reach the broker: `host:port`."""
    return kafka_broker.bootstrap


@pytest.fixture
def events_topic(kafka: str) -> str:
    """A topic for events that no other test sees, with as many partitions as the real one."""
    topic = Topic(f"test.{uuid4().hex}", EVENTS.partitions, EVENTS.key, EVENTS.retention, EVENTS.largest_batch)
    ensure_topics(Settings(kafka_bootstrap=kafka), [topic])
    return topic.name


@pytest.fixture
def topic(kafka: str) -> Iterator[str]:
    """The topic that our processes name, empty."""
    with topic_of_events(Settings(kafka_bootstrap=kafka)) as name:
        yield name


@pytest.fixture
def ways(database: Database, kafka_broker: Kafka, tmp_path: Path) -> Iterator[Ways]:
    """What our processes need, through proxies."""
    with ways_to(database, kafka_broker, tmp_path) as ways:
        yield ways


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """The whole system, up: services and our own processes; for all tests of a module."""
    with running_system() as up:
        yield up
