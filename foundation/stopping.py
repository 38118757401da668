"""Being told to stop: what is in hand is finished, and the process ends within a stated time in any case."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from threading import Event, Thread

import structlog

_log = structlog.get_logger(__name__)
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
ENDS_WITHIN_SECONDS = 10.0
"""From the signal on. Process managers wait longer before they kill (15 s in the local stack)."""
_FOR_PYTHON_TO_END = 0.5


class ToldToStop(Exception):
    """What was waited for has not come about, and the process is to end: nothing is done about it any more."""


def stop_on_signals() -> Event:
    """An event that is set when the process is told to end (SIGTERM) or interrupted (SIGINT); further signals change nothing.

    A process that has not ended of itself by then, because a server that it waits for does not answer, is ended: exit code 0,
    for it was told to. Whatever was in hand is undone by that, as if the machine had failed, and is taken up by the next start.
    """
    stop = Event()
    told, tell = socket.socketpair()
    tell.settimeout(0)
    # The handlers do nothing: a lock taken in one could be a lock that the code it interrupts holds. Python itself writes the
    # signal's number to the socket, and a thread does the rest.
    signal.set_wakeup_fd(tell.fileno(), warn_on_full_buffer=False)
    for number in _SIGNALS:
        signal.signal(number, lambda _signal, _frame: None)
    Thread(target=_wait_and_end, args=(told, tell, stop), name="stopping", daemon=True).start()
    return stop


def _wait_and_end(told: socket.socket, _kept_open: socket.socket, stop: Event) -> None:
    while told.recv(1)[0] not in _SIGNALS:
        pass
    stop.set()
    time.sleep(ENDS_WITHIN_SECONDS - _FOR_PYTHON_TO_END)
    _log.warning("ends_with_work_in_hand", after_seconds=ENDS_WITHIN_SECONDS)
    os._exit(0)


def sleeping_unless(stop: Event) -> Callable[[float], None]:
    """A way to wait so many seconds that ends when the process is told to stop.

    Raises (the function returned):
        ToldToStop: the process is to end.
    """

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise ToldToStop

    return sleep
