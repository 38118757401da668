"""The ways on from a decision: permission for either party, as of right, from the latest of several documents; giving up."""

from __future__ import annotations

from typing import Any

from tests.desk import ISSUER, REGISTRAR, SUBJECT, Desk, appealed

FIRST = "first_tier_tribunal"


def decide(desk: Desk, outcome: str, day: str, **data: Any) -> None:
    desk.at(day).done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day, **data)


def decided(outcome: str = "partly_allowed", day: str = "2022-10-03", **data: Any) -> Desk:
    desk = appealed()
    decide(desk, outcome, day, **data)
    return desk


def seek(desk: Desk, by: str, day: str, court: str = FIRST) -> None:
    data: dict[str, Any] = {"by_": by, "court": court, "received_on": day, "grounds": ["Law"]}
    desk.at(day).done("appeal.seek_permission", "appeal", by=REGISTRAR, **data)


def permission(desk: Desk, outcome: str, day: str, **data: Any) -> None:
    desk.at(day).done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome=outcome, sent_on=day, **data)


def both_asked() -> Desk:
    desk = decided(amount="GBP 1000000")
    seek(desk, "appellant", "2022-10-10")
    seek(desk, "respondent", "2022-10-10")
    return desk


def due(desk: Desk, role: str = "permission") -> str:
    return str(desk.deadline("appeal", role).due)


class TestApplicationsOfBothParties:
    def test_are_told_apart_by_party(self) -> None:
        refusal = both_asked().refused(
            "appeal.decide_permission", "appeal", by=REGISTRAR, outcome="refused", sent_on="2022-10-10"
        )
        assert (refusal["code"], refusal["details"]["field"]) == ("invalid", "by")
        assert sorted(refusal["details"]["pending"]) == ["appellant", "respondent"]

    def test_of_which_one_is_decided_leave_the_other_pending(self) -> None:
        desk = both_asked()
        permission(desk, "refused", "2022-10-17", by_="appellant")
        assert {party: a.status for party, a in desk.appeal().applications.items()} == {
            "appellant": "refused",
            "respondent": "pending",
        }
        permission(desk, "granted", "2022-10-18")
        assert (desk.appeal().tier, desk.appeal().went_on) == ("upper_tribunal", ("respondent",))

    def test_both_granted_bring_both_before_the_same_court_and_the_decision_says_whose_is_allowed(self) -> None:
        desk = both_asked()
        permission(desk, "granted", "2022-10-17", by_="appellant")
        permission(desk, "granted", "2022-10-18", by_="respondent")
        assert (desk.appeal().tier, desk.appeal().went_on) == ("upper_tribunal", ("appellant", "respondent"))
        open_: dict[str, Any] = {"outcome": "allowed", "decided_on": "2022-10-18", "sent_on": "2022-10-18"}
        refusal = desk.refused("appeal.decide", "appeal", by=REGISTRAR, **open_)
        assert (refusal["code"], refusal["details"]["field"]) == ("invalid", "in_favour_of")
        desk.done("appeal.decide", "appeal", by=REGISTRAR, in_favour_of="respondent", **open_)
        assert str(desk.fine().account.amount) == "GBP 7,552,800.00"

    def test_both_refused_have_each_their_own_time_to_renew(self) -> None:
        desk = both_asked()
        permission(desk, "refused", "2022-10-17", by_="appellant")
        permission(desk, "refused", "2022-10-31", by_="respondent")
        assert (due(desk, "renewal"), due(desk, "renewal:respondent")) == ("2022-11-17", "2022-11-30")
        renew: dict[str, Any] = {"court": "upper_tribunal", "received_on": "2022-11-17", "by_": "appellant"}
        desk.at("2022-11-17").done("appeal.renew_permission", "appeal", by=REGISTRAR, **renew)
        assert desk.at("2022-12-01").appeal().state == "decided"
        permission(desk, "granted", "2022-12-02")
        assert desk.appeal().went_on == ("appellant",)

    def test_of_which_one_is_withdrawn_leave_the_other(self) -> None:
        desk = both_asked()
        refusal = desk.refused("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-10-10")
        assert (refusal["code"], refusal["details"]["field"]) == ("invalid", "by")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-10-10", by_="appellant")
        assert desk.appeal().state == "decided"
        permission(desk, "granted", "2022-10-17")
        assert desk.appeal().went_on == ("respondent",)

    def test_of_a_party_that_has_none_cannot_be_decided(self) -> None:
        desk = decided()
        seek(desk, "appellant", "2022-10-10")
        decision: dict[str, Any] = {"outcome": "granted", "sent_on": "2022-10-10", "by_": "respondent"}
        assert desk.refused("appeal.decide_permission", "appeal", by=REGISTRAR, **decision)["code"] == "wrong_state"

    def test_in_favour_of_who_did_not_go_on_is_refused(self) -> None:
        decision: dict[str, Any] = {
            "outcome": "allowed",
            "decided_on": "2022-06-14",
            "sent_on": "2022-06-14",
            "in_favour_of": "respondent",
        }
        assert appealed().refused("appeal.decide", "appeal", by=REGISTRAR, **decision)["code"] == "invalid"


