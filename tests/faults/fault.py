"""What a fault is, and the ground that it acts on. Every family of faults and the run are built on this page.

A fault makes something fail and ends the cause of it before it returns: the paused process goes on, the proxy passes
again, the disk has room. What follows, restart and catching up, is the system's own doing; the run measures how long that
takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock
from uuid import UUID

from foundation.settings import Settings
from tests.faults.moved_clock import MovedClock
from tests.faults.proxy import Proxy
from tests.faults.small_disks import SmallDisk
from tests.system import System

MARK = "regcasefault"
"""A header that faults add to whatever they write into the topic; its value is the kind. The relay never writes it."""


class CannotBeMade(Exception):
    """This fault cannot be made on this machine or in this run; the table tells why. Nothing was changed."""


@dataclass(frozen=True)
class Place:
    """Where a message lies in the topic."""

    partition: int
    offset: int


@dataclass
class Injected:
    """What faults did to the topic on purpose, so that the checker can take it off. Safe to use from several threads.

    Messages that faults wrote bear the header `MARK`; copies of events need no further note.

    Args:
        garbage: where messages were written that are no events of the store: each is to be rejected once, nothing else is.
            Cumulative: garbage of a topic that was made anew since stays here.
        removed: events that a fault took out of the topic by `(case_id, version)`: none of them is missed there.
        topics_made_anew: how often the topic was deleted. What the deletion took with it is not doubled when it comes again.
        writers_left_behind: a fault may have left a writer behind that sends again what another has sent since: a relay that
            was paused, a broker or a network that took up old requests late. The topic may hold events twice then, which
            positions make harmless; without such a fault it may not.
    """

    garbage: set[Place] = field(default_factory=set)
    removed: set[tuple[UUID, int]] = field(default_factory=set)
    topics_made_anew: int = 0
    writers_left_behind: bool = False
    _lock: Lock = field(default_factory=Lock, repr=False)

    def wrote_garbage(self, place: Place) -> None:
        """Note one message that is no event of the store."""
        with self._lock:
            self.garbage.add(place)

    def removed_event(self, case_id: UUID, version: int) -> None:
        """Note that a fault took an event out of the topic."""
        with self._lock:
            self.removed.add((case_id, version))

    def left_a_writer_behind(self) -> None:
        """Note that somebody may send again, late, what another has sent since."""
        self.writers_left_behind = True

    def made_topic_anew(self) -> None:
        """Note that the topic was deleted; what was removed from the old one does not matter any more."""
        with self._lock:
            self.topics_made_anew += 1
            self.removed.clear()


@dataclass(frozen=True)
class Ground:
    """What a fault acts on.

    Args:
        system: the stack that is up. Its settings are those of the driver and checker: they reach Postgres and Kafka
            directly, around every proxy.
        proxies: the proxies between our processes and a service, by the name of the service: `postgres`, `kafka`,
            `kafka-2`, `kafka-3`. Empty where the stack was started without: faults of the network cannot be made then.
        disks: disks of the suite's own under the data of `postgres` and `kafka`; none where they cannot be mounted.
        clock: the wall clock of our processes; None: it is the machine's.
        injected: what was done to the topic.
        ended: set when the run is being ended: a fault that waits must end its cause and return.
    """

    system: System
    proxies: Mapping[str, Proxy] = field(default_factory=dict)
    disks: Mapping[str, SmallDisk] = field(default_factory=dict)
    clock: MovedClock | None = None
    injected: Injected = field(default_factory=Injected)
    ended: Event = field(default_factory=Event)

    @property
    def settings(self) -> Settings:
        """How to reach all parts, around every proxy."""
        return self.system.settings

    def pause(self, seconds: float) -> None:
        """Let the fault last; shorter when the run is being ended."""
        self.ended.wait(seconds)

    def names(self, prefix: str) -> list[str]:
        """The processes of one kind that run now or are being started, in order of their names.

        Args:
            prefix: `relay` finds `relay` and `relay-2`.
        """
        return sorted(
            process.name for process in self.system.processes() if process.name == prefix or process.name.startswith(f"{prefix}-")
        )


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Args:
        kind: its name in the table: what happens, to what.
        inject: makes it happen and ends its cause before it returns. What it chooses, it draws from the random numbers
            given to it, so that the seed decides.

    Raises:
        CannotBeMade: of `inject`: on this machine or in this run.
    """

    kind: str
    inject: Callable[[Ground, Random], None]
