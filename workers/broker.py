"""Waiting for Kafka: the relay does not outlive a start without a broker, nor Faust one without its topic, so they ask first."""

from __future__ import annotations

from threading import Event

import structlog

from deploy.kafka_admin import BrokerUnreachable, topics_known
from foundation.settings import Settings

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 0.5
_TOLD_EVERY = 20


def wait_for_broker(settings: Settings, stop: Event, *, topic: str | None = None) -> bool:
    """Wait until a broker answers, and has the topic if one is named. False: told to stop before."""
    asked = 0
    while not stop.is_set():
        try:
            known = topics_known(settings, timeout=1.5)
            if topic is None or topic in known:
                return True
            waiting_for = "waiting_for_topic"
        except BrokerUnreachable:
            waiting_for = "waiting_for_broker"
        if asked % _TOLD_EVERY == 0:
            _log.warning(waiting_for, brokers=settings.kafka)
        asked += 1
        stop.wait(_EVERY_SECONDS)
    return False
