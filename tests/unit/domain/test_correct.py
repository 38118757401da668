"""Clerical errors: the entry stays, the case is as if it had been entered rightly, and what hangs on it is computed anew."""

from __future__ import annotations

from typing import Any

import pytest

from domain.application import Outcome
from domain.case.deadline_events import DeadlineRecomputed
from domain.case.events import Corrected
from domain.corrections import FIELDS, act_behind
from domain.names import COMMANDS, EVENT_TYPES
from domain.words import describe
from tests.desk import ADMIN, ISSUER, OFFICER, REGISTRAR, STOP, Desk, appealed, in_force, intended, investigated, issued
from tests.fines import impose
from tests.fines import intended as intended_under
from tests.fines import pay as pay_under

FULL = "GBP 7552800"


def entry(desk: Desk, case: str, name: str, number: int = -1) -> int:
    """The version of an entry of that name: the latest, or the one of that number."""
    return [event.version for event in desk.app.events_of(desk.names[case]) if name == event.NAME][number]


def correct(desk: Desk, case: str, name: str, **fields: Any) -> Outcome:
    """Correct the latest entry of that name."""
    data: dict[str, Any] = {
        "event_version": entry(desk, case, name),
        "fields": said(fields),
        "reason": "Read from the wrong line",
    }
    return desk.done(f"{desk.case(case).TOPIC}.correct", case, by=REGISTRAR, **data)


def refused(desk: Desk, case: str, name: str, **fields: Any) -> dict[str, Any]:
    """Have the correction of the latest entry of that name refused."""
    data: dict[str, Any] = {"event_version": entry(desk, case, name), "fields": said(fields), "reason": "r"}
    return desk.refused(f"{desk.case(case).TOPIC}.correct", case, by=REGISTRAR, **data)


def said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name.rstrip("_"): value for name, value in fields.items()}


def recorded(outcome: Outcome) -> list[str]:
    return [event.type for event in outcome.events]


def faults(refusal: dict[str, Any]) -> dict[str, str]:
    assert refusal["code"] == "invalid"
    return {fault["field"]: fault["problem"] for fault in refusal["details"]["faults"]}


def stands(desk: Desk, case: str, role: str) -> str:
    deadline = desk.deadline(case, role)
    return f"{deadline.status} {deadline.due}"


def paid(received_on: str, amount: str = FULL, entered_on: str = "2022-06-20") -> Desk:
    """Given a payment of the fine, due on 15 June 2022."""
    desk = issued().at(entered_on)
    desk.done("fine.record_payment", "fine", by=REGISTRAR, amount=amount, received_on=received_on, reference="BACS")
    desk.non_compliances()
    return desk


