"""The checker finds each kind of fault and names it: it is shown a history that is right, and then the same, doctored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from projections.compare import Difference
from tests.faults import findings as kinds
from tests.faults.beside import Beside
from tests.faults.checker import check
from tests.faults.driver import Played
from tests.faults.fault import MARK, Injected, Place
from tests.faults.findings import Findings
from tests.faults.model import Event, EventId, History, recorded
from tests.faults.readings import Readings, Stored
from tests.histories import STORIES
from tests.topics import Published

STORED_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = STORED_AT + timedelta(days=1)


@pytest.fixture(scope="module")
def history() -> History:
    """A fine and a notice that nobody heeds: timers fire, and open cases."""
    with recorded("checked") as recorders:
        STORIES["nobody_complies_or_pays"]()
    made = recorders[0].history("story", Random(1))
    assert made
    return made


def played(history: History) -> Played:
    """All of it was given, and answered as it should be."""
    answers: list[tuple[str | None, ...]] = [(None, "conflict") if s.rival else (s.refused,) for s in history.steps]
    return Played(history, answers, [(history.end, STORED_AT)], complete=True)


def stored(history: History) -> list[Stored]:
    """As the store would have it, in the order in which it was played."""
    return [as_stored(event_id, event) for event_id, event in history.events.items()]


def as_stored(event_id: EventId, event: Event) -> Stored:
    envelope = event.envelope
    return Stored(event_id, event, STORED_AT, envelope["causation_id"], UUID(envelope["matter_id"]))


def messages(of: list[Stored]) -> list[Published]:
    """As the relay would publish it."""
    return [message(one.event_id, one.event, offset) for offset, one in enumerate(of)]


def message(event_id: EventId, event: Event, offset: int, **more: str) -> Published:
    digest = hashlib.sha256(event.payload).hexdigest()
    headers = {"ce_id": f"{event_id[0]}/{event_id[1]}", "ce_digest": digest, **more}
    return Published(0, offset, b"key", event.payload, headers)


def found(findings: Findings) -> dict[str, int]:
    """What was found, but nothing that was not."""
    return {kind: found.count for kind, found in findings.found.items() if found.count}


def checked(history: History, injected: Injected | None = None, **doctored: Any) -> dict[str, int]:
    """What the checker finds in what is right but for what is doctored."""
    there = stored(history)
    readings = replace(Readings(there, messages(there)), **doctored)
    return found(check([played(history)], Beside(), readings, injected or Injected()))


def test_what_is_right_has_no_fault(history: History) -> None:
    assert checked(history) == {}
    there = stored(history)
    findings = check([played(history)], Beside(), Readings(there, messages(there)), Injected())
    assert findings.faults == []
    assert (findings.events, findings.published, findings.matters) == (len(there), len(there), 1)
    assert len(findings.late_by) == len(history.firings) > 3


class TestTheStore:
    def test_an_event_that_is_not_there_is_lost(self, history: History) -> None:
        there = stored(history)[:-1]
        assert checked(history, stored=there, messages=messages(there)) == {kinds.LOST: 1}

    def test_an_event_that_is_there_twice_is_unexpected(self, history: History) -> None:
        there = stored(history)
        (case_id, version), event = there[-1].event_id, there[-1].event
        there.append(as_stored((case_id, version + 1), event))
        assert checked(history, stored=there, messages=messages(there)) == {kinds.UNEXPECTED: 1}

    def test_an_event_of_a_matter_that_nobody_opened_is_unexpected(self, history: History) -> None:
        there = stored(history)
        stranger = replace(there[-1], event_id=(uuid4(), 1), matter_id=uuid4())
        there.append(stranger)
        assert checked(history, stored=there, messages=messages(there)) == {kinds.UNEXPECTED: 1}

    @pytest.mark.parametrize(
        "doctor",
        [
            lambda event: replace(event, payload=event.payload.replace(b"2022", b"2023")),
            lambda event: replace(event, envelope={**event.envelope, "recorded": "2020-01-01T00:00:00Z"}),
            lambda event: replace(event, envelope={**event.envelope, "actor": {"id": "x", "role": "officer"}}),
        ],
        ids=["payload", "time of recording", "actor"],
    )
    def test_an_event_with_other_content_is_altered(self, history: History, doctor: Callable[[Event], Event]) -> None:
        there = stored(history)
        index = next(n for n, one in enumerate(there) if b"2022" in one.event.payload)
        there[index] = replace(there[index], event=doctor(there[index].event))
        assert checked(history, stored=there, messages=messages(there)) == {kinds.ALTERED: 1}

    def test_what_was_answered_for_and_is_not_there_is_lost(self, history: History) -> None:
        there = stored(history)
        beside = Beside(answered={(uuid4(), 1)})
        assert found(check([played(history)], beside, Readings(there, messages(there)), Injected())) == {kinds.LOST: 1}

    def test_of_a_history_that_was_not_played_to_its_end_nothing_is_missed_but_its_end(self, history: History) -> None:
        there = stored(history)[:-1]
        half = replace(played(history), complete=False)
        assert found(check([half], Beside(), Readings(there, messages(there)), Injected())) == {kinds.NOT_SETTLED: 1}

    def test_another_answer_than_the_models_is_told(self, history: History) -> None:
        wrong = played(history)
        wrong.answers[2] = ("wrong_state",)
        there = stored(history)
        assert found(check([wrong], Beside(), Readings(there, messages(there)), Injected())) == {kinds.COMPLAINTS: 1}


class TestTheTopic:
    def test_a_message_that_is_not_there_is_lost(self, history: History) -> None:
        assert checked(history, messages=messages(stored(history))[1:]) == {kinds.LOST_IN_TOPIC: 1}

    def test_a_message_that_a_fault_took_out_is_not(self, history: History) -> None:
        injected = Injected(removed={stored(history)[0].event_id})
        assert checked(history, injected, messages=messages(stored(history))[1:]) == {}

    def test_a_message_that_is_there_twice_is_doubled(self, history: History) -> None:
        there = stored(history)
        twice = [*messages(there), message(there[0].event_id, there[0].event, 1000)]
        assert checked(history, messages=twice) == {kinds.DOUBLED_IN_TOPIC: 1}

    def test_which_is_no_fault_where_a_writer_was_left_behind(self, history: History) -> None:
        there = stored(history)
        readings = Readings(there, [*messages(there), message(there[0].event_id, there[0].event, 1000)])
        findings = check([played(history)], Beside(), readings, Injected(writers_left_behind=True))
        assert found(findings) == {kinds.DOUBLED_IN_TOPIC: 1}
        assert findings.faults == []

    def test_a_copy_that_a_fault_wrote_is_not_doubled(self, history: History) -> None:
        there = stored(history)
        copy = message(there[0].event_id, there[0].event, 1000, **{MARK: "copies"})
        assert checked(history, messages=[*messages(there), copy]) == {}

    def test_two_versions_of_a_case_in_the_wrong_order_are_out_of_order(self, history: History) -> None:
        there = stored(history)
        later = next(n for n in range(1, len(there)) if there[n].event_id[0] == there[n - 1].event_id[0])
        there_otherwise = [*there[: later - 1], there[later], there[later - 1], *there[later + 1 :]]
        assert checked(history, messages=messages(there_otherwise)) == {kinds.OUT_OF_ORDER: 1}

    def test_a_case_in_two_partitions_is_out_of_order(self, history: History) -> None:
        there = messages(stored(history))
        case_id = there[-1].headers["ce_id"].partition("/")[0]
        assert any(one.headers["ce_id"].startswith(case_id) for one in there[:-1])
        assert checked(history, messages=[*there[:-1], replace(there[-1], partition=5)]) == {kinds.OUT_OF_ORDER: 1}

    def test_a_message_with_another_payload_than_the_stored_one_is_altered_and_its_event_lost(self, history: History) -> None:
        there = messages(stored(history))
        there[0] = replace(there[0], value=b"{}")
        assert checked(history, messages=there) == {kinds.ALTERED_IN_TOPIC: 1, kinds.LOST_IN_TOPIC: 1}

    def test_a_message_that_is_no_event_and_that_no_fault_wrote_is_strange(self, history: History) -> None:
        strange = Published(0, 1000, None, b"?", {})
        assert checked(history, messages=[*messages(stored(history)), strange]) == {kinds.STRANGE_IN_TOPIC: 1}

    def test_garbage_is_to_be_rejected_and_nothing_else_is(self, history: History) -> None:
        garbage = Published(0, 1000, None, b"?", {MARK: "garbage"})
        there = [*messages(stored(history)), garbage]
        place = Place(0, 1000)
        injected = Injected(garbage={place})
        assert checked(history, injected, messages=there) == {kinds.NOT_REJECTED: 1}
        assert checked(history, injected, messages=there, rejected=frozenset({place})) == {}
        assert checked(history, rejected=frozenset({Place(0, 3)})) == {kinds.WRONGLY_REJECTED: 1}


class TestDeadlines:
    def firing(self, history: History) -> int:
        return next(n for n, one in enumerate(stored(history)) if one.event.type.endswith(".deadline_passed"))

    def test_one_that_fired_twice_is_told(self, history: History) -> None:
        there = stored(history)
        once = there[self.firing(history)]
        there.insert(self.firing(history) + 1, replace(once, event_id=(once.event_id[0], 999)))
        assert checked(history, stored=there, messages=messages(there)) == {
            kinds.FIRED_TWICE: 1,
            kinds.UNEXPECTED: 1,
            kinds.OUT_OF_ORDER: 1,
        }

    def test_one_that_fired_before_it_was_due_is_told(self, history: History) -> None:
        there = stored(history)
        once = there[self.firing(history)]
        facts = json.dumps({**once.facts, "fired_at": "2001-01-01T00:00:00Z"}).encode()
        there[self.firing(history)] = replace(once, event=replace(once.event, payload=facts))
        assert checked(history, stored=there, messages=messages(there)) == {kinds.FIRED_EARLY: 1, kinds.ALTERED: 1}

    def test_one_that_is_due_and_has_not_fired_is_told(self, history: History) -> None:
        assert checked(history, due=["payment of a fine"]) == {kinds.UNFIRED: 1}

    def test_one_on_wall_time_that_has_not_fired_is_told(self, history: History) -> None:
        there = stored(history)
        beside = Beside(due={(uuid4(), "response:NOW"): STORED_AT})
        assert found(check([played(history)], beside, Readings(there, messages(there)), Injected())) == {kinds.UNFIRED: 1}

    def test_are_late_from_the_moment_at_which_the_clock_came_to_their_end(self, history: History) -> None:
        there = stored(history)
        last = history.firings[-1]
        there = [replace(one, stored_at=LATER) if one.causation_id == last.key else one for one in there]
        findings = check([played(history)], Beside(), Readings(there, messages(there)), Injected())
        assert (findings.late_median, findings.late_worst) == (0, timedelta(days=1).total_seconds())


class TestWhatElse:
    def test_a_row_that_differs_is_told(self, history: History) -> None:
        difference = Difference("cases", uuid4(), "row_different", "cases", {}, {"state": ("issued", "settled")})
        assert checked(history, differences=[difference]) == {kinds.DIFFERING: 1}

    def test_a_row_that_differed_until_the_reconciler_healed_it_is_told(self, history: History) -> None:
        assert checked(history, mended=["rows_differ in cases"]) == {kinds.DIFFERING: 1}

    def test_what_is_parked_and_what_does_not_come_to_rest_is_told(self, history: History) -> None:
        assert checked(history, parked=["cases: x"], unsettled=["3 events are not published"]) == {
            kinds.PARKED: 1,
            kinds.NOT_SETTLED: 1,
        }
