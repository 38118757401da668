"""Answers over HTTP how the process is: `/live` and `/ready` (200 or 503, with the reasons), `/metrics` for Prometheus."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

import structlog
from prometheus_client.exposition import choose_encoder

from foundation.metrics import REGISTRY

_log = structlog.get_logger(__name__)
_AGAIN_SECONDS = 2.0
_STOP_SECONDS = 0.5
Answer = Callable[[], tuple[bool, dict[str, Any]]]


def serve(address: tuple[str, int], answers: Mapping[str, Answer], stop: Event) -> None:
    """Answer until told to stop. A port that is taken keeps the process from nothing: it is tried again."""
    told = False
    while not stop.is_set():
        try:
            server = _Server(address, _handler(answers))
        except OSError as error:
            if not told:
                _log.warning("health_not_served", address=address[0], port=address[1], error=error)
            told = True
            stop.wait(_AGAIN_SECONDS)
            continue
        with server:
            server.timeout = _STOP_SECONDS
            while not stop.is_set():
                server.handle_request()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked went away, or said nothing: no matter."""


def _handler(answers: Mapping[str, Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # seconds for the question: who says nothing holds a thread no longer

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path in answers:
                well, told = answers[path]()
                self._answer(200 if well else 503, "application/json", json.dumps(told).encode())
            elif path == "/metrics":
                encode, content_type = choose_encoder(self.headers.get("Accept", ""))
                self._answer(200, content_type, encode(REGISTRY))
            else:
                self._answer(404, "application/json", json.dumps({"known": [*answers, "/metrics"]}).encode())

        def _answer(self, code: int, content_type: str, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Nothing: it is asked every few seconds."""

    return Handler
