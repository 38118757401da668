"""The roles and databases of the local Postgres."""

from __future__ import annotations

import psycopg
from psycopg import sql

from deploy.postgres_server import APP_GROUP

OWNER = "regcase_owner"
APP = "regcase"
DATABASE = "regcase"


def ensure_roles(superuser: str, *, owner_password: str, app_password: str) -> None:
    """Make the role that owns the tables, the group of what the application may do, and its login, where they are missing.

    Args:
        superuser: connection string of a role that may make roles.
    """
    with psycopg.connect(superuser) as connection:
        _ensure_role(connection, APP_GROUP, sql.SQL("NOLOGIN"))
        _ensure_role(connection, OWNER, sql.SQL("LOGIN PASSWORD {}").format(owner_password))
        login = sql.SQL("LOGIN PASSWORD {} IN ROLE {}").format(app_password, sql.Identifier(APP_GROUP))
        _ensure_role(connection, APP, login)


def ensure_database(superuser: str, name: str = DATABASE, *, template: str = "template0") -> None:
    """Make a database that belongs to the owner, where it is missing.

    Args:
        superuser: connection string of a role that may make databases.
        template: the database that it is a copy of.
    """
    with psycopg.connect(superuser, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            make = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            connection.execute(make.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)))


def _ensure_role(connection: psycopg.Connection[psycopg.rows.TupleRow], name: str, options: sql.Composable) -> None:
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), options))
