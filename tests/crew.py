"""Our processes, started by a test itself: nobody starts one anew that was killed, and one that is paused stays so."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psutil
import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.rows import TupleRow

from deploy.kafka_admin import BrokerUnreachable, admin_client
from deploy.local.database import DATABASE
from deploy.local.notes import load_notes
from deploy.local.numbers import MOST, Numbers
from deploy.local.places import Places
from deploy.local.postgres import Postgres
from deploy.local.programs import our_programs
from deploy.topics import EVENTS
from domain.event_store import in_postgres
from projections.places import place_of, relay_to
from projections.read_model import all_read_models
from tests.copies import is_published
from tests.system import System
from tests.waiting import wait_for
from workers.read_models import GROUP

_PROGRAMS = {program.name: program for program in our_programs(Numbers(relays=MOST, workers=MOST, reconcilers=MOST))}


@dataclass
class Crew:
    """Processes of ours on a stack of services alone."""

    system: System
    members: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start processes by their names: `relay`, `worker-2`."""
        for name in names:
            program = _PROGRAMS[name]
            with (self.system.settings.data / "logs" / f"{name}.log").open("ab") as log:
                self.members[name] = subprocess.Popen(
                    program.command,
                    env={**self.system.environment, **program.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )

    def kill(self, name: str) -> None:
        """Kill one; it stays dead."""
        self.members[name].kill()
        self.members[name].wait(10)

    def pause(self, name: str) -> None:
        """Stop one as by SIGSTOP: it does nothing, and does not know."""
        self.members[name].send_signal(signal.SIGSTOP)

    def wake(self, name: str) -> None:
        """Let a paused one go on."""
        self.members[name].send_signal(signal.SIGCONT)

    def is_dead(self, name: str) -> bool:
        """Whether it ended, or is paused."""
        process = self.members[name]
        return process.poll() is not None or psutil.Process(process.pid).status() == psutil.STATUS_STOPPED

    def dismiss(self, *names: str) -> None:
        """Kill some, paused ones too, for a clean beginning."""
        for name in names:
            self.kill(name)
            del self.members[name]

    def active_relay(self) -> str:
        """The name of the relay that has the lock; empty where none has."""
        # Others do not see from where a session comes.
        notes = load_notes(Places(self.system.settings.data).notes)
        server = Postgres(Places(self.system.settings.data), notes)
        with psycopg.connect(server.url("postgres", notes.superuser_password, DATABASE)) as connection:
            row = connection.execute(
                "SELECT client_port FROM pg_stat_activity JOIN pg_locks USING (pid) "
                "WHERE locktype = 'advisory' AND granted AND application_name = 'regcase relay'"
            ).fetchone()
        return next((name for name in self.members if row and self._is_at(name, row[0])), "")

    def _is_at(self, name: str, port: int) -> bool:
        process = self.members[name]
        if process.poll() is not None:
            return False
        return any(connection.laddr[1] == port for connection in psutil.Process(process.pid).net_connections("tcp"))

    def workers_share(self, number: int) -> bool:
        """Whether the group has so many members at rest, each with partitions."""
        try:
            with admin_client(self.system.settings) as client:
                group = client.describe_groups([GROUP])[GROUP]
        except BrokerUnreachable:
            return False  # nobody has asked for the group yet
        return group["group_state"] == "Stable" and len(group["members"]) == number


@contextmanager
def crew_of(system: System) -> Iterator[Crew]:
    """A crew without members yet; all that it has are killed afterwards."""
    crew = Crew(system)
    try:
        yield crew
    finally:
        crew.dismiss(*crew.members)


def store(system: System, events: Sequence[StoredEvent]) -> None:
    """Put events into the event store, at once."""
    in_postgres(system.settings.database, pool_size=1).application_recorder().insert_events(list(events))


def published_up_to_the_end(system: System) -> bool:
    """Whether the relay has noted all that is stored."""
    with psycopg.connect(system.settings.database) as connection:
        row = connection.execute("SELECT max(notification_id) FROM stored_events").fetchone()
        return row is not None and place_of(connection, relay_to(EVENTS.name)) >= row[0]


def applied(system: System, events: Sequence[StoredEvent]) -> bool:
    """Whether every read model has these events."""
    versions = {event.originator_id: event.originator_version for event in events if is_published(event)}
    try:
        with psycopg.connect(system.settings.database) as connection:
            return all(_has(connection, name, versions) for name in all_read_models())
    except psycopg.errors.UndefinedTable:
        return False  # none was built yet


def _has(connection: psycopg.Connection[TupleRow], read_model: str, versions: dict[UUID | str, int]) -> bool:
    row = connection.execute(
        f"SELECT count(*) FROM read_{read_model}.positions "
        "JOIN unnest(%s::uuid[], %s::bigint[]) AS stored (case_id, at) USING (case_id) WHERE version >= at",
        (list(versions), list(versions.values())),
    ).fetchone()
    return row == (len(versions),)


def wait_until_applied(system: System, events: Sequence[StoredEvent], *, seconds: float = 240) -> None:
    """Wait until every read model has these events."""
    wait_for(lambda: applied(system, events), seconds=seconds, what="every event in every read model")
