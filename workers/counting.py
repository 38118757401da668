"""Counts what became of events, for the metrics."""

from __future__ import annotations

from foundation.metrics import EVENTS
from projections.apply import Tally


def count(read_model: str, tally: Tally) -> None:
    """Count what became of a batch in a read model."""
    for outcome, events in (
        ("applied", tally.applied),
        ("healed", tally.healed),
        ("duplicate", tally.duplicates),
        ("passed_over", tally.passed_over),
    ):
        EVENTS.labels(read_model, outcome).inc(events)
