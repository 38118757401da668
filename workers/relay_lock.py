"""The relay's lock: it lives on the session of one connection, which ends within seconds of its relay, however that ends.

A process that was paused does not know it. So the lock counts as held only while its session cannot have ended yet; whoever
publishes asks that before each request, and a relay that wakes as a zombie sends nothing more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from threading import Event, Thread
from typing import Any, TypeVar

import psycopg

from foundation.database import session_options
from foundation.errors import Transient
from foundation.sql import load_statements

_SQL = load_statements(__file__)
T = TypeVar("T")

TOUCH_SECONDS = 2.0
SESSION_SECONDS = 6
"""So long the session lives without a statement."""
HELD_SECONDS = 5.0
"""So long after its last touch the lock counts as held: surely less than its session lives."""
_ASK_SECONDS = 0.5


class LockLost(Transient):
    """The relay was not heard of for so long that another one may be active; the process ends and is started anew."""


class RelayLock:
    """The lock of the relay to one topic.

    Args:
        connection: made by `connect`; used by one thread.
        topic: its name.
        moved: told whenever the session answered.
    """

    def __init__(self, connection: psycopg.Connection[Any], topic: str, *, moved: Callable[[], object] = lambda: None) -> None:
        self.connection = connection
        self._topic = topic
        self._moved = moved
        self._touched = float("-inf")

    def take(self, stop: Event) -> bool:
        """Stand by until this relay is the active one. False: it was told to stop before."""
        while not stop.is_set():
            asked = time.monotonic()
            row = self.connection.execute(_SQL["try_lock"], {"topic": self._topic}).fetchone()
            self._moved()
            if row and row[0]:
                self._touched = asked
                return True
            stop.wait(_ASK_SECONDS)
        return False

    def is_held(self) -> bool:
        """Whether no other relay can be active; asked by any thread."""
        return time.monotonic() - self._touched < HELD_SECONDS

    def touch(self) -> None:
        """Show the database that this relay lives; its session, and with it the lock, would end otherwise.

        Raises:
            LockLost: the last touch is too long ago.
            psycopg.OperationalError: the session is gone, so another relay may be active already.
        """
        self.execute(_SQL["touch"])

    def execute(self, statement: str, parameters: Mapping[str, object] | None = None) -> psycopg.Cursor[Any]:
        """Run a statement on the lock's session, which is a touch as well; what it changes, only the active relay can have changed.

        Raises:
            LockLost, psycopg.OperationalError: as of `touch`.
        """
        if not self.is_held():
            msg = f"the relay to {self._topic} was not heard of for {HELD_SECONDS:.0f} s; another one may be active"
            raise LockLost(msg)
        asked = time.monotonic()
        cursor = self.connection.execute(statement, parameters)
        self._touched = asked
        self._moved()
        return cursor

    def while_touching(self, work: Callable[[], T]) -> T:
        """Do work that may take long, in another thread, and touch meanwhile. It does not use the connection.

        Raises:
            LockLost, psycopg.OperationalError: as of `touch`; and whatever the work raises.
        """
        done: Future[T] = Future()
        # A daemon: a relay that lost its lock ends at once, though its work waits for brokers that are away.
        Thread(target=_tell, args=(work, done), name="beside the lock", daemon=True).start()
        while not wait([done], timeout=TOUCH_SECONDS).done:
            self.touch()
        self.touch()
        return done.result()


def _tell(work: Callable[[], T], done: Future[T]) -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
        done.set_exception(error)


def connect(conninfo: str) -> psycopg.Connection[Any]:
    """The connection that the lock lives on: it ends soon after its relay does, however that ends."""
    milliseconds = SESSION_SECONDS * 1000
    return psycopg.connect(
        conninfo,
        autocommit=True,
        application_name="regcase relay",
        connect_timeout=3,
        keepalives_idle=2,
        keepalives_interval=1,
        keepalives_count=3,
        tcp_user_timeout=milliseconds,
        options=session_options(
            idle_session_timeout=f"{SESSION_SECONDS}s",
            # The other does not count inside a transaction.
            idle_in_transaction_session_timeout=f"{SESSION_SECONDS}s",
            # Nor do both while an answer is on its way that nobody reads.
            tcp_user_timeout=str(milliseconds),
            tcp_keepalives_idle="2",
            tcp_keepalives_interval="1",
            tcp_keepalives_count="3",
        ),
    )
