"""The proxy fails as networks do: what a client on one side and a service on the other see of it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

import pytest

from tests.faults.proxy import Proxy
from tests.waiting import wait_for

TIMEOUT = 20.0
NOT_YET = 0.3


class Service:
    """Answers each message with the same in capitals, and remembers what it was told."""

    def __init__(self) -> None:
        self.heard = b""
        self.ends: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with closing(self._listening):
            while True:
                try:
                    connection, _ = self._listening.accept()
                except OSError:
                    return
                Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with closing(connection):
            try:
                while said := connection.recv(1000):
                    self.heard += said
                    connection.sendall(said.upper())
                self.ends.append("closed")
            except ConnectionResetError:
                self.ends.append("reset")

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def service() -> Iterator[Service]:
    with closing(Service()) as running:
        yield running


@pytest.fixture
def proxy(service: Service) -> Iterator[Proxy]:
    with Proxy(0, service.port) as running:
        yield running


@contextmanager
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=TIMEOUT) as connection:
        yield connection


def asked(connection: socket.socket, said: bytes) -> bytes:
    connection.sendall(said)
    return connection.recv(1000)


def hears_nothing(connection: socket.socket) -> bool:
    connection.settimeout(NOT_YET)
    try:
        connection.recv(1000)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(TIMEOUT)
    return False


def wait_until_ended(service: Service, how: str) -> None:
    wait_for(lambda: how in service.ends, seconds=TIMEOUT, what=f"an end by which it is {how}")


def test_passes_on_what_both_sides_say(proxy: Proxy) -> None:
    with client(proxy) as one, client(proxy) as another:
        assert asked(one, b"a") == b"A"
        assert asked(another, b"b") == b"B"


def test_a_reset_is_one_for_both_sides_and_the_next_connection_passes(proxy: Proxy, service: Service) -> None:
    with client(proxy) as connection:
        assert asked(connection, b"a") == b"A"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)
    wait_until_ended(service, "reset")
    with client(proxy) as connection:
        assert asked(connection, b"b") == b"B"


def test_what_is_held_arrives_when_it_is_let_go(proxy: Proxy, service: Service) -> None:
    with client(proxy) as connection:
        assert asked(connection, b"a") == b"A"
        proxy.hold(held=True)
        connection.sendall(b"b")
        assert hears_nothing(connection)
        assert service.heard == b"a"
        proxy.hold(held=False)
        assert connection.recv(1000) == b"B"


def test_latency_holds_back_each_direction(proxy: Proxy) -> None:
    with client(proxy) as connection:
        proxy.delay(0.2, jitter=0.1)
        began = time.monotonic()
        assert asked(connection, b"a") == b"A"
        assert time.monotonic() - began >= 0.4
        proxy.delay(0)
        assert asked(connection, b"b") == b"B"


def test_a_drip_lets_little_pass_in_a_second(proxy: Proxy) -> None:
    with client(proxy) as connection:
        proxy.drip(100)
        began = time.monotonic()
        assert asked(connection, b"a" * 20) == b"A" * 20
        assert time.monotonic() - began >= 0.4


def test_refused_connections_are_broken_and_none_is_taken_until_it_ends(proxy: Proxy) -> None:
    with client(proxy) as connection:
        assert asked(connection, b"a") == b"A"
        proxy.refuse(refused=True)
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)
    with pytest.raises(ConnectionRefusedError), client(proxy):
        pass
    proxy.refuse(refused=False)
    with client(proxy) as connection:
        assert asked(connection, b"b") == b"B"


def test_a_half_closed_connection_has_ended_for_the_service_and_is_silent_for_the_client(proxy: Proxy, service: Service) -> None:
    with client(proxy) as connection:
        assert asked(connection, b"a") == b"A"
        proxy.half_close()
        wait_until_ended(service, "closed")
        connection.sendall(b"b")
        assert hears_nothing(connection)
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)


def test_what_is_not_to_be_answered_reaches_the_service_and_breaks_the_connection(proxy: Proxy, service: Service) -> None:
    proxy.lose_answer(b"commit")
    with client(proxy) as connection:
        assert asked(connection, b"insert") == b"INSERT"
        connection.sendall(b"commit")
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)
    assert service.heard == b"insertcommit"
    with client(proxy) as connection:
        assert asked(connection, b"commit") == b"COMMIT"


def test_a_service_that_is_away_looks_so_through_the_proxy() -> None:
    with nobody_listens() as port, Proxy(0, port) as proxy, client(proxy) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1000)


@contextmanager
def nobody_listens() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
