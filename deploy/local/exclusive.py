"""One start or stop of a stack at a time, and an orderly end of one that is interrupted."""

from __future__ import annotations

import fcntl
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from deploy.local.errors import StackBusy
from deploy.local.waiting import wait_until

_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def exclusive(lock: Path, *, seconds: float) -> Iterator[None]:
    """Be the only one who starts or stops the stack; the lock goes with the process, however that ends.

    Args:
        lock: a file in the data folder.
        seconds: how long to wait for another one.

    Raises:
        StackBusy: another one is still at work then.
    """
    with lock.open("a") as file:
        if not wait_until(lambda: _try(file), seconds=seconds):
            msg = f"another start or stop of this stack has not ended within {seconds:.0f} s. Wait for it, or end it, and try again."
            raise StackBusy(msg)
        yield


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP raise SystemExit, as Ctrl-C raises KeyboardInterrupt: what was begun can be undone."""
    with _handled(_ENDING, _raise):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within, Ctrl-C, SIGTERM and SIGHUP are passed over: undoing is not interrupted, it has limits of its own."""
    with _handled((signal.SIGINT, *_ENDING), signal.SIG_IGN):
        yield


def _try(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _raise(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextmanager
def _handled(signals: tuple[signal.Signals, ...], handler: signal._HANDLER) -> Iterator[None]:
    # Only the main thread may; elsewhere the program that owns that has its own way.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
