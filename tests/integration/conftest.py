"""Parts of the real system for one test: a database whose read models are there and empty, a broker that hangs."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from deploy.local.postgres import Postgres
from foundation.database import Pool, open_pool
from tests.poison import Parked, parked_in_every_read_model
from tests.services import MIGRATED, WITH_READ_MODELS, Database, fresh_database


@pytest.fixture
def database(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[Database]:
    """A migrated database that no other test sees; for who asks for a pool as well, with read models, which take long to build."""
    with fresh_database(postgres, template=WITH_READ_MODELS if "pool" in request.fixturenames else MIGRATED) as fresh:
        yield fresh


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
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
