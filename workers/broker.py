"""Waiting for Kafka: neither the relay nor Faust outlives a start without a broker, so they ask first."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import structlog

from deploy.kafka_admin import broker_answers
from foundation.settings import Settings

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 0.5
_TOLD_EVERY = 20


def wait_for_broker(settings: Settings, stop: Event, *, meanwhile: Callable[[], object] = lambda: None) -> bool:
    """Wait until a broker answers; call `meanwhile` at least every two seconds. False: told to stop before."""
    asked = 0
    while not stop.is_set():
        meanwhile()
        if broker_answers(settings, timeout=1.5):
            return True
        if asked % _TOLD_EVERY == 0:
            _log.warning("waiting_for_broker", brokers=settings.kafka)
        asked += 1
        stop.wait(_EVERY_SECONDS)
    return False
