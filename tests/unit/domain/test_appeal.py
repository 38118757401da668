"""The appeal, given-when-then: through the courts and back, and what it does to its targets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.money import Money
from tests.desk import ISSUER, PROVISION, REGISTRAR, Desk, appealed, in_force, issued


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def decide(desk: Desk, outcome: str, day: str, **data: Any) -> None:
    desk.at(day)
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day, **data)


def seek(desk: Desk, by: str, day: str, court: str = "first_tier_tribunal") -> None:
    desk.at(day)
    desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, by_=by, court=court, received_on=day, grounds=["Law"])


def permission(desk: Desk, outcome: str, day: str, **data: Any) -> None:
    desk.at(day)
    desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome=outcome, sent_on=day, **data)


def go_on(desk: Desk, by: str, day: str, court: str) -> None:
    seek(desk, by, day, court)
    permission(desk, "granted", day)


def before_upper_tribunal(first_outcome: str, by: str, **data: Any) -> Desk:
    desk = appealed()
    decide(desk, first_outcome, "2022-10-03", **data)
    go_on(desk, by, "2022-10-10", "first_tier_tribunal")
    return desk


class TestLodging:
    def test_puts_both_targets_under_appeal_and_suspends_compliance_but_not_payment(self) -> None:
        desk = appealed()
        assert desk.fine().under_appeal
        assert desk.notice().under_appeal
        assert desk.deadline("notice", "comply:stop").status == "suspended"
        assert desk.deadline("fine", "payment").status == "running"
        assert desk.deadline("fine", "appeal").status == "met"

    def test_is_in_time_on_the_last_day_and_late_on_the_next(self) -> None:
        data: dict[str, Any] = {
            "against": ["fine"],
            "scope": "whole",
            "court": "first_tier_tribunal",
            "grounds": ["g"],
        }
        issued().at("2022-06-15").done("appeal.lodge", by=REGISTRAR, received_on="2022-06-15", **data)
        refusal = issued().at("2022-06-16").refused("appeal.lodge", by=REGISTRAR, received_on="2022-06-16", **data)
        assert refusal["code"] == "too_late"

    def test_at_five_oclock_on_the_last_day_is_late(self) -> None:
        data: dict[str, Any] = {"against": ["fine"], "scope": "whole", "court": "first_tier_tribunal", "grounds": ["g"]}
        desk = issued().at("2022-06-16")
        refusal = desk.refused("appeal.lodge", by=REGISTRAR, received_on="2022-06-15T17:00:00+01:00", **data)
        assert (refusal["code"], "until 2022-06-15, 17:00" in refusal["message"]) == ("too_late", True)
        desk.done("appeal.lodge", by=REGISTRAR, received_on="2022-06-15T16:59:59+01:00", **data)

    def test_in_time_but_recorded_late_dismisses_what_the_system_opened(self) -> None:
        desk = issued().at("2022-07-01")
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        desk.done(
            "appeal.lodge",
            name="appeal",
            by=REGISTRAR,
            against=["fine"],
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-06-15",
            grounds=["g"],
        )
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]

    def test_late_is_possible_after_the_tribunal_extended_the_period(self) -> None:
        desk = issued().at("2022-07-01")
        desk.done(
            "fine.extend_deadline",
            "fine",
            by=REGISTRAR,
            role="appeal",
            until="2022-07-08",
            agreed_on="2022-07-01",
            authority="tribunal_order",
            reason="Illness",
        )
        desk.done(
            "appeal.lodge",
            name="appeal",
            by=REGISTRAR,
            against=["fine"],
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-07-01",
            grounds=["g"],
        )
        assert desk.fine().under_appeal

    def test_twice_is_refused(self) -> None:
        refusal = appealed().refused(
            "appeal.lodge",
            by=REGISTRAR,
            against=["fine"],
            scope="amount",
            court="first_tier_tribunal",
            received_on="2022-06-14",
            grounds=["g"],
        )
        assert refusal["code"] == "wrong_state"

    def test_against_a_settled_fine_makes_it_issued_again(self) -> None:
        desk = issued()
        desk.done(
            "fine.record_payment",
            "fine",
            by=REGISTRAR,
            amount="GBP 7552800",
            received_on="2022-05-18",
            reference="p",
        )
        assert desk.fine().state == "settled"
        desk.done(
            "appeal.lodge",
            name="appeal",
            by=REGISTRAR,
            against="fine",
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-05-18",
            grounds=["g"],
        )
        assert desk.fine().state == "issued"

    def test_at_another_court_is_refused(self) -> None:
        refusal = issued().refused(
            "appeal.lodge",
            by=REGISTRAR,
            against=["fine"],
            scope="whole",
            court="upper_tribunal",
            received_on="2022-05-18",
            grounds=["g"],
        )
        assert refusal["code"] == "invalid"


class TestDeciding:
    @pytest.mark.parametrize("outcome", ["dismissed", "struck_out"])
    def test_against_the_subject_leaves_the_notice_as_given(self, outcome: str) -> None:
        desk = appealed()
        decide(desk, outcome, "2022-10-03")
        assert (desk.fine().state, desk.notice().state) == ("issued", "in_force")
        assert desk.fine().under_appeal

    def test_for_the_subject_sets_both_aside_and_owes_back_what_was_paid(self) -> None:
        desk = appealed()
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 100", received_on="2022-06-14", reference="p")
        decide(desk, "allowed", "2022-10-03")
        assert (desk.fine().state, desk.notice().state) == ("set_aside", "set_aside")
        assert desk.fine().account.refund_due == gbp("100")
        assert desk.fine().is_open

    def test_substituting_the_amount_makes_it_payable(self) -> None:
        desk = appealed()
        decide(desk, "substituted", "2022-10-03", amount="GBP 1000000")
        assert desk.fine().account.outstanding == gbp("1000000")
        assert desk.notice().state == "in_force"

    def test_each_target_may_fare_differently(self) -> None:
        desk = appealed()
        decide(
            desk,
            "partly_allowed",
            "2022-10-03",
            per_target={
                str(desk.names["fine"]): {"outcome": "allowed"},
                str(desk.names["notice"]): {"outcome": "dismissed"},
            },
        )
        assert (desk.fine().state, desk.notice().state) == ("set_aside", "in_force")

    def test_preliminary_changes_nothing(self) -> None:
        desk = appealed()
        decide(desk, "preliminary", "2022-10-03")
        assert desk.appeal().state == "lodged"
        assert desk.appeal().deadline("permission") is None

    def test_above_the_maximum_is_refused(self) -> None:
        refusal = appealed().refused(
            "appeal.decide",
            "appeal",
            by=REGISTRAR,
            outcome="substituted",
            amount="GBP 17500001",
            decided_on="2022-06-14",
            sent_on="2022-06-14",
        )
        assert refusal["code"] == "over_maximum"

    def test_remitted_without_saying_where_is_refused(self) -> None:
        desk = before_upper_tribunal("allowed", "respondent")
        refusal = desk.refused(
            "appeal.decide", "appeal", by=REGISTRAR, outcome="remitted", decided_on="2022-10-10", sent_on="2022-10-10"
        )
        assert refusal["code"] == "invalid"


class TestTheWayOn:
    def test_unused_makes_the_appeal_final_and_compliance_runs_again(self) -> None:
        desk = appealed()
        decide(desk, "dismissed", "2022-10-03")
        assert str(desk.deadline("appeal", "permission").due) == "2022-10-31"
        desk.at("2022-11-01")
        assert desk.appeal().state == "final"
        assert not desk.fine().under_appeal
        assert desk.fine().final
        stop = desk.deadline("notice", "comply:stop")
        # suspended from 14 June to 31 October 2022: 139 days after 15 September 2022 is 1 February 2023
        assert (stop.status, str(stop.due)) == ("running", "2023-02-01")
        stood_still = (
            "It stood still from Tue 14 Jun 2022 until Mon 31 Oct 2022 (An appeal is pending: DPA 2018 s150(7)), 139 days"
        )
        assert any(step.startswith(stood_still) for step in stop.terms.steps)

    def test_unused_after_the_subject_lost_opens_the_case_for_the_payment_that_passed_meanwhile(self) -> None:
        desk = appealed()
        desk.at("2022-09-01")
        assert desk.non_compliances() == []
        decide(desk, "dismissed", "2022-10-03")
        desk.at("2022-11-01")
        (suspected,) = desk.non_compliances()
        assert (suspected.suspicion.about, str(suspected.suspicion.since)) == ("payment", "2022-11-01")

    def test_unused_after_the_subject_won_lapses_every_deadline(self) -> None:
        desk = appealed()
        decide(desk, "allowed", "2022-10-03")
        desk.at("2022-11-01")
        assert desk.appeal().state == "final"
        assert desk.deadline("notice", "comply:stop").status == "lapsed"
        assert not desk.fine().is_open
        assert desk.fine().state == "set_aside"
        assert desk.non_compliances() == []

    def test_refused_by_the_first_tier_starts_one_month_for_renewal(self) -> None:
        desk = appealed()
        decide(desk, "allowed", "2023-10-20")
        seek(desk, "respondent", "2023-11-17")
        permission(desk, "refused", "2024-10-28")
        assert str(desk.deadline("appeal", "renewal").due) == "2024-11-28"

    def test_refused_again_on_paper_starts_14_days_for_reconsideration_and_then_it_is_final(self) -> None:
        desk = appealed()
        decide(desk, "allowed", "2022-10-03")
        seek(desk, "respondent", "2022-10-10")
        permission(desk, "refused", "2022-11-07")
        desk.done("appeal.renew_permission", "appeal", by=REGISTRAR, court="upper_tribunal", received_on="2022-11-07")
        permission(desk, "refused", "2022-12-05")
        assert str(desk.deadline("appeal", "reconsideration").due) == "2022-12-19"
        desk.done("appeal.renew_permission", "appeal", by=REGISTRAR, court="upper_tribunal", received_on="2022-12-05")
        permission(desk, "refused", "2022-12-12")
        assert desk.appeal().state == "final"

    def test_refused_with_renewal_unused_is_final(self) -> None:
        desk = appealed()
        decide(desk, "allowed", "2022-10-03")
        seek(desk, "respondent", "2022-10-10")
        permission(desk, "refused", "2022-11-07")
        desk.at("2022-12-08")
        assert desk.appeal().state == "final"

    def test_out_of_time_is_refused(self) -> None:
        desk = appealed()
        decide(desk, "dismissed", "2022-10-03")
        desk.time.current = desk.time.current.replace(month=11, day=1)
        refusal = desk.do(
            "appeal.seek_permission",
            "appeal",
            by=REGISTRAR,
            by_="appellant",
            court="first_tier_tribunal",
            received_on="2022-11-01",
            grounds=["g"],
        ).refusal
        assert refusal
        assert refusal["code"] in ("too_late", "wrong_state")

    def test_from_the_supreme_court_there_is_none(self) -> None:
        desk = before_upper_tribunal("dismissed", "appellant")
        decide(desk, "dismissed", "2022-10-20")
        go_on(desk, "appellant", "2022-10-21", "upper_tribunal")
        decide(desk, "dismissed", "2022-10-24")
        go_on(desk, "appellant", "2022-10-25", "court_of_appeal")
        assert desk.appeal().tier == "supreme_court"
        decide(desk, "allowed", "2022-10-28")
        assert desk.appeal().state == "final"
        assert desk.fine().state == "set_aside"


class TestAboveTheFirstCourt:
    def test_allowed_for_the_authority_restores_the_notice(self) -> None:
        desk = before_upper_tribunal("allowed", "respondent")
        decide(desk, "allowed", "2022-10-20")
        assert (desk.fine().state, desk.fine().account.outstanding) == ("issued", gbp("7552800"))
        assert desk.notice().state == "in_force"

    def test_allowed_for_the_authority_after_two_defeats_restores_the_notice_too(self) -> None:
        desk = before_upper_tribunal("allowed", "respondent")
        decide(desk, "dismissed", "2022-10-20")
        assert desk.fine().state == "set_aside"
        go_on(desk, "respondent", "2022-10-24", "upper_tribunal")
        decide(desk, "allowed", "2022-10-28")
        assert desk.fine().state == "issued"

    def test_allowed_for_the_subject_sets_aside(self) -> None:
        desk = before_upper_tribunal("dismissed", "appellant")
        decide(desk, "allowed", "2022-10-20")
        assert desk.fine().state == "set_aside"

    def test_a_substitution_below_falls_when_the_authority_wins(self) -> None:
        desk = before_upper_tribunal("substituted", "respondent", amount="GBP 1000000")
        assert desk.fine().account.amount == gbp("1000000")
        decide(desk, "allowed", "2022-10-20")
        assert desk.fine().account.amount == gbp("7552800")

    def test_dismissed_leaves_the_decision_below(self) -> None:
        desk = before_upper_tribunal("substituted", "respondent", amount="GBP 1000000")
        decide(desk, "dismissed", "2022-10-20")
        assert desk.fine().account.amount == gbp("1000000")

    def test_remitted_restores_and_returns_to_the_court_when_the_period_has_passed(self) -> None:
        desk = before_upper_tribunal("allowed", "respondent")
        decide(desk, "remitted", "2022-10-20", court="first_tier_tribunal")
        assert desk.fine().state == "issued"
        desk.at("2022-12-01")
        assert (desk.appeal().state, desk.appeal().tier) == ("lodged", "first_tier_tribunal")
        assert desk.fine().under_appeal
        decide(desk, "dismissed", "2023-01-10")
        assert desk.fine().state == "issued"
        desk.at("2023-03-01")
        assert desk.appeal().state == "final"

    def test_remitted_to_the_authority_sets_aside(self) -> None:
        desk = before_upper_tribunal("dismissed", "appellant")
        decide(desk, "remitted", "2022-10-20", court="authority")
        assert desk.fine().state == "set_aside"
        desk.at("2022-12-01")
        assert desk.appeal().state == "final"


class TestWithdrawing:
    def test_the_first_appeal_leaves_the_notice_as_given_and_time_runs_again(self) -> None:
        desk = appealed().at("2022-07-14")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-07-14")
        assert desk.appeal().state == "withdrawn"
        assert not desk.fine().under_appeal
        stop = desk.deadline("notice", "comply:stop")
        assert (stop.status, str(stop.due)) == ("running", "2022-10-17")  # 30 days after 15 September is a Saturday

    def test_an_onward_appeal_leaves_the_decision_below(self) -> None:
        desk = before_upper_tribunal("substituted", "appellant", amount="GBP 1000000")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-10-10")
        assert desk.fine().account.amount == gbp("1000000")


class TestAgainstAVariation:
    def test_bars_recovery_but_suspends_nothing(self) -> None:
        desk = issued().at("2022-06-01")
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-06-01", reasons="r", amount="GBP 5000000")
        desk.done(
            "appeal.lodge",
            name="appeal",
            by=REGISTRAR,
            against=["fine"],
            scope="variation",
            court="first_tier_tribunal",
            received_on="2022-06-01",
            grounds=["g"],
        )
        assert not desk.fine().under_appeal
        refusal = desk.at("2022-07-01").refused(
            "fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-07-01"
        )
        assert "no_variation_appeal_pending" in refusal["details"]["conditions"]


def decided() -> Desk:
    desk = appealed()
    decide(desk, "dismissed", "2022-10-03")
    return desk


def final() -> Desk:
    return decided().at("2022-11-01")


def withdrawn() -> Desk:
    desk = appealed()
    desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-06-14")
    return desk


STATES = {"lodged": appealed, "decided": decided, "final": final, "withdrawn": withdrawn}
ALLOWED = {
    "appeal.list_hearing": {"lodged", "decided"},
    "appeal.record_hearing": {"lodged", "decided"},
    "appeal.decide": {"lodged"},
    "appeal.seek_permission": {"decided"},
    "appeal.decide_permission": set(),
    "appeal.renew_permission": set(),
    "appeal.withdraw": {"lodged", "decided"},
    "appeal.extend_time": {"decided", "final"},
}
REFUSED_OTHERWISE = {("appeal.seek_permission", "final"): "too_late"}
"""An application received in time is accepted after the appeal became final: only its lateness forbids it."""


@pytest.mark.parametrize("command", ALLOWED)
@pytest.mark.parametrize("state", STATES)
def test_a_command_is_accepted_in_its_states_and_in_no_other(command: str, state: str) -> None:
    desk = STATES[state]()
    assert desk.appeal().state == state
    day = desk.time.current.date().isoformat()
    fields: dict[str, dict[str, Any]] = {
        "appeal.list_hearing": {"on_": "2023-01-10", "kind": "oral"},
        "appeal.record_hearing": {"from": day, "to": day},
        "appeal.decide": {"outcome": "dismissed", "decided_on": day, "sent_on": day},
        "appeal.seek_permission": {
            "by_": "appellant",
            "court": "first_tier_tribunal",
            "received_on": day,
            "grounds": ["g"],
        },
        "appeal.decide_permission": {"outcome": "refused", "sent_on": day},
        "appeal.renew_permission": {"court": "upper_tribunal", "received_on": day},
        "appeal.withdraw": {"withdrawn_on": day},
        "appeal.extend_time": {"role": "permission", "until": "2023-01-10", "ordered_on": day, "reason": "r"},
    }
    outcome = desk.do(command, "appeal", by=REGISTRAR, **fields[command])
    expected = "accepted" if state in ALLOWED[command] else REFUSED_OTHERWISE.get((command, state), "wrong_state")
    assert (outcome.refusal or {"code": "accepted"})["code"] == expected


def test_no_notice_of_intent_is_needed_twice_after_set_aside() -> None:
    desk = appealed()
    decide(desk, "allowed", "2022-10-03")
    desk.done(
        "fine.give_notice_of_intent",
        name="second",
        investigation="inv",
        amount="GBP 1",
        tier="higher",
        provisions=[PROVISION],
        sent_on="2022-10-03",
        reasons="r",
    )
    assert desk.fine("second").state == "intended"


class TestAnApplicationReceivedInTimeButRecordedLate:
    """What counts is the date of law: the timer made the appeal final, and the application shows that it was not."""

    def test_opens_the_appeal_again_and_bars_recovery_again(self) -> None:
        desk = decided().at("2022-11-02")
        assert desk.appeal().state == "final"
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        desk.done(
            "appeal.seek_permission",
            "appeal",
            by=REGISTRAR,
            by_="appellant",
            court="first_tier_tribunal",
            received_on="2022-10-31",
            grounds=["g"],
        )
        assert desk.appeal().state == "decided"
        assert desk.deadline("appeal", "permission").status == "met"
        assert desk.fine().under_appeal
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]
        assert desk.deadline("notice", "comply:stop").status == "suspended"

    def test_loses_no_day_of_the_suspension(self) -> None:
        desk = decided().at("2022-11-02")
        desk.done(
            "appeal.seek_permission",
            "appeal",
            by=REGISTRAR,
            by_="appellant",
            court="first_tier_tribunal",
            received_on="2022-10-31",
            grounds=["g"],
        )
        desk.at("2022-11-30")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-11-30")
        # suspended from 14 June to 30 November 2022: 169 days after 15 September 2022 is 3 March 2023
        assert str(desk.deadline("notice", "comply:stop").due) == "2023-03-03"

    def test_brings_back_what_had_lapsed_when_the_notice_was_set_aside_for_good(self) -> None:
        desk = appealed()
        decide(desk, "allowed", "2022-10-03")
        desk.at("2022-11-02")
        assert desk.deadline("notice", "comply:stop").status == "lapsed"
        desk.done(
            "appeal.seek_permission",
            "appeal",
            by=REGISTRAR,
            by_="respondent",
            court="first_tier_tribunal",
            received_on="2022-10-31",
            grounds=["g"],
        )
        permission(desk, "granted", "2022-11-07")
        decide(desk, "allowed", "2022-12-01")
        assert desk.notice().state == "in_force"
        assert desk.deadline("notice", "comply:stop").status == "suspended"
        desk.at("2023-02-01")
        stop = desk.deadline("notice", "comply:stop")
        # from 14 June 2022 to 3 January 2023: 203 days after 15 September 2022 is 6 April 2023
        assert (stop.status, str(stop.due)) == ("running", "2023-04-06")

    def test_takes_a_remitted_appeal_back_from_the_court_below(self) -> None:
        desk = before_upper_tribunal("allowed", "respondent")
        decide(desk, "remitted", "2022-10-20", court="first_tier_tribunal")
        desk.at("2022-12-01")
        assert (desk.appeal().state, desk.appeal().tier) == ("lodged", "first_tier_tribunal")
        desk.done(
            "appeal.seek_permission",
            "appeal",
            by=REGISTRAR,
            by_="appellant",
            court="upper_tribunal",
            received_on="2022-11-21",
            grounds=["g"],
        )
        assert (desk.appeal().state, desk.appeal().tier) == ("decided", "upper_tribunal")


class TestExtendingTimeForAWayOn:
    def extended(self, desk: Desk, until: str, day: str) -> None:
        desk.done("appeal.extend_time", "appeal", by=REGISTRAR, role="permission", until=until, ordered_on=day, reason="Illness")

    def test_after_the_appeal_became_final_opens_it_again(self) -> None:
        desk = decided().at("2022-11-10")
        self.extended(desk, "2022-11-24", "2022-11-10")
        assert desk.appeal().state == "decided"
        assert desk.fine().under_appeal
        seek(desk, "appellant", "2022-11-24")
        assert desk.deadline("appeal", "permission").status == "met"

    def test_unused_makes_it_final_again(self) -> None:
        desk = decided().at("2022-11-10")
        self.extended(desk, "2022-11-24", "2022-11-10")
        desk.at("2022-11-25")
        assert desk.appeal().state == "final"
        assert [case.state for case in desk.non_compliances()] == ["dismissed", "suspected"]

    def test_to_an_earlier_day_is_refused(self) -> None:
        refusal = decided().refused(
            "appeal.extend_time",
            "appeal",
            by=REGISTRAR,
            role="permission",
            until="2022-10-20",
            ordered_on="2022-10-03",
            reason="r",
        )
        assert refusal["code"] == "invalid"


class TestRenewing:
    def refused_twice(self) -> Desk:
        desk = appealed()
        decide(desk, "allowed", "2022-10-03")
        seek(desk, "respondent", "2022-10-10")
        permission(desk, "refused", "2022-11-07")
        return desk

    def test_goes_to_the_court_above_the_one_that_refused(self) -> None:
        refusal = self.refused_twice().refused(
            "appeal.renew_permission", "appeal", by=REGISTRAR, court="first_tier_tribunal", received_on="2022-11-07"
        )
        assert refusal["code"] == "invalid"

    def test_in_a_later_round_is_not_measured_by_the_periods_of_an_earlier_one(self) -> None:
        desk = self.refused_twice()
        desk.done("appeal.renew_permission", "appeal", by=REGISTRAR, court="upper_tribunal", received_on="2022-11-07")
        permission(desk, "refused", "2022-12-05")
        desk.done("appeal.renew_permission", "appeal", by=REGISTRAR, court="upper_tribunal", received_on="2022-12-05")
        permission(desk, "granted", "2022-12-12")
        decide(desk, "remitted", "2023-02-01", court="first_tier_tribunal")
        desk.at("2023-03-02")
        decide(desk, "allowed", "2023-04-03")
        seek(desk, "respondent", "2023-04-03")
        permission(desk, "refused", "2023-05-01")
        desk.done("appeal.renew_permission", "appeal", by=REGISTRAR, court="upper_tribunal", received_on="2023-05-01")
        assert desk.deadline("appeal", "renewal").status == "met"

    def test_waits_for_the_other_party_when_nothing_is_left_to_the_first(self) -> None:
        desk = before_upper_tribunal("dismissed", "appellant")
        decide(desk, "partly_allowed", "2022-10-20", amount="GBP 1000000")
        seek(desk, "appellant", "2022-10-24", "upper_tribunal")
        permission(desk, "refused", "2022-10-28")
        assert desk.appeal().state == "decided"
        assert desk.deadline("appeal", "permission").status == "running"
        seek(desk, "respondent", "2022-11-01", "upper_tribunal")
        permission(desk, "refused", "2022-11-07")
        assert desk.appeal().state == "final"


class TestGrantingPermission:
    def test_to_a_court_that_is_not_above_is_refused(self) -> None:
        desk = decided()
        seek(desk, "appellant", "2022-10-10")
        refusal = desk.refused(
            "appeal.decide_permission",
            "appeal",
            by=REGISTRAR,
            outcome="granted",
            sent_on="2022-10-10",
            court="first_tier_tribunal",
        )
        assert refusal["code"] == "invalid"


class TestDecisionsThatFall:
    def test_bring_back_the_decision_that_they_had_felled(self) -> None:
        desk = before_upper_tribunal("substituted", "appellant", amount="GBP 1000000")
        decide(desk, "allowed", "2022-10-20")
        assert desk.fine().state == "set_aside"
        go_on(desk, "respondent", "2022-10-24", "upper_tribunal")
        decide(desk, "allowed", "2022-10-28")
        assert (desk.fine().state, desk.fine().account.amount) == ("issued", gbp("1000000"))

    def test_by_remittal_to_the_first_court_leave_the_notice_as_given(self) -> None:
        desk = before_upper_tribunal("substituted", "appellant", amount="GBP 1000000")
        decide(desk, "allowed", "2022-10-20")
        go_on(desk, "respondent", "2022-10-24", "upper_tribunal")
        decide(desk, "remitted", "2022-10-28", court="first_tier_tribunal")
        assert (desk.fine().state, desk.fine().account.amount) == ("issued", gbp("7552800"))


class TestTheCourtsDayToPay:
    """It stands as long as the decision that set it; then the notice's own period counts again."""

    def due(self, desk: Desk) -> str:
        return str(desk.deadline("fine", "payment").due)

    def test_falls_with_its_decision(self) -> None:
        desk = before_upper_tribunal("substituted", "respondent", amount="GBP 1000000", pay_by="2024-06-30")
        assert self.due(desk) == "2024-06-30"
        decide(desk, "allowed", "2022-10-20")
        assert (desk.fine().account.amount, self.due(desk)) == (gbp("7552800"), "2022-06-15")

    def test_falls_with_its_decision_also_when_the_amount_was_the_same(self) -> None:
        desk = before_upper_tribunal("substituted", "respondent", amount="GBP 7552800", pay_by="2024-06-30")
        decide(desk, "allowed", "2022-10-20")
        assert self.due(desk) == "2022-06-15"

    def test_gives_way_to_the_notices_own_extension(self) -> None:
        desk = issued()
        by = {"authority": "decision", "agreed_on": "2022-05-18", "reason": "Hardship"}
        desk.done("fine.extend_deadline", "fine", by=ISSUER, role="payment", until="2022-08-31", **by)
        lodge(desk)
        decide(desk, "substituted", "2022-10-03", amount="GBP 1000000", pay_by="2024-06-30")
        go_on(desk, "respondent", "2022-10-10", "first_tier_tribunal")
        decide(desk, "allowed", "2022-10-20")
        assert self.due(desk) == "2022-08-31"

    def test_gives_way_to_the_period_as_it_was_varied_meanwhile(self) -> None:
        desk = before_upper_tribunal("substituted", "respondent", amount="GBP 1000000", pay_by="2022-10-31")
        desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-10-10", reasons="r", pay_within="P200D")
        varied = self.due(desk)
        decide(desk, "allowed", "2022-10-20")
        assert self.due(desk) == varied == "2022-12-05"

    def test_of_the_court_below_counts_again_when_the_one_above_falls(self) -> None:
        desk = before_upper_tribunal("substituted", "appellant", amount="GBP 1000000", pay_by="2024-06-30")
        decide(desk, "substituted", "2022-10-20", amount="GBP 500000", pay_by="2025-01-31")
        assert self.due(desk) == "2025-01-31"
        go_on(desk, "respondent", "2022-10-24", "upper_tribunal")
        decide(desk, "allowed", "2022-10-28")
        assert (desk.fine().account.amount, self.due(desk)) == (gbp("1000000"), "2024-06-30")

    def test_stays_as_it_was_extended_when_a_decision_that_set_none_falls(self) -> None:
        desk = before_upper_tribunal("substituted", "appellant", amount="GBP 1000000", pay_by="2024-06-30")
        by = {"authority": "decision", "agreed_on": "2022-10-10", "reason": "Hardship"}
        desk.done("fine.extend_deadline", "fine", by=ISSUER, role="payment", until="2024-08-31", **by)
        decide(desk, "substituted", "2022-10-20", amount="GBP 500000")
        go_on(desk, "respondent", "2022-10-24", "upper_tribunal")
        decide(desk, "allowed", "2022-10-28")
        assert (desk.fine().account.amount, self.due(desk)) == (gbp("1000000"), "2024-08-31")

    def test_kept_by_paying_the_courts_sum_is_not_kept_for_the_sum_that_stands_again(self) -> None:
        desk = before_upper_tribunal("substituted", "respondent", amount="GBP 1000000", pay_by="2024-06-30")
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 1000000", received_on="2022-10-10", reference="B")
        assert desk.deadline("fine", "payment").status == "met"
        decide(desk, "allowed", "2022-10-20")
        payment = desk.deadline("fine", "payment")
        assert (payment.status, str(payment.due), payment.terms.trigger.event) == (
            "running",
            "2022-06-15",
            "fine.penalty_notice_issued",
        )
        assert desk.at("2022-10-21").deadline("fine", "payment").status == "passed"
        assert desk.fine().account.outstanding == gbp("6552800")

    def test_comes_back_with_a_penalty_that_had_been_set_aside(self) -> None:
        desk = before_upper_tribunal("substituted", "appellant", amount="GBP 1000000", pay_by="2024-06-30")
        decide(desk, "allowed", "2022-10-20")
        go_on(desk, "respondent", "2022-10-24", "upper_tribunal")
        decide(desk, "allowed", "2022-10-28")
        assert (desk.fine().state, self.due(desk)) == ("issued", "2024-06-30")


