"""Faults of the disk: none of the database's or the broker's writes finds room any more, for a while."""

from __future__ import annotations

from random import Random

import psycopg

from deploy.local.notes import load_notes
from deploy.local.places import Places
from deploy.local.postgres import Postgres
from tests.faults.fault import CannotBeMade, Fault, Ground

_SEGMENTS = 3


def no_room_for_the_database(ground: Ground, chance: Random) -> None:
    """Fill the disk of the database; at times so that it also finds none for its log, on which it restarts."""
    _fill(ground, chance, "postgres", and_the_log=chance.random() < 0.5)


def no_room_for_the_broker(ground: Ground, chance: Random) -> None:
    """Fill the disk of the first broker, which ends when it cannot write."""
    _fill(ground, chance, "kafka", and_the_log=False)


FAULTS: tuple[Fault, ...] = (
    Fault("disk full, Postgres", no_room_for_the_database),
    Fault("disk full, Kafka", no_room_for_the_broker),
)


def _fill(ground: Ground, chance: Random, service: str, *, and_the_log: bool) -> None:
    disk = ground.disks.get(service)
    if disk is None:
        raise CannotBeMade("only root may mount a small disk, and the kernel must let it")
    try:
        disk.fill()
        if and_the_log:
            use_up_the_log(ground)
        ground.pause(chance.uniform(3.0, 10.0))
    finally:
        disk.free()


def use_up_the_log(ground: Ground) -> None:
    """Let the database begin a new segment of its log, for which there is no room."""
    places = Places(ground.settings.data)
    try:
        with psycopg.connect(
            Postgres(places, load_notes(places.notes)).superuser, autocommit=True, connect_timeout=5
        ) as connection:
            for _ in range(_SEGMENTS):
                connection.execute("SELECT pg_logical_emit_message(false, 'regcase', 'one more'), pg_switch_wal()")
    except psycopg.OperationalError:
        return
