"""A TCP proxy between our processes and one service, which fails in the ways that networks fail.

No library is used: what is kept up in Python does not break connections on purpose. It runs on a thread of its own, and its
methods may be called from any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Coroutine
from random import Random
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

_CHUNK = 2**16
_SECONDS = 30.0  # more than any call of the proxy's own thread can take
T = TypeVar("T")


class Proxy:
    """Passes connections on to a service on this machine until it is told to fail.

    Args:
        port: where it listens, on loopback; 0 chooses a free one.
        service: the port of the service, on loopback.
    """

    def __init__(self, port: int, service: int) -> None:
        self.port = port
        self._service = service
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=f"proxy to {service}", daemon=True)
        self._listening: asyncio.Server | None = None
        self._links: dict[_Link, asyncio.Task[None]] = {}
        self._chance = Random()
        # What `_Link` looks at for each piece that it passes on.
        self.passing = asyncio.Event()
        self.latency = 0.0
        self.jitter = 0.0
        self.bytes_a_second = 0
        self.unanswered: bytes | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.passing.set()
        self._do(self._listen())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def reset(self) -> None:
        """Break all connections that pass through it, with RST on both sides."""
        self._do(self._reset())

    def hold(self, *, held: bool) -> None:
        """Pass nothing while held, without breaking anything: as if each packet were lost on the way."""
        self._do(self._hold(held=held))

    def delay(self, seconds: float, *, jitter: float = 0.0) -> None:
        """Hold back everything in each direction by that much, and up to `jitter` seconds more; 0 ends it."""
        self.latency, self.jitter = seconds, jitter

    def drip(self, bytes_a_second: int) -> None:
        """Pass no more than so many bytes a second on in each direction of a connection; 0 ends it."""
        self.bytes_a_second = bytes_a_second

    def refuse(self, *, refused: bool) -> None:
        """Break all connections, and take no new ones while refused."""
        self._do(self._refuse() if refused else self._listen())

    def half_close(self) -> None:
        """End all connections for the service, which sees their end, and not for our processes, which hear nothing any more."""
        self._do(self._half_close())

    def lose_answer(self, to: bytes | None) -> None:
        """Let what holds these bytes reach the service, once, and break the connection instead of bringing the answer.

        None ends the wait for it.
        """
        self.unanswered = to

    async def pause(self, size: int) -> None:
        """Wait as long as a piece of that size is held back."""
        await self.passing.wait()
        late = self.latency + self._chance.random() * self.jitter
        if self.bytes_a_second:
            late += size / self.bytes_a_second
        if late:
            await asyncio.sleep(late)
            await self.passing.wait()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=_SECONDS)

    async def _listen(self) -> None:
        self._listening = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            service = await asyncio.open_connection("127.0.0.1", self._service)
        except OSError:
            _break(writer)
            return
        link = _Link(self, (reader, writer), service)
        self._links[link] = asyncio.ensure_future(link.pass_on())
        try:
            await self._links[link]
        finally:
            del self._links[link]

    async def _reset(self) -> None:
        for link in tuple(self._links):
            link.reset()

    async def _hold(self, *, held: bool) -> None:
        if held:
            self.passing.clear()
        else:
            self.passing.set()

    async def _refuse(self) -> None:
        if self._listening:
            self._listening.close()
        await self._reset()

    async def _half_close(self) -> None:
        for link in tuple(self._links):
            link.half_close()

    async def _stop(self) -> None:
        self.passing.set()
        await self._refuse()
        await asyncio.gather(*self._links.values())


class _Link:
    """One connection of ours, and the one that stands for it at the service."""

    def __init__(
        self,
        proxy: Proxy,
        ours: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        service: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._proxy = proxy
        self._from_us, self._to_us = ours
        self._from_service, self._to_service = service
        self._unanswered = False
        self._mute = False

    async def pass_on(self) -> None:
        """Pass on in both directions until one side ends it."""
        forth, back = asyncio.ensure_future(self._forth()), asyncio.ensure_future(self._back())
        try:
            await asyncio.wait((forth, back), return_when=asyncio.FIRST_COMPLETED)
            if self._mute:
                await forth
        finally:
            forth.cancel()
            back.cancel()
            for writer in (self._to_us, self._to_service):
                writer.close()

    def reset(self) -> None:
        """Break it on both sides."""
        _break(self._to_us)
        _break(self._to_service)

    def half_close(self) -> None:
        """End it for the service only."""
        self._mute = True
        self._to_service.close()

    async def _forth(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self._from_us.read(_CHUNK):
                await self._proxy.pause(len(data))
                if self._proxy.unanswered and self._proxy.unanswered in data:
                    self._proxy.unanswered = None
                    self._unanswered = True
                if not self._mute:
                    self._to_service.write(data)
                    await self._to_service.drain()

    async def _back(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self._from_service.read(_CHUNK):
                await self._proxy.pause(len(data))
                if self._unanswered:
                    _break(self._to_us)
                    return
                if not self._mute:
                    self._to_us.write(data)
                    await self._to_us.drain()


def _break(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST instead of FIN."""
    ours: socket.socket | None = writer.get_extra_info("socket")
    if ours is not None and not writer.is_closing():
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
