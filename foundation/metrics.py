"""The metrics of all processes, by Prometheus' conventions: base units, names that begin with `regcase_`.

A process tells those that it fills. What is read from the database or the brokers is told by the reconciler; where several
run each tells it, so rules take the `max`. No label holds personal data, a case or a matter: their values are few and known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

# When a counter was made is told by the start of its process.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it carries no types
REGISTRY = CollectorRegistry(auto_describe=True)
Samples = Mapping[tuple[str, ...], float]
"""A value for each combination of labels."""


class Told(Collector):
    """A gauge that is told anew as a whole: what is gone is told no more, and nothing before it is known.

    What was told long ago is not known any more: who should tell it hangs.

    Args:
        name: with `regcase_` in front and its unit behind.
        documentation: for people.
        labels: whose values the samples give, in this order.
        lasts: for how many seconds what was told is known.
    """

    def __init__(self, name: str, documentation: str, labels: tuple[str, ...] = (), *, lasts: float = float("inf")) -> None:
        self.name = name
        self.labels = labels
        self._documentation = documentation
        self._lasts = lasts
        self._samples: Callable[[], Samples] = dict
        REGISTRY.register(self)

    def tell(self, samples: Samples) -> None:
        """From now on these."""
        until = time.monotonic() + self._lasts
        self._samples = lambda: samples if time.monotonic() < until else {}

    def ask(self, samples: Callable[[], Samples]) -> None:
        """From now on what this says whenever somebody looks."""
        self._samples = samples

    def silence(self) -> None:
        """From now on nothing: it is not known."""
        self._samples = dict

    def describe(self) -> Iterable[Metric]:
        """For the registry: its name."""
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        """For the registry: its samples."""
        family = self._family()
        for labels, value in self._samples().items():
            family.add_metric(labels, value)
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self.name, self._documentation, labels=self.labels)


# Of each process.
ProcessCollector(registry=REGISTRY)
_PROCESS = ("process", "slot")
LIVE = Told("regcase_process_live", "1: its loops move, or wait for a database that is away. 0: start it anew.", _PROCESS)
READY = Told("regcase_process_ready", "1: it can do its work; a relay that stands by is ready too.", _PROCESS)
DEPENDENCY_UP = Told("regcase_dependency_up", "1: the process reaches it.", (*_PROCESS, "dependency"))

# The relay.
RELAY_ACTIVE = Told("regcase_relay_active", "1: this relay publishes. 0: it stands by.")
PUBLISHED = Counter("regcase_events_published", "Events that this relay published.", registry=REGISTRY)
WINDOW_SECONDS = Histogram(
    "regcase_relay_window_duration_seconds", "How long a window took: sent, acknowledged and noted.", registry=REGISTRY
)

# The worker, and what the reconciler applies.
EVENTS = Counter(
    "regcase_read_model_events",
    "Events by what became of them: applied (healed ones included), healed (read from the store because the topic lacked them), "
    "duplicate, passed_over (their case is parked).",
    ("read_model", "outcome"),
    registry=REGISTRY,
)
BATCH_SECONDS = Histogram(
    "regcase_batch_duration_seconds", "How long a batch took, in all read models, waiting included.", registry=REGISTRY
)
LATENESS = Histogram(
    "regcase_timer_lateness_seconds",
    "How long after its time a deadline was fired.",
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86400),
    registry=REGISTRY,
)

# What the reconciler reads for all.
_LAG = ("read_model", "partition")
_measured = partial(Told, lasts=60.0)
LAG_EVENTS = _measured(
    "regcase_read_model_lag_events", "Stored events not applied, parked ones apart; 10,000 means: or more.", _LAG
)
LAG_SECONDS = _measured("regcase_read_model_lag_seconds", "For how long the oldest of them has been stored.", _LAG)
BUILT = _measured("regcase_read_model_built", "1: it is there. 0: it must be built.", ("read_model",))
UNPUBLISHED_EVENTS = _measured("regcase_unpublished_events", "Stored events not published; 10,000 means: or more.")
UNPUBLISHED_SECONDS = _measured("regcase_unpublished_oldest_seconds", "For how long the oldest of them has been stored.")
PARKED_CASES = _measured("regcase_parked_cases", "Cases that wait in some read model; each counts once.")
PARKED_SECONDS = _measured("regcase_parked_oldest_seconds", "For how long the longest of them has waited.")
PARKED_IN_READ_MODEL = _measured(
    "regcase_parked_in_read_model", "Cases that wait in a read model, by the kind of error.", ("read_model", "error_kind")
)
REJECTED = _measured("regcase_rejected_messages", "Messages that were no events of the store, ever.")
REJECTED_RECENTLY = _measured("regcase_rejected_messages_last_hour", "The same, seen in the last hour.")
DEADLINES_DUE = _measured("regcase_deadlines_due", "Deadlines due and not fired; 10,000 means: or more.")
OVERDUE_SECONDS = _measured("regcase_deadlines_overdue_seconds", "How late the latest of them is.")
FINDINGS = _measured(
    "regcase_reconciler_findings",
    "Cases of which store or read model are not what they should be, and that could not be healed.",
    ("place", "kind"),
)
TOPIC_FINDINGS = _measured(
    "regcase_reconciler_topic_findings", "Cases of which the topic lacks a published event, or has another.", ("kind",)
)
SWEEP_SECONDS = _measured(
    "regcase_reconciler_sweep_still_seconds", "For how long a sweep of the reconciler has made no step.", ("sweep",)
)
BROKERS = _measured("regcase_brokers", "Brokers that are there.")
BROKERS_NEEDED = Told("regcase_brokers_needed", "Brokers that there must be for every copy of an event.")
CONSUMER_LAG = _measured(
    "regcase_consumer_lag_messages", "Messages of the topic that the workers have not committed.", ("partition",)
)
ALARM_LIMIT = Told("regcase_alarm_limit", "The limit of an alarm, from the settings: what is above it raises it.", ("alarm",))
