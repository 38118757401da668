"""Generations of a read model: each has a schema with the read model's tables and its positions.

The live one is read. A rebuild fills another beside it and switches the two in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from foundation.sql import load_statements
from projections.history import Connection
from projections.read_model import Generation, ReadModel

_SQL = load_statements(__file__)


def enter(connection: Connection, model: ReadModel, generation: Generation = "live") -> None:
    """Until the transaction ends, tables without a schema are those of this generation."""
    connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(model.schema(generation))))


def hold(connection: Connection, model: ReadModel) -> None:
    """Keep a rebuild from switching generations until this transaction ends."""
    connection.execute(_SQL["hold"], {"read_model": model.name})


def hold_alone(connection: Connection, model: ReadModel) -> None:
    """Keep everybody from applying to the read model until this transaction ends.

    Raises:
        psycopg.errors.LockNotAvailable: somebody holds it for longer than two seconds. Who waits here lets others wait.
    """
    connection.execute(_SQL["wait_briefly"])
    connection.execute(_SQL["hold_alone"], {"read_model": model.name})


@contextmanager
def locked(connection: Connection, *statements: str, model: ReadModel) -> Iterator[None]:
    """Hold locks of the session, outside of any transaction, while the block runs."""
    for statement in statements:
        connection.execute(_SQL[statement], {"read_model": model.name})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(_SQL["unlock_all"])
        connection.commit()


def distrust(connection: Connection, model: ReadModel) -> None:
    """Have the live generation built anew at the next start of a process: its tables are not what they should be."""
    if built_by(connection, model):
        enter(connection, model)
        connection.execute(_SQL["distrust"])


def built_by(connection: Connection, model: ReadModel, generation: Generation = "live") -> str | None:
    """The digest of the definition that a generation was built by; None: it does not exist."""
    schema = model.schema(generation)
    if not connection.execute(_SQL["exists"], {"schema": schema}).fetchone():
        return None
    statement = sql.SQL("SELECT digest FROM {}.definition").format(sql.Identifier(schema))
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def create(connection: Connection, model: ReadModel, generation: Generation) -> None:
    """Make a generation, empty."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(model.schema(generation))))
    enter(connection, model, generation)
    connection.execute(_SQL["engine_tables"])
    connection.execute(model.statements["tables"])
    connection.execute(_SQL["define"], {"digest": model.digest})


def drop(connection: Connection, model: ReadModel, generation: Generation) -> None:
    """Remove a generation, and what is parked in it, if it exists. Waits for whoever still reads it."""
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(model.schema(generation))))
    connection.execute(_SQL["forget_parked"], {"read_model": model.name, "generation": generation})


def switch(connection: Connection, model: ReadModel) -> None:
    """Put the next generation in the place of the live one, within a transaction that holds the read model alone.

    The one that was live is kept as `old`: to drop it here would wait for readers, and let others wait.
    """
    if built_by(connection, model):
        _rename(connection, model, "live", "old")
    _rename(connection, model, "next", "live")
    connection.execute(_SQL["keep_standing"], {"read_model": model.name})
    connection.execute(_SQL["forget_parked"], {"read_model": model.name, "generation": "live"})
    connection.execute(_SQL["parked_go_live"], {"read_model": model.name})


def _rename(connection: Connection, model: ReadModel, before: Generation, after: Generation) -> None:
    names = sql.Identifier(model.schema(before)), sql.Identifier(model.schema(after))
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(*names))
