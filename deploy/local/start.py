"""The start of a stack, stage by stage."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Unpack

from deploy.kafka_admin import admin_client
from deploy.local.database import APP, DATABASE, OWNER, ensure_database, ensure_roles
from deploy.local.errors import LocalStackFailed
from deploy.local.kafka import Kafka
from deploy.local.notes import Notes, keep_notes, load_notes, with_health_ports, write_secret
from deploy.local.numbers import Given
from deploy.local.places import Places
from deploy.local.postgres import Postgres
from deploy.local.programs import Program, our_programs
from deploy.local.progress import Progress, Report, Stage
from deploy.local.services import Service, await_service, begin_service
from deploy.local.supervisor import Supervisor
from deploy.migrate import migrate
from deploy.postgres_server import address, ensure_app_rights, require_supported
from deploy.topics import ensure_topics
from foundation.settings import Settings, is_external


class Start:
    """One start, and its undoing.

    Args:
        settings: what is to be reached where the environment names it; the rest is found here.
        programs: our own processes; as many of each kind as the numbers say where none are named.
        given: numbers of processes that are to be others from now on.

    Raises:
        LocalStackFailed: there cannot be so many.
    """

    def __init__(
        self,
        settings: Settings,
        places: Places,
        progress: Progress,
        programs: Sequence[Program] | None,
        **given: Unpack[Given],
    ) -> None:
        self._progress = progress
        self._places = places
        self._supervisor = Supervisor(places)
        self._began_supervisor = False
        self._began: list[str] = []
        notes = _renumbered(places, **given)
        self._postgres = None if is_external("DATABASE_URL") else Postgres(places, notes)
        self._kafka = [] if is_external("KAFKA_BOOTSTRAP") else [Kafka(places, notes, number) for number in notes.kafka_nodes]
        self._settings = settings.model_copy(update=self._addresses())
        ours = our_programs(notes.numbers) if programs is None else programs
        notes = with_health_ports(notes, (program.name for program in ours))
        keep_notes(places.notes, notes)
        self._ours = [self._with_settings(program, notes.health_ports[program.name]) for program in ours]

    def run(self) -> Settings:
        """Start what does not run.

        Returns: the settings with the addresses of all parts.
        """
        self._require_external()
        self._began_supervisor = not self._supervisor.is_running()
        if self._kafka:
            self._fetch_jars()
        if self._postgres:
            self._postgres.prepare(self._say("database"))
        for node in self._kafka:
            node.prepare(self._say("broker"))
        if self._began_supervisor:
            self._supervisor.start()
        self._supervisor.keep([*(service.program() for service in self._services()), *self._ours])
        # Both at once: Kafka takes longer, and the database is being made ready meanwhile.
        for service in self._services():
            if begin_service(service, self._supervisor):
                self._began.append(service.name)
        self._bring_up_database()
        self._bring_up_broker()
        self._write_addresses()
        self._bring_up_ours()
        return self._settings

    def _require_external(self) -> None:
        """What the environment names must answer, before anything that runs is changed for it."""
        if not self._postgres:
            require_supported(self._settings.database_owner)
        if not self._kafka:
            with admin_client(self._settings):
                pass

    def undo(self) -> None:
        """Stop what this start began; the data is kept."""
        if self._began_supervisor:
            self._supervisor.end_everything()
        else:
            self._supervisor.stop(self._began)

    def _fetch_jars(self) -> None:
        from deploy.local.jars import ensure_jars  # noqa: PLC0415 - takes a third of a second, which only a start is worth

        self._report("jars", "comparing with the lock file; fetching what is missing")
        self._report("jars", f"{len(ensure_jars())} jars", done=True)

    def _bring_up_database(self) -> None:
        say = self._say("database")
        if self._postgres:
            say("waiting until it is ready")
            await_service(self._postgres, self._supervisor)
            notes = self._postgres.notes
            ensure_roles(self._postgres.superuser, owner_password=notes.owner_password, app_password=notes.app_password)
            ensure_database(self._postgres.superuser)
        else:
            say(f"looking at {address(self._settings.database_owner)}")
        version = require_supported(self._settings.database_owner)
        self._report("database", f"version {version} at {address(self._settings.database)}", done=True)

        self._report("migrations", "comparing with what was applied")
        applied = migrate(self._settings.database_owner)
        ensure_app_rights(self._settings.database_owner, self._settings.database)
        self._report("migrations", f"applied {', '.join(applied)}" if applied else "up to date", done=True)

    def _bring_up_broker(self) -> None:
        for node in self._kafka:
            self._report("broker", f"waiting until {node.name} is ready")
            await_service(node, self._supervisor)
        if not self._kafka:
            self._report("broker", f"looking at {self._settings.kafka}")
        self._report("broker", f"at {self._settings.kafka}", done=True)
        self._report("topics", "comparing with what is stated")
        made = ensure_topics(self._settings)
        self._report("topics", f"made {', '.join(made)}" if made else "as stated", done=True)

    def _bring_up_ours(self) -> None:
        names = [program.name for program in self._ours]
        for name in names:
            if not self._supervisor.process(name).running:
                self._begin(name)
        for program in self._ours:
            self._report("processes", f"waiting for {program.name}")
            self._supervisor.wait_settled(program.name, program.settles_after)
        self._report("processes", f"{', '.join(names)} started" if names else "none", done=True)

    def _begin(self, name: str) -> None:
        self._began.append(name)
        self._supervisor.start_process(name)

    def _services(self) -> list[Service]:
        return [*([self._postgres] if self._postgres else []), *self._kafka]

    def _addresses(self) -> dict[str, str | int]:
        """Of the local services, by the names of their settings; and what else hangs on which these are."""
        addresses: dict[str, str | int] = {}
        if self._postgres:
            notes = self._postgres.notes
            addresses["database_url"] = self._postgres.url(APP, notes.app_password, DATABASE)
            addresses["database_owner_url"] = self._postgres.url(OWNER, notes.owner_password, DATABASE)
        if self._kafka:
            addresses["kafka_bootstrap"] = ",".join(node.bootstrap for node in self._kafka)
            addresses["kafka_replication"] = len(self._kafka)
        return addresses

    def _write_addresses(self) -> None:
        lines = [f"REGCASE_{name.upper()}={value}" for name, value in self._addresses().items()]
        text = "\n".join(["# Where the local stack's services are. Written at each start.", *lines, ""])
        if write_secret(self._settings.connections_file, text):
            # They read it when they start.
            self._supervisor.stop(program.name for program in self._ours)

    def _with_settings(self, program: Program, health_port: int) -> Program:
        """A program with the settings that the environment gives now, in whatever environment supervisor was started."""
        given = {name: value for name, value in os.environ.items() if name.startswith("REGCASE_")}
        own = {"REGCASE_DATA": str(self._places.data), "REGCASE_HEALTH_PORT": str(health_port)}
        return replace(program, environment={**given, **own, **program.environment})

    def _say(self, stage: Stage) -> Callable[[str], None]:
        return lambda detail: self._report(stage, detail)

    def _report(self, stage: Stage, detail: str, *, done: bool = False) -> None:
        self._progress(Report(stage, detail, done))


def _renumbered(places: Places, **given: Unpack[Given]) -> Notes:
    """The notes of a stack, with the numbers that are given noted in them.

    Nodes of Kafka that hold data stay as many as they are: a start cannot spread it over others.
    """
    notes = load_notes(places.notes)
    numbers = notes.numbers.changed(**given)
    if "brokers" in given and is_external("KAFKA_BOOTSTRAP"):
        msg = (
            "REGCASE_KAFKA_BOOTSTRAP names a Kafka of yours; its brokers are not started from here. Leave --brokers out, or take "
            "that setting out of the environment."
        )
        raise LocalStackFailed(msg)
    there, wanted = notes.numbers.brokers, numbers.brokers
    holding = [node.folder for node in (Kafka(places, notes, number) for number in notes.kafka_nodes) if node.has_data()]
    if there != wanted and holding:
        folders = ", ".join(str(folder) for folder in holding)
        msg = (
            f"the local Kafka was begun with --brokers {there} and holds data, which a start cannot spread over {wanted}. Every event is in the "
            f"database too: stop with `regcase down`, move {folders} away, and `regcase up --brokers {wanted}` publishes anew what the topic would still hold. "
            f"Nothing was changed: `regcase up` without --brokers starts as before."
        )
        raise LocalStackFailed(msg)
    notes = notes.model_copy(update={"numbers": numbers})
    keep_notes(places.notes, notes)
    return notes
