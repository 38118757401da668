"""The trace of an event on its way: whose span it continues when it arrives."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.mapper import UnreadableEvent
from projections.history import Delivery
from workers.cloud_events import Headers
from workers.traces import arrived

TRACE, OTHER = "4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"
STORED = f"00-{TRACE}-00f067aa0ba902b7-01"


def arrives(headers: Headers) -> str | None:
    return arrived(Delivery(uuid4(), 1, "fine.opened", UnreadableEvent(), traceparent=STORED), headers).traceparent


def test_an_event_continues_the_span_by_which_it_was_published() -> None:
    hop = f"00-{TRACE}-b7ad6b7169203331-01"
    assert arrives([("ce_id", b"x"), ("traceparent", hop.encode())]) == hop


@pytest.mark.parametrize("given", [b"", b"\xff", b"garbage", f"00-{OTHER}-b7ad6b7169203331-01".encode(), None])
def test_an_event_whose_message_names_no_span_of_its_trace_continues_the_one_in_which_it_was_stored(given: bytes | None) -> None:
    """Whoever writes to the topic may write anything there, or leave the value out."""
    assert arrives([("traceparent", given)]) == STORED
    assert arrives([]) == STORED
