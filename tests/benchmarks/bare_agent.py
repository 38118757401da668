"""The least that a Faust agent can do with the messages: count them, and acknowledge. A baseline for the live path."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import faust

BATCH = 500


def note(path: Path, number: int) -> None:
    """Write a number down for whoever waits for it."""
    path.write_text(str(number), encoding="ascii")


def main() -> None:
    """Count the messages of a topic, and write the number down after each batch. Arguments: broker, topic and file."""
    bootstrap, topic, counted = sys.argv[1:]
    app = faust.App(
        f"bare-{topic}",
        broker=f"kafka://{bootstrap}",
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=BATCH,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        worker_redirect_stdouts=False,
        stream_wait_empty=False,
    )
    messages = app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    seen = 0

    async def count(stream: Any) -> AsyncIterator[None]:
        nonlocal seen
        async for batch in stream.noack_take(BATCH, within=0.05):
            seen += len(batch)
            for event in batch:
                event.ack()
            note(Path(counted), seen)
            yield

    app.agent(messages, concurrency=1)(count)
    faust.Worker(app, loglevel="ERROR").execute_from_commandline()


if __name__ == "__main__":
    main()
