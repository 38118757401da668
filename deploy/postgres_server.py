"""Whether a Postgres is one that regcase can work with."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from foundation.database import DatabaseUnreachable
from foundation.errors import Misconfigured

OLDEST = 17
"""The first version with the right MAINTAIN: without it the application's role would need more than it should have."""
APP_GROUP = "regcase_app"


def require_supported(conninfo: str) -> str:
    """Find the version of a server that is reached and new enough.

    Raises:
        DatabaseUnreachable: it does not answer, or does not let us in.
        Misconfigured: it is older than Postgres 17, or the connection string cannot be read.
    """
    with _connect(conninfo) as connection:
        number = connection.info.server_version
        version = connection.info.parameter_status("server_version") or str(number)
    if number < OLDEST * 10_000:
        msg = f"Postgres at {address(conninfo)} has version {version}; regcase needs {OLDEST} or later. Name a newer one, or unset REGCASE_DATABASE_URL."
        raise Misconfigured(msg)
    return version


def ensure_app_rights(owner: str, app: str) -> None:
    """See that the application's login may do what the migrations grant to the group `regcase_app`.

    Args:
        owner: connection string of the role that owns the tables.
        app: connection string of the application.

    Raises:
        DatabaseUnreachable: the server does not let one of them in.
        Misconfigured: the login is not in the group, and the owner may not put it there.
    """
    with _connect(app) as connection:
        login = connection.info.user
        if connection.execute("SELECT pg_has_role(%s, 'MEMBER')", (APP_GROUP,)).fetchone() == (True,):
            return
    with _connect(owner) as connection:
        if connection.info.user == login:
            return  # owns the tables and needs no grant
        grant = sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP_GROUP), sql.Identifier(login))
        try:
            connection.execute(grant)
        except psycopg.errors.InsufficientPrivilege:
            msg = f"the database role {login} is not in {APP_GROUP}. Have an administrator run: GRANT {APP_GROUP} TO {login}"
            raise Misconfigured(msg) from None


def address(conninfo: str) -> str:
    """Host, port and database of a connection string, without what is secret."""
    parts = conninfo_to_dict(conninfo)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def _connect(conninfo: str) -> psycopg.Connection[psycopg.rows.TupleRow]:
    try:
        return psycopg.connect(make_conninfo(conninfo, connect_timeout=5))
    except psycopg.ProgrammingError as error:
        msg = f"the connection string of the database cannot be read: {error}. Correct REGCASE_DATABASE_URL."
        raise Misconfigured(msg) from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        msg = f"Postgres at {address(conninfo)} does not let us in: {reason}. Start it, or correct REGCASE_DATABASE_URL."
        raise DatabaseUnreachable(msg) from error
