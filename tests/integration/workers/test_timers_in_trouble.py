"""Timers in trouble: what cannot be fired, a database that fails, an outage, a clock that is off, and the order to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
import pytest
from structlog.testing import capture_logs

from domain.application import CaseApplication, Outcome, StoreUnreachable
from domain.commands import Command
from domain.event_store import in_postgres
from domain.running import open_application
from domain.time_sources import HeldAgainstTheDatabase, MovedTime
from foundation.database import Pool
from projections.rebuild import rebuild_where_needed
from tests.firings import fires, passed_in_order, rank_of
from tests.histories import stayed_until_a_day, store
from tests.many_deadlines import overdue_fines, store_in_bulk
from tests.services import Database
from workers import timers as module
from workers.reconciler import Reconciler
from workers.timers import Timers

LATER = MovedTime(datetime(2023, 1, 1, tzinfo=UTC))


def test_a_read_model_that_is_damaged_is_built_anew_at_the_next_start(database: Database, pool: Pool) -> None:
    with pool.connection() as connection:
        connection.execute("DROP TABLE read_deadlines.deadlines CASCADE")
    with pytest.raises(psycopg.errors.UndefinedTable):
        Timers(pool, open_application(database.app_url, pool), LATER).fire_due()
    assert rebuild_where_needed(pool) == ["deadlines"]


class TestDeadlinesThatCannotBeFired:
    """The first of all that is due, and more than a batch of them."""

    FAILING = 12

    @pytest.fixture
    def timers(self, database: Database, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Timers:
        monkeypatch.setattr(module, "BATCH", 5)
        # Looks from the start come when the test says so, not when the machine is slow.
        monkeypatch.setattr(module, "FROM_THE_START_SECONDS", 3600.0)
        monkeypatch.setattr(module, "MOST_SECONDS_APART", 3600.0)
        store_in_bulk(overdue_fines(days=8, copies_a_day=1), database, pool)
        first = {case_id for case_id, _role in list(rank_of(database))[: self.FAILING]}
        application = open_application(database.app_url, pool)
        execute = application.execute

        def refuses_the_first(command: Command, **options: Any) -> Outcome:
            if command.on in first:
                raise ValueError
            return execute(command, **options)

        monkeypatch.setattr(application, "execute", refuses_the_first)
        self.failing = first
        return Timers(pool, application, LATER)

    def test_keep_none_behind_them_waiting(self, timers: Timers, database: Database) -> None:
        others = [deadline for deadline in rank_of(database) if deadline[0] not in self.failing]
        for _ in range(4):
            timers.fire_due()
            with psycopg.connect(database.app_url) as connection:
                # The slowest case: the time of every claim is over before the next is asked for.
                connection.execute("UPDATE timer_claims SET claimed_until = now()")
        assert {firing.deadline for firing in passed_in_order(database)} >= set(others[:4])

    def test_are_tried_again_after_pauses_that_grow_to_a_bound(self, timers: Timers, database: Database) -> None:
        pauses = []
        for _ in range(9):
            timers._from_the_start_at = 0.0
            timers.fire_due()
            with psycopg.connect(database.app_url) as connection:
                row = connection.execute(
                    "SELECT extract(epoch FROM max(claimed_until) - now()) FROM timer_claims WHERE case_id = ANY(%s)",
                    [list(self.failing)],
                ).fetchone()
                assert row is not None
                pauses.append(float(row[0]))
                connection.execute("UPDATE timer_claims SET claimed_until = now()")
        assert pauses == [pytest.approx(min(8.0 * 2**attempt, 600.0), abs=5) for attempt in range(9)]


def test_a_worker_that_is_told_to_stop_finishes_the_one_in_hand_and_gives_the_others_back(
    database: Database, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_in_bulk(overdue_fines(days=4, copies_a_day=1), database, pool)
    order, stop, application = rank_of(database), Event(), open_application(database.app_url, pool)
    execute = application.execute

    def told_to_stop(command: Command, **options: Any) -> Outcome:
        stop.set()
        return execute(command, **options)

    with monkeypatch.context() as patched:
        patched.setattr(application, "execute", told_to_stop)
        assert Timers(pool, application, LATER, stop=stop).fire_due() == 1
    assert Timers(pool, application, LATER).fire_due() == 7
    with psycopg.connect(database.app_url) as connection:
        assert connection.execute("SELECT DISTINCT attempts FROM timer_claims").fetchall() == [(1,)]
    assert [order[firing.deadline] for firing in passed_in_order(database)] == list(range(8))


def test_a_worker_whose_database_failed_goes_on_where_it_stopped(
    database: Database, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_in_bulk(overdue_fines(days=2, copies_a_day=1), database, pool)
    order, application = rank_of(database), open_application(database.app_url, pool)
    execute, asked = application.execute, count()

    def fails_once(command: Command, **options: Any) -> Outcome:
        if next(asked) == 1:
            raise StoreUnreachable
        return execute(command, **options)

    monkeypatch.setattr(application, "execute", fails_once)
    timers = Timers(pool, application, LATER)
    with pytest.raises(StoreUnreachable):
        timers.fire_due()
    assert timers.fire_due() == 3
    assert [order[firing.deadline] for firing in passed_in_order(database)] == list(range(4))


class TestAfterAnOutage:
    """Nothing runs while deadlines fall due; then everything runs again."""

    @staticmethod
    def back(database: Database, pool: Pool, now: str) -> None:
        """Timers and reconciler, until nothing is left to do."""
        moved = MovedTime(datetime.fromisoformat(now))
        application = CaseApplication(in_postgres(database.app_url, pool_size=2), moved)
        timers = Timers(pool, application, moved)
        while fires(timers):
            timers._from_the_start_at = 0.0
            Reconciler(pool, behind=0).look()

    def test_of_a_day_every_missed_deadline_is_fired_in_order_and_tells_when_it_was_due(
        self, database: Database, pool: Pool
    ) -> None:
        store_in_bulk(overdue_fines(days=3, copies_a_day=3), database, pool)
        order = rank_of(database)
        # Given on 10, 11 and 12 January; the time to pay and to appeal ends on 7, 8 and 9 February.
        self.back(database, pool, "2022-02-07T10:00+00:00")
        assert passed_in_order(database) == []
        self.back(database, pool, "2022-02-08T10:00+00:00")
        missed = passed_in_order(database)
        assert [order[firing.deadline] for firing in missed] == list(range(6))
        assert {firing.due_at.isoformat() for firing in missed} == {"2022-02-07T17:00:00+00:00", "2022-02-08T00:00:00+00:00"}
        assert {firing.fired_at.isoformat() for firing in missed} == {"2022-02-08T10:00:00+00:00"}
        application = open_application(database.app_url, pool)
        assert all(application.case(firing.deadline[0]).non_compliances for firing in missed)

    def test_what_the_missed_ones_start_is_fired_too_where_it_is_overdue(self, database: Database, pool: Pool) -> None:
        """The payment stood still until 14 July; then it runs for a day, and passes."""
        desk = stayed_until_a_day()
        store(desk, database)
        Reconciler(pool, behind=0).look()
        self.back(database, pool, "2022-07-13T12:00+00:00")
        assert passed_in_order(database) == []
        self.back(database, pool, "2022-07-18T12:00+00:00")
        (payment,) = passed_in_order(database)
        assert payment.deadline == (desk.names["fine"], "payment")
        assert payment.due_at == datetime(2022, 7, 15, 23, tzinfo=UTC)
        assert payment.fired_at == datetime(2022, 7, 18, 12, tzinfo=UTC)


class TestAClockThatIsOff:
    """A process whose clock is not the database's."""

    class Off:
        """The machine's time with an error."""

        def __init__(self, **error: float) -> None:
            self.error = timedelta(**error)

        def now(self, _matter_id: UUID | None) -> datetime:
            return datetime.now(UTC) + self.error

    def test_by_a_little_fires_nothing_before_both_times_say_so(self, pool: Pool) -> None:
        before = datetime.now(UTC)
        assert before < HeldAgainstTheDatabase(pool, self.Off(seconds=3)).now(None) < datetime.now(UTC)
        assert HeldAgainstTheDatabase(pool, self.Off(seconds=-3)).now(None) < before

    @pytest.mark.parametrize("hours", [24, -1])
    def test_by_much_fires_nothing_and_says_so(self, hours: int, database: Database, pool: Pool) -> None:
        store_in_bulk(overdue_fines(days=1, copies_a_day=1), database, pool)
        timers = Timers(pool, open_application(database.app_url, pool), HeldAgainstTheDatabase(pool, self.Off(hours=hours)))
        with capture_logs() as logs:
            assert [timers.fire_due(), timers.fire_due()] == [0, 0]
        (told,) = logs
        assert (told["event"], told["seconds_ahead"]) == ("clock_is_off", hours * 3600)
        assert passed_in_order(database) == []
