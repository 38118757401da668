"""Each fault is found where the protection against it is switched off: the real system runs, one of its processes weakened.

Where nothing is weakened the same fault leaves nothing to find: the other half of each test. `make test` runs a few of the first
halves, `make faults-each` all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from deploy.topics import EVENTS
from domain.application import CaseApplication
from domain.fine.events import PaymentRecorded
from domain.internal_events import CommandOutcome
from domain.mapper import digest_of
from tests.desk import Desk, issued
from tests.faults.away import away
from tests.faults.findings import ALTERED, DIFFERING, DOUBLED_IN_TOPIC, FIRED_EARLY, FIRED_TWICE, PARKED, UNEXPECTED
from tests.faults.kinds.topic import cut_partitions
from tests.faults.messages import PARTITIONS, Message, read, reader, write
from tests.faults.stage import Stage, a_stage
from tests.faults.story import Story
from tests.histories import nobody_complies_or_pays, paid_too_much_after_a_late_start
from workers.cloud_events import message_of

PROTECTED = pytest.param(True, marks=pytest.mark.faults)  # too long for make test
BOTH = pytest.mark.parametrize("protected", [False, PROTECTED])
PAID, VARIED, PASSED = "fine.payment_recorded", "fine.penalty_notice_varied", "fine.deadline_passed"
PUBLISHED = b"ce_specversion"


def issued_and_never_paid() -> Desk:
    return issued().at("2022-07-01")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with a_stage() as up:
        yield up


def without(protection: str, *processes: str, unless: bool) -> dict[str, str]:
    return {} if unless else dict.fromkeys(processes, protection)


def assert_found(found: dict[str, list[str]], *kinds: str, unless: bool) -> None:
    assert set(found) == (set() if unless else set(kinds)), found


def copy(stage: Stage, story: Story, event_type: str) -> None:
    """Write each of its events of a type into the topic once more."""
    with reader(stage.settings.kafka) as consumer:
        there = list(read(consumer, consumer.end_offsets(PARTITIONS)))
    wanted = {name for name, event in story.history.events.items() if event.type == event_type}
    write(stage.settings.kafka, [message for message in there if message.event in wanted], mark="copy")


def forge(stage: Stage, story: Story, event_type: str, was: bytes, told: bytes) -> None:
    """Write its first event of a type into the topic, saying something else than the store."""
    stored = next(event for event in story.events if event.topic == event_type)
    true = message_of(stored.topic, stored.state)
    message = Message(true.partition(EVENTS.partitions), true.key, true.value.replace(was, told), true.headers)
    assert message.value != true.value
    forged = replace(message.saying(ce_digest=digest_of(message.value or b"").encode()))
    write(stage.settings.kafka, [forged], mark="forged")


@BOTH
def test_copies_count_twice_without_the_check_of_positions(stage: Stage, protected: bool) -> None:
    story = stage.story(paid_too_much_after_a_late_start)
    stage.run("relay", "worker", **without("position_check", "worker", unless=protected))
    stage.store(story)
    stage.await_applied(story)
    copy(stage, story, PAID)
    stage.await_read()
    # What is inserted a second time is parked, by the key of its table; what is added up counts twice.
    assert_found(stage.found(story), DIFFERING, PARKED, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_two_that_apply_at_once_count_twice_without_the_lock_of_positions(stage: Stage, protected: bool) -> None:
    """The reconciler comes upon events that the worker is about to apply."""
    story = stage.story(paid_too_much_after_a_late_start)
    part = story.before(PAID)
    stage.run("relay", "worker", "reconciler", **without("lock_of_positions", "worker", "reconciler", unless=protected))
    stage.begin(part)
    with stage.held("penalties"):
        stage.store(story.rest(part))
        stage.await_held_up(2)
    stage.await_applied(story)
    stage.await_read()
    found = stage.found(story)
    if not protected:
        # Where the reconciler comes last rows are right again: it derives them anew.
        found.pop(DIFFERING, None)
    assert_found(found, PARKED, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_a_gap_stays_without_healing(stage: Stage, protected: bool) -> None:
    story = stage.story(paid_too_much_after_a_late_start)
    part, more = story.before(PAID), story.before(VARIED)
    stage.run("relay", "worker", **without("gap_healing", "worker", unless=protected))
    stage.begin(part)
    with away(stage.ground, "worker"):
        stage.store(more.rest(part))
        stage.await_published()
        cut_partitions(stage.ground, PARTITIONS)
    stage.store(story.rest(more))
    stage.await_applied(story)
    assert_found(stage.found(story), DIFFERING, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_a_lost_last_event_stays_lost_without_the_reconciler(stage: Stage, protected: bool) -> None:
    story, after = stage.story(paid_too_much_after_a_late_start), stage.story(nobody_complies_or_pays)
    part = story.before(PAID)
    stage.run("relay", "worker", *(["reconciler"] if protected else []))
    stage.begin(part)
    with away(stage.ground, "worker"):
        stage.store(story.rest(part))
        stage.await_published()
        cut_partitions(stage.ground, PARTITIONS)
    stage.store(after)
    stage.await_applied(after)
    if protected:
        stage.await_applied(story)
    assert_found(stage.found(story, after), DIFFERING, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_what_a_killed_worker_had_in_hand_is_lost_where_it_acknowledges_before_it_commits(stage: Stage, protected: bool) -> None:
    story, after = stage.story(paid_too_much_after_a_late_start), stage.story(nobody_complies_or_pays)
    part = story.but_for_the_last()
    stage.run("relay", "worker", **without("commit_before_acknowledgement", "worker", unless=protected))
    stage.begin(part)
    with stage.held("penalties"):
        stage.store(story.rest(part))
        stage.await_held_up(1)
        if not protected:
            stage.await_read()
        stage.ground.system.kill("worker")
    stage.store(after)
    stage.await_applied(after)
    stage.await_read()
    assert_found(stage.found(story, after), DIFFERING, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_a_forged_message_shows_a_wrong_row_where_messages_are_believed(stage: Stage, protected: bool) -> None:
    story = stage.story(paid_too_much_after_a_late_start)
    part = story.before(PAID)
    stage.run("relay", "worker", **without("store_check", "worker", unless=protected))
    stage.begin(part)
    with away(stage.ground, "relay"):
        stage.store(story.rest(part))
        forge(stage, story, PAID, was=b"7000000", told=b"7000001")
        stage.await_read()
    stage.await_applied(story)
    assert_found(stage.found(story), DIFFERING, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_an_event_is_published_twice_by_a_relay_that_does_not_look_what_lies_there(stage: Stage, protected: bool) -> None:
    """Its notes are set back to what they were before a window, as if it had ended between acknowledgement and noting."""
    story = stage.story(paid_too_much_after_a_late_start)
    stage.run("relay", **without("tail_of_the_partitions", "relay", unless=protected))
    stage.await_published()
    noted = stage.notes_of_the_relay()
    stage.store(story)
    stage.await_published()
    with away(stage.ground, "relay"):
        stage.set_back_the_relay(noted)
    stage.await_published()
    assert_found(stage.found(story), DOUBLED_IN_TOPIC, unless=protected)


@BOTH
def test_two_relays_publish_everything_twice_without_their_lock(stage: Stage, protected: bool) -> None:
    story = stage.story(paid_too_much_after_a_late_start)
    stage.run("relay", "relay-2", **without("lock_of_the_relay", "relay", "relay-2", unless=protected))
    stage.await_published()
    stage.store(story)
    stage.await_published()
    assert_found(stage.found(story), DOUBLED_IN_TOPIC, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_a_batch_whose_acknowledgement_got_lost_is_there_twice_without_idempotence(stage: Stage, protected: bool) -> None:
    story = stage.story(paid_too_much_after_a_late_start)
    stage.run("relay", **without("idempotence_of_the_producer", "relay", unless=protected))
    stage.await_published()
    proxy = stage.ground.proxies["kafka"]
    proxy.lose_answer(PUBLISHED)
    stage.store(story)
    stage.await_published()
    assert proxy.unanswered is None
    assert_found(stage.found(story), DOUBLED_IN_TOPIC, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_a_case_that_goes_on_past_an_event_that_cannot_be_applied_shows_wrong_rows(stage: Stage, protected: bool) -> None:
    story = stage.story(paid_too_much_after_a_late_start)
    bad = next(event_id for event_id, event in story.history.events.items() if event.type == PAID)
    stage.run("relay", "worker", **without("parking", "worker", unless=protected))
    stage.store(story, damaged=bad)
    stage.await_read()
    stage.mend(bad)
    if protected:
        stage.ground.system.run("parked", "retry", "--case", str(bad[0]), "--by", "ops:admin", "--reason", "mended")
    assert_found(stage.found(story), DIFFERING, unless=protected)


@pytest.mark.faults  # too long for make test
@BOTH
def test_a_deadline_is_fired_twice_where_nothing_prevents_it(stage: Stage, protected: bool) -> None:
    """The read model is held, and says that it is due until long after it was fired."""
    story = stage.story(issued_and_never_paid)
    stage.run("relay", "worker", "reconciler", **without("firing_once", "worker", "reconciler", unless=protected))
    part = story.before(PASSED, number=2)
    stage.begin(part)
    fires = story.history.after[0]
    with stage.held("deadlines"):
        stage.move_clock(story, fires.at)
        if protected:
            stage.await_claimed(fires.case_id, times=2)
        else:
            stage.await_passed(fires.case_id, fires.role, times=2)
    found = stage.found(story)
    assert (FIRED_TWICE in found) != protected, found
    assert UNEXPECTED not in found or not protected, found


@pytest.mark.faults  # too long for make test
@BOTH
def test_a_command_is_done_twice_whose_outcome_is_not_saved_with_its_events(
    stage: Stage, protected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database breaks off when the payment is saved: with everything done, and only the answer lost; or before its outcome."""
    story = stage.story(paid_too_much_after_a_late_start)
    stage.run("relay", "worker")
    save = CaseApplication.save
    broke: list[bool] = []

    def breaks_off(application: CaseApplication, *saved: Any) -> Any:
        if broke or not any(isinstance(event, PaymentRecorded) for case in saved for event in getattr(case, "pending", ())):
            return save(application, *saved)
        broke.append(True)
        save(application, *(one for one in saved if protected or not isinstance(one, CommandOutcome)))
        raise OperationalError

    monkeypatch.setattr(CaseApplication, "save", breaks_off)
    found = stage.played(story)
    assert broke
    assert not found if protected else "fine.payment_recorded, not" in found[ALTERED][0], found


@pytest.mark.faults  # too long for make test
@BOTH
def test_a_deadline_is_fired_before_its_day_by_a_clock_that_is_ahead_where_it_is_believed(stage: Stage, protected: bool) -> None:
    stage.run("relay", "worker", "reconciler", **without("guard_of_the_clock", "worker", "reconciler", unless=protected))
    assert stage.ground.clock
    beside = stage.on_wall_time()
    ((case_id, _),) = beside.due
    stage.ground.clock.move(timedelta(days=400).total_seconds())
    if protected:
        stage.await_logged("worker", "clock_is_off")
        stage.await_logged("reconciler", "clock_is_off")
    else:
        stage.await_passed(case_id, "response:LATER", times=1)
    stage.ground.clock.move(0)
    if protected:
        # Once the clock is right again what is due fires.
        stage.await_passed(case_id, "response:NOW", times=1)
    found = stage.found_beside(beside)
    assert (FIRED_EARLY in found) != protected, found
    assert not (protected and found)