class TestADocumentSentLater:
    def send(self, desk: Desk, document: str, day: str) -> None:
        desk.done("appeal.record_sending", "appeal", by=REGISTRAR, document=document, sent_on=day)

    def test_moves_the_time_for_permission_which_counts_from_the_latest(self) -> None:
        desk = decided()
        assert due(desk) == "2022-10-31"
        self.send(desk.at("2022-10-10"), "reasons", "2022-10-10")
        assert due(desk) == "2022-11-07"
        self.send(desk.at("2022-11-01"), "amended_reasons", "2022-11-01")
        assert due(desk) == "2022-11-29"
        self.send(desk.at("2022-11-02"), "set_aside_refusal", "2022-11-02")
        assert due(desk) == "2022-11-30"
        count = desk.deadline("appeal", "permission").terms.count
        assert [str(candidate.date) for candidate in count.candidates] == [
            "2022-10-03",
            "2022-10-10",
            "2022-11-01",
            "2022-11-02",
        ]

    def test_that_is_not_the_latest_moves_nothing(self) -> None:
        desk = decided()
        self.send(desk.at("2022-10-10"), "amended_reasons", "2022-10-10")
        self.send(desk, "reasons", "2022-10-04")
        assert due(desk) == "2022-11-07"

    def test_after_the_appeal_had_become_final_opens_it_again(self) -> None:
        desk = decided().at("2022-11-02")
        assert desk.appeal().state == "final"
        self.send(desk, "amended_reasons", "2022-11-02")
        assert (desk.appeal().state, due(desk), desk.fine().under_appeal) == ("decided", "2022-11-30", True)
        assert desk.at("2022-12-01").appeal().state == "final"

    def test_does_not_shorten_what_the_court_had_extended(self) -> None:
        desk = decided()
        more: dict[str, Any] = {"role": "permission", "until": "2022-12-20", "ordered_on": "2022-10-03", "reason": "Illness"}
        desk.done("appeal.extend_time", "appeal", by=REGISTRAR, **more)
        self.send(desk.at("2022-10-10"), "reasons", "2022-10-10")
        assert due(desk) == "2022-12-20"

    def test_moves_it_for_the_party_that_has_not_used_it(self) -> None:
        desk = decided()
        seek(desk, "appellant", "2022-10-10")
        self.send(desk.at("2022-10-20"), "reasons", "2022-10-20")
        seek(desk, "respondent", "2022-11-17")
        assert len(desk.appeal().applications) == 2

    def test_before_any_decision_is_refused(self) -> None:
        sending: dict[str, Any] = {"document": "reasons", "sent_on": "2022-06-14"}
        assert appealed().refused("appeal.record_sending", "appeal", by=REGISTRAR, **sending)["code"] == "wrong_state"


def objected() -> Desk:
    """Given an order under Dutch law, with an objection that was dismissed: the way to the courts is as of right."""
    desk = Desk("2024-05-16")
    subject = {**SUBJECT, "kind": "undertaking"}
    opening: dict[str, Any] = {"reference": "INV-1", "regime": "nl-uavg", "opened_on": "2024-05-16", "grounds": ["GDPR Art 6"]}
    desk.done("investigation.open", name="inv", subject=subject, **opening)
    order: dict[str, Any] = {
        "kind": "order",
        "decided_on": "2024-05-16",
        "sent_on": "2024-05-16",
        "requirements": [{"id": "stop", "text": "t"}],
    }
    desk.done("enforcement_notice.issue", name="notice", by=ISSUER, investigation="inv", **order)
    lodging: dict[str, Any] = {"scope": "whole", "court": "objection", "received_on": "2024-06-03", "grounds": ["g"]}
    desk.at("2024-06-03").done("appeal.lodge", name="appeal", by=REGISTRAR, against="notice", **lodging)
    decide(desk, "dismissed", "2024-07-01")
    return desk


def onward(desk: Desk, by: str, day: str, court: str = "rechtbank") -> None:
    data: dict[str, Any] = {"by_": by, "court": court, "received_on": day, "grounds": ["g"]}
    desk.at(day).done("appeal.appeal_onward", "appeal", by=REGISTRAR, **data)


