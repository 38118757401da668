"""Ranges of cases, and what store and read model have in each: counts and a digest over every case with its last version.

Case ids are spread evenly, so the first byte of the id makes 256 ranges of about the same size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from foundation.sql import load_statements
from projections.generations import enter
from projections.history import Connection
from projections.read_model import Generation, ReadModel, all_read_models

_SQL = load_statements(__file__)
_BITS = 120


@dataclass(frozen=True)
class CaseRange:
    """All case ids from `first` to `last`, both included."""

    first: UUID
    last: UUID


def numbered(number: int) -> CaseRange:
    """The range of the ids that begin with this byte."""
    return CaseRange(UUID(int=number << _BITS), UUID(int=((number + 1) << _BITS) - 1))


def range_of(case_id: UUID) -> int:
    """The number of the range that a case is in."""
    return case_id.bytes[0]


RANGES = tuple(numbered(number) for number in range(256))
EVERYTHING = CaseRange(RANGES[0].first, RANGES[-1].last)


@dataclass(frozen=True)
class Contents:
    """What there is of a range: how many cases, how many events, and the digest over cases and last versions."""

    cases: int
    events: int
    digest: str


@dataclass(frozen=True)
class Gap:
    """A case that a generation has not at the version at which the store has it; 0: not at all."""

    case_id: UUID
    reached: int
    stored: int


def of_store(connection: Connection, cases: CaseRange) -> Contents:
    """What the event store has of a range."""
    return _contents(connection, "of_store", cases)


def of_read_model(connection: Connection, model: ReadModel, cases: CaseRange, generation: Generation = "live") -> Contents:
    """What a generation of a read model has of it, by its positions."""
    enter(connection, model, generation)
    return _contents(connection, "of_read_model", cases)


def _contents(connection: Connection, statement: str, cases: CaseRange) -> Contents:
    with connection.cursor(row_factory=class_row(Contents)) as cursor:
        found = cursor.execute(_SQL[statement], {"first": cases.first, "last": cases.last}).fetchone()
    assert found is not None
    return found


def gaps(
    connection: Connection, model: ReadModel, cases: CaseRange, generation: Generation = "live", *, up_to: int | None = None
) -> list[Gap]:
    """The cases whose position is not the version that the store has; not those that are parked there.

    Args:
        up_to: what the log holds after this notification id need not be there yet.
    """
    enter(connection, model, generation)
    parameters = {
        "first": cases.first,
        "last": cases.last,
        "up_to": up_to,
        "read_model": model.name,
        "generation": generation,
    }
    with connection.cursor(row_factory=class_row(Gap)) as cursor:
        return cursor.execute(_SQL["gaps"], parameters).fetchall()


def gaps_beside(
    connection: Connection, model: ReadModel, cases: CaseRange, stored: Contents, *, up_to: int | None = None
) -> list[Gap]:
    """The gaps of the live read model; case by case they are looked for only where it has not what the store has of the range."""
    if of_read_model(connection, model, cases) == stored:
        return []
    return gaps(connection, model, cases, up_to=up_to)


def gaps_in(connection: Connection, number: int) -> dict[str, list[Gap]]:
    """The cases of a range that a live read model has not as the store has them; only read models with any."""
    cases = numbered(number)
    stored = of_store(connection, cases)
    found = {name: gaps_beside(connection, model, cases, stored) for name, model in all_read_models().items()}
    return {name: some for name, some in found.items() if some}


def holes(connection: Connection, cases: CaseRange) -> Iterator[UUID]:
    """Cases of which the store itself lacks an event between others."""
    for row in connection.execute(_SQL["holes"], {"first": cases.first, "last": cases.last}):
        yield row[0]
