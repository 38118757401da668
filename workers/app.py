"""The Faust worker: one consumer group feeds all read models, and a tick fires deadlines.

Kafka's committed offset is only a hint; what a read model has seen stands in Postgres. An agent that raises would silently
skip what is buffered, so this one never does: what is not transient or of one event ends the process, whose restart reads
again from the committed offset.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from threading import Event
from typing import Any, NoReturn

import faust
import structlog
from faust.events import Event as Message

from deploy.topics import EVENTS
from domain.application import StoreUnreachable
from domain.running import open_application
from domain.time_sources import HeldAgainstTheDatabase, SystemTime
from foundation.database import DATABASE_FAILED, Pool, open_pool
from foundation.metrics import BATCH_SECONDS
from foundation.patience import Patience
from foundation.process import begin
from foundation.settings import Settings
from foundation.stopping import ToldToStop, sleeping_unless, stop_on_signals
from workers.assignment import leave_if_nobody_has_any
from workers.broker import wait_for_broker
from workers.database import build_read_models, wait_for_database
from workers.faust_worker import WorkerInOrder
from workers.health import Health
from workers.read_models import GROUP, Received, consume
from workers.timers import BATCH as DEADLINES
from workers.timers import Timers
from workers.topic_watch import TopicWatch

_log = structlog.get_logger(__name__)

BATCH = 500
GATHER_SECONDS = 0.05
TICK_SECONDS = 0.25
MOVES_SECONDS = 1.0
LOOK_SECONDS = 5.0
# The least that brokers allow: another worker takes over that much later.
SESSION_SECONDS = 6.0
HEARTBEAT_SECONDS = 1.5
A_DAY_SECONDS = 86_400.0
UNEXPECTED = 70


def build_app(settings: Settings, pool: Pool, timers: Timers, health: Health, *, stop: Event, in_hand: asyncio.Lock) -> faust.App:
    """Put the app together: its agent for the read models, the tick of the timers, and what tells that it gets on.

    Args:
        stop: set when the process is to end: a database that is away is waited for no longer.
        in_hand: held while a batch is worked on.
    """
    patience = Patience(sleep=sleeping_unless(stop))
    watch = TopicWatch(settings, EVENTS)
    watch.look()  # before the consumer begins: it must be no younger than what it is held against
    instance = f"{GROUP}-{settings.slot}"
    app = faust.App(
        GROUP,
        broker=[f"kafka://{server}" for server in settings.kafka.split(",")],
        broker_credentials=_credentials(settings),
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=HEARTBEAT_SECONDS,
        broker_max_poll_records=BATCH,
        broker_commit_interval=1.0,
        # A batch in hand and another that waits; the rest stays in the topic, however long the database is away. Waiting for it
        # is no reason to lose the partitions, which no other worker could do anything with.
        stream_buffer_maxsize=2 * BATCH,
        broker_max_poll_interval=A_DAY_SECONDS,
        # A static member: its restart is no rebalance for the others.
        consumer_group_instance_id=instance,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        datadir=settings.data / "faust",
        worker_redirect_stdouts=False,
    )
    events = app.topic(EVENTS.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def read_models(stream: Any) -> AsyncIterator[None]:
        async for batch in stream.noack_take(BATCH, within=GATHER_SECONDS):
            received = [_received(event) for event in batch]
            async with in_hand:
                applied = await _in_a_thread(partial(_consume, pool, received, health, patience))
                if applied:
                    for event in batch:
                        event.ack()
            if not applied:
                await asyncio.Event().wait()  # for the end, which is near; the next start gets the batch again
            yield

    async def tick() -> None:
        await _in_a_thread(partial(_fire_due, timers, health))

    async def look_at_topic() -> None:
        await _in_a_thread(watch.look)
        if not app.assignor.assigned_actives():
            await _in_a_thread(partial(leave_if_nobody_has_any, settings, EVENTS, group=GROUP, instance=instance))

    async def moves() -> None:
        health.moves("the event loop")

    async def assigned(_app: Any, /, *given: Any, **_: Any) -> None:
        (partitions,) = given
        # More workers than partitions: some have none, and take over from those who end.
        health.becomes("active" if partitions else "standby")

    async def revoked(_app: Any, /, *_given: Any, **_: Any) -> None:
        health.waits_for("partitions are being assigned")

    app.agent(events, concurrency=1, name="read_models")(read_models)
    app.timer(interval=TICK_SECONDS)(tick)
    app.timer(interval=MOVES_SECONDS)(moves)
    app.timer(interval=LOOK_SECONDS)(look_at_topic)
    app.on_partitions_assigned.connect(assigned, weak=False)
    app.on_partitions_revoked.connect(revoked, weak=False)
    return app


def _received(event: Message) -> Received:
    message = event.message
    headers: Any = message.headers or ()
    return Received(message.topic, message.partition, message.offset, list(headers), message.value)


async def _in_a_thread(work: Callable[[], object]) -> bool:
    """Keep the event loop free. Whatever work does not handle itself ends the process. False: given up, for it is to end."""
    try:
        await asyncio.to_thread(work)
    except ToldToStop:
        return False
    except Exception:  # noqa: BLE001 - it is logged, and the process ends
        _log.exception("worker_ends")
        _end()
    return True


def _end() -> NoReturn:
    """End at once, without Faust's shutdown, which could commit what was not done."""
    sys.stderr.flush()
    os._exit(UNEXPECTED)


def _consume(pool: Pool, batch: list[Received], health: Health, patience: Patience) -> None:
    with health.at_work("a batch"), BATCH_SECONDS.time():
        consume(pool, batch, patience=patience, moved=lambda: health.moves("a batch"))


def _fire_due(timers: Timers, health: Health) -> None:
    try:
        with health.at_work("the firing of deadlines"):
            while timers.fire_due() >= DEADLINES:
                health.moves("the firing of deadlines")
    except (StoreUnreachable, *DATABASE_FAILED) as error:
        _log.warning("timers_wait", error=error)


def _credentials(settings: Settings) -> faust.types.auth.CredentialsT | None:
    context = None
    if settings.kafka_security_protocol in ("SSL", "SASL_SSL"):
        context = ssl.create_default_context(cafile=settings.kafka_ssl_cafile)
        if settings.kafka_ssl_certfile:
            context.load_cert_chain(settings.kafka_ssl_certfile, settings.kafka_ssl_keyfile)
    if settings.kafka_security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.kafka_sasl_username,
            password=settings.kafka_sasl_password,
            mechanism=settings.kafka_sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context=context) if context else None


def main() -> None:
    """Run the process `worker`. Ends with 0 when told to stop, 70 on what nobody handles."""
    stop = stop_on_signals()
    settings = begin("worker")
    health = Health("worker", settings)
    health.start()
    pool = open_pool(settings.database, name="worker", size=4, timeout=5.0)
    if not (
        wait_for_database(settings.database, stop)
        and build_read_models(pool, stop)
        and wait_for_broker(settings, stop, topic=EVENTS.name)
    ):
        return
    clock, application = HeldAgainstTheDatabase(pool, SystemTime()), open_application(settings.database, pool)
    in_hand = asyncio.Lock()
    app = build_app(settings, pool, Timers(pool, application, clock, stop=stop), health, stop=stop, in_hand=in_hand)
    try:
        WorkerInOrder(app, stop, in_hand).execute_from_commandline()
    finally:
        stop.set()


if __name__ == "__main__":
    main()
