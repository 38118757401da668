"""What waits by a court's order: duties of the notices appealed against, and the appeal itself. Dates to the day."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk import REGISTRAR, Desk, appealed, days_after, in_force, issued

SERVED = {"id": "served", "text": "t", "comply_within": "P2M", "counted_from": "served"}


def stay(desk: Desk, *roles: str, on: str = "2022-06-14", until: str | None = None) -> None:
    more: dict[str, Any] = {"until": until} if until else {}
    desk.done("appeal.order_stay", "appeal", by=REGISTRAR, roles=roles, ordered_on=on, **more)


def lift(desk: Desk, day: str, *roles: str) -> None:
    more: dict[str, Any] = {"roles": roles} if roles else {}
    desk.at(day).done("appeal.lift_stay", "appeal", by=REGISTRAR, lifted_on=day, **more)


def withdraw(desk: Desk, day: str) -> None:
    desk.at(day).done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on=day)


def decide(desk: Desk, outcome: str, day: str) -> None:
    desk.at(day).done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day)


def lodge(desk: Desk, against: str, day: str, **data: Any) -> None:
    fields: dict[str, Any] = {"scope": "whole", "court": "first_tier_tribunal", "received_on": day, "grounds": ["g"]}
    desk.at(day).done("appeal.lodge", name="appeal", by=REGISTRAR, against=[against], **{**fields, **data})


def payment(desk: Desk) -> tuple[str, str]:
    deadline = desk.deadline("fine", "payment")
    return deadline.status, str(deadline.due)


def stop(desk: Desk) -> tuple[str, str]:
    deadline = desk.deadline("notice", "comply:stop")
    return deadline.status, str(deadline.due)


class TestAStay:
    def test_lets_stand_still_what_the_law_does_not_suspend(self) -> None:
        desk = appealed()
        stay(desk, "payment")
        assert payment(desk)[0] == "suspended"

    def test_gives_back_the_days_once_the_appeal_has_ended(self) -> None:
        desk = appealed()
        stay(desk, "payment")
        withdraw(desk, "2022-07-14")
        assert payment(desk) == ("running", "2022-07-15")  # 14 June to 14 July are 30 days, after 15 June

    def test_with_a_day_ends_by_itself_on_that_day(self) -> None:
        desk = appealed()
        stay(desk, "payment", until="2022-07-14")
        assert payment(desk.at("2022-07-13"))[0] == "suspended"
        assert payment(desk.at("2022-07-14")) == ("running", "2022-07-15")

    def test_with_a_day_that_no_timer_saw_ends_on_that_day_before_the_next_act(self) -> None:
        for paid_on, status in (("2022-07-15", "met"), ("2022-07-16", "passed")):
            desk = appealed()
            stay(desk, "payment", until="2022-07-14")
            desk.time.current = desk.time.current.replace(month=9)
            desk.done(
                "fine.record_payment", "fine", by=REGISTRAR, amount="GBP 7552800", received_on=paid_on, reference="late timers"
            )
            assert payment(desk) == (status, "2022-07-15")

    def test_with_a_day_that_is_over_is_not_told_again_when_another_appeal_comes(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-01", appellant="third_party")
        stay(desk, "comply:stop", on="2022-06-01", until="2022-06-10")
        history = [event.NAME for event in desk.at("2022-06-14").notice().history if event.NAME == "deadline_suspended"]
        lodge(desk, "notice", "2022-06-14", appellant="third_party")
        assert [event.NAME for event in desk.notice().history if event.NAME == "deadline_suspended"] == history

    def test_that_overlaps_another_counts_once(self) -> None:
        desk = appealed()
        stay(desk, "payment", until="2022-07-14")
        stay(desk.at("2022-07-01"), "payment", on="2022-07-01", until="2022-08-01")
        assert payment(desk.at("2022-07-20"))[0] == "suspended"
        assert payment(desk.at("2022-08-01")) == ("running", "2022-08-02")  # 48 days, 14 June to 1 August

    def test_of_what_the_law_suspends_anyway_adds_nothing_while_the_appeal_lasts(self) -> None:
        desk = appealed()
        stay(desk, "comply:stop")
        withdraw(desk, "2022-07-14")
        assert stop(desk) == ("running", "2022-10-17")  # as without it: 30 days after 15 September is a Saturday

    def test_of_a_kind_covers_each_of_its_deadlines(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", appellant="third_party")
        stay(desk, "comply")
        assert [d.status for d in desk.notice().deadlines_of("comply")] == ["suspended", "suspended"]

    def test_covers_what_starts_while_it_stands(self) -> None:
        desk = in_force(requirements=[SERVED])
        lodge(desk, "notice", "2022-06-14", appellant="third_party")
        stay(desk, "comply:served")
        desk.at("2022-07-01").done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2022-07-01", method="post")
        deadline = desk.deadline("notice", "comply:served")
        assert (deadline.status, str(deadline.suspensions[0].since)) == ("suspended", "2022-07-01")
        withdraw(desk, "2022-07-11")
        assert str(desk.deadline("notice", "comply:served").due) == "2022-09-12"  # 10 days after 1 September, a Sunday

    def test_recorded_after_the_day_to_pay_but_ordered_before_dismisses_what_the_system_opened(self) -> None:
        desk = issued()
        lodge(desk, "fine", "2022-06-14", appellant="third_party")
        desk.at("2022-07-01")
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        stay(desk, "payment", on="2022-06-15")
        assert payment(desk)[0] == "suspended"
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]

    def test_with_a_day_recorded_after_the_day_to_pay_ends_by_itself_too(self) -> None:
        desk = issued()
        lodge(desk, "fine", "2022-06-14", appellant="third_party")
        stay(desk.at("2022-07-01"), "payment", on="2022-06-15", until="2022-07-14")
        assert payment(desk.at("2022-07-14")) == ("running", "2022-07-14")

    def test_ordered_after_the_day_to_pay_leaves_it_passed(self) -> None:
        desk = issued()
        lodge(desk, "fine", "2022-06-14", appellant="third_party")
        stay(desk.at("2022-07-01"), "payment", on="2022-06-16")
        assert payment(desk) == ("passed", "2022-06-15")

    def test_holds_a_payment_that_was_done_with_and_is_owed_again(self) -> None:
        desk = appealed()
        stay(desk, "payment")
        money: dict[str, Any] = {"amount": "GBP 1000000", "pay_by": "2024-06-30"}
        desk.done(
            "appeal.decide", "appeal", by=REGISTRAR, outcome="substituted", decided_on="2022-06-14", sent_on="2022-06-14", **money
        )
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 1000000", received_on="2022-06-14", reference="B")
        assert payment(desk)[0] == "met"
        seek: dict[str, Any] = {
            "by_": "respondent",
            "court": "first_tier_tribunal",
            "received_on": "2022-06-14",
            "grounds": ["g"],
        }
        desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **seek)
        desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2022-06-14")
        decide(desk, "allowed", "2022-10-20")
        assert payment(desk)[0] == "suspended"

    def test_that_was_lifted_does_not_come_back_with_a_notice_that_stands_again(self) -> None:
        desk = appealed()
        stay(desk, "comply:stop")
        decide(desk, "allowed", "2022-10-03")
        assert stop(desk.at("2022-11-02"))[0] == "lapsed"
        seek: dict[str, Any] = {
            "by_": "respondent",
            "court": "first_tier_tribunal",
            "received_on": "2022-10-31",
            "grounds": ["g"],
        }
        desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **seek)
        lift(desk, "2022-11-02", "comply:stop")
        desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2022-11-02")
        decide(desk, "allowed", "2022-12-01")
        assert stop(desk)[0] in ("running", "passed")

    def test_ordered_after_the_day_to_pay_bars_recovery_while_it_lasts(self) -> None:
        desk = issued()
        lodge(desk, "fine", "2022-06-14", appellant="third_party")
        stay(desk.at("2022-07-01"), "payment", on="2022-07-01", until="2022-08-01")
        recover: dict[str, Any] = {"court": "county_court", "started_on": "2022-07-31"}
        refusal = desk.at("2022-07-31").refused("fine.start_recovery", "fine", by=REGISTRAR, **recover)
        assert refusal["details"]["conditions"] == {"payment_period_ended": "a court has stayed the payment"}
        desk.at("2022-08-01").done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-08-01")

    def test_stands_again_with_an_appeal_that_turns_out_not_to_have_ended(self) -> None:
        desk = appealed()
        stay(desk, "payment")
        decide(desk, "dismissed", "2022-10-03")
        assert payment(desk.at("2022-11-02")) == ("passed", "2022-11-01")
        seek: dict[str, Any] = {"by_": "appellant", "court": "first_tier_tribunal", "received_on": "2022-10-31", "grounds": ["g"]}
        desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **seek)
        assert payment(desk)[0] == "suspended"
        withdraw(desk, "2022-11-30")
        assert payment(desk) == ("running", "2022-12-01")  # 169 days after 15 June

    @pytest.mark.parametrize("role", ["appeal", "comply:other", "penalty_limit", "response:x"])
    def test_of_something_that_nobody_owes_is_refused(self, role: str) -> None:
        refusal = appealed().refused("appeal.order_stay", "appeal", by=REGISTRAR, roles=[role], ordered_on="2022-06-14")
        assert (refusal["code"], refusal["details"]) == ("invalid", {"roles": [role]})

    def test_that_ends_before_it_begins_is_not_well_formed(self) -> None:
        stay_: dict[str, Any] = {"roles": ["payment"], "ordered_on": "2022-06-14", "until": "2022-06-14"}
        refusal = appealed().refused("appeal.order_stay", "appeal", by=REGISTRAR, **stay_)
        assert (refusal["code"], "until" in refusal["message"]) == ("invalid", True)


class TestLiftingAStay:
    def test_lets_time_run_again_from_that_day(self) -> None:
        desk = appealed()
        stay(desk, "payment")
        lift(desk, "2022-06-24")
        assert payment(desk) == ("running", "2022-06-27")  # 10 days after 15 June is a Saturday

    def test_leaves_what_the_law_suspends_as_long_as_an_order_stood(self) -> None:
        desk = appealed()
        stay(desk, "payment")
        lift(desk, "2022-06-24")
        assert stop(desk)[0] == "suspended"

    def test_before_its_day_counts_the_days_that_it_lasted(self) -> None:
        desk = appealed()
        stay(desk, "payment", until="2022-07-14")
        lift(desk, "2022-06-24")
        assert payment(desk.at("2022-06-26")) == ("running", "2022-06-27")

    def test_for_one_duty_leaves_the_others(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", appellant="third_party")
        stay(desk, "comply")
        lift(desk, "2022-06-24", "comply:stop")
        assert stop(desk) == ("running", "2022-09-26")  # 10 days after 15 September is a Sunday
        assert desk.deadline("notice", "comply:delete").status == "suspended"

    def test_where_no_order_stands_lifts_what_the_law_suspends(self) -> None:
        desk = appealed()
        lift(desk, "2022-06-24")
        assert stop(desk) == ("running", "2022-09-26")
        assert desk.notice().under_appeal

    def test_for_one_duty_lifts_what_the_law_suspends_for_that_one_alone(self) -> None:
        desk = appealed()
        lift(desk, "2022-06-24", "comply:stop")
        assert stop(desk) == ("running", "2022-09-26")
        assert desk.deadline("notice", "comply:delete").status == "suspended"

    def test_of_the_law_holds_for_what_starts_later_too(self) -> None:
        desk = in_force(requirements=[SERVED, {"id": "stop", "text": "t", "comply_by": "2022-09-15"}])
        lodge(desk, "notice", "2022-06-14")
        lift(desk, "2022-06-24")
        desk.at("2022-07-01").done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2022-07-01", method="post")
        assert desk.deadline("notice", "comply:served").status == "running"

    def test_lets_a_breach_be_found_while_the_appeal_is_pending(self) -> None:
        desk = appealed()
        lift(desk, "2022-06-24", "comply:stop")
        desk.at("2022-09-27")
        assert [case.suspicion.about for case in desk.non_compliances()] == ["comply:stop"]

    def test_is_refused_when_nothing_stands_still(self) -> None:
        desk = issued()
        lodge(desk, "fine", "2022-06-14")
        assert desk.refused("appeal.lift_stay", "appeal", by=REGISTRAR, lifted_on="2022-06-14")["code"] == "wrong_state"

    def test_can_be_followed_by_another_stay(self) -> None:
        desk = appealed()
        lift(desk, "2022-06-24", "comply:stop")
        stay(desk, "comply:stop", on="2022-06-24")
        assert stop(desk)[0] == "suspended"


@settings(max_examples=25, deadline=None)
@given(stays=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=1, max_size=4))
def test_however_stays_overlap_the_days_of_their_union_are_added_once(stays: list[tuple[int, int]]) -> None:
    """Ordered while the payment still runs or stands still; each with its own end, or lasting until the appeal is withdrawn."""
    desk, first, end = in_force(requirements=[{"id": "a", "text": "t", "comply_by": "2022-12-15"}]), "2022-06-14", "2022-11-01"
    lodge(desk, "notice", first, appellant="third_party")
    still: set[int] = set()
    for begins, lasts in sorted(stays):
        day = days_after(first, begins)
        stay(desk.at(day), "comply:a", on=day, until=days_after(day, lasts))
        still |= set(range(begins, begins + lasts))
    withdraw(desk, end)
    deadline = desk.deadline("notice", "comply:a")
    nominal = days_after("2022-12-15", len(still))
    assert str(deadline.terms.nominal) == nominal
    assert deadline.status == "running"
