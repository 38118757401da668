"""Read models whose tables are not what they should be: who notes that has them built anew at the next start, and ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import structlog

from foundation.database import DATABASE_FAILED, Pool
from projections.generations import distrust
from projections.read_model import ReadModel

_log = structlog.get_logger(__name__)
DAMAGED = (psycopg.ProgrammingError, psycopg.InternalError)
"""What the database says where a table or a column is missing, or an index is broken. What is in `DATABASE_FAILED` is none of it."""


@contextmanager
def distrusting(pool: Pool, model: ReadModel) -> Iterator[None]:
    """Have a read model built anew at the next start of a process if it shows within that it is damaged.

    Without that the next start would take it for good, and end in the same way, again and again.

    Raises:
        psycopg.ProgrammingError, psycopg.InternalError: it is.
    """
    try:
        yield
    except DATABASE_FAILED:
        raise
    except DAMAGED as error:
        _log.error("read_model_damaged", read_model=model.name, error=error)
        with pool.connection() as connection:
            distrust(connection, model)
        raise
