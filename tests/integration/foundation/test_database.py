"""How connections to the database are opened."""

from __future__ import annotations

from typing import Any

import psycopg
from eventsourcing.postgres import PostgresFactory

from domain.event_store import in_postgres
from foundation.database import OUR_SIDE, Pool
from tests.services import Database


def our_side(connection: psycopg.Connection[Any]) -> dict[str, str | None]:
    parameters = connection.info.get_parameters()
    return {name: parameters.get(name) for name in OUR_SIDE}


def test_all_note_within_seconds_that_the_machine_of_the_server_is_gone(pool: Pool, database: Database) -> None:
    """Nothing comes from it then, not even that it is gone: who waits for an answer has to look whether it is there."""
    wanted = {name: str(value) for name, value in OUR_SIDE.items()}
    with pool.connection() as connection:
        assert our_side(connection) == wanted
    factory = in_postgres(database.app_url, pool_size=1)
    assert isinstance(factory, PostgresFactory)
    with factory.datastore.pool as store, store.connection() as connection:
        assert our_side(connection) == wanted
