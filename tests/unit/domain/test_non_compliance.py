"""Non-compliance, given-when-then: its full life."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.money import Money
from tests.desk import ISSUER, OFFICER, REGISTRAR, Desk, in_force, issued

DAILY = {
    "id": "stop",
    "text": "Stop",
    "comply_within": "P3M",
    "counted_from": "end_of_appeal_period",
    "periodic_penalty": {"rate": "GBP 1000", "per": "day", "cap": "GBP 20000"},
}
"""Due on 15 September 2022, a Thursday."""


def suspected() -> Desk:
    desk = in_force(requirements=[DAILY]).at("2022-09-16")
    desk.non_compliances()
    return desk


def confirmed() -> Desk:
    desk = suspected().at("2022-10-10")
    desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on="2022-10-10", reasons="r")
    return desk


def dismissed() -> Desk:
    desk = suspected()
    desk.done("non_compliance.dismiss", "non_compliance-1", by=ISSUER, decided_on="2022-09-16", reasons="r")
    return desk


def remedied() -> Desk:
    desk = confirmed()
    desk.done("non_compliance.record_remedy", "non_compliance-1", by=OFFICER, remedied_on="2022-10-10")
    return desk


def closed() -> Desk:
    desk = confirmed()
    desk.done("non_compliance.close", "non_compliance-1", outcome="dissolved", closed_on="2022-10-10")
    return desk


def liquidate(desk: Desk, from_: str, to: str) -> dict[str, Any] | None:
    return desk.do("non_compliance.liquidate", "non_compliance-1", by=ISSUER, from_=from_, to=to, decided_on="2022-10-10").refusal


def sum_of(desk: Desk) -> Money | None:
    (case,) = desk.non_compliances()
    return case.account.amount


class TestSuspecting:
    def test_by_an_officer_opens_a_case_before_the_timer_would(self) -> None:
        desk = in_force()
        desk.done(
            "non_compliance.suspect", name="nc", of="notice", requirement="stop", since="2022-05-18", detected_on="2022-05-18"
        )
        (case,) = desk.non_compliances()
        assert (case.state, case.suspicion.about) == ("suspected", "comply:stop")

    def test_twice_for_one_requirement_is_refused(self) -> None:
        refusal = suspected().refused(
            "non_compliance.suspect", of="notice", requirement="stop", since="2022-09-16", detected_on="2022-09-16"
        )
        assert refusal["code"] == "wrong_state"

    def test_by_an_officer_keeps_the_timer_from_opening_another(self) -> None:
        desk = in_force(requirements=[DAILY])
        desk.done(
            "non_compliance.suspect", name="nc", of="notice", requirement="stop", since="2022-05-18", detected_on="2022-05-18"
        )
        desk.at("2022-09-16")
        assert len(desk.non_compliances()) == 1

    def test_of_a_payment(self) -> None:
        desk = issued()
        desk.done("non_compliance.suspect", name="nc", of="fine", payment=True, since="2022-05-18", detected_on="2022-05-18")
        assert [c.suspicion.about for c in desk.non_compliances()] == ["payment"]

    @pytest.mark.parametrize("what", [{}, {"requirement": "stop", "payment": True}])
    def test_needs_either_a_requirement_or_a_payment(self, what: dict[str, Any]) -> None:
        refusal = in_force().refused("non_compliance.suspect", of="notice", since="2022-05-18", detected_on="2022-05-18", **what)
        assert refusal["code"] == "invalid"

    def test_of_an_unknown_requirement_is_refused(self) -> None:
        refusal = in_force().refused(
            "non_compliance.suspect", of="notice", requirement="x", since="2022-05-18", detected_on="2022-05-18"
        )
        assert refusal["code"] == "invalid"

    def test_after_a_dismissal_a_later_cause_opens_another(self) -> None:
        desk = dismissed()
        desk.done(
            "non_compliance.suspect", name="nc", of="notice", requirement="stop", since="2022-09-16", detected_on="2022-09-16"
        )
        assert [case.state for case in desk.non_compliances()] == ["dismissed", "suspected"]


class TestLiquidating:
    def test_counts_the_days_half_open(self) -> None:
        desk = confirmed()
        assert liquidate(desk, "2022-09-16", "2022-09-21") is None
        assert sum_of(desk) == Money(Decimal(5000), "GBP")

    def test_starts_the_day_after_the_due_day(self) -> None:
        refusal = liquidate(confirmed(), "2022-09-15", "2022-09-21")
        assert refusal
        assert refusal["code"] == "too_early"

    def test_ends_at_most_the_day_after_the_decision(self) -> None:
        assert liquidate(confirmed(), "2022-10-01", "2022-10-11") is None
        refusal = liquidate(confirmed(), "2022-10-01", "2022-10-12")
        assert refusal
        assert refusal["code"] == "invalid"

    def test_charges_no_day_twice(self) -> None:
        desk = confirmed()
        assert liquidate(desk, "2022-09-16", "2022-09-21") is None
        refusal = liquidate(desk, "2022-09-20", "2022-09-22")
        assert refusal
        assert refusal["code"] == "invalid"
        assert liquidate(desk, "2022-09-21", "2022-09-22") is None
        assert sum_of(desk) == Money(Decimal(6000), "GBP")

    def test_is_capped_over_all_liquidations(self) -> None:
        desk = confirmed()
        assert liquidate(desk, "2022-09-16", "2022-10-01") is None
        assert liquidate(desk, "2022-10-01", "2022-10-11") is None
        assert sum_of(desk) == Money(Decimal(20000), "GBP")

    def test_needs_a_confirmation(self) -> None:
        refusal = suspected().refused(
            "non_compliance.liquidate",
            "non_compliance-1",
            by=ISSUER,
            from_="2022-09-16",
            to="2022-09-17",
            decided_on="2022-09-16",
        )
        assert refusal["code"] == "wrong_state"

    def test_is_paid(self) -> None:
        desk = confirmed()
        liquidate(desk, "2022-09-16", "2022-09-21")
        desk.done(
            "non_compliance.record_payment",
            "non_compliance-1",
            by=REGISTRAR,
            amount="GBP 5000",
            received_on="2022-10-10",
            reference="p",
        )
        (case,) = desk.non_compliances()
        assert case.account.outstanding == Money(Decimal(0), "GBP")

    def test_counts_a_begun_week_whole(self) -> None:
        weekly = {**DAILY, "periodic_penalty": {"rate": "GBP 1000", "per": "week"}}
        desk = in_force(requirements=[weekly]).at("2022-10-10")
        desk.non_compliances()
        desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on="2022-10-10", reasons="r")
        assert liquidate(desk, "2022-09-16", "2022-09-24") is None
        assert sum_of(desk) == Money(Decimal(2000), "GBP")


STATES = {
    "suspected": suspected,
    "confirmed": confirmed,
    "dismissed": dismissed,
    "remedied": remedied,
    "closed": closed,
}
ALLOWED = {
    "non_compliance.confirm": {"suspected"},
    "non_compliance.dismiss": {"suspected", "confirmed"},
    "non_compliance.liquidate": {"confirmed"},
    "non_compliance.record_payment": set(),
    "non_compliance.refer": {"suspected", "confirmed"},
    "non_compliance.record_remedy": {"suspected", "confirmed"},
    "non_compliance.close": {"suspected", "confirmed"},
}


@pytest.mark.parametrize("command", ALLOWED)
@pytest.mark.parametrize("state", STATES)
def test_a_command_is_accepted_in_its_states_and_in_no_other(command: str, state: str) -> None:
    desk = STATES[state]()
    (case,) = desk.non_compliances()
    assert case.state == state
    day = desk.time.current.date().isoformat()
    data: dict[str, Any] = {
        "non_compliance.confirm": {"decided_on": day, "reasons": "r"},
        "non_compliance.dismiss": {"decided_on": day, "reasons": "r"},
        "non_compliance.liquidate": {"from_": "2022-09-16", "to": "2022-09-17", "decided_on": day},
        "non_compliance.record_payment": {"amount": "GBP 1", "received_on": day, "reference": "p"},
        "non_compliance.refer": {"court": "high_court", "referred_on": day, "order_sought": "o"},
        "non_compliance.record_remedy": {"remedied_on": day},
        "non_compliance.close": {"outcome": "o", "closed_on": day},
    }[command]
    by = REGISTRAR if command.endswith("record_payment") else ISSUER
    outcome = desk.do(command, "non_compliance-1", by=by, **data)
    expected = "accepted" if state in ALLOWED[command] else "wrong_state"
    assert (outcome.refusal or {"code": "accepted"})["code"] == expected


class TestOneRequirementSeveralCases:
    """A case that ended, and a later one about the same requirement, are one breach when it comes to money."""

    def second(self) -> Desk:
        desk = confirmed()
        assert liquidate(desk, "2022-09-16", "2022-10-01") is None
        desk.done("non_compliance.close", "non_compliance-1", outcome="o", closed_on="2022-10-10")
        desk.done(
            "non_compliance.suspect", name="second", of="notice", requirement="stop", since="2022-09-16", detected_on="2022-10-10"
        )
        desk.done("non_compliance.confirm", "second", by=ISSUER, decided_on="2022-10-10", reasons="r")
        return desk

    def liquidate(self, desk: Desk, from_: str, to: str) -> dict[str, Any] | None:
        return desk.do("non_compliance.liquidate", "second", by=ISSUER, from_=from_, to=to, decided_on="2022-10-10").refusal

    def test_no_day_is_charged_twice(self) -> None:
        refusal = self.liquidate(self.second(), "2022-09-30", "2022-10-05")
        assert refusal
        assert (refusal["code"], "twice" in refusal["details"]) == ("invalid", True)

    def test_the_cap_holds_over_all(self) -> None:
        desk = self.second()
        assert self.liquidate(desk, "2022-10-01", "2022-10-11") is None
        assert [case.account.amount for case in desk.non_compliances()] == [
            Money(Decimal(15000), "GBP"),
            Money(Decimal(5000), "GBP"),
        ]


class TestLiquidatingAfterCompliance:
    def test_charges_no_day_from_compliance_on(self) -> None:
        desk = in_force(requirements=[DAILY])
        desk.done(
            "non_compliance.suspect", name="nc", of="notice", requirement="stop", since="2022-05-18", detected_on="2022-05-18"
        )
        desk.done("non_compliance.confirm", "nc", by=ISSUER, decided_on="2022-05-18", reasons="r")
        desk.at("2022-10-10")
        desk.done(
            "enforcement_notice.record_compliance",
            "notice",
            requirement="stop",
            complied_on="2022-09-10",
            assessed_on="2022-10-10",
        )
        refusal = desk.refused(
            "non_compliance.liquidate", "nc", by=ISSUER, from_="2022-09-16", to="2022-09-20", decided_on="2022-10-10"
        )
        assert refusal["details"]["complied_on"] == "2022-09-10"


class TestSuspectingWhatIsNoDuty:
    @pytest.mark.parametrize(
        ("of", "what"),
        [
            ("fine", {"requirement": "stop"}),
            ("fine", {"payment": "appeal"}),
            ("fine", {"payment": "payment:1"}),
            ("fine", {"requirement": "response:a"}),
        ],
    )
    def test_is_refused(self, of: str, what: dict[str, Any]) -> None:
        refusal = issued().refused("non_compliance.suspect", of=of, since="2022-05-18", detected_on="2022-05-18", **what)
        assert refusal["code"] == "wrong_state"

    def test_of_a_notice_under_a_role_that_it_has_not_is_refused(self) -> None:
        refusal = in_force().refused(
            "non_compliance.suspect", of="notice", requirement="response:stop", since="2022-05-18", detected_on="2022-05-18"
        )
        assert refusal["code"] == "wrong_state"

    def test_of_a_settled_fine_is_refused(self) -> None:
        desk = issued()
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 7552800", received_on="2022-05-18", reference="p")
        refusal = desk.refused("non_compliance.suspect", of="fine", payment=True, since="2022-05-18", detected_on="2022-05-18")
        assert refusal["code"] == "wrong_state"