def lodge(desk: Desk, day: str = "2022-06-14") -> None:
    desk.at(day).done(
        "appeal.lodge",
        name="appeal",
        by=REGISTRAR,
        against=["fine"],
        scope="whole",
        court="first_tier_tribunal",
        received_on=day,
        grounds=["g"],
    )


class TestAThirdPartysAppeal:
    def lodged(self) -> Desk:
        desk = issued().at("2022-06-14")
        desk.done(
            "appeal.lodge",
            name="appeal",
            by=REGISTRAR,
            against=["fine"],
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-06-14",
            grounds=["g"],
            appellant="third_party",
            points=["the reasons"],
        )
        return desk

    def test_suspends_and_bars_nothing(self) -> None:
        desk = self.lodged()
        assert not desk.fine().under_appeal
        assert desk.deadline("fine", "appeal").status == "running"
        desk.at("2022-06-20")
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-06-20")

    def test_when_allowed_does_not_set_the_penalty_aside(self) -> None:
        desk = self.lodged()
        decide(desk, "allowed", "2022-10-03")
        assert desk.fine().state == "issued"

    def test_does_not_keep_the_subject_from_appealing(self) -> None:
        desk = self.lodged()
        desk.done(
            "appeal.lodge",
            name="own",
            by=REGISTRAR,
            against=["fine"],
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-06-14",
            grounds=["g"],
        )
        assert desk.fine().under_appeal