class TestGoingOnAsOfRight:
    def test_needs_no_permission(self) -> None:
        desk = objected()
        assert (desk.appeal().deadline("permission"), due(desk, "onward")) == (None, "2024-08-12")
        onward(desk, "appellant", "2024-08-12")
        assert (desk.appeal().state, desk.appeal().tier) == ("lodged", "rechtbank")
        assert desk.deadline("appeal", "onward").status == "met"

    def test_unused_makes_the_appeal_final(self) -> None:
        assert objected().at("2024-08-13").appeal().state == "final"

    def test_out_of_time_is_refused(self) -> None:
        late: dict[str, Any] = {"by_": "appellant", "court": "rechtbank", "received_on": "2024-08-13", "grounds": ["g"]}
        assert objected().at("2024-08-13").refused("appeal.appeal_onward", "appeal", by=REGISTRAR, **late)["code"] == "too_late"

    def test_received_in_time_but_recorded_late_opens_the_appeal_again(self) -> None:
        desk = objected().at("2024-08-20")
        late: dict[str, Any] = {"by_": "appellant", "court": "rechtbank", "received_on": "2024-08-12", "grounds": ["g"]}
        desk.done("appeal.appeal_onward", "appeal", by=REGISTRAR, **late)
        assert (desk.appeal().state, desk.notice().under_appeal) == ("lodged", True)

    def test_to_a_court_that_is_not_the_next_is_refused(self) -> None:
        over: dict[str, Any] = {"by_": "appellant", "court": "raad_van_state", "received_on": "2024-07-01", "grounds": ["g"]}
        assert objected().refused("appeal.appeal_onward", "appeal", by=REGISTRAR, **over)["code"] == "invalid"

    def test_where_permission_is_needed_is_refused(self) -> None:
        data: dict[str, Any] = {"by_": "appellant", "court": "upper_tribunal", "received_on": "2022-10-03", "grounds": ["g"]}
        assert decided().refused("appeal.appeal_onward", "appeal", by=REGISTRAR, **data)["code"] == "wrong_state"

    def test_is_open_to_the_other_party_too_while_the_period_lasts(self) -> None:
        desk = objected()
        onward(desk, "appellant", "2024-07-08")
        onward(desk, "respondent", "2024-08-12")
        assert desk.appeal().went_on == ("appellant", "respondent")
        again: dict[str, Any] = {"by_": "respondent", "court": "rechtbank", "received_on": "2024-08-12", "grounds": ["g"]}
        assert desk.refused("appeal.appeal_onward", "appeal", by=REGISTRAR, **again)["code"] == "wrong_state"

    def test_can_be_given_more_time_by_the_court(self) -> None:
        desk = objected().at("2024-08-13")
        more: dict[str, Any] = {"role": "onward", "until": "2024-08-30", "ordered_on": "2024-08-13", "reason": "Excused"}
        desk.done("appeal.extend_time", "appeal", by=REGISTRAR, **more)
        onward(desk, "appellant", "2024-08-30")
        assert desk.appeal().tier == "rechtbank"

    def test_ends_with_the_last_court(self) -> None:
        desk = objected()
        onward(desk, "appellant", "2024-07-08")
        decide(desk, "allowed", "2024-09-02")
        assert desk.notice().state == "set_aside"
        onward(desk, "respondent", "2024-09-09", "raad_van_state")
        decide(desk, "allowed", "2025-01-06")
        assert (desk.appeal().state, desk.notice().state) == ("final", "in_force")

    def test_is_followed_by_a_remittal_to_the_authority_that_had_decided_on_the_objection(self) -> None:
        desk = objected()
        onward(desk, "appellant", "2024-07-08")
        decide(desk, "remitted", "2024-09-02", court="objection")
        desk.at("2024-10-15")
        assert (desk.appeal().state, desk.appeal().tier, desk.notice().under_appeal) == ("lodged", "objection", True)
        decide(desk, "allowed", "2024-11-04")
        assert desk.notice().state == "set_aside"


class TestWithdrawing:
    def test_an_onward_appeal_leaves_the_decision_below(self) -> None:
        desk = decided("allowed")
        seek(desk, "respondent", "2022-10-10")
        permission(desk, "granted", "2022-10-17")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-10-17")
        assert (desk.appeal().state, desk.fine().state, desk.fine().is_open) == ("withdrawn", "set_aside", False)

    def test_the_first_appeal_after_a_remittal_leaves_the_notice_as_given(self) -> None:
        desk = decided("allowed")
        seek(desk, "respondent", "2022-10-10")
        permission(desk, "granted", "2022-10-17")
        decide(desk, "remitted", "2022-10-20", court=FIRST)
        desk.at("2022-12-01").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-12-01")
        assert (desk.appeal().state, desk.fine().state) == ("withdrawn", "issued")

    def test_of_one_of_two_onward_appeals_leaves_the_other(self) -> None:
        desk = both_asked()
        permission(desk, "granted", "2022-10-17", by_="appellant")
        permission(desk, "granted", "2022-10-17", by_="respondent")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-10-17", by_="appellant")
        assert (desk.appeal().state, desk.appeal().went_on) == ("lodged", ("respondent",))
