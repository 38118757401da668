"""What the stack chose once and keeps: ports, passwords, the cluster's id."""

from __future__ import annotations

import base64
import json
import os
import random
import secrets
import socket
import uuid
from functools import partial
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from deploy.local.errors import LocalStackFailed

# Below the range from which kernels give ports to outgoing connections: a service that is restarted finds its port free.
_PORTS = range(15000, 32000)
_Password = partial(secrets.token_urlsafe, 24)


def free_port() -> int:
    """Choose a loopback port on which nobody listens now.

    Raises:
        LocalStackFailed: none was found.
    """
    for port in random.sample(_PORTS, 200):
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


class Notes(BaseModel):
    """Each is chosen when it is first needed, and kept.

    Args:
        stack_id: tells this stack from any other.
        superuser_password: of `postgres`, used to make roles and database only.
        owner_password: of `regcase_owner`, which owns the tables.
        app_password: of `regcase`, as which the application logs in.
    """

    stack_id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    postgres_port: int = Field(default_factory=free_port)
    kafka_port: int = Field(default_factory=free_port)
    kafka_controller_port: int = Field(default_factory=free_port)
    kafka_cluster_id: str = Field(default_factory=_cluster_id)
    superuser_password: str = Field(default_factory=_Password, repr=False)
    owner_password: str = Field(default_factory=_Password, repr=False)
    app_password: str = Field(default_factory=_Password, repr=False)


def load_notes(path: Path) -> Notes:
    """Read the notes, choose what is missing, and keep it.

    Raises:
        LocalStackFailed: the file is not what was written.
    """
    try:
        notes = Notes.model_validate_json(path.read_bytes() if path.exists() else b"{}")
    except ValidationError as error:
        msg = f"{path} cannot be read: {error.errors()[0]['msg']}. Put back what it was, or remove the whole data folder."
        raise LocalStackFailed(msg) from None
    write_secret(path, json.dumps(notes.model_dump(), indent=2) + "\n")
    return notes


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
