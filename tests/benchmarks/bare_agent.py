"""The least that a Faust agent can do with the messages: count them, and acknowledge. A baseline for the live path."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

import faust

BATCH = 500


def main() -> None:
    """Count the messages of a topic, and print the number after each batch. Arguments: broker and topic."""
    bootstrap, topic = sys.argv[1:]
    app = faust.App(
        f"bare-{topic}",
        broker=f"kafka://{bootstrap}",
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=BATCH,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
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
            sys.stdout.write(f"{seen}\n")
            sys.stdout.flush()
            yield

    app.agent(messages, concurrency=1)(count)
    faust.Worker(app, loglevel="ERROR").execute_from_commandline()


if __name__ == "__main__":
    main()
