"""Which errors say something about an event, and which only about the database."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout

from domain.mapper import UnreadableEvent
from foundation.errors import Permanent, Transient
from projections.error_kinds import ErrorKind, kind_of


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Transient("it may pass"), "transient"),
        (errors.DeadlockDetected(), "transient"),
        (errors.SerializationFailure(), "transient"),
        (errors.LockNotAvailable(), "transient"),
        (errors.QueryCanceled(), "transient"),
        (Permanent("it stays"), "permanent"),
        (UnreadableEvent("of no known schema"), "permanent"),
        (errors.UniqueViolation(), "permanent"),
        (errors.NotNullViolation(), "permanent"),
        (errors.NumericValueOutOfRange(), "permanent"),
        (ValueError("a fault of the projection"), "permanent"),
        (KeyError("a statement that is not there"), "permanent"),
        (psycopg.ProgrammingError("a parameter is missing"), "permanent"),
        (psycopg.OperationalError("the connection is lost"), "outage"),
        (psycopg.InterfaceError("the connection is closed"), "outage"),
        (PoolTimeout("no connection"), "outage"),
        (errors.AdminShutdown(), "outage"),
        (errors.ConnectionFailure(), "outage"),
        (errors.DiskFull(), "outage"),
        (errors.OutOfMemory(), "outage"),
        (errors.IdleInTransactionSessionTimeout(), "outage"),
        (errors.ReadOnlySqlTransaction(), "outage"),
        (errors.TransactionTimeout(), "outage"),
        (errors.UndefinedTable(), "damage"),
        (errors.UndefinedColumn(), "damage"),
        (errors.InsufficientPrivilege(), "damage"),
        (errors.InFailedSqlTransaction(), "damage"),
        (errors.InternalError_(), "damage"),
        (errors.DataCorrupted(), "damage"),
        (errors.IndexCorrupted(), "damage"),
    ],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
def test_each_error_has_one_kind(error: Exception, kind: ErrorKind) -> None:
    assert kind_of(error) == kind
