"""Timers for tests without workers: a thread that fires what is due by the clock of a matter that is being loaded."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import psycopg

from domain.application import CaseApplication
from domain.event_store import in_postgres
from domain.time_sources import MatterClocks
from foundation.database import open_pool


class Timers:
    """Fires as the real ones do: what runs and is due, for as long as the context lasts."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        with open_pool(self._conninfo, name="test timers", size=2) as pool:
            clocks = MatterClocks(pool)
            app = CaseApplication(in_postgres(self._conninfo, pool_size=2), clocks)
            with psycopg.connect(self._conninfo, autocommit=True) as connection:
                while not self._end.wait(0.02):
                    for matter_id, now in connection.execute("SELECT matter_id, now FROM matter_clocks").fetchall():
                        for firing in app.firings(matter_id):
                            if firing.at <= now:
                                app.fire(firing.case, firing.deadline)
            app.close()
