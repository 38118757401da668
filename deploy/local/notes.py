"""What the stack chose once and keeps: ports, passwords, the cluster's id."""

from __future__ import annotations

import base64
import json
import os
import random
import secrets
import socket
import uuid
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from deploy.local.errors import LocalStackFailed
from deploy.local.numbers import Numbers

# Below the range from which kernels give ports to outgoing connections: a service that is restarted finds its port free.
_PORTS = range(15000, 32000)
_candidates = iter(random.sample(_PORTS, len(_PORTS)))
_Password = partial(secrets.token_urlsafe, 24)


def free_port() -> int:
    """Choose a loopback port on which nobody listens now, another one at each call.

    Raises:
        LocalStackFailed: none was found.
    """
    for port in _candidates:
        if not port_taken(port):
            return port
    msg = f"no free port was found on 127.0.0.1 between {_PORTS.start} and {_PORTS.stop}. End what listens there."
    raise LocalStackFailed(msg)


def port_taken(port: int) -> bool:
    """Whether a service of ours could not listen on a loopback port."""
    with socket.socket() as probe:
        # As servers do it: a connection of before that is fading away is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def _cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


class Tunnel(BaseModel, frozen=True):
    """A second way to a Kafka node, for clients with something in between: a tunnel, a proxy.

    A client that comes to `port` is told to go on by `entrance`, whatever it asked first; so nothing that it does goes past
    what stands there. Other clients, and the nodes among themselves, go straight to the node's own port.

    Args:
        port: where the node listens for what comes out of the tunnel.
        entrance: the loopback port where such clients begin, which they take as their bootstrap.
    """

    port: int = Field(default_factory=free_port)
    entrance: int


class KafkaPorts(BaseModel, frozen=True):
    """The loopback ports of one Kafka node.

    Args:
        port: where it listens for clients and for the other nodes.
        controller_port: where it listens as a controller.
        tunnel: a second way to it.
    """

    port: int = Field(default_factory=free_port)
    controller_port: int = Field(default_factory=free_port)
    tunnel: Tunnel | None = None


class Notes(BaseModel):
    """Each is chosen when it is first needed, and kept.

    Args:
        stack_id: tells this stack from any other.
        kafka_port: of the first Kafka node, as `kafka_controller_port` and `kafka_tunnel`; see `KafkaPorts`.
        kafka_2: the ports of the second node, which there is in a cluster of three; `kafka_3`: of the third.
        numbers: how many processes of each kind there are.
        health_ports: by the names of our processes, the loopback port where each tells how it is.
        superuser_password: of `postgres`, used to make roles and database only.
        owner_password: of `regcase_owner`, which owns the tables.
        app_password: of `regcase`, as which the application logs in.
    """

    stack_id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    postgres_port: int = Field(default_factory=free_port)
    kafka_port: int = Field(default_factory=free_port)
    kafka_controller_port: int = Field(default_factory=free_port)
    kafka_tunnel: Tunnel | None = None
    kafka_2: KafkaPorts = Field(default_factory=KafkaPorts)
    kafka_3: KafkaPorts = Field(default_factory=KafkaPorts)
    kafka_cluster_id: str = Field(default_factory=_cluster_id)
    superuser_password: str = Field(default_factory=_Password, repr=False)
    owner_password: str = Field(default_factory=_Password, repr=False)
    app_password: str = Field(default_factory=_Password, repr=False)
    numbers: Numbers = Field(default_factory=Numbers)
    health_ports: dict[str, int] = Field(default_factory=dict)

    @property
    def kafka_nodes(self) -> dict[int, KafkaPorts]:
        """The nodes of the local Kafka by their numbers, from 1 on."""
        first = KafkaPorts(port=self.kafka_port, controller_port=self.kafka_controller_port, tunnel=self.kafka_tunnel)
        return dict(enumerate((first, self.kafka_2, self.kafka_3)[: self.numbers.brokers], start=1))


def load_notes(path: Path) -> Notes:
    """Read the notes, choose what is missing, and keep it.

    Raises:
        LocalStackFailed: the file is not what was written.
    """
    notes = _read(path)
    keep_notes(path, notes)
    return notes


def keep_notes(path: Path, notes: Notes) -> None:
    """Write the notes, for the next start."""
    write_secret(path, json.dumps(notes.model_dump(), indent=2) + "\n")


def with_health_ports(notes: Notes, names: Iterable[str]) -> Notes:
    """The notes with a port for each of these processes; one that has a port keeps it."""
    ports = {**notes.health_ports, **{name: free_port() for name in names if name not in notes.health_ports}}
    return notes.model_copy(update={"health_ports": ports})


def noted_health_ports(path: Path) -> dict[str, int]:
    """Where each of our processes tells how it is; nothing is chosen or written.

    Raises:
        LocalStackFailed: the file is not what was written.
    """
    return _read(path).health_ports if path.exists() else {}


def noted_numbers(path: Path) -> Numbers:
    """How many processes of each kind a stack has, whether it was ever started or not; nothing is chosen or written.

    Raises:
        LocalStackFailed: the file is not what was written.
    """
    return _read(path).numbers if path.exists() else Numbers()


def _read(path: Path) -> Notes:
    try:
        return Notes.model_validate_json(path.read_bytes() if path.exists() else b"{}")
    except ValidationError as error:
        msg = f"{path} cannot be read: {error.errors()[0]['msg']}. Put back what it was, or remove the whole data folder."
        raise LocalStackFailed(msg) from None


def write_secret(path: Path, text: str) -> bool:
    """Write a file that only its owner can read, whole or not at all.

    Returns: whether its text is another one now; where it is the same, the file is not touched.
    """
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
    return True
