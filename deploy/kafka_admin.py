"""Kafka's admin client and a reader of topics, opened so that nothing is left behind when no broker answers."""

from __future__ import annotations

import socket
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from foundation.errors import Transient
from foundation.settings import Settings
from foundation.unreadable_batches import pass_over_unreadable


class BrokerUnreachable(Transient):
    """Kafka does not answer."""


@contextmanager
def admin_client(settings: Settings, *, timeout: float = 10.0) -> Iterator[KafkaAdminClient]:
    """An admin client; any error of Kafka's inside is told as the broker's not answering.

    Args:
        settings: how to reach the brokers.
        timeout: seconds to wait for each answer.

    Raises:
        BrokerUnreachable: no broker answers.
    """
    with _client(settings, timeout, KafkaAdminClient) as client:
        yield client


@contextmanager
def topic_reader(settings: Settings, *, timeout: float = 10.0) -> Iterator[KafkaConsumer]:
    """A consumer that belongs to no group and commits nothing; any error of Kafka's inside is told as above.

    Raises:
        BrokerUnreachable: no broker answers, or the topic is not there.
    """
    options = {"group_id": None, "enable_auto_commit": False, "allow_auto_create_topics": False}
    with _client(settings, timeout, KafkaConsumer, **options) as consumer:
        pass_over_unreadable(consumer)
        yield consumer


@contextmanager
def _client(settings: Settings, timeout: float, kind: Any, **options: Any) -> Iterator[Any]:
    reasons = []
    for broker in settings.kafka.split(","):
        opened = _opened(broker.strip(), settings, timeout, kind, options)
        try:
            client = next(opened)
        except (KafkaError, OSError, ValueError) as error:
            # A broker that hangs takes connections and answers none: the others are asked besides.
            reasons.append(str(error) if isinstance(error, OSError) else type(error).__name__)
            continue
        try:
            yield client
        except KafkaError as error:
            raise _unreachable(settings, type(error).__name__) from error
        finally:
            opened.close()
        return
    raise _unreachable(settings, "; ".join(reasons))


def _opened(broker: str, settings: Settings, timeout: float, kind: Any, options: Mapping[str, Any]) -> Generator[Any]:
    """A client that learns of the cluster from one broker alone, closed when the generator is."""
    # The port alone first: the client leaves sockets open when nobody listens.
    host, _, port = broker.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), timeout=timeout).close()
    networks: list[KafkaNetClient] = []
    milliseconds = int(timeout * 1000)

    def keep(**given: Any) -> KafkaNetClient:
        networks.append(KafkaNetClient(**given))
        return networks[-1]

    client = None
    try:
        client = kind(
            **settings.kafka_client_options() | {"bootstrap_servers": [broker]},
            **options,
            bootstrap_timeout_ms=milliseconds,
            request_timeout_ms=milliseconds,
            kafka_client=keep,
        )
        yield client
    finally:
        if client is not None:
            client.close()
        else:
            # One that fails while it is being made keeps its thread running.
            for network in networks:
                network.close()


def at_work(client: KafkaAdminClient) -> set[int]:
    """The numbers of the brokers that are at work; Kafka names those besides that it has not heard of for seconds (fenced)."""
    return {broker["broker_id"] for broker in client.describe_cluster()["brokers"] if not broker.get("is_fenced")}


def brokers_known(settings: Settings, *, timeout: float) -> set[int]:
    """The numbers of the brokers that are at work in the cluster; none where no broker answers within that many seconds."""
    try:
        with admin_client(settings, timeout=timeout) as client:
            return at_work(client)
    except BrokerUnreachable:
        return set()


def topics_known(settings: Settings, *, timeout: float) -> set[str]:
    """The names of all topics.

    Raises:
        BrokerUnreachable: no broker answers within that many seconds.
    """
    with admin_client(settings, timeout=timeout) as client:
        return {topic["name"] for topic in client.describe_topics()}


def _unreachable(settings: Settings, reason: str) -> BrokerUnreachable:
    return BrokerUnreachable(
        f"Kafka at {settings.kafka} does not answer: {reason}. Start the local one with `regcase up`, or correct REGCASE_KAFKA_BOOTSTRAP."
    )
