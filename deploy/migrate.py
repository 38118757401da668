"""Database migrations: numbered `.sql` files, applied in order, once, and never changed after."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from foundation.database import session_options
from foundation.errors import Misconfigured

MIGRATIONS = Path(__file__).with_name("migrations")
_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
_LOCK = 0x7265_6763_6173_65  # 'regcase'
_LOCK_SECONDS = 60


@dataclass(frozen=True)
class Migration:
    """One file.

    Args:
        number: its place in the order, from 1 without gaps.
        digest: sha256 of its text, so that a later change is noticed.
    """

    number: int
    name: str
    digest: str
    text: bytes


def migrate(conninfo: str, folder: Path = MIGRATIONS) -> list[str]:
    """Bring a database up to date, each file in a transaction of its own.

    Args:
        conninfo: a role that may make tables.
        folder: where the files are.
    Returns: the names of those applied now, none where all were there.

    Raises:
        Misconfigured: an applied file was changed since, the database is newer than this program, files are missing,
            another migration does not end, or the role may not do what a file does.
        psycopg.OperationalError: the database does not answer.
    """
    known = read_migrations(folder)
    # Every transaction below is begun on purpose: the lock is held from the first to the last.
    # The schema is named: the application may make schemas, and one of the owner's name would come before `public`.
    with psycopg.connect(conninfo, autocommit=True, options=session_options(search_path="public")) as connection:
        _lock(connection)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            "number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied = _check_applied(connection, known)
        pending = known[applied:]
        for migration in pending:
            _apply(connection, migration)
        return [f"{migration.number:04} {migration.name}" for migration in pending]


def read_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """Read the files, in their order.

    Raises:
        Misconfigured: a name is not `0001_what_it_does.sql`, or a number is missing or twice there.
    """
    migrations = []
    for path in sorted(folder.glob("*.sql")):
        match = _FILE.fullmatch(path.name)
        if match is None:
            msg = f"the migration {path.name} needs a name like 0001_what_it_does.sql. Rename it."
            raise Misconfigured(msg)
        text = path.read_bytes().replace(b"\r\n", b"\n")
        migrations.append(Migration(int(match[1]), match[2], hashlib.sha256(text).hexdigest(), text))
    numbers = [migration.number for migration in migrations]
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        msg = f"the migrations in {folder.name} must be numbered from 1 without gaps, each number once; found {numbers}. Install regcase again."
        raise Misconfigured(msg)
    return migrations


def _lock(connection: psycopg.Connection[TupleRow]) -> None:
    connection.execute(f"SET lock_timeout = '{_LOCK_SECONDS}s'".encode())
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    except psycopg.errors.LockNotAvailable:
        msg = f"another migration of this database has not ended within {_LOCK_SECONDS} s. Wait for it, or end its session, and try again."
        raise Misconfigured(msg) from None


def _check_applied(connection: psycopg.Connection[TupleRow], known: Sequence[Migration]) -> int:
    rows = connection.execute("SELECT number, name, digest FROM schema_migrations ORDER BY number").fetchall()
    for number, name, digest in rows:
        if number > len(known):
            msg = (
                f"the database has the migration {number:04} {name}, this program ends at {len(known):04}: the database was used "
                "by a newer regcase. Update this one."
            )
            raise Misconfigured(msg)
        if known[number - 1].digest != digest:
            msg = (
                f"the migration {number:04} {name} was changed after it was applied to this database. Put the file back as it was, "
                "and make the change in a new migration."
            )
            raise Misconfigured(msg)
    return len(rows)


def _apply(connection: psycopg.Connection[TupleRow], migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(migration.text)
            connection.execute(
                "INSERT INTO schema_migrations (number, name, digest) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.digest),
            )
    except psycopg.errors.InsufficientPrivilege as error:
        msg = (
            f"the migration {migration.number:04} {migration.name} may not be applied by this role: {error.diag.message_primary}. "
            "Name one that owns the database in REGCASE_DATABASE_OWNER_URL; the role regcase_app can be made before, "
            "by `CREATE ROLE regcase_app NOLOGIN`."
        )
        raise Misconfigured(msg) from error
    except psycopg.ProgrammingError as error:
        msg = f"the migration {migration.number:04} {migration.name} failed and was undone: {error.diag.message_primary or error}. Mend it."
        raise Misconfigured(msg) from error
