"""A case whose event cannot be applied waits, alone, and goes on in order; nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from threading import Thread
from uuid import UUID

import psycopg
import pytest
from structlog.testing import capture_logs

from domain.case.events import CaseEvent
from domain.mapper import UnreadableEvent
from domain.roles import Actor
from foundation.database import Pool
from foundation.errors import Permanent, Transient
from foundation.patience import Patience
from projections import apply as apply_module
from projections import generations
from projections import rebuild as rebuild_module
from projections.apply import apply
from projections.compare import compare
from projections.heal import heal
from projections.history import Delivery
from projections.operator_acts import assign, retry, skip
from projections.parking import parked_cases
from projections.read_model import Change, ReadModel, all_read_models, read_model
from projections.reading import timeline
from projections.rebuild import go_back, rebuild
from tests.histories import nobody_complies_or_pays, store
from tests.poison import damage, mend, poisoned
from tests.services import Database
from tests.waiting import wait_for
from workers.reconciler import Reconciler

OPERATOR = Actor(id="operator", role="admin")
TIMELINE, CASES = read_model("timeline"), read_model("cases")
NOTICE = "fine.penalty_notice_issued"


def lines(pool: Pool) -> list[tuple[UUID, int]]:
    return sorted((line.case_id, line.version) for line in timeline(pool))


def expected(deliveries: Iterable[Delivery]) -> list[tuple[UUID, int]]:
    return sorted((delivery.case_id, delivery.version) for delivery in deliveries)


def from_on(deliveries: Iterable[Delivery], bad: Delivery) -> list[Delivery]:
    """A case's events from one of them on."""
    return [delivery for delivery in deliveries if delivery.case_id == bad.case_id and delivery.version >= bad.version]


@dataclass
class Clock:
    """Stands in for sleeping: notes how long, and lets something happen meanwhile."""

    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def patience(self, attempts: int = 4) -> Patience:
        return Patience(attempts=attempts, first=1.0, longest=60.0, sleep=self.sleep, chance=lambda: 1.0)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile()


def failing(model: ReadModel, at: Delivery, error: Callable[[], Exception], *, times: int = 1_000) -> ReadModel:
    """A read model that cannot apply one event in so many attempts. Each applies it twice: with the others, and by itself."""
    left = [times * 2]

    def changes(event: CaseEvent) -> Iterable[Change]:
        if (event.case_id, event.version) == (at.case_id, at.version) and left[0]:
            left[0] -= 1
            raise error()
        return model.changes(event)

    return replace(model, changes=changes)


@pytest.fixture
def deliveries(database: Database) -> list[Delivery]:
    return store(nobody_complies_or_pays(), database)


@pytest.fixture
def notice(deliveries: list[Delivery]) -> Delivery:
    return next(delivery for delivery in deliveries if delivery.event_type == NOTICE)


