"""The recipient asks for an enforcement notice to be varied; the authority refuses; an appeal decides. DPA 2018 ss153, 162, 163."""

from __future__ import annotations

from typing import Any

from tests.desk import ISSUER, REGISTRAR, STOP, SUBJECT, Desk, appealed, in_force


def ask(desk: Desk, day: str) -> Desk:
    desk.at(day).done("enforcement_notice.request_variation", "notice", requested_on=day, change="More time: the data moved")
    return desk


def refuse(desk: Desk, day: str) -> Desk:
    desk.at(day).done("enforcement_notice.refuse_variation", "notice", by=ISSUER, sent_on=day, reasons="Nothing has changed")
    return desk


def asked() -> Desk:
    return ask(in_force(), "2022-06-16")


def refused() -> Desk:
    return refuse(asked(), "2022-06-20")


def lodge(desk: Desk, day: str, scope: str = "refusal_to_vary") -> Desk:
    fields: dict[str, Any] = {"scope": scope, "court": "first_tier_tribunal", "received_on": day, "grounds": ["g"]}
    desk.at(day).done("appeal.lodge", name="appeal", by=REGISTRAR, against="notice", **fields)
    return desk


def decide(desk: Desk, outcome: str, day: str, **data: Any) -> Desk:
    desk.at(day).done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day, **data)
    return desk


class TestARequest:
    def test_on_the_last_day_of_the_appeal_period_is_refused(self) -> None:
        request: dict[str, Any] = {"requested_on": "2022-06-15", "change": "c"}
        refusal = in_force().at("2022-06-15").refused("enforcement_notice.request_variation", "notice", **request)
        assert (refusal["code"], refusal["cites"]) == ("too_early", ["DPA 2018 s153(3)"])
        assert refusal["details"] == {"role": "appeal", "due": "2022-06-15"}

    def test_from_the_day_after_is_entered_also_when_an_appeal_was_lodged(self) -> None:
        assert ask(in_force(), "2022-06-16").notice().request is not None
        assert ask(appealed(), "2022-06-16").notice().request is not None

    def test_waits_for_nothing_where_the_law_does_not_say_so(self) -> None:
        desk = Desk("2024-05-16")
        opening: dict[str, Any] = {"reference": "I", "regime": "nl-uavg", "opened_on": "2024-05-16", "grounds": ["g"]}
        desk.done("investigation.open", name="inv", subject=SUBJECT, **opening)
        order: dict[str, Any] = {"kind": "order", "decided_on": "2024-05-16", "sent_on": "2024-05-16", "requirements": [STOP]}
        desk.done("enforcement_notice.issue", name="notice", by=ISSUER, investigation="inv", **order)
        assert ask(desk, "2024-05-16").notice().request is not None

    def test_is_answered_by_a_variation(self) -> None:
        desk = asked()
        desk.done("enforcement_notice.vary", "notice", by=ISSUER, sent_on="2022-06-16", reasons="r")
        assert desk.notice().request is None

    def test_to_vary_a_notice_that_is_not_in_force_is_refused(self) -> None:
        desk = in_force()
        desk.done("enforcement_notice.cancel", "notice", by=ISSUER, sent_on="2022-05-18", reasons="r")
        request: dict[str, Any] = {"requested_on": "2022-06-16", "change": "c"}
        assert desk.at("2022-06-16").refused("enforcement_notice.request_variation", "notice", **request)["code"] == "wrong_state"


class TestARefusal:
    def test_starts_its_own_time_to_appeal(self) -> None:
        deadline = refused().deadline("notice", "appeal:refusal")
        assert (str(deadline.due), deadline.terms.rule.id) == ("2022-07-18", "uk-grc-2009/r22")

    def test_that_nobody_asked_for_is_not_possible(self) -> None:
        refusal: dict[str, Any] = {"sent_on": "2022-06-16", "reasons": "r"}
        refused_ = in_force().at("2022-06-16").refused("enforcement_notice.refuse_variation", "notice", by=ISSUER, **refusal)
        assert refused_["code"] == "wrong_state"

    def test_twice_of_one_request_is_not_possible(self) -> None:
        refusal: dict[str, Any] = {"sent_on": "2022-06-20", "reasons": "r"}
        refusal_ = refused().refused("enforcement_notice.refuse_variation", "notice", by=ISSUER, **refusal)
        assert refusal_["code"] == "wrong_state"

    def test_before_the_request_is_refused(self) -> None:
        refusal: dict[str, Any] = {"sent_on": "2022-06-15", "reasons": "r"}
        assert asked().refused("enforcement_notice.refuse_variation", "notice", by=ISSUER, **refusal)["code"] == "invalid"

    def test_may_follow_another_request_after_the_first_was_refused(self) -> None:
        desk = refuse(ask(refused(), "2022-07-01"), "2022-07-04")
        assert str(desk.deadline("notice", "appeal:refusal").due) == "2022-08-01"


class TestAnAppealAgainstARefusal:
    def test_in_time_by_its_own_period_suspends_nothing(self) -> None:
        desk = lodge(refused(), "2022-07-18")
        assert not desk.notice().under_appeal
        assert desk.deadline("notice", "comply:stop").status == "running"
        assert desk.deadline("notice", "appeal:refusal").status == "met"

    def test_out_of_time_is_refused(self) -> None:
        late: dict[str, Any] = {"scope": "refusal", "court": "first_tier_tribunal", "received_on": "2022-07-19", "grounds": ["g"]}
        refusal = refused().at("2022-07-19").refused("appeal.lodge", by=REGISTRAR, against="notice", **late)
        assert refusal["code"] == "too_late"

    def test_before_any_refusal_is_refused(self) -> None:
        early: dict[str, Any] = {
            "scope": "refusal_to_vary",
            "court": "first_tier_tribunal",
            "received_on": "2022-06-16",
            "grounds": ["g"],
        }
        assert asked().refused("appeal.lodge", by=REGISTRAR, against="notice", **early)["code"] == "wrong_state"

    def test_when_allowed_with_demands_varies_the_notice(self) -> None:
        desk = decide(
            lodge(refused(), "2022-07-01", "refusal"), "allowed", "2022-08-01", requirements=[{**STOP, "comply_within": "P5M"}]
        )
        assert (desk.notice().state, set(desk.notice().requirements)) == ("in_force", {"stop"})
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-11-15"

    def test_when_allowed_without_demands_takes_the_notice_away(self) -> None:
        desk = decide(lodge(refused(), "2022-07-01"), "allowed", "2022-08-01")
        assert desk.notice().state == "set_aside"
        desk.at("2022-09-01")
        assert (desk.notice().is_open, desk.deadline("notice", "comply:stop").status) == (False, "lapsed")

    def test_when_dismissed_leaves_the_notice(self) -> None:
        desk = decide(lodge(refused(), "2022-07-01"), "dismissed", "2022-08-01")
        assert desk.notice().state == "in_force"
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-15"

    def test_that_is_reversed_above_brings_back_the_demands_and_their_days(self) -> None:
        desk = decide(lodge(refused(), "2022-07-01"), "allowed", "2022-08-01", requirements=[{**STOP, "comply_within": "P5M"}])
        seek: dict[str, Any] = {
            "by_": "respondent",
            "court": "first_tier_tribunal",
            "received_on": "2022-08-02",
            "grounds": ["g"],
        }
        desk.at("2022-08-02").done("appeal.seek_permission", "appeal", by=REGISTRAR, **seek)
        desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2022-08-02")
        decide(desk, "allowed", "2022-08-15")
        assert set(desk.notice().requirements) == {"stop", "delete"}
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-15"
