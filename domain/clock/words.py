"""Days, instants and lists as the steps of a computation say them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def in_words(moment: date | datetime) -> str:
    """`Mon 29 Nov 2021`; an instant, on the clock that it is given in, `Mon 29 Nov 2021 14:20 (UTC+00:00)`.

    The offset tells it apart from the same hour after the clocks were put back.
    """
    day = f"{_WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    if not isinstance(moment, datetime):
        return day
    offset = f"{moment:%z}"
    return f"{day} {moment:%H:%M} (UTC{offset[:3]}:{offset[3:5]})"


def event_in_words(trigger: str) -> str:
    """An event type as people read it: `fine.penalty_notice_issued` is 'penalty notice issued'."""
    return (trigger.partition(".")[2] or trigger).replace("_", " ")


def listed(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""


def counted(number: int, unit: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {unit}{'' if number == 1 else 's'}"