class TestAnErrorThatMayPass:
    @pytest.mark.parametrize("error", [Transient, psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable])
    def test_is_tried_again_after_growing_pauses_and_all_is_applied(
        self, pool: Pool, deliveries: list[Delivery], notice: Delivery, error: type[Exception]
    ) -> None:
        clock = Clock()
        model = failing(TIMELINE, notice, error, times=3)
        tally = apply(pool, model, deliveries, patience=clock.patience())
        assert clock.slept == [1.0, 2.0, 4.0]
        assert (tally.applied, tally.parked, tally.left) == (len(deliveries), [], [])
        assert parked_cases(pool) == []
        assert lines(pool) == expected(deliveries)

    def test_parks_its_case_after_so_many_attempts(self, pool: Pool, deliveries: list[Delivery], notice: Delivery) -> None:
        clock = Clock()
        tally = apply(pool, failing(TIMELINE, notice, Transient), deliveries, patience=clock.patience(attempts=4))
        assert clock.slept == [1.0, 2.0, 4.0]
        assert tally.parked == [notice.case_id]
        assert tally.passed_over == len(from_on(deliveries, notice))
        (parked,) = parked_cases(pool)
        assert (parked.error_kind, parked.error_class, parked.attempts) == ("transient", "Transient", 4)
        assert (parked.case_id, parked.version) == (notice.case_id, notice.version)

    def test_holds_up_no_other_case_while_it_is_tried_again(
        self, pool: Pool, deliveries: list[Delivery], notice: Delivery
    ) -> None:
        seen: list[list[tuple[UUID, int]]] = []
        clock = Clock(meanwhile=lambda: seen.append(lines(pool)))
        apply(pool, failing(TIMELINE, notice, Transient), deliveries, patience=clock.patience(attempts=2))
        everything_else = sorted(set(expected(deliveries)) - set(expected(from_on(deliveries, notice))))
        assert seen == [everything_else]

    def test_holds_no_lock_while_it_waits(self, pool: Pool, deliveries: list[Delivery], notice: Delivery) -> None:
        """Somebody else may bring the case on meanwhile; then there is nothing left to do."""
        clock = Clock(meanwhile=lambda: assert_applies(pool, deliveries))
        tally = apply(pool, failing(TIMELINE, notice, Transient), deliveries, patience=clock.patience())
        assert (tally.parked, clock.slept) == ([], [1.0])
        assert lines(pool) == expected(deliveries)

    def test_is_a_row_that_somebody_else_holds(
        self, pool: Pool, deliveries: list[Delivery], notice: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A real lock, had by somebody at the database; it is waited for briefly, and again, and parked for as long as it lasts."""
        monkeypatch.setitem(apply_module._SQL, "wait_briefly", "SET LOCAL lock_timeout = '50ms'")
        before = [delivery for delivery in deliveries if delivery not in from_on(deliveries, notice)]
        apply(pool, CASES, before)
        clock = Clock()
        with pool.connection() as somebody:
            somebody.execute("SELECT 1 FROM read_cases.cases WHERE case_id = %s FOR UPDATE", (notice.case_id,))
            tally = apply(pool, CASES, deliveries, patience=clock.patience(attempts=2))
        assert (tally.parked, clock.slept) == ([notice.case_id], [1.0])
        (parked,) = parked_cases(pool)
        assert (parked.error_kind, parked.error_class) == ("transient", "LockNotAvailable")
        assert retry(pool, CASES, notice.case_id, actor=OPERATOR) == "goes_on"
        assert compare(pool, CASES) == []

    def test_is_tried_again_by_who_heals_too(self, pool: Pool, deliveries: list[Delivery], notice: Delivery) -> None:
        clock = Clock()
        model = failing(TIMELINE, notice, Transient, times=2)
        heal(pool, model, list({delivery.case_id for delivery in deliveries}), patience=clock.patience())
        assert clock.slept == [1.0, 2.0]
        assert lines(pool) == expected(deliveries)

    def test_in_the_last_part_of_a_rebuild_is_tried_again_and_then_parks_its_case(
        self, pool: Pool, deliveries: list[Delivery], notice: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A rebuild that never ended would keep the processes from starting."""
        monkeypatch.setattr(rebuild_module, "SWITCH_ATTEMPTS", 3)
        monkeypatch.setattr(rebuild_module, "SWITCH_PAUSE", 0)
        monkeypatch.setattr(rebuild_module, "_follow", lambda *_: 0)  # all of it is the last part
        rebuild(pool, failing(TIMELINE, notice, Transient, times=1))
        assert parked_cases(pool) == []
        assert lines(pool) == expected(deliveries)
        rebuild(pool, failing(TIMELINE, notice, Transient), drop_old=True)
        (parked,) = parked_cases(pool)
        assert (parked.version, parked.error_kind, parked.attempts) == (notice.version, "transient", 4)

    def test_gives_a_comparison_up_and_is_no_difference(self, pool: Pool, deliveries: list[Delivery], notice: Delivery) -> None:
        apply(pool, TIMELINE, deliveries)
        with pytest.raises(Transient):
            compare(pool, failing(TIMELINE, notice, Transient))


def assert_applies(pool: Pool, deliveries: list[Delivery]) -> None:
    assert apply(pool, TIMELINE, deliveries).parked == []


class TestAnErrorThatStays:
    @pytest.mark.parametrize("error", [Permanent, ValueError, psycopg.errors.NotNullViolation])
    def test_parks_its_case_at_once(
        self, pool: Pool, deliveries: list[Delivery], notice: Delivery, error: type[Exception]
    ) -> None:
        clock = Clock()
        tally = apply(pool, failing(TIMELINE, notice, error), deliveries, patience=clock.patience())
        assert clock.slept == []
        assert tally.parked == [notice.case_id]
        (parked,) = parked_cases(pool)
        assert (parked.error_kind, parked.error_class, parked.attempts) == ("permanent", error.__name__, 1)

    def test_is_kept_with_its_words_whatever_they_are(self, pool: Pool, deliveries: list[Delivery], notice: Delivery) -> None:
        apply(pool, failing(TIMELINE, notice, lambda: ValueError("a\0b" + "c" * 5_000)), deliveries)
        (parked,) = parked_cases(pool)
        assert parked.error == "a\ufffdb" + "c" * 1_997


class TestAPoisonedEvent:
    """An event that cannot be decoded, in the middle of one case of several."""

    @pytest.fixture
    def poisoned(self, database: Database) -> tuple[list[Delivery], Delivery]:
        deliveries, (bad,) = poisoned(nobody_complies_or_pays(), database, NOTICE)
        return deliveries, bad

    def test_makes_only_its_own_case_wait(self, pool: Pool, poisoned: tuple[list[Delivery], Delivery]) -> None:
        deliveries, bad = poisoned
        tally = apply(pool, TIMELINE, deliveries)
        assert tally.parked == [bad.case_id]
        waiting = from_on(deliveries, bad)
        assert lines(pool) == sorted(set(expected(deliveries)) - set(expected(waiting)))
        (parked,) = parked_cases(pool)
        assert (parked.read_model, parked.case_id, parked.version, parked.event_type, parked.error_class) == (
            "timeline", bad.case_id, bad.version, NOTICE, "UnreadableEvent",
        )  # fmt: skip
        assert (parked.waiting_events, parked.stale_since, parked.matter_id) == (len(waiting), bad.stored_at, bad.matter_id)

    def test_makes_its_case_wait_in_each_read_model_by_itself(
        self, pool: Pool, poisoned: tuple[list[Delivery], Delivery]
    ) -> None:
        deliveries, _ = poisoned
        for model in all_read_models().values():
            apply(pool, model, deliveries)
        assert [row.read_model for row in parked_cases(pool)] == sorted(all_read_models())

    def test_lets_later_events_of_its_case_be_passed_over(self, pool: Pool, poisoned: tuple[list[Delivery], Delivery]) -> None:
        deliveries, bad = poisoned
        apply(pool, TIMELINE, deliveries)
        later = from_on(deliveries, bad)[1:]
        tally = apply(pool, TIMELINE, later)
        assert (tally.applied, tally.passed_over) == (0, len(later))

    def test_is_left_alone_by_the_reconciler(self, pool: Pool, poisoned: tuple[list[Delivery], Delivery]) -> None:
        deliveries, _ = poisoned
        for model in all_read_models().values():
            apply(pool, model, deliveries)
        with capture_logs() as told:
            assert Reconciler(pool, behind=0).look() == 0
        assert told == []

    def test_whose_envelope_cannot_be_read_still_tells_its_matter(self, pool: Pool, database: Database) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        bad = next(delivery for delivery in deliveries if delivery.event_type == NOTICE)
        blank = replace(bad, event=UnreadableEvent("no envelope"), matter_id=None, stored_at=None)
        apply(pool, TIMELINE, [blank if delivery is bad else delivery for delivery in deliveries])
        (parked,) = parked_cases(pool)
        assert parked.matter_id == bad.matter_id
        assert parked.stale_since == parked.parked_at

    def test_parked_again_at_a_later_event_waits_anew_but_stays_its_owners(
        self, pool: Pool, database: Database, poisoned: tuple[list[Delivery], Delivery]
    ) -> None:
        deliveries, bad = poisoned
        later = from_on(deliveries, bad)[3]
        damage(database, later.case_id, later.version)
        apply(pool, TIMELINE, deliveries)
        assign(pool, TIMELINE, bad.case_id, owner="jane", actor=OPERATOR)
        retry(pool, TIMELINE, bad.case_id, actor=OPERATOR)
        (before,) = parked_cases(pool)
        mend(database, bad.case_id, bad.version)
        assert retry(pool, TIMELINE, bad.case_id, actor=OPERATOR) == "waits"
        (after,) = parked_cases(pool)
        assert (before.version, before.attempts, before.owner) == (bad.version, 2, "jane")
        assert (after.version, after.attempts, after.owner) == (later.version, 1, "jane")
        assert after.parked_at > before.parked_at
        assert after.stale_since == later.stored_at


class TestRebuilding:
    def test_keeps_since_when_a_case_waits_and_who_sees_to_it(self, pool: Pool, database: Database) -> None:
        deliveries, (bad,) = poisoned(nobody_complies_or_pays(), database, NOTICE)
        apply(pool, TIMELINE, deliveries)
        assign(pool, TIMELINE, bad.case_id, owner="jane", actor=OPERATOR)
        (before,) = parked_cases(pool)
        rebuild(pool, TIMELINE)
        (after,) = parked_cases(pool)
        assert (after.version, after.parked_at, after.owner) == (bad.version, before.parked_at, "jane")

    def test_lets_go_on_what_operators_let_go_on_while_it_was_built(self, pool: Pool, database: Database) -> None:
        """Both wait in what is being built, too, when the one is mended and tried again, and the other's event is skipped."""
        deliveries, (mended, skipped) = poisoned(nobody_complies_or_pays(), database, NOTICE, "enforcement_notice.issued")
        apply(pool, TIMELINE, deliveries)

        acted_at: list[int] = []

        def act(reached: int, end: int) -> None:
            # It is told once more after the switch, when it would be too late.
            if reached == end and not acted_at:
                acted_at.append(reached)
                assert {row.case_id for row in parked_cases(pool)} == {mended.case_id, skipped.case_id}
                mend(database, mended.case_id, mended.version)
                assert retry(pool, TIMELINE, mended.case_id, actor=OPERATOR) == "goes_on"
                why = {"reason": "Entered by hand", "authority": "Head of registry"}
                assert skip(pool, TIMELINE, skipped.case_id, version=skipped.version, actor=OPERATOR, **why) == "goes_on"

        rebuild(pool, TIMELINE, act)
        assert acted_at
        assert parked_cases(pool) == []
        assert lines(pool) == sorted(set(expected(deliveries)) - {(skipped.case_id, skipped.version)})
        assert compare(pool, TIMELINE) == []

    def test_can_be_gone_back_from_although_an_event_was_left_out_since_that_stands_in_the_old_one(
        self, pool: Pool, database: Database
    ) -> None:
        deliveries = store(nobody_complies_or_pays(), database)
        apply(pool, TIMELINE, deliveries)
        bad = next(delivery for delivery in deliveries if delivery.event_type == NOTICE)
        damage(database, bad.case_id, bad.version)
        rebuild(pool, TIMELINE)
        skip(
            pool,
            TIMELINE,
            bad.case_id,
            version=bad.version,
            actor=OPERATOR,
            reason="Cannot be read",
            authority="Head of registry",
        )
        mend(database, bad.case_id, bad.version)
        go_back(pool, TIMELINE)
        assert lines(pool) == sorted(set(expected(deliveries)) - {(bad.case_id, bad.version)})
        assert compare(pool, TIMELINE) == []

    def test_frees_what_can_be_applied_by_now(self, pool: Pool, database: Database) -> None:
        deliveries, (bad,) = poisoned(nobody_complies_or_pays(), database, NOTICE)
        apply(pool, TIMELINE, deliveries)
        mend(database, bad.case_id, bad.version)
        rebuild(pool, TIMELINE)
        assert parked_cases(pool) == []
        assert lines(pool) == expected(deliveries)


def test_what_is_passed_over_while_a_retry_begins_is_not_lost(pool: Pool, database: Database) -> None:
    """A worker has the case's position, passes a last event over because the case waits, and lets go: the retry sees it."""
    all_of_them, (bad,) = poisoned(nobody_complies_or_pays(), database, NOTICE)
    last = from_on(all_of_them, bad)[-1]
    with psycopg.connect(database.owner_url) as owner:
        kept = owner.execute(
            "DELETE FROM stored_events WHERE originator_id = %s AND originator_version = %s "
            "RETURNING originator_id, originator_version, topic, state, notification_id",
            (last.case_id, last.version),
        ).fetchone()
    apply(pool, TIMELINE, [delivery for delivery in all_of_them if delivery != last])
    mend(database, bad.case_id, bad.version)
    retrying = Thread(target=retry, args=(pool, TIMELINE, bad.case_id), kwargs={"actor": OPERATOR})
    with pool.connection() as worker:
        generations.enter(worker, TIMELINE)
        worker.execute("SELECT 1 FROM positions WHERE case_id = %s FOR UPDATE", (bad.case_id,))
        retrying.start()
        wait_for(lambda: somebody_waits(pool), what="the retry at the position")
        with psycopg.connect(database.owner_url) as owner:
            owner.execute("INSERT INTO stored_events VALUES (%s, %s, %s, %s, %s)", kept)
    retrying.join(30)
    assert parked_cases(pool) == []
    assert lines(pool) == expected(all_of_them)


def somebody_waits(pool: Pool) -> bool:
    with pool.connection() as connection:
        return connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is not None
