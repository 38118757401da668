"""What is an alarm: a limit that is passed. `deploy/alarms/` has a rule for each, which compares with the same settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from projections.findings import TOPIC_KINDS, Recorded, SweepState
from projections.lag import MOST, Lag, Rejected

Severity = Literal["critical", "warning"]
MOST_ENDS = 3
"""A process that ends so often in ten minutes has a fault of its own."""


@dataclass(frozen=True)
class Alarm:
    """A limit that is passed, in words that say what to do. Critical: a deadline may suffer, or somebody reads what is old."""

    kind: Literal[
        "too_many_parked",
        "parked_too_long",
        "read_model_behind",
        "unpublished_too_long",
        "message_rejected",
        "process_ends_often",
        "differs_from_store",
        "topic_differs",
        "sweep_stands_still",
    ]
    words: str
    severity: Severity = "critical"


def lag_alarms(
    read_models: Mapping[str, Lag | None], unpublished: Lag, now: datetime, *, longest: float, unpublished_longest: float
) -> list[Alarm]:
    """What has not arrived for too long at a moment (aware).

    Args:
        read_models: how far each is behind.
        longest: seconds that an event may be missing from a read model.
        unpublished_longest: seconds that it may wait for its publication.
    """
    found = []
    for name, behind in read_models.items():
        if behind and behind.seconds(now) > longest:
            words = (
                f"{name} lacks {_number(behind)} for {behind.seconds(now):,.0f} s; {longest:.0f} s may be. "
                f"Look at the worker and the reconciler."
            )
            found.append(Alarm("read_model_behind", words))
    if unpublished.seconds(now) > unpublished_longest:
        words = (
            f"{_number(unpublished)} not published for {unpublished.seconds(now):,.0f} s; {unpublished_longest:.0f} s may be. "
            f"Look at the relay and the broker."
        )
        found.append(Alarm("unpublished_too_long", words))
    return found


def rejected_alarms(rejected: Rejected) -> list[Alarm]:
    """What came lately and was no event of the store."""
    if not rejected.recent:
        return []
    words = (
        f"{rejected.recent} messages of the last hour were no events of the store. None was applied; find out who writes to "
        f"the topic."
    )
    return [Alarm("message_rejected", words, "warning")]


def finding_alarms(findings: Sequence[Recorded]) -> list[Alarm]:
    """What the reconciler found, and could not heal."""
    found = [
        Alarm(
            "differs_from_store",
            f"{row.place}: {row.kind} in {_cases(row.cases)}, for example {row.example}, since {row.found_at:%Y-%m-%d %H:%M %Z}. "
            f"See `regcase reconcile`.",
        )
        for row in findings
        if row.kind not in TOPIC_KINDS
    ]
    lost = sum(row.cases for row in findings if row.kind in TOPIC_KINDS)
    if lost:
        words = f"The topic lacks published events of {_cases(lost)}, or has others. See `regcase reconcile`."
        found.append(Alarm("topic_differs", words, "warning"))
    return found


def sweep_alarms(sweeps: Sequence[SweepState], now: datetime, *, longest: timedelta) -> list[Alarm]:
    """Sweeps of the reconciler that have made no step for too long at a moment (aware)."""
    return [
        Alarm(
            "sweep_stands_still",
            f"The sweep {state.sweep!r} has made no step for {_minutes(state.still_for(now))}; {_minutes(longest)} may be. "
            f"Look at the reconciler.",
            "warning",
        )
        for state in sweeps
        if state.still_for(now) > longest
    ]


def _minutes(time: timedelta) -> str:
    return f"{time // timedelta(minutes=1):,} minutes"


def _cases(number: int) -> str:
    return f"{number:,} case{'s' * (number != 1)}"


def process_alarms(ended: Mapping[str, int]) -> list[Alarm]:
    """Processes that end again and again, by how often each did in the last ten minutes."""
    return [
        Alarm(
            "process_ends_often",
            f"{name} ended {times} times in the last ten minutes. Its log tells why it ended or, where it was killed, the "
            f"process manager's (`supervisor.log`).",
            "warning",
        )
        for name, times in ended.items()
        if times >= MOST_ENDS
    ]


def _number(behind: Lag) -> str:
    return f"{MOST:,} or more events" if behind.events >= MOST else f"{behind.events:,} event{'s' * (behind.events != 1)}"
