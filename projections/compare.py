"""Compares a read model with what the event store says it should hold, row for row.

A second copy is built from the store inside a transaction that is rolled back, so that nothing is left of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import sql

from domain.case.events import CaseEvent
from foundation.database import Pool
from foundation.sql import load_statements
from projections import generations
from projections.apply import apply_within
from projections.history import Connection, history, log_page
from projections.read_model import ReadModel

_SQL = load_statements(__file__)
_PAGE = 1_000
_ENGINE_TABLES = ("positions", "definition")
IN_FLIGHT = timedelta(seconds=10)
"""An event that was stored no longer ago than this may still be on its way; it is no difference yet."""


@dataclass(frozen=True)
class Difference:
    """Where a read model is not what the store says. `columns`: what stands there, and what should."""

    read_model: str
    case_id: UUID
    kind: Literal["never_projected", "row_missing", "row_unexpected", "row_different"]
    table: str
    key: Mapping[str, Any]
    columns: Mapping[str, tuple[Any, Any]]


def compare(pool: Pool, model: ReadModel) -> list[Difference]:
    """Find every row of the live generation that differs from one built anew, and every event it never got.

    Store and rows are looked at as of one moment; nobody waits. Cases whose events may still be on their way are left out.

    Raises:
        psycopg.OperationalError: the database failed; nothing was changed.
    """
    with pool.connection() as connection, generations.locked(connection, "compare_alone", "hold_while_comparing", model=model):
        connection.execute(_SQL["as_of_now"])
        _build_check(connection, model)
        behind = list(_cases_behind(connection, model))
        found = [difference for _, difference in behind if difference]
        apart = {case_id for case_id, _ in behind}
        for table in _tables(connection, model):
            found += [d for d in _rows_that_differ(connection, model, table) if d.case_id not in apart]
    return found


def _build_check(connection: Connection, model: ReadModel) -> None:
    generations.drop(connection, model, "check")
    generations.create(connection, model, "check")
    after: int | None = 0
    while after is not None:
        deliveries, after = log_page(connection, after=after, limit=_PAGE)
        apply_within(connection, model, deliveries, "check")


def _cases_behind(connection: Connection, model: ReadModel) -> Iterator[tuple[UUID, Difference | None]]:
    """Cases that the live generation has not got as far with; with None where the events may still be on their way."""
    statement = _between(connection, _SQL["behind"], model)
    for case_id, live, check in connection.execute(statement).fetchall():
        missing = history(connection, case_id, after=live, up_to=live + 1)
        stored_at = missing[0].event.envelope.stored_at if missing and isinstance(missing[0].event, CaseEvent) else None
        if stored_at and datetime.now(UTC) - stored_at < IN_FLIGHT:
            yield case_id, None
        else:
            versions = {"version": (live, check)}
            yield case_id, Difference(model.name, case_id, "never_projected", "positions", {}, versions)


def _tables(connection: Connection, model: ReadModel) -> list[str]:
    rows = connection.execute(_SQL["tables"], {"schema": model.schema("check"), "but": list(_ENGINE_TABLES)})
    return [row[0] for row in rows]


def _rows_that_differ(connection: Connection, model: ReadModel, table: str) -> Iterator[Difference]:
    key = [row[0] for row in connection.execute(_SQL["key"], {"table": f"{model.schema('check')}.{table}"})]
    statement = _between(connection, _SQL["differing_rows"], model, table)
    sides: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
    for name, content in connection.execute(statement):
        sides.setdefault(tuple(content[column] for column in key), {})[name] = content
    for values, side in sides.items():
        live, check = side.get("live"), side.get("check")
        columns: dict[str, tuple[Any, Any]] = {}
        if live is None:
            kind: Literal["row_missing", "row_unexpected", "row_different"] = "row_missing"
        elif check is None:
            kind = "row_unexpected"
        else:
            kind = "row_different"
            columns = {name: (live[name], check[name]) for name in check if live.get(name) != check[name]}
        case_id = UUID((live or check or {})["case_id"])
        yield Difference(model.name, case_id, kind, table, dict(zip(key, values, strict=True)), columns)


def _between(connection: Connection, statement: str, model: ReadModel, table: str = "") -> str:
    """Put the two schemas, and a table, into a statement; they are the project's own names, quoted."""
    return (
        sql.SQL(statement)
        .format(
            live=sql.Identifier(model.schema("live")),
            check=sql.Identifier(model.schema("check")),
            table=sql.Identifier(table or "positions"),
        )
        .as_string(connection)
    )
