"""Asking a cluster of which one broker hangs: it takes connections, and answers none."""

from __future__ import annotations

import pytest

from deploy.kafka_admin import BrokerUnreachable, brokers_known, topics_known
from foundation.settings import Settings


def test_a_broker_that_hangs_keeps_nobody_from_asking_the_others(kafka: str, hanging: str) -> None:
    settings = Settings(kafka_bootstrap=f"{hanging},{kafka}")

    assert len(brokers_known(settings, timeout=2)) == 1


def test_what_each_broker_lacks_is_told_where_none_answers(hanging: str) -> None:
    with pytest.raises(BrokerUnreachable, match=r"KafkaTimeoutError; .*refused"):
        topics_known(Settings(kafka_bootstrap=f"{hanging},127.0.0.1:1"), timeout=1)
