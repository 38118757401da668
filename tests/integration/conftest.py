"""Parts of the real system for one test: a database, whose read models are there for whoever asks for `pool`; a broker that hangs."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from deploy.local.postgres import Postgres
from foundation.database import Pool, open_pool
from tests.poison import Parked, parked_in_every_read_model
from tests.services import MIGRATED, Database, fresh_database, make_template_with_read_models


@pytest.fixture(scope="session")
def with_read_models(postgres: Postgres) -> str:
    """The name of a database to be copied, in which all read models are built."""
    return make_template_with_read_models(postgres)


@pytest.fixture
def database(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database that no other test sees; its read models are built where the test has asked for `pool`."""
    template = request.getfixturevalue("with_read_models") if "pool" in request.fixturenames else MIGRATED
    with fresh_database(postgres, template=template) as fresh:
        yield fresh


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    """Connections to it."""
    with open_pool(database.app_url, name="test", size=6, timeout=5.0) as pool:
        yield pool


@pytest.fixture
def parked(pool: Pool, database: Database) -> Parked:
    return parked_in_every_read_model(pool, database)


@pytest.fixture
def hanging() -> Iterator[str]:
    """A broker that takes connections, and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"
