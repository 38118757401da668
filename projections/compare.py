"""Compares a read model with what the event store says it should hold, row for row.

A second copy is built from the store, in tables that only the session sees and inside a transaction that is rolled back, so
that nothing is left of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import sql

from domain.case.events import CaseEvent
from domain.time_sources import database_time
from foundation.database import Pool
from foundation.sql import load_statements
from projections import generations
from projections.apply import apply_within
from projections.history import Connection, Delivery, history, log_end, log_page
from projections.ranges import EVERYTHING, CaseRange, gaps_in
from projections.read_model import Generation, ReadModel

_SQL = load_statements(__file__)
_PAGE = 1_000
IN_FLIGHT = timedelta(seconds=10)
"""An event that was stored no longer ago than this may still be on its way; it is no difference yet."""

Progress = Callable[[int, int], None]
"""Told the notification id reached, and the last one."""


@dataclass(frozen=True)
class Difference:
    """Where a read model is not what the store says. `columns`: what stands there, and what should."""

    read_model: str
    case_id: UUID
    kind: Literal["never_projected", "ahead_of_store", "row_missing", "row_unexpected", "row_different"]
    table: str
    key: Mapping[str, Any]
    columns: Mapping[str, tuple[Any, Any]]


def compare(pool: Pool, model: ReadModel, progress: Progress = lambda _reached, _end: None) -> list[Difference]:
    """Find every row of the live generation that differs from one built anew, and every event it never got.

    Store and rows are looked at as of one moment; nobody waits. Cases whose events may still be on their way are left out.

    Raises:
        psycopg.OperationalError: the database failed; nothing was changed.
    """
    with pool.connection() as connection, generations.locked(connection, "hold_while_comparing", model=model):
        connection.execute(_SQL["as_of_now"])
        generations.create(connection, model, "check")
        _build_all(connection, model, progress)
        behind = list(_cases_behind(connection, model))
        found = [difference for _, difference in behind if difference]
        apart = {case_id for case_id, _ in behind}
        found += [d for d in _rows_that_differ(connection, model, "live", EVERYTHING) if d.case_id not in apart]
    return found


def compare_positions(pool: Pool, number: int) -> list[Difference]:
    """Hold a range of cases against the store by counts and digests, and by each case's version where these differ.

    Raises:
        psycopg.OperationalError: the database failed.
    """
    with pool.connection() as connection:
        connection.execute(_SQL["as_of_now"])
        return [
            Difference(
                name,
                gap.case_id,
                "never_projected" if gap.reached < gap.stored else "ahead_of_store",
                "positions",
                {},
                {"version": (gap.reached, gap.stored)},
            )
            for name, gaps in gaps_in(connection, number).items()
            for gap in gaps
            if gap.reached > gap.stored or not _is_in_flight(connection, gap.case_id, after=gap.reached)
        ]


def compare_rows(
    pool: Pool, model: ReadModel, cases: CaseRange, generation: Generation = "live", *, most: int
) -> tuple[list[Difference], UUID]:
    """Compare the rows of the first cases of a range, as far as each was applied. How far that is, is not asked here.

    Args:
        most: how many cases; more would keep the switch of a rebuild waiting.

    Returns: the differences, and the case id up to which all is looked at now.

    Raises:
        psycopg.OperationalError: the database failed; nothing was changed.
    """
    with pool.connection() as connection, connection.transaction(force_rollback=True):
        # A switch that is waited for here does no harm: rows and positions of either generation are looked at as of one moment.
        connection.execute(_SQL["as_of_now"])
        generations.hold(connection, model)
        generations.enter(connection, model, generation)
        row = connection.execute(_SQL["last_of_the_first"], {"first": cases.first, "last": cases.last, "most": most}).fetchone()
        looked_at = CaseRange(cases.first, row[0] if row else cases.last)
        rows = connection.execute(_SQL["applied"], {"first": looked_at.first, "last": looked_at.last}).fetchall()
        generations.create(connection, model, "check")
        apply_within(connection, model, [Delivery.from_state(*row) for row in rows], "check")
        return list(_rows_that_differ(connection, model, generation, looked_at)), looked_at.last


def _build_all(connection: Connection, model: ReadModel, progress: Progress) -> None:
    end = log_end(connection)
    after: int | None = 0
    while after is not None:
        deliveries, after = log_page(connection, after=after, limit=_PAGE)
        apply_within(connection, model, deliveries, "check")
        progress(end if after is None else after, end)


def _cases_behind(connection: Connection, model: ReadModel) -> Iterator[tuple[UUID, Difference | None]]:
    """Cases that the live generation has not got as far with; with None where the events may still be on their way."""
    statement = _between(connection, _SQL["behind"], model, "live")
    for case_id, live, check in connection.execute(statement).fetchall():
        if _is_in_flight(connection, case_id, after=live):
            yield case_id, None
        else:
            versions = {"version": (live, check)}
            yield case_id, Difference(model.name, case_id, "never_projected", "positions", {}, versions)


def _is_in_flight(connection: Connection, case_id: UUID, *, after: int) -> bool:
    """Whether a case's event after this version was stored so shortly ago that it may still be on its way."""
    missing = history(connection, case_id, after=after, up_to=after + 1)
    stored_at = missing[0].event.envelope.stored_at if missing and isinstance(missing[0].event, CaseEvent) else None
    return stored_at is not None and database_time(connection) - stored_at < IN_FLIGHT


def _rows_that_differ(connection: Connection, model: ReadModel, generation: Generation, cases: CaseRange) -> Iterator[Difference]:
    for table in generations.tables(connection, model, "check"):
        key = [row[0] for row in connection.execute(_SQL["key"], {"table": f"{model.schema('check')}.{table}"})]
        statement = _between(connection, _SQL["differing_rows"], model, generation, table)
        sides: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
        for name, content in connection.execute(statement, {"first": cases.first, "last": cases.last}):
            sides.setdefault(tuple(content[column] for column in key), {})[name] = content
        for values, side in sides.items():
            yield _difference(model, table, dict(zip(key, values, strict=True)), side.get("held"), side.get("check"))


def _difference(
    model: ReadModel, table: str, key: Mapping[str, Any], held: dict[str, Any] | None, check: dict[str, Any] | None
) -> Difference:
    case_id = UUID((held or check or {})["case_id"])
    if held is None:
        return Difference(model.name, case_id, "row_missing", table, key, {})
    if check is None:
        return Difference(model.name, case_id, "row_unexpected", table, key, {})
    columns = {name: (held.get(name), check[name]) for name in check if held.get(name) != check[name]}
    return Difference(model.name, case_id, "row_different", table, key, columns)


def _between(connection: Connection, statement: str, model: ReadModel, generation: Generation, table: str = "") -> str:
    """Put the two schemas, and a table, into a statement; they are the project's own names, quoted."""
    return (
        sql.SQL(statement)
        .format(
            held=sql.Identifier(model.schema(generation)),
            check=sql.Identifier(model.schema("check")),
            table=sql.Identifier(table or "positions"),
        )
        .as_string(connection)
    )
