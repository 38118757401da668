"""What an error says while an event is applied, and so what is done about it.

outage      the database is away, ended our session, or has no room: nothing is said about the event. Waited out, however long it lasts
transient   this attempt failed and another may succeed: a deadlock, a lock not had in time. Tried again so often, then parked
permanent   the event cannot be applied as things are: unreadable, or a row breaks a constraint. Parked at once
damage      the read model's tables are not what its definition says, or are corrupt: neither; it is built anew
"""

from __future__ import annotations

from typing import Literal

import psycopg

from foundation.database import DATABASE_FAILED
from foundation.errors import Transient

ErrorKind = Literal["outage", "transient", "permanent", "damage"]

_TRANSIENT_CLASSES = ("40", "55")
"""SQLSTATE classes: transaction rollback (deadlock, serialization), object not in the state that is needed (lock not available)."""
_QUERY_CANCELED = "57014"


def kind_of(error: Exception) -> ErrorKind:
    """Of which kind an error is."""
    match error:
        case Transient():
            return "transient"
        case psycopg.OperationalError(sqlstate=str(state)) if state[:2] in _TRANSIENT_CLASSES or state == _QUERY_CANCELED:
            return "transient"
        case _ if isinstance(error, DATABASE_FAILED):
            return "outage"
        case psycopg.InternalError():
            return "damage"
        case psycopg.ProgrammingError(sqlstate=str()):
            return "damage"
        case _:
            return "permanent"
