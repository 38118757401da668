"""What a process says of itself, with a real database, which answers, refuses or says nothing."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from deploy.local.notes import free_port
from foundation.settings import Settings
from tests.faults.proxy import Proxy
from tests.services import Database
from tests.waiting import wait_for
from workers import health as module
from workers.health import Health

PATIENT = 3


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds are short here."""
    monkeypatch.setattr(module, "ASK_SECONDS", 0.05)
    monkeypatch.setattr(module, "FRESH_SECONDS", 1.0)


class Asked:
    """A process of ours, in this one, and somebody who asks it."""

    def __init__(self, health: Health, port: int) -> None:
        self.health = health
        self._port = port

    def get(self, path: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
            return answer.status, json.loads(body) if answer.headers["Content-Type"] == "application/json" else body
        finally:
            connection.close()

    def reasons(self, path: str) -> list[str]:
        code, told = self.get(path)
        assert (code == 200) == (told["reasons"] == [])
        reasons: list[str] = told["reasons"]
        return reasons

    def is_ready(self) -> bool:
        return not self.reasons("/ready")


@contextmanager
def asked(database_url: str, *, live_seconds: int = 1, port: int | None = None) -> Iterator[Asked]:
    port = port or free_port()
    settings = Settings(database_url=database_url, health_port=port, live_seconds=live_seconds)
    health = Health("reconciler", settings, needs=("database",))
    health.start()
    try:
        yield Asked(health, port)
    finally:
        health.stop()


def role(process: Asked) -> str | None:
    """What it says it is; `nobody` where nobody answers."""
    try:
        said: str | None = process.get("/ready")[1]["role"]
    except OSError:
        return "nobody"
    return said


def answers(process: Asked) -> bool:
    return role(process) != "nobody"


@pytest.fixture
def process(database: Database) -> Iterator[Asked]:
    with asked(database.app_url) as process:
        wait_for(lambda: answers(process), what="an answer")
        yield process


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    with Proxy(0, int(conninfo_to_dict(database.app_url)["port"] or 0)) as proxy:
        yield proxy


@pytest.fixture
def behind(database: Database, proxy: Proxy) -> Iterator[Asked]:
    """The same, with a network in between that can fail."""
    with asked(make_conninfo(database.app_url, port=proxy.port), live_seconds=PATIENT) as process:
        wait_for(lambda: answers(process), what="an answer")
        process.health.becomes("active")
        wait_for(process.is_ready, what="readiness")
        yield process


class TestReadiness:
    def test_comes_when_the_work_is_taken_up_and_goes_when_it_is_laid_down(self, process: Asked) -> None:
        wait_for(lambda: process.reasons("/ready") == ["it is starting"], what="the database's answer")
        assert process.reasons("/live") == []
        process.health.becomes("standby")
        assert process.get("/ready") == (
            200,
            {"ready": True, "process": "reconciler", "slot": 0, "role": "standby", "reasons": []},
        )
        process.health.waits_for("partitions are being assigned")
        assert process.reasons("/ready") == ["partitions are being assigned"]

    def test_goes_while_the_database_refuses_and_comes_back(self, behind: Asked, proxy: Proxy) -> None:
        proxy.refuse(refused=True)
        proxy.reset()
        wait_for(lambda: behind.reasons("/ready") == ["the database does not answer (OperationalError)"], what="the reason")
        proxy.refuse(refused=False)
        wait_for(behind.is_ready, what="readiness again")

    def test_goes_while_the_database_says_nothing_though_nothing_fails(self, behind: Asked, proxy: Proxy) -> None:
        proxy.hold(held=True)
        wait_for(lambda: behind.reasons("/ready") == ["the database has not answered for 1 s"], what="the reason")
        proxy.hold(held=False)
        wait_for(behind.is_ready, what="readiness again")


class TestLiveness:
    def test_goes_when_a_loop_stands_still_and_comes_back_when_it_moves(self, process: Asked) -> None:
        process.health.becomes("active")
        process.health.moves("publishing")
        wait_for(lambda: process.get("/live")[0] == 503, what="the stand-still")
        assert process.reasons("/live")[0].startswith("publishing has stood still for ")
        assert not process.is_ready()
        process.health.moves("publishing")
        assert process.get("/live")[0] == 200

    def test_goes_when_something_is_not_done_in_time_and_work_that_is_done_does_not_count(self, process: Asked) -> None:
        process.health.moves("its loop")
        done, begun = Event(), Event()

        def work() -> None:
            with process.health.at_work("a batch"):
                begun.set()
                done.wait(60)

        thread = Thread(target=work)
        thread.start()
        try:
            assert begun.wait(30)
            wait_for(lambda: any("a batch" in reason for reason in process.reasons("/live")), what="the stand-still")
        finally:
            done.set()
            thread.join()
        assert not any("a batch" in reason for reason in process.reasons("/live"))

    def test_stays_while_a_loop_waits_for_a_database_that_is_away(self, behind: Asked, proxy: Proxy) -> None:
        behind.health.moves("publishing")
        proxy.hold(held=True)
        wait_for(lambda: not behind.is_ready(), what="the database is away")
        stopped_at = time.monotonic()
        wait_for(lambda: time.monotonic() - stopped_at > 2 * PATIENT, what="longer than the loop may stand still")
        assert behind.get("/live")[0] == 200
        proxy.hold(held=False)
        # Once it answers again the loop has as long as ever; then it hangs.
        wait_for(behind.is_ready, what="readiness again")
        wait_for(lambda: behind.get("/live")[0] == 503, what="the stand-still")


class TestTheEndpoint:
    def test_listens_on_loopback_only(self) -> None:
        assert Settings().health_address == "127.0.0.1"

    def test_gives_metrics_for_prometheus(self, process: Asked) -> None:
        process.health.becomes("active")
        wait_for(process.is_ready, what="readiness")
        code, text = process.get("/metrics")
        assert code == 200
        assert 'regcase_process_ready{process="reconciler",slot="0"} 1.0' in text
        assert 'regcase_dependency_up{dependency="database",process="reconciler",slot="0"} 1.0' in text

    def test_says_what_there_is_where_it_is_asked_for_something_else(self, process: Asked) -> None:
        assert process.get("/healthz") == (404, {"known": ["/live", "/ready", "/metrics"]})

    def test_waits_for_its_port_while_another_has_it(self, database: Database) -> None:
        with asked(database.app_url) as first:
            wait_for(lambda: answers(first), what="an answer")
            port = first._port
            with asked(database.app_url, port=port) as second:
                second.health.becomes("standby")
                assert role(first) is None
                first.health.stop()
                wait_for(lambda: role(second) == "standby", what="the port")
