"""Parked cases are an alarm when they are too many, or wait too long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from projections.parking import ParkedCase
from projections.parking_alarms import Limits, alarms

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LIMITS = Limits(most=2, longest=timedelta(minutes=60))


def waiting(*, minutes: int = 0, case_id: UUID | None = None, read_model: str = "cases", owner: str | None = None) -> ParkedCase:
    since = NOW - timedelta(minutes=minutes)
    return ParkedCase(
        read_model=read_model,
        case_id=case_id or uuid4(),
        matter_id=None,
        version=3,
        event_type="fine.opened",
        error_kind="permanent",
        error_class="UnreadableEvent",
        error="x",
        attempts=1,
        parked_at=since,
        last_attempt_at=NOW,
        stale_since=since,
        owner=owner,
        waiting_events=1,
    )


def test_nothing_parked_is_no_alarm() -> None:
    assert alarms([], LIMITS, NOW) == []


def test_as_many_and_as_long_as_may_be_is_no_alarm() -> None:
    assert alarms([waiting(minutes=60), waiting()], LIMITS, NOW) == []


def test_one_case_more_is_an_alarm() -> None:
    (alarm,) = alarms([waiting(), waiting(), waiting()], LIMITS, NOW)
    assert (alarm.kind, alarm.words) == ("too_many_parked", "3 cases are parked; at most 2 may be. See `regcase parked list`.")


def test_one_case_where_none_may_be_is_told_as_one() -> None:
    (alarm,) = alarms([waiting()], Limits(most=0, longest=LIMITS.longest), NOW)
    assert alarm.words == "1 case is parked; at most 0 may be. See `regcase parked list`."


def test_a_case_that_waits_in_several_read_models_counts_once() -> None:
    case_id = uuid4()
    rows = [waiting(case_id=case_id, read_model=name) for name in ("cases", "deadlines", "penalties")]
    assert alarms(rows, LIMITS, NOW) == []


def test_a_minute_more_is_an_alarm_that_tells_since_when_and_who_sees_to_it() -> None:
    (alarm,) = alarms([waiting(minutes=61, owner="jane"), waiting(minutes=5)], LIMITS, NOW)
    assert alarm.kind == "parked_too_long"
    assert alarm.words == (
        "1 case is parked for more than 60 minutes, the longest since 2026-03-02 10:59 UTC in cases (owner jane). "
        "See `regcase parked list`."
    )


def test_nobody_is_told_as_nobody_and_both_limits_are_told() -> None:
    found = alarms([waiting(minutes=100), waiting(minutes=70), waiting()], LIMITS, NOW)
    assert [alarm.kind for alarm in found] == ["too_many_parked", "parked_too_long"]
    assert "2 cases are parked for more than 60 minutes" in found[1].words
    assert "(nobody sees to it)" in found[1].words


def test_limits_of_nothing_make_every_parked_case_an_alarm() -> None:
    found = alarms([waiting(minutes=1)], Limits(most=0, longest=timedelta(0)), NOW)
    assert [alarm.kind for alarm in found] == ["too_many_parked", "parked_too_long"]
