"""Starting, stopping and asking a stack as a whole."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Unpack

from deploy.local.asking import Health, ask_all
from deploy.local.ends import recent_ends
from deploy.local.errors import DiskFull, LocalStackFailed, NotUp
from deploy.local.exclusive import ended_in_order, exclusive, undisturbed
from deploy.local.kafka import Kafka
from deploy.local.notes import load_notes, noted_health_ports, noted_numbers
from deploy.local.numbers import Given
from deploy.local.places import Places
from deploy.local.postgres import Postgres
from deploy.local.process import Process
from deploy.local.programs import SETTLES_AFTER, Program, nth, our_programs
from deploy.local.progress import Progress, silent
from deploy.local.services import Service, await_service, begin_service
from deploy.local.start import Start
from deploy.local.supervisor import Supervisor
from foundation.settings import Settings, is_external

_MEGABYTE = 1_000_000
_ROOM = 500 * _MEGABYTE
_LOCK_SECONDS = 180.0


def up(
    settings: Settings,
    progress: Progress = silent,
    *,
    programs: Sequence[Program] | None = None,
    **given: Unpack[Given],
) -> Settings:
    """Start what does not run: services, database, topics, our processes. Done again, it only looks.

    They outlive the process that calls this. Where the environment names a Postgres or a Kafka nothing is started for
    it; migrations and topics are brought up to date there too.

    Args:
        progress: told what happens.
        programs: our own processes, where they are to be others than ours in their numbers.
        given: how many processes of a kind there are from now on: `brokers`, `relays`, `workers`, `reconcilers`.

    Returns: the settings with the addresses of all parts.

    Raises:
        LocalStackFailed: a part did not come up; see `deploy.local.errors`. What this call began was stopped again, also
            when it is interrupted (KeyboardInterrupt, SystemExit); the data is kept.
        RegcaseError: what is external does not answer, or cannot be used; undone in the same way.
    """
    places = _places(settings)
    with _said_plainly(places), ended_in_order():
        _require_room(places)
        places.make()
        with exclusive(places.lock, seconds=_LOCK_SECONDS):
            start = Start(settings, places, progress, programs, **given)
            try:
                return start.run()
            except BaseException:
                with undisturbed():
                    start.undo()
                raise


def down(settings: Settings) -> list[str]:
    """Stop everything of the stack; its data is kept.

    Returns: the names of the processes that ran.

    Raises:
        StackBusy: a start is at work and does not end.
    """
    places = _places(settings)
    if not places.lock.exists():
        return []
    with exclusive(places.lock, seconds=_LOCK_SECONDS), undisturbed():
        supervisor = Supervisor(places)
        running = [process.name for process in supervisor.processes() if process.running]
        services = _services(places)
        # First those that use the services, so that these need not break off anything.
        supervisor.stop(name for name in running if name not in services)
        supervisor.stop(services)
        supervisor.end_everything()
        return running


def restart(settings: Settings, names: Sequence[str], say: Callable[[str], None]) -> None:
    """Stop processes of a stack that is up, start each again and wait until it runs; a service until it answers.

    They are asked to end; one that does not, as one that hangs or was stopped by a signal, is killed. One after the other:
    where several of a kind run, others do their work meanwhile.

    Args:
        names: of our own processes and of services.
        say: told what was done, in words.

    Raises:
        NotUp: the stack does not run.
        UnknownProcess: it has none of one of these names; nothing was stopped.
        ServiceFailed: one does not end, or does not run afterwards; those after it were left as they are.
        PortTaken: another process took the port of a service meanwhile; likewise.
        StackBusy: a start or stop is at work and does not end.
    """
    places = _places(settings)
    supervisor = Supervisor(places)
    if not supervisor.is_running():
        msg = f"nothing was restarted: the local stack in {places.data} does not run. Start it with `regcase up`."
        raise NotUp(msg)
    with exclusive(places.lock, seconds=_LOCK_SECONDS):
        for name in names:
            supervisor.process(name)
        notes = load_notes(places.notes)
        services: list[Service] = [Postgres(places, notes), *(Kafka(places, notes, number) for number in notes.kafka_nodes)]
        by_name = {service.name: service for service in services}
        for name in dict.fromkeys(names):
            _restart(name, by_name.get(name), supervisor, say)


def processes(settings: Settings, *, programs: Sequence[Program] | None = None) -> list[Process]:
    """How each process of the stack is; where nothing runs, those that `up` would start, as not running."""
    places = _places(settings)
    known = Supervisor(places).processes()
    if known:
        return known
    ours = our_programs(noted_numbers(places.notes)) if programs is None else programs
    services = [name for name, setting in _services(places).items() if not is_external(setting)]
    names = [*services, *(program.name for program in ours)]
    return [Process(name=name, running=False, since=None, pid=None, exit_reason="not started") for name in names]


def health(settings: Settings) -> dict[str, Health]:
    """What each of our processes that runs says of itself, by its name."""
    places = _places(settings)
    ports = noted_health_ports(places.notes)
    running = [process.name for process in Supervisor(places).processes() if process.running]
    return ask_all({name: ports[name] for name in running if name in ports})


def ended_lately(settings: Settings) -> dict[str, int]:
    """How often each process ended by itself in the last ten minutes; those that did not are missing."""
    return recent_ends(_places(settings).logs / "supervisor.log", datetime.now().astimezone())


def start_process(settings: Settings, name: str) -> None:
    """Start one process of a stack that is up.

    Raises:
        UnknownProcess: it has none of that name, or is not up.
    """
    Supervisor(_places(settings)).start_process(name)


def stop_process(settings: Settings, name: str) -> None:
    """Stop one process and wait for its end; it stays so until it is started.

    Raises:
        UnknownProcess: the stack has none of that name, or is not up.
        ServiceFailed: it does not end.
    """
    supervisor = Supervisor(_places(settings))
    supervisor.process(name)
    supervisor.stop([name])


def signal_process(settings: Settings, name: str, signal: str) -> None:
    """Send a signal to one process: `KILL`, and it is started anew.

    Raises:
        UnknownProcess: the stack has none of that name, or is not up.
    """
    Supervisor(_places(settings)).signal(name, signal)


def _restart(name: str, service: Service | None, supervisor: Supervisor, say: Callable[[str], None]) -> None:
    before = supervisor.process(name)
    if before.running:
        say(f"{name} is asked to end, and killed if it does not.")
    # Interrupted in between, it would stay stopped.
    with undisturbed():
        supervisor.stop([name])
        if service:
            begin_service(service, supervisor)
        else:
            supervisor.start_process(name)
    if service:
        await_service(service, supervisor)
    else:
        supervisor.wait_settled(name, SETTLES_AFTER)
    instead = f" instead of {before.pid}" if before.pid else "; it did not run before"
    say(f"{name} was started: process {supervisor.process(name).pid}{instead}.")


def _places(settings: Settings) -> Places:
    return Places(settings.data.resolve())


def _services(places: Places) -> dict[str, str]:
    """The names of the services' processes, each with the setting that names one of somebody's own instead."""
    nodes = [nth("kafka", slot) for slot in range(noted_numbers(places.notes).brokers)]
    return {Postgres.name: "DATABASE_URL", **dict.fromkeys(nodes, "KAFKA_BOOTSTRAP")}


def _require_room(places: Places) -> None:
    folder = next(folder for folder in (places.data, *places.data.parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        raise _disk_full(places, f"{free // _MEGABYTE} MB are free, {_ROOM // _MEGABYTE} MB are needed")


@contextmanager
def _said_plainly(places: Places) -> Iterator[None]:
    """Within, an error of the file system is told with what to do."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _disk_full(places, "nothing more can be written") from error
        what = error.filename or places.data
        msg = f"the local stack cannot use {what}: {error.strerror or error}. Mend that, or name another data folder in REGCASE_DATA."
        raise LocalStackFailed(msg) from error


def _disk_full(places: Places, why: str) -> DiskFull:
    return DiskFull(
        f"the disk of {places.data} is too full: {why}. Free some room, or name a folder on another disk in REGCASE_DATA."
    )
