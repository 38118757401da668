"""Starting a service of the local stack: Postgres or Kafka."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

import psutil

from deploy.local.errors import PortTaken
from deploy.local.notes import port_taken
from deploy.local.places import Places
from deploy.local.programs import Program
from deploy.local.supervisor import Supervisor


class Service(Protocol):
    """What a start needs to know of a service."""

    title: ClassVar[str]
    ready_seconds: ClassVar[float]

    @property
    def name(self) -> str:
        """What its process is called."""

    @property
    def places(self) -> Places:
        """Of its stack."""

    @property
    def ports(self) -> tuple[int, ...]:
        """The loopback ports on which it listens; clients use the first."""

    def prepare(self, say: Callable[[str], None]) -> None:
        """Make what it needs before its first start; tell people what is happening."""

    def program(self) -> Program:
        """How supervisor runs it."""

    def is_ready(self) -> bool:
        """Whether a client is served."""


def begin_service(service: Service, supervisor: Supervisor) -> bool:
    """Start a service that was prepared and is known to the supervisor, without waiting until it is ready.

    Returns: whether it was started; false where it ran already.

    Raises:
        PortTaken: another process listens on its port.
    """
    if supervisor.process(service.name).running:
        return False
    for port in service.ports:
        _require_free(port, service)
    supervisor.start_process(service.name)
    return True


def await_service(service: Service, supervisor: Supervisor) -> None:
    """Wait until a service that was started is ready.

    Raises:
        ServiceFailed: it ended, or was not ready in time.
    """
    supervisor.wait_ready(service.name, lambda _: service.is_ready(), seconds=service.ready_seconds)


def _require_free(port: int, service: Service) -> None:
    if not port_taken(port):
        return
    msg = (
        f"{service.title} cannot start: its port 127.0.0.1:{port} is taken by {_who_listens(port)}. End that, or take the "
        f"number {port} with its name out of {service.places.notes}: another one is chosen then."
    )
    raise PortTaken(msg)


def _who_listens(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr[1] == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass
    return "another process"
