"""Faults of processes: killed, paused longer than anybody waits for them, ended and started again, taken away and added.

A process that is paused and goes on again is a zombie: others have taken its work since, and it does not know.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

import psutil

from deploy.local.database import DATABASE
from tests.faults.fault import CannotBeMade, Fault, Ground
from tests.waiting import wait_for

KAFKA, POSTGRES = "kafka", "postgres"
_UP_WITHIN = 120.0


def pid_of(ground: Ground, name: str) -> int:
    """The process id; of one that is being started, once it is there."""
    pid = wait_for(lambda: ground.system.process(name).pid, seconds=_UP_WITHIN, what=f"a process of {name}")
    assert pid
    return pid


def one_of(ground: Ground, random: Random, prefix: str) -> str:
    """One of the processes of a kind.

    Raises:
        CannotBeMade: the stack has none.
    """
    names = ground.names(prefix)
    if not names:
        msg = f"the stack has no {prefix}"
        raise CannotBeMade(msg)
    return random.choice(names)


def kill(ground: Ground, names: Sequence[str]) -> None:
    """Kill some at the same moment, with SIGKILL. The process manager starts them anew."""
    for pid in [pid_of(ground, name) for name in names]:
        _signal(pid, signal.SIGKILL)


@contextmanager
def paused(pids: Sequence[int]) -> Iterator[None]:
    """Within, these processes stand still."""
    for pid in pids:
        _signal(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it ended by itself meanwhile


def _kill_one(prefix: str) -> Fault:
    return Fault(f"{prefix} killed", lambda ground, random: kill(ground, [one_of(ground, random, prefix)]))


def _kill_all(prefix: str) -> Fault:
    return Fault(f"every {prefix} killed", lambda ground, _: kill(ground, ground.names(prefix)))


def _restart_one(prefix: str) -> Fault:
    def inject(ground: Ground, random: Random) -> None:
        name = one_of(ground, random, prefix)
        ground.system.stop(name)
        ground.system.start(name)

    return Fault(f"{prefix} ended and started", inject)


def _pause_one(prefix: str, least: float, most: float, *, more: str = "") -> Fault:
    def inject(ground: Ground, random: Random) -> None:
        name = one_of(ground, random, prefix)
        if prefix in ("relay", KAFKA):
            ground.injected.left_a_writer_behind()
        with paused([pid_of(ground, name)]):
            ground.pause(random.uniform(least, most))

    return Fault(f"{prefix} paused{more}", inject)


def _remove_and_add_a_worker(ground: Ground, random: Random) -> None:
    """The others take its partitions, and give them back. Twice, so that one rebalance may come into the other."""
    if len(ground.names("worker")) < 2:
        msg = "there is but one worker"
        raise CannotBeMade(msg)
    for least, most in ((8.0, 12.0), (0.0, 2.0)):
        name = one_of(ground, random, "worker")
        ground.system.stop(name)
        ground.pause(random.uniform(least, most))
        ground.system.start(name)


def _of_the_database(kind: str, act: Callable[[Ground, psutil.Process, Random], None]) -> Fault:
    def inject(ground: Ground, random: Random) -> None:
        if not ground.names(POSTGRES):
            msg = "the database is not ours"
            raise CannotBeMade(msg)
        act(ground, psutil.Process(pid_of(ground, POSTGRES)), random)

    return Fault(kind, inject)


def _kill_a_backend(ground: Ground, postmaster: psutil.Process, random: Random) -> None:
    """The database then ends all others and recovers from its log."""
    backends = wait_for(lambda: _backends(postmaster), seconds=_UP_WITHIN, what="a connection to the database")
    _signal(random.choice(backends).pid, signal.SIGKILL)


def _end_backends(ground: Ground, postmaster: psutil.Process, random: Random) -> None:
    """As an administrator does with pg_terminate_backend: about every second connection breaks off."""
    for backend in _backends(postmaster):
        if random.random() < 0.5:
            _signal(backend.pid, signal.SIGTERM)


def _backends(postmaster: psutil.Process) -> list[psutil.Process]:
    found = []
    for child in postmaster.children():
        try:
            if f" {DATABASE} " in " ".join(child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def _pause_the_database(ground: Ground, postmaster: psutil.Process, random: Random) -> None:
    with paused([postmaster.pid, *(child.pid for child in postmaster.children())]):
        ground.pause(random.uniform(7.0, 10.0))


FAULTS: tuple[Fault, ...] = (
    _kill_one("relay"),
    _kill_all("relay"),
    # Its lock's session ends after 6 s.
    _pause_one("relay", 8.0, 12.0),
    _restart_one("relay"),
    _kill_one("worker"),
    _kill_all("worker"),
    # Its partitions are given to others after 7 s, what it has claimed to fire after 30 s.
    _pause_one("worker", 9.0, 13.0),
    _pause_one("worker", 32.0, 36.0, more=" beyond its claims"),
    _restart_one("worker"),
    Fault("worker taken away and added", _remove_and_add_a_worker),
    _kill_one("reconciler"),
    _pause_one("reconciler", 5.0, 10.0),
    _restart_one("reconciler"),
    _kill_one(KAFKA),
    _pause_one(KAFKA, 9.0, 13.0),
    _restart_one(KAFKA),
    _of_the_database("database killed", lambda _, postmaster, __: _signal(postmaster.pid, signal.SIGKILL)),
    _of_the_database("connection of the database killed", _kill_a_backend),
    _of_the_database("connections of the database ended", _end_backends),
    _of_the_database("database paused", _pause_the_database),
    _restart_one(POSTGRES),
)
"""Every fault of a process."""
