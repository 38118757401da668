"""Traces: one leads from a command to the rows that show it. Off unless a collector is named in the settings.

While it is off nothing of OpenTelemetry is loaded, and what stands in the code costs a look at a variable. A trace travels as
a W3C `traceparent`: with the stored event, and in the message. Spans say which case, matter and event they are about, and
hold no payload and no words of an error.
"""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from foundation.settings import Settings

Said = str | int | bool | None


class Span:
    """Something that takes time, on its way through the system. This one is not recorded.

    Args:
        traceparent: what continues it names this; None where nothing is traced.
    """

    def __init__(self, traceparent: str | None = None) -> None:
        self.traceparent = traceparent

    def tell(self, about: Mapping[str, Said]) -> None:
        """Say more of what it is about; None says nothing."""

    def end(self, *, failed: str | None = None) -> None:
        """It has ended; `failed` names the class of the error, if there was one."""


class Recorder(Protocol):
    """Where spans go to while tracing is on."""

    def begin(
        self, name: str, about: Mapping[str, Said], *, continues: str | None, caused_by: str | None, begun_at: int | None
    ) -> Span:
        """Begin a span."""
        ...

    def within(self, span: Span) -> AbstractContextManager[Span]:
        """Let a span be the one around what follows."""
        ...

    def current(self) -> str | None:
        """The traceparent of the span around."""
        ...

    def stop(self) -> None:
        """Send what is left."""
        ...


_recorder: Recorder | None = None
_NOT_RECORDED = nullcontext(Span())


def start_tracing(settings: Settings, process: str, *, patience: float = 5.0) -> None:
    """Send traces to the collector of the settings from now on; nothing happens where none is named.

    Args:
        process: which kind of process this is.
        patience: seconds for one attempt to reach the collector, and at most a part of that again when the process ends. Only
            a thread of its own waits so long; what does not get away is dropped.
    """
    global _recorder  # noqa: PLW0603 - one per process, as are its logs
    if settings.traces_endpoint is None or _recorder is not None:
        return
    from foundation.otlp import OtlpRecorder  # noqa: PLC0415 - takes a quarter of a second, which only tracing is worth

    _recorder = OtlpRecorder(settings.traces_endpoint, settings.traces_share, process, settings.slot, patience)
    atexit.register(stop_tracing)


def stop_tracing() -> None:
    """Send what is left, for a short time."""
    global _recorder
    recorder, _recorder = _recorder, None
    if recorder:
        recorder.stop()


def is_tracing() -> bool:
    """Whether traces are recorded in this process."""
    return _recorder is not None


def span(name: str, about: Mapping[str, Said], *, caused_by: str | None = None) -> AbstractContextManager[Span]:
    """A span for as long as the context lasts: part of the one around it, else the first of a new trace.

    Args:
        caused_by: the traceparent of what led to it long ago, in a trace of its own; the two are linked.
    """
    if _recorder is None:
        return _NOT_RECORDED
    return _recorder.within(_recorder.begin(name, about, continues=None, caused_by=caused_by, begun_at=None))


def continue_trace(name: str, traceparent: str | None, about: Mapping[str, Said], *, begun_at: int | None = None) -> Span:
    """Begin a span in the trace of an event; the caller ends it. Without a trace it is not recorded.

    Args:
        begun_at: when it began, in nanoseconds since 1970; None: now.
    """
    if _recorder is None or traceparent is None:
        return Span(traceparent)
    return _recorder.begin(name, about, continues=traceparent, caused_by=None, begun_at=begun_at)


def current_traceparent() -> str | None:
    """What an event that is stored now continues; None where nothing is traced."""
    return _recorder.current() if _recorder else None
