"""What a log may say of an error: which it was and where it arose; its words only where they are known to be nobody's data.

An error's text may hold what somebody wrote in a case: Postgres tells the row that failed, pydantic the value that it did not
take. So only the texts of our own faults, of connections that failed and of Kafka's clients are taken over.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from foundation.errors import Fault, Misconfigured

_LIBRARIES = "site-packages"
_PROJECT = Path(__file__).resolve().parents[1]
_MOST_CAUSES = 5
_MOST_FRAMES = 30
_MOST_WORDS = 500


def told(error: BaseException) -> dict[str, Any]:
    """An error as fields of a log line: its class, what the database says of it in names of ours, and words that may be told."""
    fields: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, psycopg.Error):
        diagnosis = {
            "sqlstate": error.sqlstate,
            "table": error.diag.table_name,
            "column": error.diag.column_name,
            "constraint": error.diag.constraint_name,
        }
        fields |= {name: value for name, value in diagnosis.items() if value}
    words = _words(error)
    if words:
        fields["reason"] = words[:_MOST_WORDS]
    return fields


def told_with_place(error: BaseException) -> dict[str, Any]:
    """The same, with the lines of code that it came through, and the errors that caused it."""
    fields = {**told(error), "frames": _frames(error)}
    causes = [{**told(cause), "frames": _frames(cause)} for cause in list(chain(error))[1:_MOST_CAUSES]]
    return {**fields, "caused_by": causes} if causes else fields


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that it came of, the nearest first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _words(error: BaseException) -> str | None:
    match error:
        case Fault() | Misconfigured():
            return str(error)
        case psycopg.OperationalError(sqlstate=None):  # the connection failed: libpq's own words, which know of no row
            return str(error).strip().partition("\n")[0]
        case OSError():
            return error.strerror
        case _ if type(error).__module__.partition(".")[0] in ("kafka", "aiokafka"):
            return str(error).removeprefix(f"{type(error).__name__}: ")
        case _:
            return None


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    return [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _place(filename: str) -> str:
    path = Path(filename)
    if _LIBRARIES in path.parts:
        return str(Path(*path.parts[path.parts.index(_LIBRARIES) + 1 :]))
    return str(path.relative_to(_PROJECT)) if path.is_relative_to(_PROJECT) else path.name