class TestAPayment:
    def test_that_was_in_time_after_all_meets_the_deadline_that_had_passed(self) -> None:
        desk = paid("2022-06-18")
        assert stands(desk, "fine", "payment") == "passed 2022-06-15"
        outcome = correct(desk, "fine", "payment_recorded", received_on="2022-06-10")
        assert recorded(outcome) == ["fine.corrected", "fine.deadline_met", "non_compliance.corrected"]
        assert stands(desk, "fine", "payment") == "met 2022-06-15"
        assert desk.deadline("fine", "payment").met_on.isoformat() == "2022-06-10"  # type: ignore[union-attr] # met

    def test_that_was_in_time_after_all_takes_the_ground_from_the_suspicion(self) -> None:
        desk = paid("2022-06-18", amount="GBP 7552799")
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        correct(desk, "fine", "payment_recorded", received_on="2022-06-10", amount=FULL)
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]

    def test_that_was_late_after_all_lets_the_deadline_pass_and_is_a_breach_that_was_remedied(self) -> None:
        desk = paid("2022-06-10")
        outcome = correct(desk, "fine", "payment_recorded", received_on="2022-06-18")
        assert recorded(outcome)[:3] == ["fine.corrected", "fine.deadline_recomputed", "fine.deadline_passed"]
        assert stands(desk, "fine", "payment") == "passed 2022-06-15"

    def test_of_less_than_was_entered_leaves_the_rest_outstanding(self) -> None:
        desk = paid("2022-06-10")
        assert desk.fine().state == "settled"
        correct(desk, "fine", "payment_recorded", amount="GBP 7000000")
        assert (desk.fine().state, str(desk.fine().account.outstanding)) == ("issued", "GBP 552,800.00")
        assert [case.state for case in desk.non_compliances()] == ["dismissed", "suspected"]

    def test_before_the_time_to_pay_ended_runs_again_when_it_does_not_cover_the_sum(self) -> None:
        desk = paid("2022-06-10", entered_on="2022-06-10")
        correct(desk, "fine", "payment_recorded", amount="GBP 7000000")
        assert stands(desk, "fine", "payment") == "running 2022-06-15"

    def test_cannot_be_less_than_was_paid_back(self) -> None:
        desk = paid("2022-06-10", amount="GBP 8000000")
        desk.done("fine.record_refund", "fine", by=REGISTRAR, amount="GBP 447200", paid_on="2022-06-20", reference="R")
        refusal = refused(desk, "fine", "payment_recorded", amount="GBP 400000")
        assert refusal["code"] == "invalid"
        assert "more would then have been paid back than ever came in" in refusal["message"]

    def test_that_was_late_on_another_day_remedied_the_breach_on_that_day(self) -> None:
        desk = paid("2022-06-18")
        assert [case.state for case in desk.non_compliances()] == ["remedied"]
        correct(desk, "fine", "payment_recorded", received_on="2022-06-17")
        remedy = desk.case("non_compliance-1").history[-2]
        assert remedy.facts() == {"remedied_on": "2022-06-17"}

    def test_that_was_less_stands_still_while_an_appeal_is_pending_where_the_law_says_so(self) -> None:
        desk = impose(intended_under("nl-uavg", "EUR 36500", "2023-09-01"), "EUR 36500", "2023-12-01")
        plan = [{"amount": "EUR 36500", "due_on": "2024-07-01"}]
        desk.done("fine.agree_instalments", "fine", by=ISSUER, agreed_on="2023-12-01", instalments=plan)
        pay_under(desk, "EUR 36500", "2023-12-05")
        desk.at("2023-12-10")
        lodged: dict[str, Any] = {"scope": "whole", "court": "objection", "received_on": "2023-12-10", "grounds": ["g"]}
        desk.done("appeal.lodge", by=REGISTRAR, against=["fine"], **lodged)
        assert desk.deadline("fine", "payment:1").status == "met"
        correct(desk, "fine", "payment_recorded", amount="EUR 30000")
        assert desk.deadline("fine", "payment:1").status == "suspended"

    def test_in_full_ends_a_recovery(self) -> None:
        desk = paid("2022-06-18", amount="GBP 755280")
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2022-06-20")
        correct(desk, "fine", "payment_recorded", amount=FULL)
        assert not desk.fine().in_recovery
        assert [case.state for case in desk.non_compliances()] == ["remedied"]

    def test_may_be_corrected_again(self) -> None:
        desk = paid("2022-06-18")
        correct(desk, "fine", "payment_recorded", received_on="2022-06-10")
        correct(desk, "fine", "payment_recorded", received_on="2022-06-19")
        assert stands(desk, "fine", "payment") == "passed 2022-06-15"
        latest = desk.app.events_of(desk.names["fine"])[entry(desk, "fine", "corrected") - 1]
        assert isinstance(latest, Corrected)
        assert (latest.before, latest.fields) == ({"received_on": "2022-06-10"}, {"received_on": "2022-06-19"})


