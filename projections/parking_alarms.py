"""When parked cases are an alarm: too many of them, or one for too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from projections.alarms import Alarm
from projections.parking import ParkedCase


@dataclass(frozen=True)
class Limits:
    """How many cases may be parked, and how long, before it is an alarm. At the limit itself it is none yet."""

    most: int
    longest: timedelta


def alarms(parked: Sequence[ParkedCase], limits: Limits, now: datetime) -> list[Alarm]:
    """The limits that are passed at a moment (aware). A case that waits in several read models counts once."""
    found = []
    cases = {row.case_id for row in parked}
    if len(cases) > limits.most:
        words = f"{len(cases)} {_is_are(len(cases))} parked; at most {limits.most} may be. See `regcase parked list`."
        found.append(Alarm("too_many_parked", words))
    late = {row.case_id for row in parked if now - row.parked_at > limits.longest}
    if late:
        oldest = min(parked, key=lambda row: row.parked_at)
        minutes = int(limits.longest.total_seconds() // 60)
        words = (
            f"{len(late)} {_is_are(len(late))} parked for more than {minutes} minutes, the longest since {oldest.parked_at:%Y-%m-%d %H:%M %Z} "
            f"in {oldest.read_model} ({owner_words(oldest.owner)}). See `regcase parked list`."
        )
        found.append(Alarm("parked_too_long", words))
    return found


def _is_are(number: int) -> str:
    return "case is" if number == 1 else "cases are"


def owner_words(owner: str | None) -> str:
    """Who sees to it, in words."""
    return f"owner {owner}" if owner else "nobody sees to it"
