"""Faults of the network between our processes and Postgres or Kafka: resets, silence, latency, drips, refusals, lost answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from tests.faults.fault import CannotBeMade, Fault, Ground
from tests.faults.proxy import Proxy

_COMMIT = b"COMMIT\0"
_PUBLISHED = b"ce_specversion"
_BYTES_A_SECOND = 20_000
_WITHIN_SECONDS = 20.0
_EVERY_SECONDS = 0.1
Weather = Callable[[Ground, Random, Proxy], None]


def resets(ground: Ground, chance: Random, proxy: Proxy) -> None:
    """Break all connections in the middle of traffic, some times in a row."""
    for _ in range(chance.randint(1, 4)):
        proxy.reset()
        ground.pause(chance.uniform(0.05, 1.5))


def silence(ground: Ground, chance: Random, proxy: Proxy) -> None:
    """Let nothing pass, while the connections stay; what was on its way arrives late."""
    # A relay that is heard of no more is replaced meanwhile, and its last window may arrive after that of the next.
    ground.injected.left_a_writer_behind()
    with _ended(lambda: proxy.hold(held=False)):
        proxy.hold(held=True)
        ground.pause(chance.choice((1.0, 4.0, 10.0)))


def latency(ground: Ground, chance: Random, proxy: Proxy) -> None:
    """Hold everything back by some hundredths of a second, sometimes by tenths."""
    with _ended(lambda: proxy.delay(0)):
        proxy.delay(chance.choice((0.01, 0.05, 0.2)), jitter=chance.choice((0.0, 0.1)))
        ground.pause(chance.uniform(3.0, 8.0))


def drip(ground: Ground, chance: Random, proxy: Proxy) -> None:
    """Let little pass in a second."""
    with _ended(lambda: proxy.drip(0)):
        proxy.drip(_BYTES_A_SECOND)
        ground.pause(chance.uniform(3.0, 8.0))


def half_closed(ground: Ground, chance: Random, proxy: Proxy) -> None:
    """Let the service see the end of all connections; our processes hear nothing more on them until they break."""
    with _ended(proxy.reset):
        proxy.half_close()
        ground.pause(chance.uniform(1.0, 8.0))


def refused(ground: Ground, chance: Random, proxy: Proxy) -> None:
    """Break all connections, and refuse new ones for a while."""
    with _ended(lambda: proxy.refuse(refused=False)):
        proxy.refuse(refused=True)
        ground.pause(chance.uniform(1.0, 8.0))


def lost_commits(ground: Ground, chance: Random, proxy: Proxy) -> None:
    """Let some COMMITs reach the database, and their answers get lost: who asked cannot know whether it was done."""
    _lose_answers(ground, chance, proxy, _COMMIT)


def lost_acknowledgements(ground: Ground, chance: Random, proxy: Proxy) -> None:
    """Let some batches of the relay be written, and their acknowledgements get lost."""
    _lose_answers(ground, chance, proxy, _PUBLISHED)


def _lose_answers(ground: Ground, chance: Random, proxy: Proxy, to: bytes) -> None:
    with _ended(lambda: proxy.lose_answer(None)):
        for _ in range(chance.randint(1, 5)):
            proxy.lose_answer(to)
            latest = time.monotonic() + _WITHIN_SECONDS
            while proxy.unanswered and not ground.ended.is_set() and time.monotonic() < latest:
                ground.pause(_EVERY_SECONDS)


@contextmanager
def _ended(end: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    finally:
        end()


def _fault(kind: str, service: str, weather: Weather) -> Fault:
    def inject(ground: Ground, chance: Random) -> None:
        names = sorted(name for name in ground.proxies if name == service or name.startswith(f"{service}-"))
        if not names:
            raise CannotBeMade("the stack was started without proxies")
        weather(ground, chance, ground.proxies[chance.choice(names)])

    return Fault(f"{kind}, {service.capitalize()}", inject)


_OF_BOTH: tuple[tuple[str, Weather], ...] = (
    ("connections reset", resets),
    ("network silent", silence),
    ("network latency", latency),
    ("network dripping", drip),
    ("connections half closed", half_closed),
    ("connections refused", refused),
)
FAULTS: tuple[Fault, ...] = (
    *(_fault(kind, service, weather) for service in ("postgres", "kafka") for kind, weather in _OF_BOTH),
    _fault("answers to COMMIT lost", "postgres", lost_commits),
    _fault("acknowledgements lost", "kafka", lost_acknowledgements),
)
