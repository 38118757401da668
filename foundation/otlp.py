"""Traces on their way to an OpenTelemetry collector, by OTLP over HTTP. Loaded only while tracing is on.

A collector that is slow, hangs or is away must not be noticed: spans wait in a bounded queue, a thread of its own sends them,
and what does not fit is dropped. Headers and certificates for the collector are named in the library's own settings,
`OTEL_EXPORTER_OTLP_HEADERS` and so on.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from foundation.tracing import Said, Span

_QUEUE = 4_096
_BATCH = 512
_EVERY_MILLISECONDS = 1_000
_STOP_SHARE = 0.4
_PROPAGATOR = TraceContextTextMapPropagator()


class OtlpRecorder:
    """Records spans, and sends them.

    Args:
        endpoint: where the collector takes traces.
        share: the share of new traces that are recorded; a trace is recorded whole or not at all.
        process: the kind of process; with the slot it names this one.
        patience: seconds for an attempt to reach the collector.
    """

    def __init__(self, endpoint: str, share: float, process: str, slot: int, patience: float) -> None:
        me = {"service.name": f"regcase-{process}", "service.instance.id": f"{socket.gethostname()}/{process}-{slot}"}
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(share)), resource=Resource.create(me), shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(endpoint=endpoint, timeout=patience)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                exporter, max_queue_size=_QUEUE, schedule_delay_millis=_EVERY_MILLISECONDS, max_export_batch_size=_BATCH
            )
        )
        self._tracer = self._provider.get_tracer("regcase")
        self._stop_seconds = patience * _STOP_SHARE

    def begin(
        self, name: str, about: Mapping[str, Said], *, continues: str | None, caused_by: str | None, begun_at: int | None
    ) -> Span:
        """Begin a span. What it continues is the one around it where nothing is named."""
        cause = _span_context(caused_by)
        begun = self._tracer.start_span(
            name,
            context=_context(continues) if continues else None,
            links=[trace.Link(cause)] if cause else None,
            start_time=begun_at,
        )
        span = RecordedSpan(begun)
        span.tell(about)
        return span

    @contextmanager
    def within(self, span: Span) -> Iterator[Span]:
        """Let a span be the one around what follows; it ends with the context. Lines logged meanwhile tell its trace."""
        assert isinstance(span, RecordedSpan)
        try:
            with (
                # An error's words may hold what stands in a case: only its class is told.
                trace.use_span(span.recorded, record_exception=False, set_status_on_exception=False),
                structlog.contextvars.bound_contextvars(trace_id=span.trace_id),
            ):
                yield span
        except BaseException as error:
            span.end(failed=type(error).__name__)
            raise
        span.end()

    def current(self) -> str | None:
        """The traceparent of the span around; None where there is none, or it is not recorded."""
        return _traceparent(trace.get_current_span())

    def stop(self) -> None:
        """Send what is left; but not longer than a part of the patience."""
        # The library's own shutdown would wait for half a minute.
        stopping = Thread(target=self._provider.shutdown, name="traces-stop", daemon=True)
        stopping.start()
        stopping.join(self._stop_seconds)


class RecordedSpan(Span):
    """A span that is sent once it has ended."""

    def __init__(self, recorded: trace.Span) -> None:
        super().__init__(_traceparent(recorded))
        self.recorded = recorded
        self.trace_id = trace.format_trace_id(recorded.get_span_context().trace_id)

    def tell(self, about: Mapping[str, Said]) -> None:
        """Say more of what it is about."""
        for name, value in about.items():
            if value is not None:
                self.recorded.set_attribute(name, value)

    def end(self, *, failed: str | None = None) -> None:
        """It has ended."""
        if failed:
            self.recorded.set_attribute("error", failed)
            self.recorded.set_status(trace.StatusCode.ERROR, failed)
        self.recorded.end()


def _traceparent(span: trace.Span) -> str | None:
    context = span.get_span_context()
    if not context.is_valid or not context.trace_flags.sampled:
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span, Context()))
    return carrier["traceparent"]


def _context(traceparent: str) -> Context:
    return _PROPAGATOR.extract({"traceparent": traceparent}, Context())


def _span_context(traceparent: str | None) -> trace.SpanContext | None:
    if traceparent is None:
        return None
    found = trace.get_current_span(_context(traceparent)).get_span_context()
    return found if found.is_valid else None
