"""The notices of an investigation, given-when-then: what they ask for, when it is due, how it is answered or taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.investigation.notices import WithNotices
from tests.desk import ISSUER, OFFICER, REGISTRAR, Desk, investigated

DAY = "2021-03-01"
NOTICE: dict[str, Any] = {"notice": "INFO-1", "kind": "information", "sent_on": DAY, "respond_within": "P35D"}
ANSWER: dict[str, Any] = {"notice": "INFO-1", "received_on": "2021-03-20", "complete": True}


def asked(day: str = DAY, **data: Any) -> Desk:
    """Given an information notice of 1 March 2021, to be answered by 6 April, open to appeal until 29 March."""
    desk = investigated().at(day)
    desk.done("investigation.issue_notice", "inv", **{**NOTICE, **data})
    return desk


def notice(desk: Desk, name: str = "INFO-1") -> str:
    return desk.investigation().notices[name].state


def due(desk: Desk, role: str = "response:INFO-1") -> tuple[date, str]:
    deadline = desk.deadline("inv", role)
    return deadline.due, deadline.status


class TestIssuing:
    def test_starts_the_time_to_respond_under_the_rule_of_its_kind_and_the_time_to_appeal(self) -> None:
        desk = asked()
        response, appeal = desk.deadline("inv", "response:INFO-1"), desk.deadline("inv", "appeal:INFO-1")
        assert (response.due, response.terms.rule.id) == (date(2021, 4, 6), "uk-dpa-2018/s142")
        assert response.terms.trigger.event == "investigation.notice_issued"
        assert (appeal.due, appeal.terms.rule.id) == (date(2021, 3, 29), "uk-grc-2009/r22")

    @pytest.mark.parametrize(("kind", "rule"), [("assessment", "s146"), ("interview", "s148A")])
    def test_of_another_kind_stands_under_another_rule(self, kind: str, rule: str) -> None:
        desk = asked(kind=kind)
        assert desk.deadline("inv", "response:INFO-1").terms.rule.id == f"uk-dpa-2018/{rule}"

    @pytest.mark.parametrize(("kind", "cites"), [("information", "s142(5)"), ("assessment", "s146(6)"), ("interview", "s148A")])
    def test_may_not_ask_for_an_answer_before_the_appeal_period_ends(self, kind: str, cites: str) -> None:
        desk = investigated().at(DAY)
        data = {**NOTICE, "kind": kind, "respond_within": "P21D"}
        refusal = desk.refused("investigation.issue_notice", "inv", **data)
        assert (refusal["code"], refusal["cites"]) == ("too_early", [f"DPA 2018 {cites}"])
        assert refusal["details"] == {"role": "response:INFO-1", "earliest": "2021-03-29"}

    def test_may_ask_for_an_answer_on_the_day_on_which_the_appeal_period_ends(self) -> None:
        assert due(asked(respond_within=None, respond_by="2021-03-29")) == (date(2021, 3, 29), "running")

    @pytest.mark.parametrize(("kind", "period", "cites"), [("information", "PT23H", "s142(7)"), ("assessment", "P4D", "s146(8)")])
    def test_leaves_the_least_time_even_when_it_is_urgent(self, kind: str, period: str, cites: str) -> None:
        desk = investigated().at(DAY)
        data = {**NOTICE, "kind": kind, "respond_within": period, "urgent_reasons": "Data is being destroyed"}
        refusal = desk.refused("investigation.issue_notice", "inv", **data)
        assert (refusal["code"], refusal["cites"]) == ("too_early", [f"DPA 2018 {cites}"])

    def test_tells_the_least_time_on_the_clock_of_the_law(self) -> None:
        """Sent on 26 March 2022, before the night in which the clocks go forward: 24 hours from the end of that day."""
        data: dict[str, Any] = {**NOTICE, "sent_on": "2022-03-26", "respond_within": None, "respond_by": "2022-03-27"}
        desk = investigated().at("2022-03-26")
        refusal = desk.refused("investigation.issue_notice", "inv", urgent_reasons="Data is being destroyed", **data)
        assert "Give until 2022-03-28 01:00 or later" in refusal["message"]
        assert refusal["details"]["earliest"] == "2022-03-28T01:00:00+01:00"

    @pytest.mark.parametrize(
        ("kind", "period", "ends"), [("information", "PT24H", date(2021, 3, 2)), ("assessment", "P7D", date(2021, 3, 8))]
    )
    def test_may_ask_for_an_answer_in_the_least_time_when_it_is_urgent(self, kind: str, period: str, ends: date) -> None:
        desk = asked(kind=kind, respond_within=period, urgent_reasons="Data is being destroyed")
        assert due(desk) == (ends, "running")

    def test_to_the_hour_ends_to_the_hour(self) -> None:
        urgent = {"respond_within": "PT24H", "urgent_reasons": "u", "sent_on": f"{DAY}T10:00:00+00:00"}
        desk = asked(**urgent)
        assert desk.deadline("inv", "response:INFO-1").due_at == datetime(2021, 3, 2, 10, tzinfo=UTC)

    def test_under_a_name_that_was_used_before_is_refused(self) -> None:
        refusal = asked().refused("investigation.issue_notice", "inv", **NOTICE)
        assert refusal["code"] == "wrong_state"
        assert "a notice 'INFO-1' was issued already" in refusal["message"]

    def test_in_a_closed_investigation_is_refused(self) -> None:
        desk = investigated().at(DAY)
        desk.done("investigation.close", "inv", outcome="o", reasons="r", closed_on=DAY)
        refusal = desk.refused("investigation.issue_notice", "inv", **NOTICE)
        assert (refusal["code"], refusal["details"]) == ("wrong_state", {"state": "closed"})

    @pytest.mark.parametrize("time", [{"respond_within": None}, {"respond_by": "2021-04-10"}])
    def test_needs_either_a_period_or_a_day(self, time: dict[str, Any]) -> None:
        desk = investigated().at(DAY)
        data = {name: value for name, value in {**NOTICE, **time}.items() if value}
        refusal = desk.refused("investigation.issue_notice", "inv", **data)
        assert refusal["code"] == "invalid"
        assert "give either respond_within (a period) or respond_by (a day)" in refusal["message"]

    def test_of_a_kind_that_the_regime_does_not_know_is_not_well_formed(self) -> None:
        desk = Desk(DAY)
        subject = {"name": "A SA", "country": "FR", "kind": "undertaking"}
        opening: dict[str, Any] = {
            "reference": "INV-F",
            "regime": "fr-lil",
            "subject": subject,
            "opened_on": DAY,
            "grounds": ["g"],
        }
        desk.done("investigation.open", name="inv", **opening)
        refusal = desk.refused("investigation.issue_notice", "inv", **{**NOTICE, "kind": "interview"})
        assert (refusal["code"], refusal["details"]["faults"][0]["field"]) == ("invalid", "kind")


class TestServing:
    def test_lets_the_time_to_respond_count_from_the_giving_and_leaves_the_time_to_appeal(self) -> None:
        desk = asked()
        desk.at("2021-03-04").done(
            "investigation.serve", "inv", by=REGISTRAR, notice="INFO-1", served_on="2021-03-04", method="post"
        )
        response = desk.deadline("inv", "response:INFO-1")
        assert (response.due, response.terms.trigger.event) == (date(2021, 4, 8), "investigation.served")
        assert due(desk, "appeal:INFO-1") == (date(2021, 3, 29), "running")

    def test_counts_from_the_day_on_which_it_is_deemed_received(self) -> None:
        desk = asked()
        served: dict[str, Any] = {"notice": "INFO-1", "served_on": "2021-03-01", "method": "post", "deemed_on": "2021-03-04"}
        desk.done("investigation.serve", "inv", **served)
        assert due(desk)[0] == date(2021, 4, 8)

    def test_before_it_was_sent_is_refused(self) -> None:
        desk = asked()
        refusal = desk.refused("investigation.serve", "inv", notice="INFO-1", served_on="2021-02-26", method="post")
        assert (refusal["code"], refusal["details"]["sent_on"]) == ("invalid", DAY)

    def test_of_a_notice_that_there_is_not_is_refused_and_the_others_are_named(self) -> None:
        refusal = asked().refused("investigation.serve", "inv", notice="INFO-2", served_on=DAY, method="post")
        assert refusal["code"] == "wrong_state"
        assert "Its notices are: INFO-1." in refusal["message"]


class TestWhereEverythingCountsFromService:
    """Ireland: both the time to appeal and the time to answer count from service (DPA 2018 (IE) s150(1))."""

    def given(self, **data: Any) -> Desk:
        desk = Desk(DAY)
        subject = {"name": "A Ltd", "country": "IE", "kind": "undertaking"}
        opening: dict[str, Any] = {"reference": "INV-I", "regime": "ie-dpa-2018", "opened_on": DAY, "grounds": ["g"]}
        desk.done("investigation.open", name="inv", subject=subject, **opening)
        desk.done("investigation.issue_notice", "inv", **{**NOTICE, **data})
        return desk

    def test_nothing_runs_before_service_and_both_periods_from_it(self) -> None:
        desk = self.given()
        assert not desk.investigation().deadlines
        desk.at("2021-03-04").done("investigation.serve", "inv", notice="INFO-1", served_on="2021-03-04", method="post")
        # The day of service is counted in: day 28 and day 35 from 4 March.
        assert (due(desk, "appeal:INFO-1"), due(desk)) == ((date(2021, 3, 31), "running"), (date(2021, 4, 7), "running"))

    def test_a_day_that_is_named_runs_from_the_sending(self) -> None:
        assert due(self.given(respond_within=None, respond_by="2021-04-12")) == (date(2021, 4, 12), "running")

    def test_an_answer_whose_time_begins_under_appeal_stands_still_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def counts_from(_: WithNotices, role: str) -> tuple[str, ...]:
            return ("notice.sent",) if role.startswith("appeal:") else ("notice.served",)

        monkeypatch.setattr(WithNotices, "counts_from", counts_from)
        desk = lodged(asked())
        assert desk.investigation().deadline("response:INFO-1") is None
        desk.done("investigation.serve", "inv", notice="INFO-1", served_on="2021-03-11", method="post")
        assert due(desk)[1] == "suspended"

    def test_time_that_ends_before_the_appeal_period_whenever_it_is_served_is_refused(self) -> None:
        desk = self.given()
        data = {**NOTICE, "notice": "INFO-2", "respond_within": "P27D"}
        refusal = desk.refused("investigation.issue_notice", "inv", **data)
        assert (refusal["code"], refusal["details"]) == ("too_early", {"role": "response:INFO-2", "earliest": "2021-03-28"})


class TestAResponse:
    def test_complete_and_in_time_meets_the_deadline(self) -> None:
        desk = asked().at("2021-03-20")
        desk.done("investigation.record_response", "inv", by=REGISTRAR, **ANSWER)
        assert (due(desk)[1], notice(desk)) == ("met", "answered")

    def test_incomplete_leaves_the_deadline_running(self) -> None:
        desk = asked().at("2021-03-20")
        desk.done("investigation.record_response", "inv", **{**ANSWER, "complete": False})
        assert (due(desk)[1], notice(desk)) == ("running", "outstanding")

    def test_to_an_answered_notice_is_refused(self) -> None:
        desk = asked().at("2021-03-20")
        desk.done("investigation.record_response", "inv", **ANSWER)
        assert desk.refused("investigation.record_response", "inv", **ANSWER)["code"] == "wrong_state"

    def test_from_before_the_notice_was_sent_is_refused(self) -> None:
        refusal = asked().refused("investigation.record_response", "inv", **{**ANSWER, "received_on": "2021-02-28"})
        assert refusal["code"] == "invalid"
        assert "lies before 2021-03-01, the day on which the notice was sent" in refusal["message"]

    def test_that_does_not_come_opens_a_non_compliance_case_the_day_after(self) -> None:
        desk = asked().at("2021-04-07")
        [breach] = desk.non_compliances()
        assert (breach.suspicion.about, breach.suspicion.since, breach.state) == (
            "response:INFO-1",
            date(2021, 4, 7),
            "suspected",
        )
        assert breach.reference == "INV-1/non-compliance-1"

    def test_in_time_and_recorded_later_lets_the_system_dismiss_what_it_had_opened(self) -> None:
        desk = asked().at("2021-04-08")
        desk.done("investigation.record_response", "inv", **{**ANSWER, "received_on": "2021-04-06"})
        assert (due(desk)[1], [breach.state for breach in desk.non_compliances()]) == ("met", ["dismissed"])

    def test_complete_and_late_remedies_the_breach(self) -> None:
        desk = asked().at("2021-04-08")
        desk.done("investigation.record_response", "inv", **{**ANSWER, "received_on": "2021-04-07"})
        assert (due(desk)[1], [breach.state for breach in desk.non_compliances()]) == ("passed", ["remedied"])

    def test_that_was_late_is_in_time_after_more_time_was_given(self) -> None:
        desk = asked().at("2021-04-08")
        desk.done("investigation.record_response", "inv", **{**ANSWER, "received_on": "2021-04-07"})
        order: dict[str, Any] = {
            "role": "response:INFO-1",
            "until": "2021-04-07",
            "agreed_on": "2021-04-08",
            "authority": "tribunal_order",
        }
        desk.done("investigation.extend_deadline", "inv", by=REGISTRAR, reason="r", **order)
        assert due(desk)[1] == "met"

    def test_whose_breach_is_confirmed_can_be_fined(self) -> None:
        desk = asked().at("2021-04-07")
        desk.non_compliances()
        desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on="2021-04-07", reasons="r")
        intent: dict[str, Any] = {"amount": "GBP 5000", "provisions": ["s142"], "sent_on": "2021-04-07", "reasons": "r"}
        desk.done("fine.give_notice_of_intent", investigation="inv", for_non_compliance="non_compliance-1", **intent)
        assert desk.fine().intent.tier == "higher"


class TestCancelling:
    def test_ends_the_time_to_respond_and_to_appeal(self) -> None:
        desk = asked()
        desk.done("investigation.cancel_notice", "inv", notice="INFO-1", sent_on=DAY, reasons="Answered by phone")
        assert (due(desk)[1], due(desk, "appeal:INFO-1")[1], notice(desk)) == ("lapsed", "lapsed", "cancelled")
        assert desk.at("2021-05-01").non_compliances() == []

    @pytest.mark.parametrize("verb", ["serve", "record_response", "cancel_notice"])
    def test_leaves_nothing_more_to_be_done_with_the_notice(self, verb: str) -> None:
        desk = asked()
        cancelled: dict[str, Any] = {"notice": "INFO-1", "sent_on": DAY, "reasons": "r"}
        desk.done("investigation.cancel_notice", "inv", **cancelled)
        served: dict[str, Any] = {"notice": "INFO-1", "served_on": DAY, "method": "post"}
        data = {"serve": served, "record_response": {**ANSWER, "received_on": DAY}, "cancel_notice": cancelled}[verb]
        refusal = desk.refused(f"investigation.{verb}", "inv", **data)
        assert refusal["code"] == "wrong_state"
        assert "the notice 'INFO-1' was cancelled" in refusal["message"]

    def test_of_a_notice_that_was_sent_later_is_refused(self) -> None:
        refusal = asked().refused("investigation.cancel_notice", "inv", notice="INFO-1", sent_on="2021-02-01", reasons="r")
        assert refusal["code"] == "invalid"

    def test_leaves_the_name_used(self) -> None:
        desk = asked()
        desk.done("investigation.cancel_notice", "inv", notice="INFO-1", sent_on=DAY, reasons="r")
        assert desk.refused("investigation.issue_notice", "inv", **NOTICE)["code"] == "wrong_state"


class TestClosingTheInvestigation:
    def test_lets_what_is_not_answered_lapse_and_the_time_to_appeal_go_on(self) -> None:
        desk = asked()
        desk.done("investigation.close", "inv", outcome="o", reasons="r", closed_on=DAY)
        assert (due(desk)[1], due(desk, "appeal:INFO-1")[1], notice(desk)) == ("lapsed", "running", "ended")
        assert desk.at("2021-05-01").non_compliances() == []

    def test_leaves_nothing_to_answer_after_it_was_reopened(self) -> None:
        desk = asked()
        desk.done("investigation.close", "inv", outcome="o", reasons="r", closed_on=DAY)
        desk.done("investigation.reopen", "inv", reason="r", reopened_on=DAY)
        refusal = desk.refused("investigation.record_response", "inv", **{**ANSWER, "received_on": DAY})
        assert "the notice 'INFO-1' ended with the investigation" in refusal["message"]

    def test_while_a_breach_is_suspected_is_refused(self) -> None:
        desk = asked().at("2021-04-07")
        refusal = desk.refused("investigation.close", "inv", outcome="o", reasons="r", closed_on="2021-04-07")
        assert refusal["code"] == "wrong_state"
        assert "INV-1/non-compliance-1 (suspected)" in refusal["message"]


def lodged(desk: Desk, day: str = "2021-03-11", **data: Any) -> Desk:
    """Given an appeal by the subject against the notice, received ten days after it was sent."""
    lodge: dict[str, Any] = {"scope": "notice:INFO-1", "court": "first_tier_tribunal", "grounds": ["Too wide"], **data}
    desk.at(day).done("appeal.lodge", name="appeal", by=REGISTRAR, against=["inv"], received_on=day, **lodge)
    return desk


def decided(desk: Desk, outcome: str, day: str = "2021-06-01") -> Desk:
    sent = {"decided_on": day, "sent_on": day}
    desk.at(day).done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, **sent)
    return desk


def overturned(day: str = "2021-09-01") -> Desk:
    """Given that the tribunal set the notice aside, and the court above allowed the authority's appeal."""
    desk = decided(lodged(asked()), "allowed").at("2021-06-10")
    seek: dict[str, Any] = {"court": "first_tier_tribunal", "received_on": "2021-06-10", "grounds": ["g"]}
    desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, by_="respondent", **seek)
    desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2021-06-10")
    return decided(desk, "allowed", day)