class TestAPenaltyNotice:
    def test_sent_later_moves_the_time_to_pay_and_to_appeal(self) -> None:
        desk = issued().at("2022-05-30")
        correct(desk, "fine", "penalty_notice_issued", sent_on="2022-05-20")
        assert stands(desk, "fine", "payment") == "running 2022-06-17"
        assert stands(desk, "fine", "appeal") == "running 2022-06-17"
        assert desk.deadline("fine", "penalty_limit").met_on.isoformat() == "2022-05-20"  # type: ignore[union-attr] # met

    def test_sent_later_lets_a_deadline_run_again_that_had_passed(self) -> None:
        desk = issued().at("2022-06-16")
        assert stands(desk, "fine", "payment") == "passed 2022-06-15"
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        correct(desk, "fine", "penalty_notice_issued", sent_on="2022-05-20")
        assert stands(desk, "fine", "payment") == "running 2022-06-17"
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]
        assert desk.at("2022-06-20").deadline("fine", "payment").status == "passed"
        assert [case.state for case in desk.non_compliances()] == ["dismissed", "suspected"]

    def test_keeps_what_was_agreed_since(self) -> None:
        desk = issued()
        extension: dict[str, Any] = {
            "role": "appeal",
            "by_": "P10D",
            "agreed_on": "2022-05-18",
            "authority": "tribunal_order",
            "reason": "r",
        }
        desk.done("fine.extend_deadline", "fine", by=REGISTRAR, **extension)
        assert stands(desk, "fine", "appeal") == "running 2022-06-27"
        desk.at("2022-05-20")
        correct(desk, "fine", "penalty_notice_issued", sent_on="2022-05-20")
        assert stands(desk, "fine", "appeal") == "running 2022-06-27"  # 17 June, and ten days

    def test_cannot_be_sent_before_the_representations_have_ended(self) -> None:
        refusal = refused(issued(), "fine", "penalty_notice_issued", sent_on="2021-12-20")
        assert (refusal["code"], refusal["cites"]) == ("too_early", ["DPA 2018 Sch 16 para 3(4)"])
        assert refusal["message"].startswith("Refused: fine.issue_penalty_notice itself could not have been given so.")

    def test_cannot_be_sent_after_the_limit(self) -> None:
        refusal = refused(issued().at("2022-06-10"), "fine", "penalty_notice_issued", sent_on="2022-05-31")
        assert (refusal["code"], refusal["cites"]) == ("too_late", ["DPA 2018 Sch 16 para 2(2)-(3)"])

    def test_cannot_give_less_time_than_the_minimum(self) -> None:
        refusal = refused(issued(), "fine", "penalty_notice_issued", pay_within="P27D")
        assert refusal["code"] == "too_early"

    def test_with_a_court_that_was_applied_to_in_time_cannot_be_sent_so_early_that_it_was_not(self) -> None:
        refusal = refused(appealed(), "fine", "penalty_notice_issued", sent_on="2022-05-10")
        assert (refusal["code"], refusal["details"]["role"]) == ("too_late", "appeal")

    def test_keeps_its_sum(self) -> None:
        wrong = faults(refused(issued(), "fine", "penalty_notice_issued", amount="GBP 5"))
        assert "a notice is varied or cancelled" in wrong["fields.amount"]


class TestAVariation:
    def test_leaves_alone_the_period_that_a_later_one_of_the_same_day_has_started(self) -> None:
        desk = issued().at("2022-05-30")
        for amount in ("GBP 7000000", "GBP 6000000"):
            varied = {"sent_on": "2022-05-30", "reasons": "r", "amount": amount}
            desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, **varied)
        assert stands(desk, "fine", "appeal:variation") == "running 2022-06-27"
        first = {"event_version": entry(desk, "fine", "penalty_notice_varied", 0), "fields": {"sent_on": "2022-05-23"}}
        desk.done("fine.correct", "fine", by=REGISTRAR, reason="r", **first)  # type: ignore[arg-type] # fields
        assert stands(desk, "fine", "appeal:variation") == "running 2022-06-27"
        correct(desk, "fine", "penalty_notice_varied", sent_on="2022-05-24")
        assert stands(desk, "fine", "appeal:variation") == "running 2022-06-21"


