"""Calls to supervisor: XML-RPC over its unix socket."""

from __future__ import annotations

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any

_CALL_SECONDS = 10.0


def connect(path: Path) -> Any:
    """A proxy for supervisor's calls; each opens and closes a connection of its own.

    Args:
        path: where supervisor listens. That nobody does is an OSError of the first call.
    """
    return xmlrpc.client.ServerProxy("http://stack", transport=_OverSocket(path)).supervisor


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_CALL_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_CALL_SECONDS)
        try:
            self.sock.connect(str(self._path))
        except OSError:
            self.sock.close()
            raise


class _OverSocket(xmlrpc.client.Transport):
    """XML-RPC over a unix socket; a connection for each call, so that none is left open."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _SocketConnection(self._path)
        self._connection = (host, connection)  # `close` looks there
        return connection

    def single_request(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().single_request(*args, **kwargs)
        finally:
            self.close()