class TestLodgingAgainst:
    def lodge(self, desk: Desk, **data: Any) -> str | None:
        fields = {"scope": "whole", "court": "first_tier_tribunal", "received_on": "2022-05-18", "grounds": ["g"]}
        refusal = desk.do("appeal.lodge", by=REGISTRAR, **{**fields, **data}).refusal
        return refusal["code"] if refusal else None

    def test_one_case_twice_is_not_well_formed(self) -> None:
        assert self.lodge(issued(), against=["fine", "fine"]) == "invalid"

    def test_the_amount_of_a_notice_that_has_none_is_refused(self) -> None:
        assert self.lodge(in_force(), against=["notice"], scope="amount") == "wrong_state"

    def test_cases_of_two_matters_is_refused(self) -> None:
        desk = issued()
        other = Desk()
        other.app, other.time = desk.app, desk.time
        other.done(
            "investigation.open",
            name="inv",
            key="other-1",
            reference="INV-2",
            regime="uk-dpa-2018",
            subject={"name": "B Ltd", "country": "GB", "kind": "undertaking"},
            opened_on="2022-05-18",
            grounds=["g"],
        )
        other.done(
            "enforcement_notice.issue",
            name="notice",
            key="other-2",
            by=ISSUER,
            investigation="inv",
            kind="enforcement_notice",
            decided_on="2022-05-18",
            sent_on="2022-05-18",
            requirements=[{"id": "a", "text": "t"}],
        )
        assert self.lodge(desk, against=["fine", str(other.names["notice"])]) == "invalid"

    def test_a_notice_before_it_was_sent_suspends_nothing_before_the_sending(self) -> None:
        desk = in_force()
        assert self.lodge(desk, against=["notice"], received_on="2022-01-01") is None
        (appeal,) = [case for case in desk.app.cases_of(desk.notice().matter_id) if desk.app.case(case).TOPIC == "appeal"]
        desk.names["appeal"] = appeal
        desk.at("2022-06-17")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-06-17")
        # 30 days after 15 September 2022
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-10-17"
