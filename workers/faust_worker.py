"""Faust's worker, ended in order: the batch in hand is applied and acknowledged first, then Faust commits and leaves."""

from __future__ import annotations

import asyncio
import signal
from threading import Event
from typing import Any

import aiokafka.consumer.fetcher
import faust

from foundation.unreadable_batches import Readable

_LOOKS_EVERY_SECONDS = 0.1


class ReadableRecords(aiokafka.consumer.fetcher.PartitionRecords):  # type: ignore[misc] # aiokafka carries no types
    """What was fetched of a partition; what cannot be read is a message that says nothing, and is rejected as such."""

    def __init__(self, partition: Any, records: Any, *more: Any) -> None:
        super().__init__(partition, Readable(records), *more)


# Faust makes the consumer, and the consumer makes these, by this name. Else one such message ends each worker that is given it, for ever.
aiokafka.consumer.fetcher.PartitionRecords = ReadableRecords


class WorkerInOrder(faust.Worker):
    """Left to itself Faust would cancel the agent in the middle of a batch, whose thread goes on and is acknowledged by nobody.

    Args:
        app: the Faust app.
        stop: set when the process is told to end. Signals are not Faust's business here.
        in_hand: held while a batch is worked on.
    """

    def __init__(self, app: faust.App, stop: Event, in_hand: asyncio.Lock) -> None:
        super().__init__(app, quiet=True, override_logging=False)
        self.spinner = None  # else it draws one into the log
        self._told = stop
        self._in_hand = in_hand

    def install_signal_handlers(self) -> None:
        """Wait for the word of those who have the signals."""
        self.add_future(self._end_when_told())

    async def _end_when_told(self) -> None:
        while not self._told.is_set():  # noqa: ASYNC110 - a thread sets it, which knows no event loop
            await asyncio.sleep(_LOOKS_EVERY_SECONDS)
        # Not given back: no other batch is begun.
        await self._in_hand.acquire()
        self._schedule_shutdown(signal.SIGTERM)
