"""Writing off what is outstanding of a fine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import ISSUER, OFFICER, REGISTRAR, Desk, appealed, in_instalments, intended, issued

WHOLE = {"amount": "GBP 7552800", "reason": "The company is dissolved"}


def write_off(desk: Desk, day: str, **data: Any) -> None:
    desk.at(day).done("fine.write_off", "fine", by=ISSUER, **{**WHOLE, "decided_on": day, **data})


def refused(desk: Desk, day: str, **data: Any) -> dict[str, Any]:
    return desk.at(day).refused("fine.write_off", "fine", by=ISSUER, **{**WHOLE, "decided_on": day, **data})


def paid() -> Desk:
    desk = issued()
    desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 7552800", received_on="2022-05-18", reference="r")
    return desk


def test_ends_the_fine_and_nothing_is_payable_any_more() -> None:
    desk = issued()
    write_off(desk, "2022-06-01")
    fine = desk.fine()
    assert (fine.state, fine.is_open) == ("written_off", False)
    account = fine.account
    assert [str(sum_) for sum_ in (account.amount, account.payable, account.outstanding, account.refund_due)] == [
        "GBP 7,552,800.00",
        "GBP 0.00",
        "GBP 0.00",
        "GBP 0.00",
    ]


def test_no_deadline_runs_on() -> None:
    for desk in (issued(), in_instalments()):
        write_off(desk, "2022-06-01")
        assert "running" not in {deadline.status for deadline in desk.fine().deadlines.values()}


def test_of_the_rest_takes_the_sum_that_is_outstanding_then() -> None:
    desk = issued().at("2022-06-01")
    desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 52800", received_on="2022-06-01", reference="r")
    refusal = refused(desk, "2022-06-01")
    assert (refusal["code"], refusal["details"]["outstanding"]) == ("invalid", "GBP 7,500,000.00")
    write_off(desk, "2022-06-01", amount="GBP 7500000")
    assert desk.fine().state == "written_off"


def test_of_a_part_is_refused_because_a_fine_is_written_off_or_it_is_not() -> None:
    refusal = refused(issued(), "2022-06-01", amount="GBP 1000000")
    assert refusal["code"] == "invalid"
    assert "lower the penalty by a variation" in refusal["message"]


def test_waits_while_a_legal_hold_stands() -> None:
    desk = issued()
    desk.done("fine.place_hold", "fine", by=OFFICER, reason="audit", placed_on="2022-05-18")
    assert refused(desk, "2022-05-18", amount="GBP 1")["code"] == "on_hold"
    desk.done("fine.release_hold", "fine", by=ISSUER, reason="done", released_on="2022-05-18")
    write_off(desk, "2022-05-18")


@pytest.mark.parametrize("start", [intended, paid])
def test_is_refused_where_nothing_is_outstanding(start: Any) -> None:
    assert refused(start(), "2022-06-01")["code"] == "wrong_state"


def test_dismisses_the_breach_that_the_system_had_suspected_and_ends_the_recovery() -> None:
    desk = issued().at("2022-06-17")
    desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-06-17")
    write_off(desk, "2022-06-18")
    assert [case.state for case in desk.non_compliances()] == ["dismissed"]
    assert not desk.fine().in_recovery


def test_under_appeal_no_later_decision_brings_the_fine_back() -> None:
    desk = appealed()
    write_off(desk, "2022-06-20")
    decided = {"outcome": "substituted", "amount": "GBP 5000000", "decided_on": "2022-06-21", "sent_on": "2022-06-21"}
    desk.at("2022-06-21").done("appeal.decide", "appeal", by=REGISTRAR, **decided)
    assert (desk.fine().state, str(desk.fine().account.payable)) == ("written_off", "GBP 0.00")
    desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-06-21")
    assert desk.fine().state == "written_off"


def test_nothing_more_can_be_paid_appealed_or_varied() -> None:
    desk = issued()
    write_off(desk, "2022-05-18")
    day = "2022-05-18"
    payment = {"amount": "GBP 1", "received_on": day, "reference": "r"}
    assert desk.refused("fine.record_payment", "fine", by=REGISTRAR, **payment)["code"] == "wrong_state"
    variation = {"sent_on": day, "reasons": "r", "amount": "GBP 1"}
    assert desk.refused("fine.vary_penalty_notice", "fine", by=ISSUER, **variation)["code"] == "wrong_state"
    lodged: dict[str, Any] = {"against": ["fine"], "scope": "whole", "court": "first_tier_tribunal", "received_on": day}
    assert desk.refused("appeal.lodge", by=REGISTRAR, grounds=["g"], **lodged)["code"] == "wrong_state"
