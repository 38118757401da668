"""Real services for tests: each in a folder of its own, started as the local stack starts them, gone afterwards.

A test run that was killed leaves its services behind; the next one ends them.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from deploy.local.database import APP, OWNER, ensure_database, ensure_roles
from deploy.local.kafka import Kafka
from deploy.local.notes import Tunnel, free_port, load_notes
from deploy.local.places import Places
from deploy.local.postgres import Postgres
from deploy.local.services import Service, await_service, begin_service
from deploy.local.supervisor import Supervisor
from deploy.migrate import migrate
from deploy.postgres_server import APP_GROUP
from foundation.database import open_pool
from projections.rebuild import rebuild_where_needed

_FOLDERS = Path(__file__).resolve().parents[1] / ".regcase" / "test"
MIGRATED = "regcase_template"
"""The database of which others are copies: migrated, and empty."""
_WITH_READ_MODELS = "regcase_template_with_read_models"
_numbers = count(1)


@dataclass(frozen=True)
class Database:
    """A migrated database of a test.

    Args:
        app_url: as the application sees it: a role that may not change events.
        owner_url: as the migrations see it.
        superuser_url: for a test that breaks things.
    """

    name: str
    app_url: str
    owner_url: str
    superuser_url: str


@contextmanager
def data_folder(keep_if: Callable[[], bool] = lambda: False) -> Iterator[Path]:
    """A data folder for one stack; what still runs in it afterwards is ended.

    Args:
        keep_if: asked at the end: whether the folder stays, so that somebody can look into it.
    """
    _FOLDERS.mkdir(parents=True, exist_ok=True)
    _sweep()
    data = Path(tempfile.mkdtemp(dir=_FOLDERS))
    me = psutil.Process()
    owner = data.with_name(f"{data.name}.owner")
    # Whole or not at all: another run may be sweeping.
    fresh = owner.with_suffix(".new")
    fresh.write_text(f"{me.pid} {me.create_time()}", encoding="utf-8")
    fresh.rename(owner)
    data.chmod(0o711)
    try:
        yield data
    finally:
        if keep_if():
            Supervisor(Places(data)).end_everything()
            owner.unlink()
        else:
            remove(data)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A Postgres server with the roles and a migrated template, quick because it does not wait for the disk."""
    with data_folder() as data:
        postgres = Postgres(Places(data), load_notes(Places(data).notes), durable=False)
        _start(postgres)
        notes = postgres.notes
        ensure_roles(postgres.superuser, owner_password=notes.owner_password, app_password=notes.app_password)
        _let_logins_be_quick(postgres)
        ensure_database(postgres.superuser, MIGRATED)
        migrate(postgres.url(OWNER, notes.owner_password, MIGRATED))
        yield postgres


@contextmanager
def running_kafka() -> Iterator[Kafka]:
    """A Kafka broker without topics."""
    with data_folder() as data:
        notes = load_notes(Places(data).notes)
        # A second way to it, for a test that puts something in between.
        kafka = Kafka(Places(data), notes.model_copy(update={"kafka_tunnel": Tunnel(entrance=free_port())}))
        _start(kafka)
        yield kafka


@contextmanager
def fresh_database(postgres: Postgres, *, template: str = MIGRATED) -> Iterator[Database]:
    """A database of its own, migrated unless another template is named; dropped afterwards, whoever is still connected."""
    made = _make(postgres, f"test_{next(_numbers)}", template)
    try:
        yield made
    finally:
        with psycopg.connect(postgres.superuser, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(made.name)))


def make_template_with_read_models(postgres: Postgres) -> str:
    """Make a template in which every read model is built, and empty: it is copied in a moment, to build them takes longer.

    Returns: its name.
    """
    made = _make(postgres, _WITH_READ_MODELS, MIGRATED)
    with open_pool(made.app_url, name="template", size=4, timeout=5.0) as pool:
        rebuild_where_needed(pool)
    return made.name


def _let_logins_be_quick(postgres: Postgres) -> None:
    """A password is proved by thousands of rounds otherwise, at each of many thousand connections."""
    notes = postgres.notes
    logins = {"postgres": notes.superuser_password, OWNER: notes.owner_password, APP: notes.app_password}
    with psycopg.connect(postgres.superuser) as connection:
        connection.execute("SET scram_iterations = 1")
        for name, password in logins.items():
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), password))


def _make(postgres: Postgres, name: str, template: str) -> Database:
    notes = postgres.notes
    ensure_database(postgres.superuser, name, template=template)
    with psycopg.connect(postgres.superuser, autocommit=True) as connection:
        # Rights on the database itself are not copied from the template.
        grant = sql.SQL("GRANT CREATE ON DATABASE {} TO {}")
        connection.execute(grant.format(sql.Identifier(name), sql.Identifier(APP_GROUP)))
    return Database(
        name=name,
        app_url=postgres.url(APP, notes.app_password, name),
        owner_url=postgres.url(OWNER, notes.owner_password, name),
        superuser_url=postgres.url("postgres", notes.superuser_password, name),
    )


def processes_of(data: Path) -> list[str]:
    """All processes that belong to the stack in a data folder, by whatever they can be told: their arguments, their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(data) in " ".join(process.cmdline()) or str(data) in process.environ().values():
                found.append(f"{process.pid} {process.name()}")
        except psutil.Error:
            continue
    return found


def _start(service: Service) -> None:
    service.places.make()
    service.prepare(print)
    supervisor = Supervisor(service.places)
    supervisor.start()
    supervisor.keep([service.program()])
    begin_service(service, supervisor)
    await_service(service, supervisor)


def _sweep() -> None:
    """Remove what test runs that were killed have left."""
    for owner in _FOLDERS.glob("*.owner"):
        try:
            pid, began = owner.read_text(encoding="utf-8").split()
            alive = abs(psutil.Process(int(pid)).create_time() - float(began)) < 1
        except FileNotFoundError:
            continue  # another run is through with it
        except psutil.NoSuchProcess:
            alive = False
        if not alive:
            remove(owner.with_suffix(""))


def remove(data: Path) -> None:
    """End what runs in a data folder and delete it."""
    Supervisor(Places(data)).end_everything()
    for mounted in psutil.disk_partitions(all=True):
        if Path(mounted.mountpoint).is_relative_to(data):
            # A disk that the fault suite fills; one that was killed leaves it there.
            subprocess.run(["umount", "--lazy", mounted.mountpoint], check=False, capture_output=True)
    shutil.rmtree(data, ignore_errors=True)
    data.with_name(f"{data.name}.owner").unlink(missing_ok=True)
