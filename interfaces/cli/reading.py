"""What the reading commands share: the connection, and rows as JSON and as money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.money import Money
from foundation.database import Pool, open_pool
from foundation.settings import load_settings


@contextmanager
def reading_pool() -> Iterator[Pool]:
    """Connections to read with.

    Raises:
        Misconfigured: no database is known.
    """
    with open_pool(load_settings().database, name="reading", size=2, timeout=5.0) as pool:
        yield pool


def rows_as_json(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows as JSON values: days and instants in ISO 8601, sums as amount and currency."""
    return [row_as_json(row) for row in rows]


def row_as_json(row: Any) -> dict[str, Any]:
    """One row as JSON values."""
    currency = getattr(row, "currency", None)
    return {field.name: _value(getattr(row, field.name), currency) for field in fields(row) if field.name != "currency"}


def money(value: Decimal | None, currency: str | None) -> str:
    """A sum as people read it; nothing where there is none."""
    return str(Money(value, currency)) if value is not None and currency else ""


def day(value: date | None) -> str:
    """A day, or nothing."""
    return value.isoformat() if value else ""


def _value(value: Any, currency: str | None) -> Any:
    match value:
        case Decimal():
            return Money(value, currency).as_json() if currency else str(value)
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value
