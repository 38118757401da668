"""Waiting for Kafka: neither the relay nor Faust outlives a start without a broker, so they ask first."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError

_log = structlog.get_logger(__name__)


def broker_answers(client_options: dict[str, Any]) -> bool:
    """Whether a broker can be reached now."""
    try:
        consumer = KafkaConsumer(**client_options, bootstrap_timeout_ms=1500, group_id=None, enable_auto_commit=False)
    except (KafkaError, OSError):
        return False
    consumer.close()
    return True


def wait_for_broker(client_options: dict[str, Any], stop: Event, *, meanwhile: Callable[[], object] = lambda: None) -> bool:
    """Wait until a broker answers; call `meanwhile` at least every two seconds. False: told to stop before."""
    waited = 0
    while not stop.is_set():
        meanwhile()
        if broker_answers(client_options):
            return True
        if waited % 10 == 0:
            _log.warning("waiting_for_broker", brokers=client_options["bootstrap_servers"])
        waited += 1
        stop.wait(0.5)
    return False
