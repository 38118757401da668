"""How far behind the relay and the read models are, and which deadline comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from foundation.database import Pool
from projections.apply import apply
from projections.lag import Lag, next_deadline, read_model_lags, relay_lag
from projections.places import place_of, relay_to, save_place
from projections.read_model import all_read_models
from tests.desk import issued
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database


def test_what_is_stored_and_not_published_is_counted(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    assert relay_lag(pool, "t").events == len(deliveries)
    with pool.connection() as connection:
        last = connection.execute("SELECT max(notification_id) FROM stored_events").fetchone()
        assert last
        save_place(connection, relay_to("t"), last[0])
    assert relay_lag(pool, "t") == Lag(0, None)


def test_a_place_does_not_go_back(pool: Pool) -> None:
    with pool.connection() as connection:
        for notification_id in (5, 3):
            save_place(connection, "somebody", notification_id)
        assert place_of(connection, "somebody") == 5
        assert place_of(connection, "nobody") == 0


def test_each_read_model_tells_how_many_events_it_has_not_applied_and_since_when(pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    apply(pool, all_read_models()["cases"], deliveries)
    apply(pool, all_read_models()["timeline"], deliveries[:-3])
    lags = read_model_lags(pool)
    told = {name: lag.events for name, lag in lags.items() if lag}
    assert told == dict.fromkeys(all_read_models(), len(deliveries)) | {"cases": 0, "timeline": told["timeline"]}
    assert 1 <= told["timeline"] <= 3
    timeline = lags["timeline"]
    assert timeline
    assert timeline.oldest_stored_at
    assert datetime.now(UTC) - timeline.oldest_stored_at < timedelta(minutes=5)


def test_the_next_deadline_is_the_one_that_falls_due_first(pool: Pool, database: Database) -> None:
    assert next_deadline(pool) is None
    apply(pool, all_read_models()["deadlines"], store(issued(), database))
    following = next_deadline(pool)
    assert following
    # Appeal and payment both end on 15 June; the appeal period at 17:00.
    assert (following.role, str(following.due)) == ("appeal", "2022-06-15")