class TestANoticeOfIntent:
    def test_sent_later_moves_floor_and_limit(self) -> None:
        desk = intended().at("2021-12-06")
        correct(desk, "fine", "notice_of_intent_given", sent_on="2021-12-01")
        assert stands(desk, "fine", "representations") == "running 2021-12-22"
        assert stands(desk, "fine", "penalty_limit") == "running 2022-06-01"

    def test_sent_so_early_that_the_penalty_notice_came_too_late_is_refused(self) -> None:
        refusal = refused(issued(), "fine", "notice_of_intent_given", sent_on="2021-11-01")
        assert (refusal["code"], refusal["details"]["role"]) == ("too_late", "penalty_limit")

    def test_sent_so_late_that_the_penalty_notice_came_too_early_is_refused(self) -> None:
        refusal = refused(issued(), "fine", "notice_of_intent_given", sent_on="2022-05-10")
        assert (refusal["code"], refusal["details"]["role"]) == ("too_early", "representations")
        assert "made since, would then have come out of time" in refusal["message"]

    def test_corrected_first_decides_when_the_penalty_notice_may_have_been_sent(self) -> None:
        desk = issued()
        correct(desk, "fine", "notice_of_intent_given", sent_on="2021-12-20")
        assert refused(desk, "fine", "penalty_notice_issued", sent_on="2022-01-10")["code"] == "too_early"
        correct(desk, "fine", "penalty_notice_issued", sent_on="2022-01-11")

    def test_that_was_never_given_for_that_investigation_is_no_clerical_error(self) -> None:
        wrong = faults(refused(intended(), "fine", "notice_of_intent_given", investigation="x", provisions=["y"]))
        assert all("undo the entry" in problem for problem in wrong.values())
        assert wrong.keys() == {"fields.investigation", "fields.provisions"}


class TestService:
    def test_moves_what_counts_from_it(self) -> None:
        desk = issued().at("2022-05-30")
        desk.done("fine.serve", "fine", by=REGISTRAR, served_on="2022-05-24", method="post")
        assert stands(desk, "fine", "payment") == "running 2022-06-21"
        correct(desk, "fine", "served", served_on="2022-05-25")
        assert stands(desk, "fine", "payment") == "running 2022-06-22"
        assert stands(desk, "fine", "appeal") == "running 2022-06-15"

    def test_of_what_was_sent_on_another_day_is_deemed_received_on_another_day(self) -> None:
        desk = in_force("2026-03-02", [{**STOP, "counted_from": "served"}]).at("2026-03-10")
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2026-03-03", method="email")
        assert stands(desk, "notice", "comply:stop") == "running 2026-06-04"
        outcome = correct(desk, "notice", "issued", sent_on="2026-03-03", decided_on="2026-03-03")
        _, served = [event for event in outcome.events if isinstance(event, Corrected)]
        assert (served.event, served.fields["deemed_on"]) == ("enforcement_notice.served", "2026-03-05")
        assert stands(desk, "notice", "comply:stop") == "running 2026-06-05"
        assert (
            describe(served)
            == "Entry 4 (served) corrected: deemed 5 March 2026 instead of 4 March 2026. Read from the wrong line."
        )

    def test_corrected_leaves_alone_what_a_later_service_has_moved(self) -> None:
        desk = issued().at("2022-05-30")
        for day in ("2022-05-24", "2022-05-27"):
            desk.done("fine.serve", "fine", by=REGISTRAR, served_on=day, method="post")
        first: dict[str, Any] = {
            "event_version": entry(desk, "fine", "served", 0),
            "fields": {"served_on": "2022-05-23"},
            "reason": "r",
        }
        desk.done("fine.correct", "fine", by=REGISTRAR, **first)
        assert stands(desk, "fine", "payment") == "running 2022-06-24"