class TestAnAppealAgainstANotice:
    def test_holds_up_the_answer_to_that_notice_and_to_no_other(self) -> None:
        desk = asked()
        desk.done("investigation.issue_notice", "inv", **{**NOTICE, "notice": "INFO-2"})
        lodged(desk)
        assert (due(desk)[1], due(desk, "response:INFO-2")[1]) == ("suspended", "running")
        assert (due(desk, "appeal:INFO-1")[1], due(desk, "appeal:INFO-2")[1]) == ("met", "running")

    def test_holds_up_no_answer_for_which_urgent_reasons_stood(self) -> None:
        desk = asked(respond_within="P14D", urgent_reasons="Data is being destroyed")
        assert due(lodged(desk))[1] == "running"

    def test_of_a_third_party_holds_up_nothing(self) -> None:
        assert due(lodged(asked(), appellant="third_party"))[1] == "running"

    def test_that_was_dismissed_gives_back_the_days_that_the_answer_waited(self) -> None:
        desk = decided(lodged(asked()), "dismissed").at("2021-06-30")
        # The unrolled end was 5 April. It stood still from 11 March until the appeal was final on 29 June: 110 days.
        assert (due(desk), desk.appeal().state) == ((date(2021, 7, 26), "running"), "final")

    def test_that_was_withdrawn_lets_the_answer_be_due_again(self) -> None:
        desk = lodged(asked())
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2021-03-11")
        assert due(desk) == (date(2021, 4, 6), "running")

    def test_that_was_allowed_sets_that_notice_aside_and_in_the_end_nothing_is_to_be_answered(self) -> None:
        desk = decided(lodged(asked()), "allowed")
        assert (notice(desk), due(desk)[1], desk.investigation().state) == ("set_aside", "suspended", "open")
        desk.at("2021-07-30")
        assert (desk.appeal().state, due(desk)[1], desk.non_compliances()) == ("final", "lapsed", [])
        refusal = desk.refused("investigation.record_response", "inv", **ANSWER)
        assert "the notice 'INFO-1' was set aside for good" in refusal["message"]

    def test_that_was_allowed_lets_the_system_dismiss_the_breach_of_an_urgent_notice(self) -> None:
        desk = lodged(asked(respond_within="P14D", urgent_reasons="Data is being destroyed")).at("2021-04-01")
        assert [breach.state for breach in desk.non_compliances()] == ["suspected"]
        decided(desk, "allowed")
        assert [breach.state for breach in desk.non_compliances()] == ["dismissed"]

    def test_that_was_allowed_keeps_an_urgent_answer_from_being_a_breach_while_the_notice_is_set_aside(self) -> None:
        desk = decided(lodged(asked(respond_within="P60D", urgent_reasons="u")), "allowed", "2021-04-01")
        # The answer was due on 30 April, the way on ends on 29 April; the court above may still let the notice stand again.
        assert (due(desk), notice(desk)) == ((date(2021, 4, 30), "running"), "set_aside")
        seek: dict[str, Any] = {"court": "first_tier_tribunal", "received_on": "2021-04-20", "grounds": ["g"]}
        desk.at("2021-04-20").done("appeal.seek_permission", "appeal", by=REGISTRAR, by_="respondent", **seek)
        desk.at("2021-05-03")
        assert (due(desk)[1], desk.non_compliances()) == ("passed", [])

    def test_that_had_set_it_aside_for_good_and_goes_on_out_of_time_may_let_it_stand_again(self) -> None:
        desk = decided(lodged(asked()), "allowed").at("2021-07-30")
        assert (desk.appeal().state, due(desk)[1]) == ("final", "lapsed")
        more: dict[str, Any] = {"role": "permission", "until": "2021-08-31", "ordered_on": "2021-07-30", "reason": "r"}
        desk.done("appeal.extend_time", "appeal", by=REGISTRAR, **more)
        seek: dict[str, Any] = {"court": "first_tier_tribunal", "received_on": "2021-07-30", "grounds": ["g"]}
        desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, by_="respondent", **seek)
        desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2021-07-30")
        decided(desk, "allowed", "2021-09-01")
        assert (notice(desk), due(desk)[1]) == ("outstanding", "suspended")

    def test_that_was_allowed_leaves_a_duty_that_can_come_back_until_it_is_final(self) -> None:
        desk = decided(lodged(asked()), "allowed")
        assert desk.investigation().is_duty("response:INFO-1")
        assert not desk.at("2021-07-30").investigation().is_duty("response:INFO-1")

    def test_that_lets_one_notice_stand_again_leaves_another_set_aside_for_good(self) -> None:
        desk = asked()
        desk.done("investigation.issue_notice", "inv", **{**NOTICE, "notice": "INFO-2"})
        lodge: dict[str, Any] = {"against": ["inv"], "court": "first_tier_tribunal", "grounds": ["g"]}
        for name in ("INFO-1", "INFO-2"):
            desk.done("appeal.lodge", name=name, by=REGISTRAR, scope=f"notice:{name}", received_on=DAY, **lodge)
            sent = {"decided_on": DAY, "sent_on": DAY}
            desk.done("appeal.decide", name, by=REGISTRAR, outcome="allowed", **sent)
        seek: dict[str, Any] = {"court": "first_tier_tribunal", "received_on": DAY, "grounds": ["g"]}
        desk.done("appeal.seek_permission", "INFO-1", by=REGISTRAR, by_="respondent", **seek)
        desk.done("appeal.decide_permission", "INFO-1", by=REGISTRAR, outcome="granted", sent_on=DAY)
        desk.at("2021-04-01")
        assert (due(desk)[1], due(desk, "response:INFO-2")[1]) == ("suspended", "lapsed")
        decide = {"decided_on": "2021-04-01", "sent_on": "2021-04-01"}
        desk.done("appeal.decide", "INFO-1", by=REGISTRAR, outcome="allowed", **decide)
        assert (due(desk)[1], due(desk, "response:INFO-2")[1]) == ("suspended", "lapsed")

    @pytest.mark.parametrize("first", ["subject", "third_party"])
    def test_of_a_third_party_beside_it_changes_nothing_of_what_is_left_to_answer(self, first: str) -> None:
        desk = lodged(asked())
        lodge: dict[str, Any] = {"against": ["inv"], "court": "first_tier_tribunal", "grounds": ["g"], "scope": "notice:INFO-1"}
        desk.done("appeal.lodge", name="other", by=REGISTRAR, received_on="2021-03-11", appellant="third_party", **lodge)
        decided(desk, "allowed")
        if first == "third_party":
            desk.done("appeal.withdraw", "other", by=REGISTRAR, withdrawn_on="2021-06-01")
            assert due(desk)[1] == "suspended"
        assert due(desk.at("2021-07-30"))[1] == "lapsed"

    def test_that_was_allowed_and_overturned_lets_the_notice_stand_again(self) -> None:
        desk = overturned()
        assert (notice(desk), due(desk)[1]) == ("outstanding", "suspended")
        desk.at("2021-10-15")
        assert (desk.appeal().state, due(desk)[1]) == ("final", "running")

    def test_lets_the_system_dismiss_the_breach_that_it_had_seen(self) -> None:
        desk = asked(respond_within=None, respond_by="2021-03-29").at("2021-03-30")
        assert [breach.state for breach in desk.non_compliances()] == ["suspected"]
        desk.done(
            "appeal.lodge",
            by=REGISTRAR,
            against=["inv"],
            scope="notice:INFO-1",
            court="first_tier_tribunal",
            received_on="2021-03-25",
            grounds=["g"],
        )
        assert [breach.state for breach in desk.non_compliances()] == ["dismissed"]

    def test_out_of_time_is_refused_until_the_tribunal_gives_more_time(self) -> None:
        desk = asked().at("2021-04-01")
        lodge: dict[str, Any] = {"against": ["inv"], "scope": "notice:INFO-1", "court": "first_tier_tribunal", "grounds": ["g"]}
        refusal = desk.refused("appeal.lodge", by=REGISTRAR, received_on="2021-04-01", **lodge)
        assert (refusal["code"], refusal["details"]["role"]) == ("too_late", "appeal:INFO-1")
        order = {"role": "appeal:INFO-1", "until": "2021-04-02", "agreed_on": "2021-04-01", "authority": "tribunal_order"}
        desk.done("investigation.extend_deadline", "inv", by=REGISTRAR, reason="r", **order)
        desk.done("appeal.lodge", by=REGISTRAR, received_on="2021-04-01", **lodge)

    @pytest.mark.parametrize("scope", ["notice:INFO-2", "whole", "variation"])
    def test_against_what_was_not_given_is_refused(self, scope: str) -> None:
        desk = asked()
        lodge: dict[str, Any] = {"against": ["inv"], "court": "first_tier_tribunal", "received_on": DAY, "grounds": ["g"]}
        refusal = desk.refused("appeal.lodge", by=REGISTRAR, scope=scope, **lodge)
        assert refusal["code"] == "wrong_state"
        assert f"nothing to appeal against in scope {scope}" in refusal["message"]

    def test_against_a_cancelled_notice_is_refused(self) -> None:
        desk = asked()
        desk.done("investigation.cancel_notice", "inv", notice="INFO-1", sent_on=DAY, reasons="r")
        lodge: dict[str, Any] = {"against": ["inv"], "scope": "notice:INFO-1", "court": "first_tier_tribunal", "grounds": ["g"]}
        assert desk.refused("appeal.lodge", by=REGISTRAR, received_on=DAY, **lodge)["code"] == "wrong_state"

    def test_out_of_time_can_be_let_in_also_after_the_investigation_closed(self) -> None:
        desk = asked()
        desk.done("investigation.close", "inv", outcome="o", reasons="r", closed_on=DAY)
        order: dict[str, Any] = {
            "role": "appeal:INFO-1",
            "until": "2021-04-10",
            "agreed_on": "2021-04-01",
            "authority": "tribunal_order",
        }
        desk.at("2021-04-01").done("investigation.extend_deadline", "inv", by=REGISTRAR, reason="r", **order)
        assert due(desk, "appeal:INFO-1") == (date(2021, 4, 10), "running")

    def test_keeps_the_investigation_open(self) -> None:
        desk = lodged(asked())
        refusal = desk.refused("investigation.close", "inv", outcome="o", reasons="r", closed_on="2021-03-11")
        assert "INV-1/appeal-1 (lodged)" in refusal["message"]

    def test_is_possible_after_the_investigation_closed_while_the_time_runs(self) -> None:
        desk = asked()
        desk.done("investigation.close", "inv", outcome="o", reasons="r", closed_on=DAY)
        lodged(desk)
        assert (due(desk)[1], due(desk, "appeal:INFO-1")[1]) == ("lapsed", "met")

    def test_that_is_allowed_after_the_investigation_closed_sets_the_notice_aside_and_leaves_nothing_to_answer(self) -> None:
        desk = asked()
        desk.done("investigation.close", "inv", outcome="o", reasons="r", closed_on=DAY)
        decided(lodged(desk), "allowed")
        assert (notice(desk), due(desk)[1], desk.investigation().state) == ("set_aside", "lapsed", "closed")
        desk.at("2021-07-30")
        assert (desk.appeal().state, due(desk)[1], desk.non_compliances()) == ("final", "lapsed", [])

    def test_with_no_scope_that_there_is_is_not_well_formed(self) -> None:
        desk = asked()
        lodge: dict[str, Any] = {"against": ["inv"], "court": "first_tier_tribunal", "received_on": DAY, "grounds": ["g"]}
        refusal = desk.refused("appeal.lodge", by=REGISTRAR, scope="notice:", **lodge)
        assert (refusal["code"], refusal["details"]["faults"][0]["field"]) == ("invalid", "scope")

    def test_lets_the_time_to_respond_stand_still_also_when_service_is_recorded_later(self) -> None:
        desk = lodged(asked())
        served: dict[str, Any] = {"notice": "INFO-1", "served_on": "2021-03-04", "method": "post"}
        desk.done("investigation.serve", "inv", **served)
        assert due(desk) == (date(2021, 4, 8), "suspended")


def test_several_notices_run_side_by_side_each_under_its_name() -> None:
    desk = asked()
    desk.done("investigation.issue_notice", "inv", **{**NOTICE, "notice": "INFO-2", "respond_within": "P60D"})
    desk.at("2021-03-20").done("investigation.record_response", "inv", **ANSWER)
    assert (due(desk)[1], due(desk, "response:INFO-2")[1]) == ("met", "running")


def test_a_notice_is_issued_by_an_officer_and_served_by_the_registry_too() -> None:
    desk = investigated().at(DAY)
    assert desk.refused("investigation.issue_notice", "inv", by=REGISTRAR, **NOTICE)["code"] == "forbidden"
    desk.done("investigation.issue_notice", "inv", by=OFFICER, **NOTICE)
