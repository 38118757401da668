"""The trace of an event on its way through the topic: a span for each event, though they travel in windows and batches.

An ordinary viewer does not follow links from a batch to the many traces in it; so each event has spans of its own in the trace
of its command, which share the times of the batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from foundation.tracing import Span, continue_trace
from projections.history import Delivery
from workers.cloud_events import Headers, Message, header_text, trace_of

_HOP = "traceparent"
"""Kafka's header for the hop; who receives the message continues it."""


@contextmanager
def publishing(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Trace the way of events to the topic for as long as the context lasts; each message names its span."""
    spans = [continue_trace("publish", message.traceparent, message.about) for message in messages]
    with _ending(spans):
        yield [_on_its_way(message, span) for message, span in zip(messages, spans, strict=True)]


@contextmanager
def receiving(deliveries: Sequence[Delivery], *, begun_at: int) -> Iterator[list[Delivery]]:
    """Trace what becomes of events that have arrived, for as long as the context lasts; who applies them continues it.

    Args:
        begun_at: when their batch was taken, in nanoseconds since 1970.
    """
    spans = [continue_trace("receive", each.traceparent, each.about, begun_at=begun_at) for each in deliveries]
    with _ending(spans):
        yield [
            replace(each, traceparent=span.traceparent) if span.traceparent else each
            for each, span in zip(deliveries, spans, strict=True)
        ]


def arrived(delivery: Delivery, headers: Headers) -> Delivery:
    """The event as it came by a message: it continues the span that the message names, if that is one of the event's own trace."""
    if delivery.traceparent is None:
        return delivery
    hop = header_text(headers, _HOP)
    is_of_it = hop is not None and trace_of(hop) == trace_of(delivery.traceparent) is not None
    return replace(delivery, traceparent=hop) if is_of_it else delivery


def _on_its_way(message: Message, span: Span) -> Message:
    if span.traceparent is None:
        return message
    return replace(message, headers=[*message.headers, (_HOP, span.traceparent.encode())])


@contextmanager
def _ending(spans: Sequence[Span]) -> Iterator[None]:
    failed: str | None = None
    try:
        yield
    except BaseException as error:
        failed = type(error).__name__
        raise
    finally:
        for span in spans:
            span.end(failed=failed)
