"""An OpenTelemetry collector for tests: a real HTTP server that takes OTLP, or one that never answers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True)
class Told:
    """A span as the collector was told of it; ids in hex, times in nanoseconds since 1970."""

    process: str
    name: str
    trace: str
    span: str
    parent: str
    links: tuple[str, ...]
    about: dict[str, str | int]
    begun_at: int
    ended_at: int
    failed: str


@dataclass
class Collector:
    """What it was told, where it is, and how it ends."""

    url: str
    spans: list[Told] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    go_away: Callable[[], None] = lambda: None

    def named(self, *names: str) -> list[Told]:
        """The spans of these names, the earliest first."""
        return sorted((span for span in list(self.spans) if span.name in names), key=lambda span: span.begun_at)

    def of_trace(self, trace: str) -> list[Told]:
        """The spans of one trace."""
        return [span for span in list(self.spans) if span.trace == trace]

    def take(self, body: bytes) -> None:
        """Read what was sent."""
        self.bodies.append(body)
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            process = _plain(resource.resource.attributes)["service.name"]
            self.spans += [
                Told(
                    str(process),
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    tuple(f"{link.trace_id.hex()}-{link.span_id.hex()}" for link in span.links),
                    _plain(span.attributes),
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.status.message,
                )
                for scope in resource.scope_spans
                for span in scope.spans
            ]


@contextmanager
def running_collector() -> Iterator[Collector]:
    """A collector that answers, on a free port."""
    collector = Collector("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def go_away() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    collector.url, collector.go_away = f"http://127.0.0.1:{server.server_port}", go_away
    try:
        yield collector
    finally:
        go_away()


@contextmanager
def hanging_collector() -> Iterator[str]:
    """The address of one that takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=100)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def absent_collector() -> Iterator[str]:
    """An address where nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


def _plain(attributes: list[KeyValue]) -> dict[str, str | int]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in attributes}
