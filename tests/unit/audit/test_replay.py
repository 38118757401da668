"""A case as of a time, by both kinds of time: what was known, and what was so in law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.effective import effective_days
from audit.replay import By, replay
from domain.case.case import Case
from domain.case.events import CaseEvent
from domain.fine.fine import Fine
from domain.refusals import UnknownCase
from domain.unit_of_work import rebuild
from tests.desk import ISSUER, REGISTRAR, Desk, appealed, in_force, issued
from tests.histories import asked_appealed_and_linked, correct

LONDON = ZoneInfo("Europe/London")


def as_of(desk: Desk, name: str, day: str, by: By) -> Case:
    case = replay(desk.app, desk.names[name], date.fromisoformat(day), by).case
    assert case is not None
    return case


def fine_as_of(desk: Desk, day: str, by: By) -> Fine:
    case = as_of(desk, "fine", day, by)
    assert isinstance(case, Fine)
    return case


def status(case: Case, role: str) -> str:
    deadline = case.deadline(role)
    assert deadline is not None
    return deadline.status


class TestAPaymentRecordedLate:
    """Received on 10 June 2022, within the time to pay (until the 15th); entered on the 20th, when a breach was suspected."""

    @pytest.fixture
    def desk(self) -> Desk:
        desk = issued().at("2022-06-20")
        desk.non_compliances()
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 7552800", received_on="2022-06-10", reference="BACS")
        return desk

    @pytest.mark.parametrize(
        ("day", "by", "expected"),
        [
            ("2022-06-09", "recorded", (0, "running", "issued")),
            ("2022-06-10", "recorded", (0, "running", "issued")),
            ("2022-06-16", "recorded", (0, "passed", "issued")),
            ("2022-06-19", "recorded", (0, "passed", "issued")),
            ("2022-06-20", "recorded", (7552800, "met", "settled")),
            ("2022-06-09", "effective", (0, "running", "issued")),
            ("2022-06-10", "effective", (7552800, "met", "settled")),
            ("2022-06-16", "effective", (7552800, "met", "settled")),
            ("2022-06-20", "effective", (7552800, "met", "settled")),
        ],
    )
    def test_counts_in_law_from_its_receipt_and_for_the_record_from_its_entry(
        self, desk: Desk, day: str, by: By, expected: tuple[int, str, str]
    ) -> None:
        fine = fine_as_of(desk, day, by)
        assert fine.account.paid is not None
        assert (int(fine.account.paid.value), status(fine, "payment"), fine.state) == expected

    def test_takes_the_ground_from_the_suspicion_in_law_from_its_first_day(self, desk: Desk) -> None:
        assert as_of(desk, "non_compliance-1", "2022-06-16", "recorded").state == "suspected"
        assert as_of(desk, "non_compliance-1", "2022-06-20", "recorded").state == "dismissed"
        assert as_of(desk, "non_compliance-1", "2022-06-16", "effective").state == "dismissed"
        assert replay(desk.app, desk.names["non_compliance-1"], date(2022, 6, 15), "effective").case is None


class TestAnAppealRecordedLate:
    """Received on 14 June 2022, in time; entered on the 24th, after the timers had let the time to appeal and to pay pass."""

    @pytest.fixture
    def desk(self) -> Desk:
        desk = issued().at("2022-06-24")
        desk.non_compliances()
        desk.done(
            "appeal.lodge",
            by=REGISTRAR,
            against=["fine"],
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-06-14",
            grounds=["No jurisdiction"],
        )
        return desk

    def test_bars_in_law_from_its_receipt(self, desk: Desk) -> None:
        assert not fine_as_of(desk, "2022-06-13", "effective").under_appeal
        fine = fine_as_of(desk, "2022-06-14", "effective")
        assert (fine.under_appeal, fine.final, status(fine, "appeal")) == (True, False, "met")
        fine = fine_as_of(desk, "2022-06-17", "effective")
        assert (fine.under_appeal, fine.final, status(fine, "appeal")) == (True, False, "met")
        assert as_of(desk, "appeal", "2022-06-14", "effective").state == "lodged"

    def test_was_not_known_before_its_entry(self, desk: Desk) -> None:
        fine = fine_as_of(desk, "2022-06-23", "recorded")
        assert (fine.under_appeal, fine.final, status(fine, "appeal")) == (False, True, "passed")
        assert replay(desk.app, desk.names["appeal"], date(2022, 6, 23), "recorded").case is None

    def test_leaves_no_suspicion_in_law(self, desk: Desk) -> None:
        assert as_of(desk, "non_compliance-1", "2022-06-17", "recorded").state == "suspected"
        assert as_of(desk, "non_compliance-1", "2022-06-17", "effective").state == "dismissed"


class TestComplianceRecordedLate:
    def test_meets_in_law_the_deadline_that_the_timers_let_pass(self) -> None:
        desk = in_force().at("2022-10-03")
        desk.done(
            "enforcement_notice.record_compliance",
            "notice",
            by=REGISTRAR,
            requirement="stop",
            complied_on="2022-09-15",
            assessed_on="2022-10-03",
        )
        for day, recorded, effective in (
            ("2022-09-14", "running", "running"),
            ("2022-09-15", "running", "met"),
            ("2022-09-16", "passed", "met"),
            ("2022-10-03", "met", "met"),
        ):
            assert status(as_of(desk, "notice", day, "recorded"), "comply:stop") == recorded, day
            assert status(as_of(desk, "notice", day, "effective"), "comply:stop") == effective, day


class TestAnExtension:
    def test_moves_the_end_in_law_from_the_day_it_was_agreed_though_entered_later(self) -> None:
        desk = issued().at("2022-06-20")
        desk.done(
            "fine.extend_deadline",
            "fine",
            by=REGISTRAR,
            role="appeal",
            until="2022-07-29",
            agreed_on="2022-06-13",
            authority="tribunal_order",
            reason="Papers lost",
        )
        for day, recorded, effective in (
            ("2022-06-12", "running 2022-06-15", "running 2022-06-15"),
            ("2022-06-13", "running 2022-06-15", "running 2022-07-29"),
            ("2022-06-16", "passed 2022-06-15", "running 2022-07-29"),
            ("2022-06-20", "running 2022-07-29", "running 2022-07-29"),
        ):
            for by, expected in (("recorded", recorded), ("effective", effective)):
                deadline = as_of(desk, "fine", day, by).deadline("appeal")  # type: ignore[arg-type] # a Literal in a loop
                assert deadline is not None
                assert f"{deadline.status} {deadline.due}" == expected, (day, by)


class TestACorrection:
    """A payment of 10 June 2022, in time, entered that day; corrected on the 20th to the 18th, after its end on the 15th."""

    @pytest.fixture
    def desk(self) -> Desk:
        desk = issued().at("2022-06-10")
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 7552800", received_on="2022-06-10", reference="BACS")
        desk.at("2022-06-20")
        correct(desk, "fine", "payment_recorded", received_on="2022-06-18")
        return desk

    @pytest.mark.parametrize(
        ("day", "recorded", "effective"),
        [
            ("2022-06-09", (0, "running"), (0, "running")),
            ("2022-06-10", (7552800, "met"), (0, "running")),
            ("2022-06-15", (7552800, "met"), (0, "running")),
            ("2022-06-16", (7552800, "met"), (0, "passed")),
            ("2022-06-18", (7552800, "met"), (7552800, "passed")),
            ("2022-06-20", (7552800, "passed"), (7552800, "passed")),
        ],
    )
    def test_counts_in_law_from_the_start_and_for_the_record_from_its_entry(
        self, desk: Desk, day: str, recorded: tuple[int, str], effective: tuple[int, str]
    ) -> None:
        for by, expected in (("recorded", recorded), ("effective", effective)):
            fine = fine_as_of(desk, day, by)  # type: ignore[arg-type] # a Literal in a loop
            assert fine.account.paid is not None
            assert (int(fine.account.paid.value), status(fine, "payment")) == expected, by

    def test_counts_in_law_from_the_day_that_the_last_correction_gave_the_entry(self) -> None:
        desk = issued().at("2022-06-18")
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 5", received_on="2022-06-18", reference="BACS")
        correct(desk, "fine", "payment_recorded", amount="GBP 7")
        correct(desk, "fine", "payment_recorded", received_on="2022-06-10")
        paid = fine_as_of(desk, "2022-06-12", "effective").account.paid
        assert paid is not None
        assert int(paid.value) == 7

    def test_of_what_a_period_counts_from_moves_its_end_in_law_from_its_beginning(self) -> None:
        desk = issued().at("2022-06-16")
        correct(desk, "fine", "penalty_notice_issued", sent_on="2022-05-20")
        for day, recorded, effective in (
            ("2022-05-20", "running 2022-06-15", "running 2022-06-17"),
            ("2022-06-15", "passed 2022-06-15", "running 2022-06-17"),
            ("2022-06-16", "running 2022-06-17", "running 2022-06-17"),
        ):
            for by, expected in (("recorded", recorded), ("effective", effective)):
                deadline = as_of(desk, "fine", day, by).deadline("appeal")  # type: ignore[arg-type] # a Literal in a loop
                assert deadline is not None
                assert f"{deadline.status} {deadline.due}" == expected, (day, by)
        assert as_of(desk, "fine", "2022-05-19", "effective").state == "intended"
        assert as_of(desk, "fine", "2022-05-19", "recorded").state == "issued"


class TestTimersThatWereLate:
    def test_a_breach_is_one_in_law_from_the_day_after_the_due_date(self) -> None:
        desk = issued()
        desk.time.current = datetime(2022, 7, 20, 12, tzinfo=UTC)  # the timers stood still for five weeks
        desk.at("2022-07-20")
        desk.non_compliances()
        assert status(fine_as_of(desk, "2022-06-15", "effective"), "payment") == "running"
        assert status(fine_as_of(desk, "2022-06-16", "effective"), "payment") == "passed"
        assert status(fine_as_of(desk, "2022-07-19", "recorded"), "payment") == "running"
        assert as_of(desk, "non_compliance-1", "2022-06-16", "effective").state == "suspected"
        assert replay(desk.app, desk.names["non_compliance-1"], date(2022, 7, 19), "recorded").case is None

    def test_a_period_that_ends_at_an_hour_is_over_at_the_end_of_that_day(self) -> None:
        desk = issued().at("2022-06-20")
        assert status(fine_as_of(desk, "2022-06-14", "effective"), "appeal") == "running"
        assert status(fine_as_of(desk, "2022-06-15", "effective"), "appeal") == "passed"
        assert status(fine_as_of(desk, "2022-06-15", "recorded"), "appeal") == "passed"


class TestADay:
    def test_means_its_end_in_the_regimes_time_zone(self) -> None:
        desk = issued()
        desk.move_to(datetime(2022, 6, 30, 23, 30, tzinfo=UTC))  # 1 July in London
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 1", received_on="2022-06-30", reference="x")
        assert not fine_as_of(desk, "2022-06-30", "recorded").account.paid
        assert fine_as_of(desk, "2022-07-01", "recorded").account.paid

    def test_may_be_an_instant_instead(self) -> None:
        desk = issued()
        fine = desk.names["fine"]
        noon = datetime(2022, 5, 18, 12, tzinfo=UTC)
        before = replay(desk.app, fine, noon - timedelta(seconds=1)).case
        at = replay(desk.app, fine, noon).case
        assert before is not None
        assert at is not None
        assert (before.state, at.state) == ("intended", "issued")
        in_law = replay(desk.app, fine, noon - timedelta(hours=1), "effective").case
        assert in_law is not None
        assert in_law.state == "issued"


def test_a_replay_tells_how_much_of_the_history_it_took_in() -> None:
    desk = issued()
    found = replay(desk.app, desk.names["fine"], date(2021, 12, 1))
    assert (len(found.events), found.known) == (4, 10)


def test_before_a_case_began_there_is_none() -> None:
    desk = issued()
    assert replay(desk.app, desk.names["fine"], date(2020, 1, 1), "recorded").case is None
    assert replay(desk.app, desk.names["fine"], date(2020, 1, 1), "effective").case is None


def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(UnknownCase):
        replay(issued().app, UUID(int=7), date(2022, 1, 1))


# Whatever was recorded, a replay never fails, and as of the end of time it is the case as it stands.


def long_story() -> Desk:
    """A matter with an appeal through the courts, a breach, payments and refunds, some of it entered late."""
    desk = appealed().at("2023-10-20")
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="allowed", decided_on="2023-10-17", sent_on="2023-10-20")
    desk.at("2023-11-16")
    seek: dict[str, Any] = {
        "by_": "respondent",
        "court": "first_tier_tribunal",
        "received_on": "2023-11-16",
        "grounds": ["Wrong in law"],
    }
    desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **seek)
    desk.at("2024-10-28")
    desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="refused", sent_on="2024-10-28")
    desk.done("appeal.renew_permission", "appeal", by=REGISTRAR, court="upper_tribunal", received_on="2024-10-28")
    desk.at("2025-01-31")
    desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2025-01-31")
    desk.at("2025-10-07")
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="dismissed", decided_on="2025-10-06", sent_on="2025-10-07")
    desk.done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2025-10-07", reasons="A new start")
    desk.at("2026-03-01")
    desk.non_compliances()
    return desk


STORIES = {"of a fine and a notice": long_story(), "of an investigation": asked_appealed_and_linked()}
HISTORIES = {name: desk.histories() for name, desk in STORIES.items()}
FIELDS_OF_LAW = (
    "sent_on",
    "served_on",
    "received_on",
    "decided_on",
    "met_on",
    "since",
    "resumed_on",
    "ended_on",
    "agreed_on",
    "final_on",
)


def facts(case: Case) -> dict[str, Any]:
    """Everything that a case keeps."""
    return {name: str(vars(value)) if hasattr(value, "__dict__") else value for name, value in vars(case).items()}


@pytest.mark.parametrize("by", ["recorded", "effective"])
@pytest.mark.parametrize("story", STORIES)
def test_as_of_today_a_case_is_as_it_stands(story: str, by: By) -> None:
    app = STORIES[story].app
    for case_id in HISTORIES[story]:
        case = replay(app, case_id, date(2100, 1, 1), by).case
        assert case is not None
        assert case.state == app.case(case_id).state
        assert case.deadlines == app.case(case_id).deadlines


@pytest.mark.parametrize("story", STORIES)
def test_each_day_of_a_long_story_can_be_replayed(story: str) -> None:
    app, histories = STORIES[story].app, HISTORIES[story]
    days = {
        event.recorded.date() + timedelta(days=shift)
        for history in histories.values()
        for event in history
        for shift in (-1, 0, 1)
    }
    for case_id in histories:
        for day in days:
            for by in get_args(By):
                replay(app, case_id, day, by)


@pytest.mark.parametrize("story", STORIES)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_dates_of_law_were_entered_every_day_can_be_replayed(story: str, data: st.DataObject) -> None:
    histories = HISTORIES[story]
    days = st.dates(date(2020, 1, 1), date(2026, 12, 31))
    odd: list[CaseEvent] = []
    for event in (event for history in histories.values() for event in history):
        changes = {field: data.draw(days) for field in FIELDS_OF_LAW if hasattr(event, field) and data.draw(st.booleans())}
        odd.append(event.model_copy(update=changes))
    day = data.draw(days)
    for case_id in histories:
        effective = effective_days(case_id, odd, LONDON)
        rebuild(None, [event for event in odd if event.case_id == case_id and effective[event.version] <= day])
