"""Asking our processes how they are: each answers on a loopback port."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

_SECONDS = 3.0


@dataclass(frozen=True)
class Health:
    """What a process says of itself.

    Args:
        live: whether its loops move, or wait for a database that is away. One that says nothing is not live.
        ready: whether it can do its work.
        role: `active` or `standby`; None while it has not taken up its work.
        reasons: why it is not live or not ready, in words.
    """

    live: bool
    ready: bool
    role: str | None
    reasons: tuple[str, ...] = ()


def ask_all(ports: Mapping[str, int]) -> dict[str, Health]:
    """Ask all at once, so that one that hangs costs the others nothing."""
    if not ports:
        return {}
    with ThreadPoolExecutor(len(ports)) as threads:
        return dict(zip(ports, threads.map(_ask, ports.values()), strict=True))


def _ask(port: int) -> Health:
    try:
        live, ready = _get(port, "/live"), _get(port, "/ready")
        return Health(live["live"], ready["ready"], ready["role"], tuple(ready["reasons"]))
    except ConnectionRefusedError:
        return Health(live=True, ready=False, role=None, reasons=(f"nobody listens on its port {port}",))
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return Health(live=False, ready=False, role=None, reasons=(f"it does not answer on port {port} within {_SECONDS:.0f} s",))


def _get(port: int, path: str) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
