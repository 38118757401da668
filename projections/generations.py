"""Generations of a read model: each has a schema with the read model's tables and its positions.

The live one is read. A rebuild fills another beside it and switches the two in one transaction; the one that was live is kept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

import structlog
from psycopg import sql
from psycopg.errors import TransactionTimeout
from psycopg.rows import class_row

from foundation.database import DATABASE_FAILED, Pool
from foundation.errors import Fault
from foundation.sql import load_statements
from projections.error_kinds import kind_of
from projections.history import Connection
from projections.read_model import Generation, ReadModel, all_read_models

T = TypeVar("T")
_SQL = load_statements(__file__)
_log = structlog.get_logger(__name__)
_DAMAGED = "damaged"
"""In place of the digest of a definition: by none, so that it is built anew."""
HELD_SECONDS = 60.0
"""A transaction that holds a read model is ended after so long."""
BRIEFLY_SECONDS = 8.0
"""How long one may keep others from the rows of cases: what a process had in hand that hangs is then another's."""
Stored = Literal["live", "next", "old"]
"""The generations that last longer than a transaction."""
Incoming = Literal["next", "old"]
"""Those that can take the place of the live one."""


class BuiltOtherwise(Fault):
    """The tables were built by another definition than this program's, or are damaged: nothing may be written to them."""


@dataclass(frozen=True)
class Standing:
    """A generation as it stands: how large, by which definition it was built, and since when (aware; None: before that was kept)."""

    read_model: str
    generation: Stored
    digest: str
    is_of_this_program: bool
    begun_at: datetime | None
    bytes: int
    cases: int
    events: int
    parked: int


def enter(connection: Connection, model: ReadModel, generation: Generation = "live") -> None:
    """Until the transaction ends, tables without a schema are those of this generation."""
    connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(model.schema(generation))))


def enter_to_write(connection: Connection, model: ReadModel, generation: Generation = "live") -> None:
    """The same, for who is going to change rows.

    Raises:
        BuiltOtherwise: another version of the program built these tables. End the process; its start builds them anew.
    """
    enter(connection, model, generation)
    row = connection.execute(_SQL["digest"]).fetchone()
    if row is None or row[0] != model.digest:
        msg = f"the read model {model.name} was built by another definition than this program's, or is damaged. Start the process anew."
        raise BuiltOtherwise(msg)


def hold(connection: Connection, model: ReadModel, *, at_most: float = HELD_SECONDS) -> None:
    """Keep a rebuild from switching generations until this transaction ends, which the server does after so many seconds.

    Else a process that hangs in the middle of a pipeline, where the server does not count it as idle, would hold this, and the rows
    that it locked, until somebody ends that process. The time runs from then on, not while others hold it.
    """
    connection.execute(_SQL["hold"], {"read_model": model.name})
    connection.execute(_SQL["end_after"], {"at_most": f"{at_most:g}s"})


def hold_alone(connection: Connection, model: ReadModel) -> None:
    """Keep everybody from applying to the read model until this transaction ends, likewise.

    Raises:
        psycopg.errors.LockNotAvailable: somebody holds it for longer than two seconds. Who waits here lets others wait.
    """
    connection.execute(_SQL["wait_briefly"])
    connection.execute(_SQL["hold_alone"], {"read_model": model.name})
    connection.execute(_SQL["end_after"], {"at_most": f"{HELD_SECONDS:g}s"})


