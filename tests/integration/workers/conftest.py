"""Our processes as they are started, each way to what they need leading through a proxy that can fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from deploy.kafka_admin import admin_client, topics_known
from deploy.local.kafka import Kafka
from deploy.topics import EVENTS, ensure_topics
from foundation.settings import Settings
from tests.faults.proxy import Proxy
from tests.services import Database
from tests.waiting import wait_for


@dataclass(frozen=True)
class Ways:
    """What a process needs, and how it gets there.

    Args:
        settings: as the tests themselves reach everything, past the proxies.
        folder: for logs.
    """

    database: Proxy
    kafka: Proxy
    environment: dict[str, str]
    settings: Settings
    folder: Path


@pytest.fixture
def topic(kafka: str) -> Iterator[str]:
    """The topic of the events itself, which our processes name; gone afterwards, with what was committed for it."""
    settings = Settings(kafka_bootstrap=kafka)
    ensure_topics(settings)
    yield EVENTS.name
    remove_topic(settings)


def remove_topic(settings: Settings) -> None:
    """Have the broker without it."""
    with admin_client(settings) as client:
        client.delete_topics([EVENTS.name])
    wait_for(lambda: EVENTS.name not in topics_known(settings, timeout=10), what="the end of the topic")


@pytest.fixture
def ways(database: Database, kafka_broker: Kafka, tmp_path: Path) -> Iterator[Ways]:
    """Ways that lead somewhere, until a test says otherwise."""
    tunnel = kafka_broker.notes.kafka_tunnel
    assert tunnel is not None
    port = conninfo_to_dict(database.app_url)["port"]
    with Proxy(0, int(str(port))) as to_database, Proxy(tunnel.entrance, tunnel.port) as to_kafka:
        environment = {
            "REGCASE_DATABASE_URL": make_conninfo(database.app_url, port=to_database.port),
            "REGCASE_KAFKA_BOOTSTRAP": f"127.0.0.1:{tunnel.entrance}",
        }
        settings = Settings(database_url=database.app_url, kafka_bootstrap=kafka_broker.bootstrap)
        yield Ways(to_database, to_kafka, environment, settings, tmp_path)