class TestAnEnforcementNotice:
    def test_sent_later_moves_what_counts_from_the_end_of_the_appeal_period(self) -> None:
        desk = in_force().at("2022-05-30")
        assert stands(desk, "notice", "comply:stop") == "running 2022-09-15"
        correct(desk, "notice", "issued", sent_on="2022-05-20")
        assert stands(desk, "notice", "appeal") == "running 2022-06-17"
        assert stands(desk, "notice", "comply:stop") == "running 2022-09-20"  # the 19th was the state funeral

    def test_whose_publication_is_told_later_starts_what_counts_from_it(self) -> None:
        published = {"id": "tell", "text": "t", "comply_within": "P3M", "counted_from": "published"}
        desk = in_force(requirements=[published]).at("2022-06-02")
        assert desk.case("notice").deadline("comply:tell") is None
        correct(desk, "notice", "issued", published_on="2022-06-01")
        assert stands(desk, "notice", "comply:tell") == "running 2022-09-01"

    def test_sent_later_moves_what_counts_from_an_appeal_period_that_was_extended(self) -> None:
        desk = in_force().at("2022-05-30")
        extension: dict[str, Any] = {"role": "appeal", "by_": "P10D", "agreed_on": "2022-05-30", "reason": "r"}
        desk.done("enforcement_notice.extend_deadline", "notice", by=REGISTRAR, authority="tribunal_order", **extension)
        assert stands(desk, "notice", "comply:stop") == "running 2022-09-27"
        correct(desk, "notice", "issued", sent_on="2022-05-23")
        assert stands(desk, "notice", "appeal") == "running 2022-06-30"
        assert stands(desk, "notice", "comply:stop") == "running 2022-09-30"

    def test_compliance_that_was_late_after_all_is_a_breach(self) -> None:
        desk = in_force().at("2022-09-20")
        done: dict[str, Any] = {"requirement": "stop", "complied_on": "2022-09-15", "assessed_on": "2022-09-20"}
        desk.done("enforcement_notice.record_compliance", "notice", by=REGISTRAR, **done)
        assert stands(desk, "notice", "comply:stop") == "met 2022-09-15"
        correct(desk, "notice", "compliance_recorded", complied_on="2022-09-16")
        assert stands(desk, "notice", "comply:stop") == "passed 2022-09-15"

    def test_compliance_while_its_time_stood_still_is_in_time_on_any_day(self) -> None:
        desk = complied_under_appeal()
        correct(desk, "notice", "compliance_recorded", complied_on="2022-09-20")
        assert stands(desk, "notice", "comply:stop") == "met 2022-09-15"
        assert desk.deadline("notice", "comply:stop").met_on.isoformat() == "2022-09-20"  # type: ignore[union-attr] # met

    def test_keeps_standing_still_what_stands_still_when_it_is_sent_on_another_day(self) -> None:
        desk = appealed().at("2022-06-20")
        correct(desk, "notice", "issued", sent_on="2022-05-20")
        assert desk.deadline("notice", "comply:stop").status == "suspended"


def complied_under_appeal() -> Desk:
    """Given compliance on 10 July 2022 with what stood still since 14 June; it is 25 September, and the appeal is pending."""
    desk = appealed().at("2022-09-25")
    done: dict[str, Any] = {"requirement": "stop", "complied_on": "2022-07-10", "assessed_on": "2022-09-25"}
    desk.done("enforcement_notice.record_compliance", "notice", by=REGISTRAR, **done)
    return desk