class TookTooLong(Exception):
    """The server ended the transaction, or was about to; no error to anybody where what was to be done can be divided."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


@contextmanager
def holding_briefly(pool: Pool, model: ReadModel) -> Iterator[Connection]:
    """A transaction that holds the read model for no longer than `BRIEFLY_SECONDS`, to lock rows that others wait for.

    Raises:
        TookTooLong: it took longer; nothing of it was kept.
    """
    held_at = math.inf
    try:
        with pool.connection() as connection, connection.transaction():
            hold(connection, model, at_most=BRIEFLY_SECONDS)
            held_at = time.monotonic()
            connection.execute(_SQL["wait_for_rows"])
            yield connection
    except DATABASE_FAILED as error:
        # In the middle of a pipeline the server's word about it may be lost: the connection is closed, and nothing says why.
        if isinstance(error, TransactionTimeout) or time.monotonic() - held_at > 0.9 * BRIEFLY_SECONDS:
            raise TookTooLong(error) from error
        raise


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


@contextmanager
def distrusting(pool: Pool, model: ReadModel) -> Iterator[None]:
    """Where the block meets damage, have the live generation built anew at the next start of a process. The error goes on.

    Without that the next start would take it for good, and end in the same way, again and again.
    """
    try:
        yield
    except BuiltOtherwise:
        _log.error("read_model_built_otherwise", read_model=model.name)
        raise
    except Exception as error:
        if kind_of(error) == "damage":
            _log.error("read_model_damaged", read_model=model.name, error=error)
            with pool.connection() as connection:
                distrust(connection, model)
        raise


def with_each_read_model(act: Callable[[ReadModel], T]) -> list[T]:
    """Do something with every read model. One whose tables are not what they should be holds up none of the others.

    Args:
        act: does it, `distrusting`, so that such a read model is built anew at the next start.

    Raises:
        psycopg.ProgrammingError, psycopg.InternalError, BuiltOtherwise: of the first such read model, once the others are done.
    """
    done: list[T] = []
    of_read_models: list[Exception] = []
    for model in all_read_models().values():
        try:
            done.append(act(model))
        except Exception as error:
            if not isinstance(error, BuiltOtherwise) and kind_of(error) != "damage":
                raise
            of_read_models.append(error)
    if of_read_models:
        raise of_read_models[0]
    return done


def distrust(connection: Connection, model: ReadModel) -> None:
    """Have the live generation built anew at the next start of a process: its tables are not what they should be."""
    if built_by(connection, model) not in (None, _DAMAGED):
        connection.execute(_SQL["distrust"], {"digest": _DAMAGED})


def built_by(connection: Connection, model: ReadModel, generation: Generation = "live") -> str | None:
    """The digest of the definition that a generation was built by, or a word that is none's; None: it does not exist.

    A generation that exists is entered.
    """
    found = connection.execute(_SQL["exists"], {"schema": model.schema(generation)}).fetchone()
    if not found:
        return None
    enter(connection, model, generation)
    (is_defined,) = found
    row = connection.execute(_SQL["digest"]).fetchone() if is_defined else None
    return row[0] if row else _DAMAGED


def standing(pool: Pool, model: ReadModel) -> list[Standing]:
    """The generations of a read model that there are: the live one, one that is being built, the old one that is kept."""
    found = []
    generations: tuple[Stored, ...] = ("live", "next", "old")
    with pool.connection() as connection, connection.cursor(row_factory=class_row(Standing)) as cursor:
        for generation in generations:
            if built_by(connection, model, generation) is None:
                continue
            parameters = {
                "read_model": model.name,
                "generation": generation,
                "schema": model.schema(generation),
                "digest": model.digest,
            }
            found += cursor.execute(_SQL["standing"], parameters).fetchall()
    return found


def tables(connection: Connection, model: ReadModel, generation: Generation = "live") -> list[str]:
    """The names of the read model's own tables in a generation."""
    return [row[0] for row in connection.execute(_SQL["tables"], {"schema": model.schema(generation)})]


def create(connection: Connection, model: ReadModel, generation: Generation) -> None:
    """Make a generation, empty. The one to compare with needs no schema: its tables are the session's own."""
    if generation != "check":
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(model.schema(generation))))
    enter(connection, model, generation)
    connection.execute(_SQL["engine_tables"])
    connection.execute(model.statements["tables"])
    connection.execute(_SQL["define"], {"digest": model.digest})
    if generation == "check":
        connection.execute(_SQL["parked_of_the_session"])


def drop(connection: Connection, model: ReadModel, generation: Stored) -> None:
    """Remove a generation, and what is parked in it, if it exists. Waits for whoever still reads it."""
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(model.schema(generation))))
    forget_parked(connection, model, generation)


def forget_parked(connection: Connection, model: ReadModel, generation: Generation) -> None:
    """Let what waits in a generation be tried again when its case is next applied there."""
    connection.execute(_SQL["forget_parked"], {"read_model": model.name, "generation": generation})


def switch(connection: Connection, model: ReadModel, incoming: Incoming) -> None:
    """Put a generation in the place of the live one, within a transaction that holds the read model alone.

    The one that was live is kept as `old`, with what is parked in it. What waits in both at the same event keeps its time and
    its owner. Readers take no lock that this would wait for.
    """
    was_live = built_by(connection, model) is not None
    if was_live:
        _rename(connection, model, "live", "aside")
    _rename(connection, model, incoming, "live")
    _move_parked(connection, model, "live", "aside")
    _move_parked(connection, model, incoming, "live")
    connection.execute(_SQL["keep_standing"], {"read_model": model.name})
    if was_live:
        _rename(connection, model, "aside", "old")
        _move_parked(connection, model, "aside", "old")
    else:
        forget_parked(connection, model, "aside")
    connection.execute(_SQL["end_findings"], {"read_model": model.name})


def _rename(connection: Connection, model: ReadModel, before: Generation, after: Generation) -> None:
    names = sql.Identifier(model.schema(before)), sql.Identifier(model.schema(after))
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(*names))


def _move_parked(connection: Connection, model: ReadModel, before: Generation, after: Generation) -> None:
    connection.execute(_SQL["move_parked"], {"read_model": model.name, "before": before, "after": after})
