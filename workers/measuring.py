"""Measures what concerns all processes, for the metrics: in the database and at the brokers, every few seconds, in threads.

The reconciler does it; each of several, so that one that is gone takes nothing with it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from threading import Event, Thread

import structlog
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec

from deploy.kafka_admin import BrokerUnreachable, admin_client, at_work
from deploy.topics import EVENTS
from domain.time_sources import MatterClocks
from foundation import metrics
from foundation.database import Pool
from foundation.settings import Settings
from projections import lag
from projections.alarms import MOST_ENDS
from projections.findings import TOPIC_KINDS, open_findings, sweeps_at_work
from projections.lag import Lag
from projections.parking import parked_counts
from workers.read_models import GROUP

_log = structlog.get_logger(__name__)
EVERY_SECONDS = 3.0
_REST = 10
"""It rests so many times as long as it measured,"""
_LONGEST_REST_SECONDS = 30.0
"""but no longer than that."""
_BROKER_SECONDS = 5.0

_OF_THE_DATABASE = (
    metrics.LAG_EVENTS, metrics.LAG_SECONDS, metrics.BUILT, metrics.UNPUBLISHED_EVENTS, metrics.UNPUBLISHED_SECONDS,
    metrics.PARKED_CASES, metrics.PARKED_SECONDS, metrics.PARKED_IN_READ_MODEL, metrics.REJECTED,
    metrics.FINDINGS, metrics.TOPIC_FINDINGS, metrics.SWEEP_SECONDS, metrics.REJECTED_RECENTLY, metrics.DEADLINES_DUE, metrics.OVERDUE_SECONDS,
)  # fmt: skip
_OF_THE_BROKERS = (metrics.BROKERS, metrics.CONSUMER_LAG)


class Measuring:
    """Measures until told to stop. What could not be measured is told no more: an old value would hide what is wrong."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings
        tell_limits(settings)

    def start(self, stop: Event) -> None:
        """Begin, in threads of its own."""
        for work, told in ((self.measure_database, _OF_THE_DATABASE), (self.measure_brokers, _OF_THE_BROKERS)):
            Thread(target=_again_and_again, args=(work, told, stop), name=work.__name__, daemon=True).start()

    def measure_database(self) -> None:
        """Lag, what is not published, what waits for a person, what is overdue."""
        now = MatterClocks(self._pool).wall()
        lags = lag.read_model_lags(self._pool, EVENTS.partitions)
        metrics.BUILT.tell({(name,): float(behind is not None) for name, behind in lags.items()})
        by_partition = {
            (name, str(number)): behind.partitions.get(number, Lag(0, None))
            for name, behind in lags.items()
            if behind
            for number in range(EVENTS.partitions)
        }
        metrics.LAG_EVENTS.tell({labels: behind.events for labels, behind in by_partition.items()})
        metrics.LAG_SECONDS.tell({labels: behind.seconds(now) for labels, behind in by_partition.items()})

        unpublished = lag.relay_lag(self._pool, EVENTS.name)
        metrics.UNPUBLISHED_EVENTS.tell({(): unpublished.events})
        metrics.UNPUBLISHED_SECONDS.tell({(): unpublished.seconds(now)})

        parked = parked_counts(self._pool)
        metrics.PARKED_CASES.tell({(): parked.cases})
        metrics.PARKED_SECONDS.tell({(): (now - parked.oldest).total_seconds() if parked.oldest else 0.0})
        metrics.PARKED_IN_READ_MODEL.tell(parked.by_kind)

        rejected = lag.rejected_messages(self._pool)
        metrics.REJECTED.tell({(): rejected.messages})
        metrics.REJECTED_RECENTLY.tell({(): rejected.recent})

        found = open_findings(self._pool)
        elsewhere, in_topic = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for row in found:
            if row.kind in TOPIC_KINDS:
                in_topic[(row.kind,)] += row.cases
            else:
                elsewhere[(row.place, row.kind)] += row.cases
        metrics.FINDINGS.tell(elsewhere)
        metrics.TOPIC_FINDINGS.tell(in_topic)

        # Where none is to sweep, none stands still.
        sweeps = sweeps_at_work(self._pool, EVENTS.name) if self._settings.sweep_share else []
        metrics.SWEEP_SECONDS.tell({(state.sweep,): state.still_for(now).total_seconds() for state in sweeps})

        due = lag.due_deadlines(self._pool)
        metrics.DEADLINES_DUE.tell({(): due.deadlines})
        metrics.OVERDUE_SECONDS.tell({(): due.late_by.total_seconds()})

    def measure_brokers(self) -> None:
        """How many brokers there are, and how many messages the workers have not committed."""
        metrics.BROKERS_NEEDED.tell({(): self._settings.kafka_replication})
        try:
            with admin_client(self._settings, timeout=_BROKER_SECONDS) as client:
                metrics.BROKERS.tell({(): len(at_work(client))})
                metrics.CONSUMER_LAG.tell(_consumer_lag(client))
        except BrokerUnreachable:
            metrics.BROKERS.tell({(): 0})
            metrics.CONSUMER_LAG.silence()


def tell_limits(settings: Settings) -> None:
    """The limits of the alarms, which the rules compare with."""
    limits = {
        "read_model_lag_seconds": settings.lag_seconds,
        "unpublished_oldest_seconds": settings.unpublished_seconds,
        "deadlines_overdue_seconds": settings.late_seconds,
        "parked_cases": settings.parked_most,
        "parked_oldest_seconds": settings.parked_minutes * 60,
        "sweep_still_seconds": settings.sweep_minutes * 60,
        "process_ends_in_ten_minutes": MOST_ENDS,
    }
    metrics.ALARM_LIMIT.tell({(alarm,): float(limit) for alarm, limit in limits.items()})


def _consumer_lag(client: KafkaAdminClient) -> dict[tuple[str, ...], float]:
    partitions = [TopicPartition(EVENTS.name, number) for number in range(EVENTS.partitions)]
    ends = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    beginnings = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
    committed = client.list_group_offsets({GROUP: partitions})[GROUP]
    told: dict[tuple[str, ...], float] = {}
    for partition, end in ends.items():
        noted = committed.get(partition)
        # Nothing committed yet, or what was committed is kept no longer: it will begin at the beginning.
        done = max(noted.offset if noted else 0, beginnings[partition].offset)
        told[(str(partition.partition),)] = float(max(0, end.offset - done))
    return told


def _again_and_again(work: Callable[[], None], told: tuple[metrics.Told, ...], stop: Event) -> None:
    """Measure now and again, for a small part of the time."""
    fails = False
    pause = 0.0
    while not stop.wait(pause):
        began = time.monotonic()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever is wrong, it is measured again
            for metric in told:
                metric.silence()
            if not fails:
                _log.warning("not_measured", what=work.__name__, error=error)
            fails = True
        else:
            fails = False
        pause = min(max(EVERY_SECONDS, _REST * (time.monotonic() - began)), _LONGEST_REST_SECONDS)