class TestAnAppeal:
    def test_decision_sent_later_moves_the_time_for_permission(self) -> None:
        desk = appealed().at("2023-10-20")
        desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="dismissed", decided_on="2023-10-17", sent_on="2023-10-17")
        assert stands(desk, "appeal", "permission") == "running 2023-11-14"
        correct(desk, "appeal", "decided", sent_on="2023-10-20")
        assert stands(desk, "appeal", "permission") == "running 2023-11-17"

    def test_that_had_become_final_is_open_again_while_permission_may_be_sought(self) -> None:
        desk = appealed().at("2023-10-20")
        desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="dismissed", decided_on="2023-10-17", sent_on="2023-10-17")
        desk.at("2023-11-15")
        assert (desk.appeal().state, desk.fine().under_appeal) == ("final", False)
        correct(desk, "appeal", "decided", sent_on="2023-10-20")
        assert (desk.appeal().state, desk.fine().under_appeal) == ("decided", True)
        desk.at("2023-11-20")
        assert (desk.appeal().state, desk.appeal().ended_on) == ("final", desk.deadline("appeal", "permission").due)

    def test_received_on_another_day_meets_its_period_and_suspends_from_that_day(self) -> None:
        desk = appealed().at("2022-06-20")
        correct(desk, "appeal", "lodged", received_on="2022-06-10")
        (pending,) = desk.notice().appeals.values()
        assert pending.received_on.isoformat() == "2022-06-10"
        assert desk.deadline("notice", "appeal").met_on.isoformat() == "2022-06-10"  # type: ignore[union-attr] # met
        assert desk.deadline("notice", "comply:stop").suspensions[0].since.isoformat() == "2022-06-10"
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-06-20")
        assert stands(desk, "notice", "comply:stop") == "running 2022-09-26"  # 15 September, ten days, and the Sunday

    def test_received_on_another_day_counts_for_days_that_have_been_counted_already(self) -> None:
        desk = appealed().at("2022-06-20")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-06-20")
        assert stands(desk, "notice", "comply:stop") == "running 2022-09-21"
        correct(desk, "appeal", "lodged", received_on="2022-06-10")
        assert stands(desk, "notice", "comply:stop") == "running 2022-09-26"

    def test_received_on_another_day_suspends_what_a_court_has_taken_out_as_before(self) -> None:
        desk = appealed().at("2022-06-20")
        sent: dict[str, Any] = {"decided_on": "2022-06-20", "sent_on": "2022-06-20", "requirements": [STOP]}
        desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="partly_allowed", **sent)
        assert desk.deadline("notice", "comply:delete").status == "suspended"
        correct(desk, "appeal", "lodged", received_on="2022-06-12")
        assert desk.deadline("notice", "comply:delete").status == "suspended"

    def test_received_on_another_day_leaves_alone_what_can_matter_no_more(self) -> None:
        desk = appealed().at("2022-06-20")
        desk.done("enforcement_notice.close", "notice", outcome="o", closed_on="2022-06-20")
        assert desk.deadline("notice", "comply:stop").status == "lapsed"
        correct(desk, "appeal", "lodged", received_on="2022-06-10")
        assert desk.deadline("notice", "comply:stop").status == "lapsed"

    def test_cannot_have_been_received_after_its_period(self) -> None:
        refusal = refused(appealed().at("2022-06-20"), "appeal", "lodged", received_on="2022-06-16")
        assert (refusal["code"], refusal["details"]["role"]) == ("too_late", "appeal")

    def test_decided_on_another_day_is_told_so_wherever_the_decision_took_effect(self) -> None:
        desk = appealed().at("2023-10-20")
        desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="allowed", decided_on="2023-10-17", sent_on="2023-10-20")
        outcome = correct(desk, "appeal", "decided", decided_on="2023-10-18")
        corrected = [event for event in outcome.events if isinstance(event, Corrected)]
        assert [event.event for event in corrected] == ["appeal.decided", "fine.set_aside", "enforcement_notice.set_aside"]
        assert all(event.fields == {"decided_on": "2023-10-18"} for event in corrected)

    def test_that_was_decided_otherwise_is_no_clerical_error(self) -> None:
        desk = appealed().at("2023-10-20")
        desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="dismissed", decided_on="2023-10-17", sent_on="2023-10-17")
        assert "enter the court's" in faults(refused(desk, "appeal", "decided", outcome="allowed"))["fields.outcome"]


class TestWhatCannotBeCorrected:
    def test_an_entry_that_is_not_there(self) -> None:
        desk = issued()
        refusal = desk.refused(
            "fine.correct", "fine", by=REGISTRAR, event_version=99, fields={"sent_on": "2022-05-01"}, reason="r"
        )
        assert faults(refusal) == {"event_version": "the case has no entry 99; it has 1 to 10"}

    @pytest.mark.parametrize(
        ("name", "instead"),
        [
            ("deadline_started", "give more time by extend_deadline"),
            ("deadline_passed", "Correct the act that it counts from"),
            ("opened", "Correct that act, the entry after it"),
            ("appeal_lodged", "recorded because of appeal.lodge on another case. Correct that act there"),
        ],
    )
    def test_an_entry_that_no_act_of_this_case_made(self, name: str, instead: str) -> None:
        refusal = refused(appealed(), "fine", name, reason="x")
        assert instead in faults(refusal)["event_version"]

    def test_a_correction_but_the_entry_again(self) -> None:
        desk = paid("2022-06-18")
        correct(desk, "fine", "payment_recorded", received_on="2022-06-10")
        assert "Correct entry 14 again" in faults(refused(desk, "fine", "corrected", reason="x"))["event_version"]

    def test_what_stands_already(self) -> None:
        assert (
            "what stands already"
            in faults(refused(issued(), "fine", "penalty_notice_issued", sent_on="2022-05-18"))["fields.sent_on"]
        )

    def test_all_faults_are_told_at_once(self) -> None:
        wrong = faults(refused(issued(), "fine", "penalty_notice_issued", sent_on="2022-05-32", amount="GBP 5", colour="blue"))
        assert wrong.keys() == {"fields.sent_on", "fields.amount", "fields.colour"}

    def test_a_date_after_today_or_another_currency(self) -> None:
        wrong = faults(refused(paid("2022-06-18"), "fine", "payment_recorded", received_on="2022-06-21", amount="EUR 5"))
        assert "lies after today" in wrong["fields.received_on"]
        assert "is not in GBP" in wrong["fields.amount"]

    def test_by_an_officer(self) -> None:
        desk = paid("2022-06-18")
        data: dict[str, Any] = {
            "event_version": entry(desk, "fine", "payment_recorded"),
            "fields": {"reference": "B2"},
            "reason": "r",
        }
        assert desk.refused("fine.correct", "fine", by=OFFICER, **data)["code"] == "forbidden"
        desk.done("fine.correct", "fine", by=ADMIN, **data)


