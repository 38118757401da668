"""A database whose read models are there and empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from foundation.database import Pool, open_pool
from projections.rebuild import rebuild_where_needed
from tests.poison import Parked, parked_in_every_read_model
from tests.services import Database


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    with open_pool(database.app_url, name="test", size=6, timeout=5.0) as pool:
        rebuild_where_needed(pool)
        yield pool


@pytest.fixture
def parked(pool: Pool, database: Database) -> Parked:
    return parked_in_every_read_model(pool, database)
