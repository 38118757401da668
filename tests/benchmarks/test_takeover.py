"""Seconds from the death of a process, which stays dead, until another has done all the work that came in since."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import pytest
from eventsourcing.persistence import StoredEvent

from tests.copies import copies, events_of
from tests.crew import Crew, applied, crew_of, published_up_to_the_end, store
from tests.desk import issued
from tests.system import System, running_system
from tests.waiting import wait_for

ROUNDS = 5
MATTERS = 24
WITHIN = 10.0
PATIENCE = 120.0


@dataclass(frozen=True)
class Kind:
    """One kind of process, and how it is seen that its work is done.

    Args:
        beside: other processes that its work needs.
        ready: gives the name of the one that is to die, once both are at work.
        is_done: whether a batch of events is through.
    """

    name: str
    beside: tuple[str, ...]
    ready: Callable[[Crew], str]
    is_done: Callable[[System, Sequence[StoredEvent]], bool]

    @property
    def both(self) -> tuple[str, str]:
        return self.name, f"{self.name}-2"


KINDS = (
    Kind("relay", (), Crew.active_relay, lambda system, _: published_up_to_the_end(system)),
    Kind("worker", ("relay",), lambda crew: "worker" if crew.workers_share(2) else "", applied),
    Kind("reconciler", (), lambda _: "reconciler", applied),
)


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with running_system([]) as services, crew_of(services) as members:
        yield members


@pytest.fixture(scope="module")
def batches() -> Iterator[list[StoredEvent]]:
    """Events of many new matters at each turn."""
    story = events_of(issued())
    events = copies(story, len(KINDS) * 2 * 2 * ROUNDS * MATTERS)
    length = MATTERS * len(story)
    return iter([events[start : start + length] for start in range(0, len(events), length)])


def takeover(crew: Crew, kind: Kind, death: Callable[[Crew, str], None], batches: Iterator[list[StoredEvent]]) -> float:
    """Both are at work; one dies; more comes in."""
    crew.start(*(name for name in (*kind.beside, *kind.both) if name not in crew.members))
    first = wait_for(lambda: kind.ready(crew), seconds=PATIENCE, what=f"two of {kind.name}")
    before = next(batches)
    store(crew.system, before)
    wait_for(lambda: kind.is_done(crew.system, before), seconds=PATIENCE, what="the work before")
    death(crew, first)
    died = time.perf_counter()
    since = next(batches)
    store(crew.system, since)
    wait_for(lambda: kind.is_done(crew.system, since), seconds=PATIENCE, what="the work since")
    seconds = time.perf_counter() - died
    assert crew.is_dead(first)
    crew.dismiss(first)
    return seconds


@pytest.mark.benchmark  # measures speed or memory
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("death", [Crew.kill, Crew.pause], ids=["SIGKILL", "SIGSTOP"])
def test_another_has_taken_over_within_ten_seconds(
    crew: Crew, kind: Kind, death: Callable[[Crew, str], None], batches: Iterator[list[StoredEvent]]
) -> None:
    seconds = [takeover(crew, kind, death, batches) for _ in range(ROUNDS)]
    crew.dismiss(*crew.members)

    told = f"{kind.name}, {death.__name__}: median {median(seconds):.1f} s, worst {max(seconds):.1f} s of {ROUNDS}"
    sys.stdout.write(f"\n{told}\n")
    assert max(seconds) < WITHIN, told
