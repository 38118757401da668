"""Which alarms are raised, by the limits of the settings. `deploy/alarms/` has the same for Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from foundation.settings import Settings
from projections.alarms import Alarm
from projections.parking import ParkedCase
from projections.parking_alarms import Limits, alarms


def raised_by_parking(parked: Sequence[ParkedCase], settings: Settings, now: datetime) -> list[Alarm]:
    """The alarms that what is parked raises at a moment (aware)."""
    limits = Limits(most=settings.parked_most, longest=timedelta(minutes=settings.parked_minutes))
    return alarms(parked, limits, now)
