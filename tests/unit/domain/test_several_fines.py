"""Several fines in one matter: each with its own deadlines and money, and none held up by another."""

from __future__ import annotations

from typing import Any

from tests.desk import ISSUER, OFFICER, REGISTRAR, Desk, intended, issued

SECURITY = "UK GDPR Art 32"


def another(desk: Desk, day: str, name: str = "second", provision: str = SECURITY, amount: str = "GBP 1000000") -> Desk:
    """When a second penalty is intended, for another failure."""
    desk.at(day).done("investigation.record_finding", "inv", provision=provision, tier="standard", summary="Open to everybody")
    notice: dict[str, Any] = {"amount": amount, "tier": "standard", "provisions": [provision], "sent_on": day, "reasons": "r"}
    desk.done("fine.give_notice_of_intent", name=name, investigation="inv", **notice)
    return desk


def impose(desk: Desk, name: str, amount: str, day: str) -> None:
    desk.at(day).done("fine.propose_penalty", name, by=OFFICER, amount=amount, proposed_on=day, reasons="r")
    desk.done("fine.issue_penalty_notice", name, by=ISSUER, amount=amount, decided_on=day, sent_on=day)


def test_each_has_its_own_deadlines_and_its_own_maximum() -> None:
    desk = another(issued(), "2022-05-20")
    assert (str(desk.deadline("fine", "payment").due), str(desk.deadline("second", "representations").due)) == (
        "2022-06-15",
        "2022-06-10",
    )
    too_much: dict[str, Any] = {"amount": "GBP 8700000.01", "proposed_on": "2022-05-20", "reasons": "r"}
    assert desk.refused("fine.propose_penalty", "second", **too_much)["code"] == "over_maximum"


def test_a_payment_of_one_settles_that_one() -> None:
    desk = another(issued(), "2022-05-20")
    impose(desk, "second", "GBP 1000000", "2022-06-13")
    payment = {"amount": "GBP 1000000", "received_on": "2022-06-13", "reference": "r"}
    desk.done("fine.record_payment", "second", by=REGISTRAR, **payment)
    assert (desk.fine().state, desk.fine("second").state) == ("issued", "settled")
    assert str(desk.fine().account.outstanding) == "GBP 7,552,800.00"


def test_an_appeal_against_one_bars_the_recovery_of_that_one_only() -> None:
    desk = another(issued(), "2022-05-20")
    impose(desk, "second", "GBP 1000000", "2022-06-13")
    lodged: dict[str, Any] = {"against": ["second"], "scope": "whole", "court": "first_tier_tribunal", "grounds": ["g"]}
    desk.done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2022-06-13", **lodged)
    recovery = {"court": "county_court", "started_on": "2022-08-01"}
    desk.at("2022-08-01").done("fine.start_recovery", "fine", by=REGISTRAR, **recovery)
    refusal = desk.refused("fine.start_recovery", "second", by=REGISTRAR, **recovery)
    assert "no_appeal_pending" in refusal["details"]["conditions"]
    assert [(case.suspicion.of == desk.names["fine"]) for case in desk.non_compliances()] == [True]


def test_one_appeal_may_be_against_both_and_be_decided_for_each() -> None:
    desk = another(issued(), "2022-05-20")
    impose(desk, "second", "GBP 1000000", "2022-06-13")
    lodged: dict[str, Any] = {"against": ["fine", "second"], "scope": "whole", "court": "first_tier_tribunal", "grounds": ["g"]}
    desk.done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2022-06-13", **lodged)
    decided: dict[str, Any] = {"decided_on": "2022-09-01", "sent_on": "2022-09-01", "outcome": "dismissed"}
    each = {str(desk.names["second"]): {"outcome": "allowed"}}
    desk.at("2022-09-01").done("appeal.decide", "appeal", by=REGISTRAR, per_target=each, **decided)
    assert (desk.fine().state, desk.fine("second").state) == ("issued", "set_aside")


def test_the_investigation_stays_open_until_the_last_has_ended() -> None:
    desk = another(intended(), "2021-12-01")
    closing: dict[str, Any] = {"outcome": "o", "reasons": "r"}
    for fine in ("fine", "second"):
        assert desk.refused("investigation.close", "inv", closed_on="2021-12-01", **closing)["code"] == "wrong_state"
        desk.done("fine.give_no_penalty_notice", fine, by=ISSUER, sent_on="2021-12-01", reasons="r")
    desk.done("investigation.close", "inv", closed_on="2021-12-01", **closing)


def test_after_a_cancellation_no_other_notice_is_given_for_that_failure_but_for_another_it_is() -> None:
    desk = issued()
    desk.done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2022-05-18", reasons="r")
    again: dict[str, Any] = {"amount": "GBP 1", "tier": "higher", "provisions": desk.fine().intent.provisions}
    refusal = desk.refused("fine.give_notice_of_intent", investigation="inv", sent_on="2022-05-18", reasons="r", **again)
    assert (refusal["code"], refusal["cites"]) == ("wrong_state", ["DPA 2018 Sch 16 para 8"])
    assert another(desk, "2022-05-20").fine("second").state == "intended"


def test_a_no_penalty_notice_after_a_soft_limit_owes_its_reason_also_where_the_timers_are_late() -> None:
    desk = intended("2026-02-05")
    desk.time.current = desk.at("2026-08-04").time.current.replace(month=9)
    assert desk.deadline("fine", "penalty_limit").status == "running"
    desk.done("fine.give_no_penalty_notice", "fine", by=ISSUER, sent_on="2026-09-04", reasons="r")
    limit = desk.deadline("fine", "penalty_limit")
    assert (limit.status, limit.reason_owed) == ("passed", True)
    desk.done("fine.record_justification", "fine", role="penalty_limit", reasons="Complex", recorded_on="2026-09-04")
    assert not desk.deadline("fine", "penalty_limit").reason_owed
