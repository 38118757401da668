"""Appeals against a part: of a third party, in points, against one notice of an investigation, several beside each other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import DELETE, ISSUER, REGISTRAR, STOP, Desk, in_force, investigated, issued


def lodge(desk: Desk, against: str, day: str, *, name: str = "appeal", **data: Any) -> None:
    fields: dict[str, Any] = {"scope": "whole", "court": "first_tier_tribunal", "received_on": day, "grounds": ["g"]}
    desk.at(day).done("appeal.lodge", name=name, by=REGISTRAR, against=against, **{**fields, **data})


def decide(desk: Desk, outcome: str, day: str, *, name: str = "appeal", **data: Any) -> None:
    desk.at(day).done("appeal.decide", name, by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day, **data)


def go_on(desk: Desk, by: str, day: str, *, name: str = "appeal") -> None:
    seek: dict[str, Any] = {"by_": by, "court": "first_tier_tribunal", "received_on": day, "grounds": ["g"]}
    desk.at(day).done("appeal.seek_permission", name, by=REGISTRAR, **seek)
    desk.done("appeal.decide_permission", name, by=REGISTRAR, outcome="granted", sent_on=day)


def demands(desk: Desk) -> set[str]:
    return set(desk.notice().requirements)


class TestAThirdPartysAppeal:
    def test_when_allowed_sets_the_penalty_aside_only_in_the_points(self) -> None:
        desk = issued()
        lodge(desk, "fine", "2022-06-14", appellant="third_party", points=["naming of the third party"])
        decide(desk, "allowed", "2022-10-03")
        fine = desk.fine()
        assert (fine.state, fine.is_set_aside, fine.points_set_aside) == ("issued", False, ("naming of the third party",))
        assert str(fine.account.outstanding) == "GBP 7,552,800.00"

    def test_when_allowed_takes_out_the_demands_that_its_points_name(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", appellant="third_party", points=["delete"])
        decide(desk, "allowed", "2022-10-03")
        assert (desk.notice().state, demands(desk)) == ("in_force", {"stop"})
        desk.at("2022-11-02")
        assert desk.deadline("notice", "comply:delete").status == "lapsed"

    def test_in_every_demand_sets_the_notice_aside(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", appellant="third_party", points=["stop", "delete"])
        decide(desk, "allowed", "2022-10-03")
        assert desk.notice().state == "set_aside"

    def test_when_it_falls_above_lets_the_points_stand_again(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", appellant="third_party", points=["delete"])
        decide(desk, "allowed", "2022-10-03")
        go_on(desk, "respondent", "2022-10-10")
        decide(desk, "allowed", "2022-10-20")
        assert (demands(desk), desk.notice().points_set_aside) == ({"stop", "delete"}, ())


class TestASubjectsAppealInPoints:
    def test_that_name_a_demand_takes_out_that_one_alone(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", points=["stop"])
        decide(desk, "allowed", "2022-10-03")
        assert (desk.notice().state, demands(desk)) == ("in_force", {"delete"})

    def test_that_name_every_demand_sets_the_notice_aside(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", points=["stop", "delete"])
        decide(desk, "allowed", "2022-10-03")
        assert desk.notice().state == "set_aside"

    def test_in_words_of_its_own_is_against_the_whole(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", points=["jurisdiction"])
        decide(desk, "allowed", "2022-10-03")
        assert desk.notice().state == "set_aside"

    def test_remitted_to_the_authority_sets_aside_in_those_points_and_a_new_notice_replaces_them(self) -> None:
        desk = in_force()
        lodge(desk, "notice", "2022-06-14", points=["delete"])
        decide(desk, "remitted", "2022-10-03", court="authority")
        assert demands(desk) == {"stop"}
        replace(desk.at("2022-11-02"), "2022-11-02")
        assert (desk.notice("new").state, desk.notice().state) == ("in_force", "in_force")


def replace(desk: Desk, day: str) -> None:
    notice: dict[str, Any] = {"kind": "enforcement_notice", "decided_on": day, "sent_on": day, "requirements": [DELETE]}
    desk.done("enforcement_notice.issue", name="new", by=ISSUER, investigation="inv", replaces="notice", **notice)


def test_a_notice_remitted_to_the_authority_is_set_aside_for_good_and_replaced_by_a_new_one() -> None:
    desk = in_force()
    lodge(desk, "notice", "2022-06-14")
    decide(desk, "remitted", "2022-10-03", court="authority")
    assert desk.at("2022-11-02").appeal().state == "final"
    replace(desk, "2022-11-02")
    new = desk.notice("new")
    assert (desk.notice().state, desk.notice().is_open, new.state) == ("set_aside", False, "in_force")
    assert new.notice is not None
    assert new.notice.replaces == desk.names["notice"]


class TestAnAppealAgainstANoticeOfAnInvestigation:
    def demanded(self) -> Desk:
        desk = investigated("2022-05-18")
        for name in ("first", "second"):
            notice: dict[str, Any] = {"notice": name, "kind": "information", "sent_on": "2022-05-18", "respond_within": "P60D"}
            desk.done("investigation.issue_notice", "inv", **notice)
        return desk

    def status(self, desk: Desk, role: str) -> str:
        return desk.deadline("inv", role).status

    def test_suspends_the_answer_to_that_notice_alone(self) -> None:
        desk = self.demanded()
        lodge(desk, "inv", "2022-06-14", scope="notice:first")
        assert (self.status(desk, "response:first"), self.status(desk, "response:second")) == ("suspended", "running")

    def test_when_allowed_cancels_that_notice_alone(self) -> None:
        desk = self.demanded()
        lodge(desk, "inv", "2022-06-14", scope="notice:first")
        decide(desk, "allowed", "2022-07-01")
        notices = desk.investigation().notices
        assert (notices["first"].is_set_aside, notices["second"].is_set_aside) == (True, False)
        desk.at("2022-08-01")
        assert self.status(desk, "response:first") == "lapsed"

    def test_when_allowed_and_reversed_above_lets_it_stand_again(self) -> None:
        desk = self.demanded()
        lodge(desk, "inv", "2022-06-14", scope="notice:first")
        decide(desk, "allowed", "2022-07-01")
        go_on(desk, "respondent", "2022-07-04")
        decide(desk, "allowed", "2022-07-11")
        assert not desk.investigation().notices["first"].is_set_aside
        assert self.status(desk, "response:first") == "suspended"

    def test_when_dismissed_lets_the_time_to_answer_run_again(self) -> None:
        desk = self.demanded()
        lodge(desk, "inv", "2022-06-14", scope="notice:first")
        decide(desk, "dismissed", "2022-07-01")
        desk.at("2022-08-01")
        response = desk.deadline("inv", "response:first")
        # 60 days after 18 May are 17 July 2022; it stood still from 14 June to 29 July, 45 days
        assert (response.status, str(response.due)) == ("running", "2022-08-31")

    def test_beside_one_against_another_notice_leaves_that_alone(self) -> None:
        desk = self.demanded()
        lodge(desk, "inv", "2022-06-14", scope="notice:first")
        lodge(desk, "inv", "2022-06-14", name="other", scope="notice:second")
        decide(desk, "allowed", "2022-07-01")
        decide(desk, "dismissed", "2022-07-01", name="other")
        notices = desk.investigation().notices
        assert (notices["first"].is_set_aside, notices["second"].is_set_aside) == (True, False)

    def test_that_is_reversed_brings_its_notice_back_whatever_became_of_the_other(self) -> None:
        desk = self.demanded()
        lodge(desk, "inv", "2022-06-14", scope="notice:first")
        lodge(desk, "inv", "2022-06-14", name="other", scope="notice:second")
        decide(desk, "allowed", "2022-07-01")
        decide(desk, "allowed", "2022-07-01", name="other")
        go_on(desk, "respondent", "2022-07-04", name="other")
        decide(desk, "allowed", "2022-07-11", name="other")
        notices = desk.investigation().notices
        assert (notices["first"].is_set_aside, notices["second"].is_set_aside) == (True, False)

    @pytest.mark.parametrize(
        ("scope", "code"), [("notice:none", "wrong_state"), ("notice:", "invalid"), ("whole", "wrong_state")]
    )
    def test_that_is_not_there_is_refused(self, scope: str, code: str) -> None:
        appeal: dict[str, Any] = {"scope": scope, "court": "first_tier_tribunal", "received_on": "2022-05-18", "grounds": ["g"]}
        assert self.demanded().refused("appeal.lodge", by=REGISTRAR, against="inv", **appeal)["code"] == code


class TestSeveralAppealsBesideEachOther:
    def test_leave_what_stands_by_the_decisions_of_both_in_order(self) -> None:
        desk = issued()
        lodge(desk, "fine", "2022-06-14")
        lodge(desk, "fine", "2022-06-14", name="third", appellant="third_party", points=["p"])
        decide(desk, "substituted", "2022-10-03", amount="GBP 1000000")
        decide(desk, "substituted", "2022-10-04", name="third", amount="GBP 900000")
        go_on(desk, "respondent", "2022-10-10", name="third")
        decide(desk, "allowed", "2022-10-20", name="third")
        assert str(desk.fine().account.amount) == "GBP 1,000,000.00"

    def test_do_not_bring_back_what_another_set_aside(self) -> None:
        desk = issued()
        lodge(desk, "fine", "2022-06-14")
        lodge(desk, "fine", "2022-06-14", name="third", appellant="third_party", points=["p"])
        decide(desk, "allowed", "2022-10-03")
        decide(desk, "substituted", "2022-10-04", name="third", amount="GBP 900000")
        assert desk.fine().state == "set_aside"

    def test_with_points_of_two_appeals_take_out_both(self) -> None:
        desk = in_force(requirements=[STOP, DELETE, {"id": "always", "text": "t"}])
        lodge(desk, "notice", "2022-06-14", points=["stop"])
        lodge(desk, "notice", "2022-06-14", name="third", appellant="third_party", points=["delete"])
        decide(desk, "allowed", "2022-10-03")
        decide(desk, "allowed", "2022-10-04", name="third")
        assert demands(desk) == {"always"}
