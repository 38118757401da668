"""The fine, given-when-then: each command in each state, each refusal with its code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.money import Money
from tests.desk import (
    ISSUER,
    OFFICER,
    PROVISION,
    REGISTRAR,
    STOP,
    Desk,
    appealed,
    intended,
    investigated,
    issued,
    proposed,
)

NOTICE = {"amount": "GBP 7552800", "decided_on": "2022-05-18", "sent_on": "2022-05-18", "pay_within": "P28D"}


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def pay(desk: Desk, amount: str, day: str) -> None:
    desk.done("fine.record_payment", "fine", by=REGISTRAR, amount=amount, received_on=day, reference="BACS")


def cancelled() -> Desk:
    desk = issued()
    desk.done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2022-05-18", reasons="Wrong subject")
    return desk


def no_penalty() -> Desk:
    desk = intended()
    desk.done("fine.give_no_penalty_notice", "fine", by=ISSUER, sent_on="2021-11-29", reasons="Representations")
    return desk


def settled() -> Desk:
    desk = issued().at("2022-06-01")
    pay(desk, "GBP 7552800", "2022-06-01")
    return desk


def set_aside() -> Desk:
    desk = appealed().at("2023-10-20")
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="allowed", decided_on="2023-10-17", sent_on="2023-10-20")
    return desk


class TestGivingNoticeOfIntent:
    def test_starts_the_floor_for_representations_and_the_limit_for_the_penalty(self) -> None:
        desk = intended()
        assert desk.fine().state == "intended"
        assert str(desk.deadline("fine", "representations").due) == "2021-12-20"
        assert str(desk.deadline("fine", "penalty_limit").due) == "2022-05-30"

    def test_is_refused_without_a_finding_that_concerns_a_provision(self) -> None:
        refusal = investigated().refused(
            "fine.give_notice_of_intent",
            investigation="inv",
            amount="GBP 1",
            tier="higher",
            provisions=["UK GDPR Art 32"],
            sent_on="2020-07-09",
            reasons="r",
        )
        assert refusal["code"] == "wrong_state"

    def test_is_refused_when_the_finding_is_below_the_tier(self) -> None:
        desk = investigated()
        desk.done("investigation.record_finding", "inv", provision="PECR 22", tier="standard", summary="s")
        refusal = desk.refused(
            "fine.give_notice_of_intent",
            investigation="inv",
            amount="GBP 1",
            tier="higher",
            provisions=["PECR 22"],
            sent_on="2020-07-09",
            reasons="r",
        )
        assert refusal["code"] == "wrong_state"

    @pytest.mark.parametrize("missing", ["amount", "tier"])
    def test_is_refused_without_amount_or_tier_where_the_regime_wants_both(self, missing: str) -> None:
        data: dict[str, Any] = {"amount": "GBP 1", "tier": "higher"}
        del data[missing]
        refusal = investigated().refused(
            "fine.give_notice_of_intent",
            investigation="inv",
            provisions=[PROVISION],
            sent_on="2020-07-09",
            reasons="r",
            **data,
        )
        assert refusal["code"] == "invalid"

    def test_is_refused_above_the_fixed_maximum_without_a_known_turnover(self) -> None:
        refusal = investigated().refused(
            "fine.give_notice_of_intent",
            investigation="inv",
            amount="GBP 17500000.01",
            tier="higher",
            provisions=[PROVISION],
            sent_on="2020-07-09",
            reasons="r",
        )
        assert refusal["code"] == "over_maximum"

    def test_may_go_to_four_percent_of_an_undertakings_turnover(self) -> None:
        desk = investigated(worldwide_turnover="GBP 1000000000")
        desk.done(
            "fine.give_notice_of_intent",
            name="fine",
            investigation="inv",
            amount="GBP 40000000",
            tier="higher",
            provisions=[PROVISION],
            sent_on="2020-07-09",
            reasons="r",
        )
        assert desk.fine().account.amount == gbp("40000000")

    def test_is_refused_with_less_than_21_days_for_representations(self) -> None:
        refusal = investigated().refused(
            "fine.give_notice_of_intent",
            investigation="inv",
            amount="GBP 1",
            tier="higher",
            provisions=[PROVISION],
            sent_on="2020-07-09",
            reasons="r",
            representations_within="P20D",
        )
        assert refusal["code"] == "too_early"

    def test_is_refused_for_a_failure_whose_penalty_was_cancelled(self) -> None:
        desk = cancelled()
        refusal = desk.refused(
            "fine.give_notice_of_intent",
            investigation="inv",
            amount="GBP 1",
            tier="higher",
            provisions=[PROVISION],
            sent_on="2022-05-18",
            reasons="r",
        )
        assert refusal["code"] == "wrong_state"

    def test_is_refused_in_a_closed_investigation(self) -> None:
        desk = investigated()
        desk.done("investigation.close", "inv", outcome="no action", reasons="r", closed_on="2020-07-09")
        refusal = desk.refused(
            "fine.give_notice_of_intent",
            investigation="inv",
            amount="GBP 1",
            tier="higher",
            provisions=[PROVISION],
            sent_on="2020-07-09",
            reasons="r",
        )
        assert refusal["code"] == "wrong_state"


class TestProposing:
    def test_the_latest_proposal_counts(self) -> None:
        desk = proposed()
        desk.done("fine.propose_penalty", "fine", amount="GBP 5", proposed_on="2022-05-17", reasons="r")
        refusal = desk.at("2022-05-18").refused("fine.issue_penalty_notice", "fine", by=ISSUER, **NOTICE)
        assert refusal["code"] == "invalid"

    def test_is_refused_above_the_maximum(self) -> None:
        refusal = intended().refused("fine.propose_penalty", "fine", amount="GBP 17500001", proposed_on="2021-11-29", reasons="r")
        assert refusal["code"] == "over_maximum"


class TestIssuingAPenaltyNotice:
    def test_starts_payment_and_appeal_and_meets_the_limit(self) -> None:
        desk = issued()
        assert desk.fine().state == "issued"
        assert desk.fine().account.outstanding == gbp("7552800")
        assert str(desk.deadline("fine", "payment").due) == "2022-06-15"
        assert str(desk.deadline("fine", "appeal").due) == "2022-06-15"
        assert desk.deadline("fine", "penalty_limit").status == "met"

    def test_is_refused_on_the_last_day_for_representations(self) -> None:
        desk = intended()
        desk.done("fine.propose_penalty", "fine", amount="GBP 7552800", proposed_on="2021-11-29", reasons="r")
        desk.at("2021-12-20")
        refusal = desk.refused(
            "fine.issue_penalty_notice",
            "fine",
            by=ISSUER,
            amount="GBP 7552800",
            decided_on="2021-12-20",
            sent_on="2021-12-20",
        )
        assert refusal["code"] == "too_early"
        assert any("Sch 16 para 3" in cite for cite in refusal["cites"])

    def test_is_allowed_from_the_day_after(self) -> None:
        desk = intended()
        desk.done("fine.propose_penalty", "fine", amount="GBP 7552800", proposed_on="2021-11-29", reasons="r")
        desk.at("2021-12-21")
        desk.done(
            "fine.issue_penalty_notice",
            "fine",
            by=ISSUER,
            amount="GBP 7552800",
            decided_on="2021-12-21",
            sent_on="2021-12-21",
        )
        assert desk.fine().state == "issued"

    def test_is_allowed_on_monday_30_may_because_29_may_is_a_sunday(self) -> None:
        desk = proposed().at("2022-05-30")
        desk.done(
            "fine.issue_penalty_notice",
            "fine",
            by=ISSUER,
            amount="GBP 7552800",
            decided_on="2022-05-30",
            sent_on="2022-05-30",
        )
        assert desk.deadline("fine", "penalty_limit").status == "met"

    def test_is_refused_after_the_six_months(self) -> None:
        refusal = (
            proposed()
            .at("2022-05-31")
            .refused(
                "fine.issue_penalty_notice",
                "fine",
                by=ISSUER,
                amount="GBP 7552800",
                decided_on="2022-05-31",
                sent_on="2022-05-31",
            )
        )
        assert refusal["code"] == "too_late"

    def test_is_possible_after_the_six_months_when_recorded_late(self) -> None:
        desk = proposed().at("2022-07-01")
        assert desk.deadline("fine", "penalty_limit").status == "passed"
        desk.done(
            "fine.issue_penalty_notice",
            "fine",
            by=ISSUER,
            amount="GBP 7552800",
            decided_on="2022-05-30",
            sent_on="2022-05-30",
        )
        assert desk.deadline("fine", "penalty_limit").status == "met"

    def test_is_possible_after_an_extension_by_agreement(self) -> None:
        desk = proposed()
        desk.done(
            "fine.extend_deadline",
            "fine",
            role="penalty_limit",
            until="2022-08-31",
            agreed_on="2022-05-17",
            authority="agreement",
            reason="More time asked for",
        )
        desk.at("2022-08-31")
        desk.done(
            "fine.issue_penalty_notice",
            "fine",
            by=ISSUER,
            amount="GBP 7552800",
            decided_on="2022-08-31",
            sent_on="2022-08-31",
        )
        assert desk.fine().state == "issued"

    def test_after_a_soft_limit_owes_a_reason_until_one_is_recorded(self) -> None:
        desk = intended("2026-02-05")
        desk.at("2026-09-01")
        limit = desk.deadline("fine", "penalty_limit")
        assert (limit.status, limit.reason_owed, limit.terms.kind) == ("passed", True, "soft")
        desk.done("fine.propose_penalty", "fine", amount="GBP 5", proposed_on="2026-09-01", reasons="r")
        desk.done("fine.issue_penalty_notice", "fine", by=ISSUER, amount="GBP 5", decided_on="2026-09-01", sent_on="2026-09-01")
        desk.done("fine.record_justification", "fine", role="penalty_limit", reasons="Complex", recorded_on="2026-09-01")
        assert not desk.deadline("fine", "penalty_limit").reason_owed

    def test_is_refused_to_whoever_proposed_it(self) -> None:
        desk = intended()
        desk.done("fine.propose_penalty", "fine", by=ISSUER, amount="GBP 5", proposed_on="2021-11-29", reasons="r")
        refusal = desk.at("2022-05-18").refused(
            "fine.issue_penalty_notice", "fine", by=ISSUER, amount="GBP 5", decided_on="2022-05-18", sent_on="2022-05-18"
        )
        assert refusal["code"] == "same_person"

    def test_is_forbidden_to_an_officer(self) -> None:
        refusal = proposed().at("2022-05-18").refused("fine.issue_penalty_notice", "fine", by=OFFICER, **NOTICE)
        assert refusal["code"] == "forbidden"

    def test_is_refused_with_less_than_28_days_to_pay(self) -> None:
        refusal = (
            proposed()
            .at("2022-05-18")
            .refused("fine.issue_penalty_notice", "fine", by=ISSUER, **{**NOTICE, "pay_within": "P27D"})
        )
        assert refusal["code"] == "too_early"

    def test_needs_a_proposal(self) -> None:
        refusal = intended().at("2022-05-18").refused("fine.issue_penalty_notice", "fine", by=ISSUER, **NOTICE)
        assert refusal["code"] == "wrong_state"


class TestServing:
    def test_of_the_notice_of_intent_moves_what_counts_from_its_giving(self) -> None:
        desk = intended().at("2021-12-01")
        desk.done("fine.serve", "fine", by=REGISTRAR, served_on="2021-12-01", method="courier")
        assert str(desk.deadline("fine", "representations").due) == "2021-12-22"
        assert str(desk.deadline("fine", "penalty_limit").due) == "2022-06-01"

    def test_of_the_penalty_notice_moves_payment_but_not_the_appeal(self) -> None:
        desk = issued().at("2022-05-20")
        desk.done("fine.serve", "fine", by=REGISTRAR, served_on="2022-05-19", deemed_on="2022-05-23", method="post")
        assert str(desk.deadline("fine", "payment").due) == "2022-06-20"
        assert str(desk.deadline("fine", "appeal").due) == "2022-06-15"


class TestPaying:
    def test_in_full_in_time_settles_and_meets_the_deadline(self) -> None:
        desk = settled()
        assert desk.fine().state == "settled"
        assert desk.deadline("fine", "payment").status == "met"

    def test_in_parts_counts_what_came_in_by_the_due_day(self) -> None:
        desk = issued().at("2022-06-10")
        pay(desk, "GBP 7000000", "2022-06-10")
        assert desk.fine().state == "issued"
        pay(desk, "GBP 552800", "2022-06-10")
        assert desk.fine().state == "settled"

    def test_in_time_but_recorded_late_turns_passed_into_met_and_dismisses_the_suspicion(self) -> None:
        desk = issued().at("2022-06-20")
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        pay(desk, "GBP 7552800", "2022-06-15")
        assert desk.deadline("fine", "payment").status == "met"
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]

    def test_late_in_full_remedies_the_suspicion(self) -> None:
        desk = issued().at("2022-06-20")
        pay(desk, "GBP 7552800", "2022-06-20")
        assert desk.fine().state == "settled"
        assert desk.deadline("fine", "payment").status == "passed"
        assert [case.state for case in desk.non_compliances()] == ["remedied"]

    def test_late_while_the_timer_is_late_too_still_leaves_the_breach_on_record(self) -> None:
        desk = issued()
        desk.time.current = desk.time.current.replace(month=6, day=20)
        pay(desk, "GBP 7552800", "2022-06-20")
        assert [case.state for case in desk.non_compliances()] == ["remedied"]

    def test_too_much_is_owed_back_and_refunded_at_most_to_that(self) -> None:
        desk = issued().at("2022-06-01")
        pay(desk, "GBP 7552900", "2022-06-01")
        assert desk.fine().account.refund_due == gbp("100")
        assert desk.fine().state == "issued"
        refusal = desk.refused("fine.record_refund", "fine", by=REGISTRAR, amount="GBP 101", paid_on="2022-06-01", reference="R")
        assert refusal["code"] == "invalid"
        desk.done("fine.record_refund", "fine", by=REGISTRAR, amount="GBP 100", paid_on="2022-06-01", reference="R")
        assert desk.fine().state == "settled"

    def test_by_nobody_opens_one_suspicion_however_often_the_timer_fires(self) -> None:
        desk = issued().at("2022-07-01")
        payment = desk.deadline("fine", "payment")
        for _ in range(3):
            desk.app.fire(desk.fine(), payment)
        (suspected,) = desk.non_compliances()
        assert (suspected.state, str(suspected.suspicion.since), suspected.suspicion.about) == (
            "suspected",
            "2022-06-16",
            "payment",
        )


class TestVaryingAPenaltyNotice:
    def test_lowers_the_amount_and_opens_an_appeal_against_the_variation(self) -> None:
        desk = issued().at("2022-06-01")
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r", amount="GBP 5000000")
        assert desk.fine().account.amount == gbp("5000000")
        assert str(desk.deadline("fine", "appeal:variation").due) == "2022-06-29"

    @pytest.mark.parametrize("change", [{"amount": "GBP 7552801"}, {"pay_within": "P27D"}])
    def test_is_refused_to_the_subjects_detriment(self, change: dict[str, str]) -> None:
        refusal = (
            issued()
            .at("2022-06-01")
            .refused("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r", **change)
        )
        assert refusal["code"] == "to_detriment"

    def test_to_more_time_moves_the_payment(self) -> None:
        desk = issued().at("2022-06-01")
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r", pay_within="P56D")
        assert str(desk.deadline("fine", "payment").due) == "2022-07-13"

    def test_below_what_was_paid_makes_a_refund_due(self) -> None:
        desk = issued().at("2022-06-01")
        pay(desk, "GBP 6000000", "2022-06-01")
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r", amount="GBP 5000000")
        assert desk.fine().account.refund_due == gbp("1000000")


class TestCancellingAPenaltyNotice:
    def test_owes_back_what_was_paid_and_lapses_the_deadlines(self) -> None:
        desk = issued().at("2022-06-01")
        pay(desk, "GBP 100", "2022-06-01")
        desk.done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r")
        fine = desk.fine()
        assert (fine.state, fine.account.payable, fine.account.refund_due) == ("cancelled", gbp("0"), gbp("100"))
        assert desk.deadline("fine", "payment").status == "lapsed"
        desk.done("fine.record_refund", "fine", by=REGISTRAR, amount="GBP 100", paid_on="2022-06-01", reference="R")
        assert desk.fine().account.refund_due == gbp("0")


class TestStartingRecovery:
    def start(self, desk: Desk, day: str) -> dict[str, str]:
        refusal = desk.refused("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on=day)
        assert refusal["code"] == "gate_closed"
        conditions: dict[str, str] = refusal["details"]["conditions"]
        waits = conditions.keys().isdisjoint({"penalty_issued", "outstanding", "not_started"})
        assert refusal["message"].endswith(" Start it when nothing of this stands in its way any more.") is waits
        return conditions

    def test_is_allowed_when_every_condition_holds_and_ends_with_payment_in_full(self) -> None:
        desk = issued().at("2022-06-20")
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-06-20")
        assert desk.fine().in_recovery
        pay(desk, "GBP 7552800", "2022-06-20")
        assert not desk.fine().in_recovery

    def test_names_each_condition_that_fails(self) -> None:
        assert set(self.start(issued().at("2022-06-15"), "2022-06-15")) == {
            "payment_period_ended",
            "appeal_periods_over",
        }

    def test_waits_for_an_appeal(self) -> None:
        assert "no_appeal_pending" in self.start(appealed().at("2022-12-16"), "2022-12-16")

    def test_is_refused_twice(self) -> None:
        desk = issued().at("2022-06-20")
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-06-20")
        assert set(self.start(desk, "2022-06-20")) == {"not_started"}

    def test_has_the_code_of_the_gate_in_every_state_once_a_notice_exists(self) -> None:
        for desk, day in ((cancelled(), "2022-05-18"), (settled(), "2022-06-01"), (set_aside(), "2023-10-20")):
            self.start(desk, day)

    def test_needs_a_penalty_notice(self) -> None:
        refusal = intended().refused("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2021-11-29")
        assert refusal["code"] == "wrong_state"


STATES = {
    "intended": lambda: proposed().at("2022-05-18"),
    "issued": issued,
    "settled": settled,
    "set_aside": set_aside,
    "cancelled": cancelled,
    "no_penalty": no_penalty,
}
ALLOWED = {
    "fine.record_representations": {"intended"},
    "fine.propose_penalty": {"intended"},
    "fine.issue_penalty_notice": {"intended"},
    "fine.serve": {"intended", "issued", "settled"},
    "fine.give_no_penalty_notice": {"intended"},
    "fine.vary_penalty_notice": {"issued", "settled"},
    "fine.cancel_penalty_notice": {"issued", "settled", "set_aside"},
    "fine.record_payment": {"issued", "settled"},
    "fine.record_refund": set(),
}


@pytest.mark.parametrize("command", ALLOWED)
@pytest.mark.parametrize("state", STATES)
def test_a_command_is_accepted_in_its_states_and_in_no_other(command: str, state: str) -> None:
    desk = STATES[state]()
    assert desk.fine().state == state
    day = desk.time.current.date().isoformat()
    data = {
        "fine.record_representations": {"received_on": day, "form": "written", "summary": "s"},
        "fine.propose_penalty": {"amount": "GBP 1", "proposed_on": day, "reasons": "r"},
        "fine.issue_penalty_notice": {"amount": "GBP 7552800", "decided_on": day, "sent_on": day},
        "fine.serve": {"served_on": day, "method": "post"},
        "fine.give_no_penalty_notice": {"sent_on": day, "reasons": "r"},
        "fine.vary_penalty_notice": {"sent_on": day, "reasons": "r", "amount": "GBP 1"},
        "fine.cancel_penalty_notice": {"sent_on": day, "reasons": "r"},
        "fine.record_payment": {"amount": "GBP 1", "received_on": day, "reference": "p"},
        "fine.record_refund": {"amount": "GBP 1", "paid_on": day, "reference": "p"},
    }[command]
    by = REGISTRAR if command.split(".")[1] in ("record_representations", "serve", "record_payment", "record_refund") else ISSUER
    outcome = desk.do(command, "fine", by=by, **data)
    if state in ALLOWED[command]:
        assert outcome.refusal is None
    else:
        assert outcome.refusal is not None
        assert outcome.refusal["code"] in ("wrong_state", "invalid")
        assert outcome.refusal["code"] == "wrong_state" or command == "fine.record_refund"


def lodge(desk: Desk, day: str, *, scope: str = "whole", received_on: str | None = None, **data: Any) -> None:
    desk.at(day)
    desk.done(
        "appeal.lodge",
        name="appeal",
        by=REGISTRAR,
        against=["fine"],
        scope=scope,
        court="first_tier_tribunal",
        received_on=received_on or day,
        grounds=["g"],
        **data,
    )


def decide(desk: Desk, day: str, outcome: str, **data: Any) -> None:
    desk.at(day)
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day, **data)


def extend(desk: Desk, role: str, until: str, agreed_on: str, authority: str) -> dict[str, Any] | None:
    return desk.do(
        "fine.extend_deadline",
        "fine",
        by=REGISTRAR,
        role=role,
        until=until,
        agreed_on=agreed_on,
        authority=authority,
        reason="r",
    ).refusal


class TestAPenaltyForNonCompliance:
    """A breach of a notice can itself be penalised (s155(1)(b)), at the higher maximum (s157(4))."""

    def breached(self) -> Desk:
        desk = issued().at("2022-07-01")
        desk.non_compliances()
        return desk

    def give(self, desk: Desk, **data: Any) -> dict[str, Any] | None:
        day = desk.time.current.date().isoformat()
        notice = {"investigation": "inv", "for_non_compliance": "non_compliance-1", "sent_on": day, "reasons": "r"}
        notice |= {"amount": "GBP 17500000"}
        data.setdefault("provisions", ["DPA 2018 s155(1)(b)"])
        return desk.do("fine.give_notice_of_intent", name="second", **{**notice, **data}).refusal

    def confirm(self, desk: Desk) -> None:
        desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on="2022-07-01", reasons="r")

    def test_needs_no_finding_and_is_of_the_higher_tier(self) -> None:
        desk = self.breached()
        self.confirm(desk)
        assert self.give(desk) is None
        assert desk.fine("second").intent.tier == "higher"

    def test_waits_for_the_confirmation(self) -> None:
        refusal = self.give(self.breached())
        assert refusal
        assert refusal["code"] == "wrong_state"

    def test_is_refused_for_a_breach_in_another_matter(self) -> None:
        desk = self.breached()
        self.confirm(desk)
        desk.done(
            "investigation.open",
            name="other",
            reference="INV-2",
            regime="uk-dpa-2018",
            subject={"name": "B Ltd", "country": "GB", "kind": "undertaking"},
            opened_on="2022-07-01",
            grounds=["g"],
        )
        refusal = self.give(desk, investigation="other")
        assert refusal
        assert refusal["code"] == "invalid"

    def test_is_not_barred_by_the_cancelled_penalty_for_the_provision_itself(self) -> None:
        desk = cancelled()
        desk.done(
            "enforcement_notice.issue",
            name="notice",
            by=ISSUER,
            investigation="inv",
            kind="enforcement_notice",
            decided_on="2022-05-18",
            sent_on="2022-05-18",
            requirements=[STOP],
        )
        desk.at("2022-09-16")
        desk.non_compliances()
        desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on="2022-09-16", reasons="r")
        assert self.give(desk, provisions=[PROVISION]) is None


class TestATurnoverInAnotherCurrency:
    def test_leaves_the_fixed_maximum_for_nobody_guesses_a_rate_of_exchange(self) -> None:
        desk = intended(worldwide_turnover="USD 99000000000", amount="GBP 17500000")
        refusal = desk.refused("fine.propose_penalty", "fine", amount="GBP 17500001", proposed_on="2021-11-29", reasons="r")
        assert refusal["code"] == "over_maximum"
        assert "not in GBP" in refusal["message"]


class TestService:
    def test_of_a_notice_of_intent_on_or_after_the_change_of_the_law_makes_the_limit_soft(self) -> None:
        desk = intended("2026-02-04")
        assert desk.deadline("fine", "penalty_limit").terms.kind == "ceiling"
        desk.at("2026-02-06")
        desk.done("fine.serve", "fine", by=REGISTRAR, served_on="2026-02-06", method="post")
        limit = desk.deadline("fine", "penalty_limit")
        assert (limit.terms.kind, limit.terms.rule.version, str(limit.due)) == ("soft", 2, "2026-08-06")

    def test_before_the_notice_was_sent_is_refused(self) -> None:
        refusal = issued().refused("fine.serve", "fine", by=REGISTRAR, served_on="2022-05-17", method="post")
        assert refusal["code"] == "invalid"

    def test_recorded_late_gives_time_again_to_a_payment_that_had_passed(self) -> None:
        desk = issued().at("2022-06-17")
        desk.done("fine.serve", "fine", by=REGISTRAR, served_on="2022-05-24", method="post")
        payment = desk.deadline("fine", "payment")
        assert (payment.status, str(payment.due)) == ("running", "2022-06-21")
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]
        desk.at("2022-06-22")
        assert [case.state for case in desk.non_compliances()] == ["dismissed", "suspected"]


class TestExtendingADeadline:
    def test_of_a_hard_limit_agreed_in_time_counts_also_when_recorded_after_it_passed(self) -> None:
        desk = proposed().at("2022-06-10")
        assert desk.deadline("fine", "penalty_limit").status == "passed"
        assert extend(desk, "penalty_limit", "2022-07-29", "2022-05-30", "agreement") is None
        assert desk.deadline("fine", "penalty_limit").status == "running"

    def test_of_a_hard_limit_is_too_late_when_agreed_after_it(self) -> None:
        refusal = extend(proposed().at("2022-06-10"), "penalty_limit", "2022-07-29", "2022-05-31", "agreement")
        assert refusal
        assert refusal["code"] == "too_late"

    def test_to_an_earlier_day_is_refused(self) -> None:
        for until in ("2022-06-14", "2022-06-15"):
            refusal = extend(issued(), "payment", until, "2022-05-18", "agreement")
            assert refusal
            assert refusal["code"] == "invalid"

    def test_of_a_soft_limit_that_had_passed_owes_no_reason_any_more(self) -> None:
        desk = intended("2026-02-05").at("2026-08-10")
        assert desk.deadline("fine", "penalty_limit").reason_owed
        assert extend(desk, "penalty_limit", "2026-09-30", "2026-08-05", "agreement") is None
        assert not desk.deadline("fine", "penalty_limit").reason_owed

    def test_beyond_what_a_date_can_be_is_refused(self) -> None:
        desk = issued()
        for _ in range(79):
            desk.done(
                "fine.extend_deadline",
                "fine",
                by=REGISTRAR,
                role="payment",
                by_="P100Y",
                agreed_on="2022-05-18",
                authority="agreement",
                reason="r",
            )
        refusal = desk.refused(
            "fine.extend_deadline",
            "fine",
            by=REGISTRAR,
            role="payment",
            by_="P100Y",
            agreed_on="2022-05-18",
            authority="agreement",
            reason="r",
        )
        assert refusal["code"] == "invalid"


class TestVaryingTheTimeToPay:
    def test_counts_from_the_giving_of_the_notice_and_replaces_an_extension(self) -> None:
        desk = issued().at("2022-06-01")
        assert extend(desk, "payment", "2022-06-30", "2022-06-01", "agreement") is None
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r", pay_within="P90D")
        assert str(desk.deadline("fine", "payment").due) == "2022-08-16"

    def test_below_an_extension_is_to_the_subjects_detriment(self) -> None:
        desk = issued().at("2022-06-01")
        assert extend(desk, "payment", "2022-12-01", "2022-06-01", "agreement") is None
        refusal = desk.refused(
            "fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r", pay_within="P60D"
        )
        assert refusal["code"] == "to_detriment"

    def test_without_any_change_is_not_well_formed(self) -> None:
        refusal = issued().refused("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-05-18", reasons="r")
        assert (refusal["code"], bool(refusal["details"]["faults"])) == ("invalid", True)


class TestThePaymentInLaw:
    def test_counts_by_the_day_on_which_the_last_missing_part_came_in_whatever_the_order_of_recording(self) -> None:
        desk = issued().at("2022-06-27")
        pay(desk, "GBP 7000000", "2022-06-24")
        pay(desk, "GBP 552800", "2022-06-20")
        (remedied,) = desk.non_compliances()
        events = desk.app.events_of(remedied.id)
        assert [str(getattr(event, "remedied_on", "")) for event in events if event.type.endswith("remedy_recorded")] == [
            "2022-06-24"
        ]

    def test_opens_another_case_when_a_later_cause_comes(self) -> None:
        desk = issued().at("2022-07-01")
        assert extend(desk, "payment", "2022-08-01", "2022-07-01", "tribunal_order") is None
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]
        desk.at("2022-08-02")
        first, second = desk.non_compliances()
        assert (first.state, second.state, str(second.suspicion.since)) == ("dismissed", "suspected", "2022-08-02")

    def test_that_passes_while_the_appeal_period_is_open_opens_a_case_when_that_ends(self) -> None:
        desk = issued()
        assert extend(desk, "appeal", "2022-06-30", "2022-05-18", "tribunal_order") is None
        desk.at("2022-06-29")
        assert desk.deadline("fine", "payment").status == "passed"
        assert desk.non_compliances() == []
        desk.at("2022-07-01")
        (suspected,) = desk.non_compliances()
        assert str(suspected.suspicion.since) == "2022-07-01"

    def test_is_not_owed_while_an_appeal_against_a_variation_is_pending(self) -> None:
        desk = issued().at("2022-06-10")
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-10", reasons="r", amount="GBP 7000000")
        desk.at("2022-07-12")
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        lodge(desk, "2022-07-12", scope="variation", received_on="2022-07-08")
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]


class TestACourtsDayToPay:
    def test_is_taken_also_when_it_restores_what_was_set_aside_below(self) -> None:
        desk = issued()
        lodge(desk, "2022-06-14")
        decide(desk, "2022-10-03", "allowed")
        court: dict[str, Any] = {
            "by_": "respondent",
            "court": "first_tier_tribunal",
            "received_on": "2022-10-03",
            "grounds": ["g"],
        }
        desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **court)
        desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2022-10-03")
        decide(desk, "2022-11-01", "substituted", amount="GBP 1000000", pay_by="2023-03-31")
        payment = desk.deadline("fine", "payment")
        assert (desk.fine().account.outstanding, str(payment.due), payment.status) == (gbp("1000000"), "2023-03-31", "running")

    def test_starts_the_payment_again_when_less_had_been_paid_in_time(self) -> None:
        desk = issued()
        pay(desk, "GBP 7552800", "2022-05-18")
        lodge(desk, "2022-06-14")
        decide(desk, "2022-10-03", "substituted", amount="GBP 8000000", pay_by="2022-12-30")
        payment = desk.deadline("fine", "payment")
        assert (payment.status, str(payment.due)) == ("running", "2022-12-30")


class TestRecoveryInLaw:
    def test_ends_with_the_cancellation_of_the_penalty(self) -> None:
        desk = issued().at("2022-06-20")
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-06-20")
        desk.done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-20", reasons="r")
        assert not desk.fine().in_recovery

    def test_is_refused_for_a_day_on_which_the_appeal_was_still_pending(self) -> None:
        desk = issued()
        lodge(desk, "2022-06-14")
        decide(desk, "2022-10-03", "dismissed")
        desk.at("2022-11-02")
        refusal = desk.refused("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-10-20")
        assert set(refusal["details"]["conditions"]) == {"appeal_periods_over"}
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-11-01")

    def test_waits_for_the_appeal_period_also_after_an_appeal_was_withdrawn_within_it(self) -> None:
        desk = issued()
        assert extend(desk, "appeal", "2022-07-15", "2022-05-18", "tribunal_order") is None
        lodge(desk, "2022-06-14")
        desk.at("2022-06-20")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-06-20")
        refusal = desk.refused("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-06-20")
        assert set(refusal["details"]["conditions"]) == {"appeal_periods_over"}


def test_a_fine_set_aside_for_good_cannot_be_cancelled() -> None:
    desk = set_aside().at("2024-01-10")
    assert not desk.fine().is_open
    refusal = desk.refused("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2024-01-10", reasons="r")
    assert refusal["code"] == "wrong_state"


class TestVaryingWhatACourtSubstituted:
    def test_stands_when_the_court_above_dismisses(self) -> None:
        desk = issued()
        lodge(desk, "2022-06-14")
        decide(desk, "2022-10-03", "substituted", amount="GBP 5000000")
        application: dict[str, Any] = {
            "by_": "appellant",
            "court": "first_tier_tribunal",
            "received_on": "2022-10-03",
            "grounds": ["g"],
        }
        desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **application)
        desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2022-10-03")
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-10-03", reasons="r", amount="GBP 4000000")
        decide(desk, "2022-11-01", "dismissed")
        assert desk.fine().account.amount == gbp("4000000")


def test_a_deadline_of_a_fine_that_has_ended_cannot_be_extended_but_its_appeal_period_while_it_may_be_appealed() -> None:
    refusal = extend(cancelled(), "representations", "2022-08-01", "2021-12-01", "agreement")
    assert refusal
    assert refusal["code"] == "wrong_state"
    assert extend(settled(), "appeal", "2022-06-30", "2022-06-01", "tribunal_order") is None


def test_the_time_for_representations_is_not_extended_once_the_penalty_was_imposed() -> None:
    refusal = extend(issued(), "representations", "2022-08-01", "2021-12-01", "agreement")
    assert refusal
    assert refusal["code"] == "wrong_state"


def test_more_time_to_pay_shows_that_what_came_in_was_in_time() -> None:
    desk = issued().at("2022-06-20")
    pay(desk, "GBP 7552800", "2022-06-20")
    assert desk.deadline("fine", "payment").status == "passed"
    desk.done("fine.serve", "fine", by=REGISTRAR, served_on="2022-05-24", method="post")
    assert desk.deadline("fine", "payment").status == "met"
