"""What the suite puts between a stack and its machine before the start: proxies, small disks, a clock that it moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.database import APP, DATABASE
from deploy.local.kafka import Kafka
from deploy.local.notes import KafkaPorts, Notes, Tunnel, free_port, keep_notes, load_notes
from deploy.local.numbers import Numbers
from deploy.local.places import Places
from deploy.local.postgres import Postgres
from deploy.local.programs import Program, our_programs
from tests.faults.moved_clock import FILE, MovedClock
from tests.faults.proxy import Proxy
from tests.faults.small_disks import SmallDisk, small_disks


@dataclass(frozen=True)
class Equipment:
    """What faults act on, and our processes as they are to be started for it.

    Args:
        programs: to be given to `deploy.local.up`.
        proxies: between our processes and a service, by its name.
        disks: of the suite's own, by the name of the service that keeps its data there.
        clock: of our processes.
    """

    programs: tuple[Program, ...]
    proxies: Mapping[str, Proxy]
    disks: Mapping[str, SmallDisk]
    clock: MovedClock


@contextmanager
def equipment(data: Path, numbers: Numbers) -> Iterator[Equipment]:
    """Prepare a data folder in which nothing was started yet; the stack must have ended when the context does.

    Args:
        numbers: how many brokers and processes of ours the stack is to have.
    """
    places = Places(data)
    with small_disks(data) as disks, ExitStack() as running:
        notes = _with_tunnels(load_notes(places.notes), numbers)
        keep_notes(places.notes, notes)
        tunnels = {number: ports.tunnel for number, ports in notes.kafka_nodes.items() if ports.tunnel}
        proxies = {Postgres.name: running.enter_context(Proxy(0, notes.postgres_port))}
        for number, tunnel in tunnels.items():
            name = Kafka(places, notes, number).name
            proxies[name] = running.enter_context(Proxy(tunnel.entrance, tunnel.port))
        clock = MovedClock(data / "clock")
        environment = {
            "REGCASE_DATABASE_URL": f"postgresql://{APP}:{notes.app_password}@127.0.0.1:{proxies[Postgres.name].port}/{DATABASE}",
            "REGCASE_KAFKA_BOOTSTRAP": ",".join(f"127.0.0.1:{tunnel.entrance}" for tunnel in tunnels.values()),
            FILE: str(clock.file),
        }
        programs = tuple(under(program, "tests.faults.moved_clock", environment) for program in our_programs(numbers))
        yield Equipment(programs, proxies, disks, clock)


def _with_tunnels(notes: Notes, numbers: Numbers) -> Notes:
    """A second way to each broker: clients that go through a proxy must be told to come back to it."""

    def tunnelled(ports: KafkaPorts) -> KafkaPorts:
        return ports.model_copy(update={"tunnel": Tunnel(entrance=free_port())})

    more = {"kafka_2": tunnelled(notes.kafka_2), "kafka_3": tunnelled(notes.kafka_3)}
    return notes.model_copy(update={"numbers": numbers, "kafka_tunnel": Tunnel(entrance=free_port()), **more})


def under(program: Program, wrapper: str, environment: Mapping[str, str], *arguments: str) -> Program:
    """A process of ours, run by a module of the suite's that is told which and how."""
    python, _, module, *rest = program.command
    return replace(
        program,
        command=(python, "-m", wrapper, *arguments, module, *rest),
        environment={**program.environment, **environment},
    )
