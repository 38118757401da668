"""What our processes need when each is started by itself, every way leading through a proxy that can fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from deploy.kafka_admin import BrokerUnreachable, admin_client, topics_known
from deploy.local.kafka import Kafka
from deploy.topics import EVENTS, ensure_topics
from foundation.settings import Settings
from tests.faults.proxy import Proxy
from tests.services import Database
from tests.waiting import wait_for
from workers.read_models import GROUP


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


@contextmanager
def ways_to(database: Database, broker: Kafka, folder: Path) -> Iterator[Ways]:
    """Ways that lead somewhere, until a test says otherwise."""
    tunnel = broker.notes.kafka_tunnel
    assert tunnel is not None
    port = conninfo_to_dict(database.app_url)["port"]
    with Proxy(0, int(str(port))) as to_database, Proxy(tunnel.entrance, tunnel.port) as to_kafka:
        environment = {
            "REGCASE_DATABASE_URL": make_conninfo(database.app_url, port=to_database.port),
            "REGCASE_KAFKA_BOOTSTRAP": f"127.0.0.1:{tunnel.entrance}",
        }
        settings = Settings(database_url=database.app_url, kafka_bootstrap=broker.bootstrap)
        yield Ways(to_database, to_kafka, environment, settings, folder)


@contextmanager
def topic_of_events(settings: Settings) -> Iterator[str]:
    """The topic that our processes name, empty; gone afterwards, with what was committed for it."""
    remove_topic(settings)
    ensure_topics(settings)
    yield EVENTS.name
    remove_topic(settings)


def remove_topic(settings: Settings) -> None:
    """Have the broker without it, whoever left it there."""
    if EVENTS.name not in topics_known(settings, timeout=10):
        return
    with admin_client(settings) as client:
        client.delete_topics([EVENTS.name])
    wait_for(lambda: EVENTS.name not in topics_known(settings, timeout=10), what="the end of the topic")


def committed(settings: Settings) -> int:
    """How many messages the workers' group has done with, in all partitions; 0 while no broker answers for the group."""
    try:
        with admin_client(settings) as client:
            return sum(kept.offset for kept in client.list_group_offsets(GROUP)[GROUP].values() if kept.offset > 0)
    except BrokerUnreachable:
        return 0