class TestTheEntry:
    def test_stays_as_it_was_in_the_history(self) -> None:
        desk = paid("2022-06-18")
        before = desk.app.events_of(desk.names["fine"])
        correct(desk, "fine", "payment_recorded", received_on="2022-06-10")
        assert desk.app.events_of(desk.names["fine"])[: len(before)] == before

    def test_can_lose_what_it_need_not_have(self) -> None:
        desk = investigated()
        fields = {"conduct_from": "2018-05-25", "conduct_to": "2019-01-01"}
        finding: dict[str, Any] = {"provision": "UK GDPR Art 32", "tier": "standard", "summary": "s", **fields}
        desk.done("investigation.record_finding", "inv", **finding)
        correct(desk, "inv", "finding_recorded", conduct_to=None)
        assert desk.investigation().findings[-1].conduct_to is None

    def test_is_told_in_words_with_both_values_and_the_reason(self) -> None:
        outcome = correct(paid("2022-06-18"), "fine", "payment_recorded", received_on="2022-06-10", amount="GBP 7552801")
        words = "Entry 14 (payment recorded) corrected: received 10 June 2022 instead of 18 June 2022; amount GBP 7,552,801.00 instead of GBP 7,552,800.00. Read from the wrong line."
        assert describe(outcome.events[0]) == words

    def test_gives_its_reason_to_each_deadline_that_it_moves(self) -> None:
        outcome = correct(issued().at("2022-05-30"), "fine", "penalty_notice_issued", sent_on="2022-05-20")
        reasons = {event.reason for event in outcome.events if isinstance(event, DeadlineRecomputed)}
        assert reasons == {"The entry 7 that it counts from was corrected: Read from the wrong line"}


class TestAHold:
    def test_does_not_keep_an_error_from_being_corrected(self) -> None:
        desk = issued()
        desk.done("fine.place_hold", "fine", by=ISSUER, reason="r", placed_on="2022-05-18")
        correct(desk, "fine", "hold_placed", placed_on="2022-05-17")
        hold = desk.fine().hold
        assert hold is not None
        assert hold.placed_on.isoformat() == "2022-05-17"


@pytest.mark.parametrize("event_type", list(FIELDS))
def test_what_may_be_corrected_are_fields_of_an_entry_and_of_a_command_that_makes_it(event_type: type) -> None:
    own = {info.alias or name for name, info in event_type.model_fields.items()}  # type: ignore[attr-defined] # an event type
    fields = set(FIELDS[event_type].split())
    assert fields <= own
    named = [{info.alias or name for name, info in act.model_fields.items()} for act in COMMANDS.values()]
    assert any(fields <= names for names in named)
    assert event_type in EVENT_TYPES.values()


def test_the_act_behind_each_entry_of_an_act_is_found() -> None:
    desk = appealed()
    acts = [act_behind(event) for history in desk.histories().values() for event in history]
    assert [act.COMMAND for act in acts if act] == [
        "investigation.open",
        "investigation.record_finding",
        "fine.give_notice_of_intent",
        "fine.propose_penalty",
        "fine.issue_penalty_notice",
        "enforcement_notice.issue",
        "appeal.lodge",
    ]
