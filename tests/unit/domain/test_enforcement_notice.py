"""The enforcement notice, given-when-then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import DELETE, ISSUER, OFFICER, REGISTRAR, STOP, Desk, appealed, in_force, investigated

ISSUE = {
    "investigation": "inv",
    "kind": "enforcement_notice",
    "decided_on": "2022-05-18",
    "sent_on": "2022-05-18",
}


def comply(desk: Desk, requirement: str, day: str) -> None:
    desk.done("enforcement_notice.record_compliance", "notice", requirement=requirement, complied_on=day, assessed_on=day)


def preliminary() -> Desk:
    desk = investigated().at("2021-11-29")
    desk.done(
        "enforcement_notice.give_preliminary_notice",
        name="notice",
        investigation="inv",
        sent_on="2021-11-29",
        requirements=[STOP, DELETE],
    )
    return desk


def complied() -> Desk:
    desk = in_force().at("2022-07-01")
    comply(desk, "stop", "2022-07-01")
    comply(desk, "delete", "2022-07-01")
    return desk


def cancelled() -> Desk:
    desk = in_force()
    desk.done("enforcement_notice.cancel", "notice", by=ISSUER, sent_on="2022-05-18", reasons="r")
    return desk


def closed() -> Desk:
    desk = in_force()
    desk.done("enforcement_notice.close", "notice", outcome="dissolved", closed_on="2022-05-18")
    return desk


def set_aside() -> Desk:
    desk = appealed().at("2023-10-20")
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="allowed", decided_on="2023-10-17", sent_on="2023-10-20")
    return desk


class TestIssuing:
    def test_counts_three_and_six_months_from_the_end_of_the_appeal_period(self) -> None:
        desk = in_force()
        assert desk.notice().state == "in_force"
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-15"
        assert str(desk.deadline("notice", "comply:delete").due) == "2022-12-15"

    def test_is_refused_when_compliance_falls_before_the_appeal_period_ends(self) -> None:
        refusal = (
            investigated()
            .at("2022-05-18")
            .refused(
                "enforcement_notice.issue",
                by=ISSUER,
                requirements=[{"id": "now", "text": "t", "comply_by": "2022-06-14"}],
                **ISSUE,
            )
        )
        assert refusal["code"] == "too_early"

    def test_is_allowed_for_the_day_on_which_the_appeal_period_ends(self) -> None:
        desk = in_force(requirements=[{"id": "now", "text": "t", "comply_by": "2022-06-15"}])
        assert str(desk.deadline("notice", "comply:now").due) == "2022-06-15"

    def test_with_urgent_reasons_may_demand_compliance_after_24_hours(self) -> None:
        desk = investigated().at("2022-05-18")
        urgent = {"id": "now", "text": "t", "comply_within": "PT24H", "counted_from": "sent"}
        desk.done(
            "enforcement_notice.issue",
            name="notice",
            by=ISSUER,
            requirements=[urgent],
            urgent_reasons="Harm goes on",
            **{**ISSUE, "sent_on": "2022-05-18T10:15:00+01:00"},
        )
        due_at = desk.deadline("notice", "comply:now").due_at
        assert due_at.isoformat() in ("2022-05-19T11:00:00+01:00", "2022-05-19T10:00:00+00:00")

    def test_with_urgent_reasons_is_refused_below_24_hours(self) -> None:
        urgent = {"id": "now", "text": "t", "comply_within": "PT23H", "counted_from": "sent"}
        refusal = (
            investigated()
            .at("2022-05-18")
            .refused(
                "enforcement_notice.issue",
                by=ISSUER,
                requirements=[urgent],
                urgent_reasons="Harm goes on",
                **{**ISSUE, "sent_on": "2022-05-18T10:15:00+01:00"},
            )
        )
        assert refusal["code"] == "too_early"

    def test_a_requirement_without_a_period_has_no_deadline(self) -> None:
        desk = in_force(requirements=[{"id": "always", "text": "t"}])
        assert desk.notice().deadline("comply:always") is None

    def test_what_counts_from_service_starts_with_service(self) -> None:
        desk = in_force(requirements=[{"id": "a", "text": "t", "comply_within": "P3M", "counted_from": "served"}])
        assert desk.notice().deadline("comply:a") is None
        desk.at("2022-05-20")
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2022-05-20", method="courier")
        assert str(desk.deadline("notice", "comply:a").due) == "2022-08-22"

    def test_needs_no_finding_and_no_preliminary_notice(self) -> None:
        desk = Desk("2022-05-18")
        desk.done(
            "investigation.open",
            name="inv",
            reference="I",
            regime="uk-dpa-2018",
            subject={"name": "A Ltd", "country": "GB", "kind": "undertaking"},
            opened_on="2022-05-18",
            grounds=["g"],
        )
        desk.done("enforcement_notice.issue", name="notice", by=ISSUER, requirements=[STOP], **ISSUE)
        assert desk.notice().state == "in_force"

    @pytest.mark.parametrize(
        "requirements",
        [
            [],
            [STOP, STOP],
            [{"id": "a", "text": "t", "comply_within": "P3M"}],
            [{"id": "a", "text": "t", "counted_from": "sent"}],
            [{"id": "a", "text": "t", "comply_within": "P3M", "comply_by": "2023-01-01", "counted_from": "sent"}],
            [{"id": "a b", "text": "t"}],
            [{"id": "a", "text": "t", "comply_within": "three months", "counted_from": "sent"}],
        ],
    )
    def test_is_refused_with_requirements_that_say_nothing_clear(self, requirements: list[dict[str, Any]]) -> None:
        refusal = (
            investigated().at("2022-05-18").refused("enforcement_notice.issue", by=ISSUER, requirements=requirements, **ISSUE)
        )
        assert refusal["code"] == "invalid"


class TestCompliance:
    def test_with_every_requirement_makes_the_notice_complied(self) -> None:
        desk = complied()
        assert desk.notice().state == "complied"
        assert desk.deadline("notice", "comply:stop").status == "met"

    def test_in_time_but_recorded_late_dismisses_what_the_system_opened(self) -> None:
        desk = in_force().at("2022-09-20")
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        comply(desk, "stop", "2022-09-15")
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]
        assert desk.deadline("notice", "comply:stop").status == "met"

    def test_late_remedies_it(self) -> None:
        desk = in_force().at("2022-09-20")
        comply(desk, "stop", "2022-09-16")
        assert [case.state for case in desk.non_compliances()] == ["remedied"]
        assert desk.deadline("notice", "comply:stop").status == "passed"

    def test_by_nobody_opens_one_case_for_each_requirement(self) -> None:
        desk = in_force().at("2023-01-01")
        assert [(str(c.suspicion.since), c.suspicion.about) for c in desk.non_compliances()] == [
            ("2022-09-16", "comply:stop"),
            ("2022-12-16", "comply:delete"),
        ]

    def test_is_refused_for_an_unknown_requirement(self) -> None:
        refusal = in_force().refused(
            "enforcement_notice.record_compliance",
            "notice",
            requirement="other",
            complied_on="2022-05-18",
            assessed_on="2022-05-18",
        )
        assert refusal["code"] == "invalid"

    def test_is_refused_twice(self) -> None:
        desk = in_force().at("2022-07-01")
        comply(desk, "stop", "2022-07-01")
        refusal = desk.refused(
            "enforcement_notice.record_compliance",
            "notice",
            requirement="stop",
            complied_on="2022-07-01",
            assessed_on="2022-07-01",
        )
        assert refusal["code"] == "wrong_state"


class TestVarying:
    def test_gives_another_period_for_a_requirement(self) -> None:
        desk = in_force().at("2022-06-01")
        desk.done(
            "enforcement_notice.vary",
            "notice",
            by=ISSUER,
            sent_on="2022-06-01",
            reasons="r",
            requirements=[{**STOP, "comply_within": "P4M"}],
        )
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-10-17"
        assert str(desk.deadline("notice", "comply:delete").due) == "2022-12-15"

    def test_is_refused_for_a_requirement_that_the_notice_lacks(self) -> None:
        refusal = in_force().refused(
            "enforcement_notice.vary",
            "notice",
            by=ISSUER,
            sent_on="2022-05-18",
            reasons="r",
            requirements=[{"id": "new", "text": "t"}],
        )
        assert refusal["code"] == "invalid"


class TestExtendingTheAppealPeriod:
    def test_moves_the_compliance_that_counts_from_its_end(self) -> None:
        desk = in_force().at("2022-06-10")
        desk.done(
            "enforcement_notice.extend_deadline",
            "notice",
            by=REGISTRAR,
            role="appeal",
            until="2022-06-29",
            agreed_on="2022-06-10",
            authority="tribunal_order",
            reason="Illness",
        )
        assert str(desk.deadline("notice", "appeal").due) == "2022-06-29"
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-29"

    def test_after_it_ended_leaves_compliance_where_it_was(self) -> None:
        desk = in_force().at("2022-06-20")
        desk.done(
            "enforcement_notice.extend_deadline",
            "notice",
            by=REGISTRAR,
            role="appeal",
            until="2022-06-29",
            agreed_on="2022-06-20",
            authority="tribunal_order",
            reason="Illness",
        )
        assert desk.deadline("notice", "appeal").status == "running"
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-15"

    def test_is_refused_by_agreement(self) -> None:
        refusal = in_force().refused(
            "enforcement_notice.extend_deadline",
            "notice",
            role="appeal",
            by=OFFICER,
            until="2022-06-29",
            agreed_on="2022-05-18",
            authority="agreement",
            reason="r",
        )
        assert refusal["code"] == "wrong_state"


STATES = {
    "preliminary": preliminary,
    "in_force": in_force,
    "complied": complied,
    "set_aside": set_aside,
    "cancelled": cancelled,
    "closed": closed,
}
ALLOWED = {
    "enforcement_notice.issue": {"preliminary"},
    "enforcement_notice.serve": {"preliminary", "in_force", "complied"},
    "enforcement_notice.vary": {"in_force"},
    "enforcement_notice.cancel": {"in_force", "complied", "set_aside"},
    "enforcement_notice.record_compliance": {"in_force", "set_aside"},
    "enforcement_notice.close": {"preliminary", "in_force"},
}


@pytest.mark.parametrize("command", ALLOWED)
@pytest.mark.parametrize("state", STATES)
def test_a_command_is_accepted_in_its_states_and_in_no_other(command: str, state: str) -> None:
    desk = STATES[state]()
    assert desk.notice().state == state
    day = desk.time.current.date().isoformat()
    fields: dict[str, dict[str, Any]] = {
        "enforcement_notice.issue": {**ISSUE, "decided_on": day, "sent_on": day, "requirements": [STOP]},
        "enforcement_notice.serve": {"served_on": day, "method": "post"},
        "enforcement_notice.vary": {"sent_on": day, "reasons": "r"},
        "enforcement_notice.cancel": {"sent_on": day, "reasons": "r"},
        "enforcement_notice.record_compliance": {"requirement": "stop", "complied_on": day, "assessed_on": day},
        "enforcement_notice.close": {"outcome": "o", "closed_on": day},
    }
    by = REGISTRAR if command.endswith("serve") else ISSUER
    outcome = desk.do(command, "notice", by=by, **fields[command])
    assert (outcome.refusal or {"code": "accepted"})["code"] == ("accepted" if state in ALLOWED[command] else "wrong_state")


def amend(requirement: dict[str, Any], **changes: Any) -> dict[str, Any]:
    amended = {**requirement, **changes}
    return {name: value for name, value in amended.items() if value is not None}


def vary(desk: Desk, *requirements: dict[str, Any], day: str = "2022-06-01") -> None:
    desk.at(day)
    desk.done("enforcement_notice.vary", "notice", by=ISSUER, sent_on=day, reasons="r", requirements=list(requirements) or None)


def extend(desk: Desk, role: str, until: str, day: str, authority: str = "tribunal_order") -> None:
    desk.at(day)
    desk.done(
        "enforcement_notice.extend_deadline",
        "notice",
        by=REGISTRAR,
        role=role,
        until=until,
        agreed_on=day,
        authority=authority,
        reason="r",
    )


def decide(desk: Desk, day: str, outcome: str, **data: Any) -> None:
    desk.at(day)
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day, **data)


def go_on(desk: Desk, day: str, by: str) -> None:
    court: dict[str, Any] = {"by_": by, "court": "first_tier_tribunal", "received_on": day, "grounds": ["g"]}
    desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **court)
    desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on=day)


class TestThePreliminaryNotice:
    def give(self, day: str = "2021-11-29", **data: Any) -> Desk:
        desk = investigated().at(day)
        desk.done(
            "enforcement_notice.give_preliminary_notice",
            name="notice",
            investigation="inv",
            sent_on=day,
            requirements=[STOP],
            **data,
        )
        return desk

    def test_gives_time_for_representations_only_when_it_says_so(self) -> None:
        assert self.give().notice().deadline("representations") is None
        desk = self.give(representations_within="P14D")
        assert str(desk.deadline("notice", "representations").due) == "2021-12-13"

    def test_keeps_the_notice_back_while_that_time_runs(self) -> None:
        desk = self.give(representations_within="P14D").at("2021-12-13")
        issue: dict[str, Any] = {**ISSUE, "decided_on": "2021-12-13", "sent_on": "2021-12-13", "requirements": [STOP]}
        refusal = desk.refused("enforcement_notice.issue", "notice", by=ISSUER, **issue)
        assert (refusal["code"], refusal["details"]["due"]) == ("too_early", "2021-12-13")
        desk.at("2021-12-14")
        desk.done("enforcement_notice.issue", "notice", by=ISSUER, **{**issue, "sent_on": "2021-12-14"})

    def test_served_is_not_the_service_of_the_notice_itself(self) -> None:
        desk = self.give().at("2021-12-01")
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2021-12-01", method="post")
        desk.at("2022-05-18")
        desk.done("enforcement_notice.issue", "notice", by=ISSUER, **ISSUE, requirements=[SERVED])
        assert desk.notice().deadline("comply:a") is None

    def test_is_not_yet_something_that_can_be_disobeyed(self) -> None:
        refusal = self.give().refused(
            "non_compliance.suspect", of="notice", requirement="stop", since="2021-11-29", detected_on="2021-11-29"
        )
        assert refusal["code"] == "wrong_state"


class TestComplianceInLaw:
    def test_while_the_deadline_stands_still_is_in_time_whatever_its_day(self) -> None:
        desk = appealed().at("2022-12-01")
        comply(desk, "stop", "2022-12-01")
        assert desk.deadline("notice", "comply:stop").status == "met"
        desk.at("2022-12-02")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-12-02")
        desk.at("2024-01-01")
        assert [case.suspicion.about for case in desk.non_compliances() if "stop" in case.suspicion.about] == []

    def test_is_not_recorded_in_a_notice_set_aside_for_good(self) -> None:
        desk = set_aside().at("2024-01-10")
        refusal = desk.refused(
            "enforcement_notice.record_compliance",
            "notice",
            requirement="stop",
            complied_on="2024-01-10",
            assessed_on="2024-01-10",
        )
        assert refusal["code"] == "wrong_state"


SERVED = {"id": "a", "text": "t", "comply_within": "P3M", "counted_from": "served"}


class TestService:
    def test_while_an_appeal_is_pending_starts_what_stands_still_at_once(self) -> None:
        desk = in_force(requirements=[SERVED]).at("2022-06-01")
        desk.done(
            "appeal.lodge",
            name="appeal",
            by=REGISTRAR,
            against=["notice"],
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-06-01",
            grounds=["g"],
        )
        desk.at("2022-06-20")
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2022-06-20", method="courier")
        assert desk.deadline("notice", "comply:a").status == "suspended"
        desk.at("2022-06-30")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-06-30")
        # ten days after 20 September 2022
        assert str(desk.deadline("notice", "comply:a").due) == "2022-09-30"

    def test_again_keeps_an_extension(self) -> None:
        desk = in_force(requirements=[SERVED]).at("2022-05-20")
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2022-05-20", method="courier")
        extend(desk, "comply:a", "2023-01-31", "2022-05-20")
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2022-05-19", method="courier")
        assert str(desk.deadline("notice", "comply:a").due) == "2023-01-31"

    def test_before_the_sending_is_refused(self) -> None:
        refusal = in_force().refused("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2022-05-17", method="courier")
        assert refusal["code"] == "invalid"


class TestVaryingTimeLimits:
    def test_to_a_fixed_day_and_back_to_a_period(self) -> None:
        desk = in_force()
        vary(desk, amend(STOP, comply_within=None, counted_from=None, comply_by="2022-08-01"))
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-08-01"
        vary(desk, STOP)
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-15"

    def test_of_the_text_alone_keeps_an_extension(self) -> None:
        desk = in_force()
        extend(desk, "comply:stop", "2023-01-31", "2022-06-01")
        vary(desk, amend(STOP, text="Stop it"))
        assert str(desk.deadline("notice", "comply:stop").due) == "2023-01-31"

    def test_away_makes_the_deadline_lapse(self) -> None:
        desk = in_force()
        vary(desk, {"id": "stop", "text": "Stop"})
        assert desk.deadline("notice", "comply:stop").status == "lapsed"

    def test_from_the_end_of_the_appeal_period_to_sending_no_longer_follows_the_appeal_period(self) -> None:
        desk = in_force()
        vary(desk, amend(STOP, counted_from="sent", comply_within="P4M"))
        # 18 September 2022 is a Sunday, and the 19th the bank holiday for the state funeral
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-20"
        extend(desk, "appeal", "2022-06-29", "2022-06-10")
        # 18 September 2022 is a Sunday, and the 19th the bank holiday for the state funeral
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-20"
        assert str(desk.deadline("notice", "comply:delete").due) == "2022-12-29"

    def test_before_the_earliest_day_comes_before_an_unknown_requirement(self) -> None:
        now = {"id": "stop", "text": "t", "comply_by": "2022-06-14"}
        fields: dict[str, Any] = {"sent_on": "2022-05-18", "reasons": "r"}
        desk = in_force()
        unknown = {"id": "new", "text": "t"}
        both = desk.refused("enforcement_notice.vary", "notice", by=ISSUER, requirements=[now, unknown], **fields)
        assert both["code"] == "too_early"


class TestExtendingWhatWasDoneLate:
    def test_shows_that_it_was_in_time(self) -> None:
        desk = in_force().at("2022-09-20")
        comply(desk, "stop", "2022-09-20")
        assert desk.deadline("notice", "comply:stop").status == "passed"
        extend(desk, "comply:stop", "2022-10-31", "2022-09-20")
        assert desk.deadline("notice", "comply:stop").status == "met"


class TestExtendingWhatStoodStill:
    def test_to_a_day_takes_that_day_as_it_stands(self) -> None:
        desk = appealed().at("2022-07-14")
        desk.done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-07-14")
        extend(desk, "comply:stop", "2023-03-01", "2022-07-14", "agreement")
        assert str(desk.deadline("notice", "comply:stop").due) == "2023-03-01"

    def test_of_the_appeal_period_ordered_before_it_ended_moves_compliance_also_when_recorded_later(self) -> None:
        desk = in_force().at("2022-06-20")
        desk.done(
            "enforcement_notice.extend_deadline",
            "notice",
            by=REGISTRAR,
            role="appeal",
            until="2022-06-29",
            agreed_on="2022-06-10",
            authority="tribunal_order",
            reason="Illness",
        )
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-09-29"


class TestDemandsOfACourt:
    LONGER = amend(STOP, comply_within="P6M")

    def test_that_fall_bring_back_the_notices_own_with_their_time_limits(self) -> None:
        desk = appealed()
        decide(desk, "2022-10-03", "substituted", requirements=[self.LONGER])
        assert str(desk.deadline("notice", "comply:stop").due) == "2022-12-15"
        go_on(desk, "2022-10-03", "respondent")
        decide(desk, "2022-11-01", "allowed")
        assert set(desk.notice().requirements) == {"stop", "delete"}
        stop, delete = desk.deadline("notice", "comply:stop"), desk.deadline("notice", "comply:delete")
        assert (stop.status, str(stop.due)) == ("suspended", "2022-09-15")
        assert (delete.status, str(delete.due)) == ("suspended", "2022-12-15")

    def test_that_are_new_stand_still_while_the_appeal_is_pending(self) -> None:
        desk = appealed()
        more = {"id": "report", "text": "t", "comply_within": "P2M", "counted_from": "end_of_appeal_period"}
        decide(desk, "2022-10-03", "substituted", requirements=[STOP, more])
        assert desk.deadline("notice", "comply:report").status == "suspended"

    def test_that_had_left_something_out_for_good_bring_it_back_standing_still_when_they_fall_after_all(self) -> None:
        desk = appealed()
        decide(desk, "2022-10-03", "substituted", requirements=[STOP])
        desk.at("2022-11-02")
        assert desk.deadline("notice", "comply:delete").status == "lapsed"
        court: dict[str, Any] = {
            "by_": "respondent",
            "court": "first_tier_tribunal",
            "received_on": "2022-10-31",
            "grounds": ["g"],
        }
        desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **court)
        desk.done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2022-11-02")
        decide(desk, "2022-12-01", "allowed")
        assert desk.deadline("notice", "comply:delete").status == "suspended"

    def test_that_leave_something_out_make_it_lapse_once_the_appeal_is_final(self) -> None:
        desk = appealed()
        decide(desk, "2022-10-03", "substituted", requirements=[STOP])
        assert desk.deadline("notice", "comply:delete").status == "suspended"
        desk.at("2022-11-01")
        assert desk.deadline("notice", "comply:delete").status == "lapsed"
        assert desk.deadline("notice", "comply:stop").status == "running"
        assert [case.suspicion.about for case in desk.non_compliances()] == ["payment"]


class TestReplacing:
    def test_a_notice_of_another_matter_is_refused(self) -> None:
        desk = in_force()
        other = Desk("2022-05-18")
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
        refusal = desk.refused(
            "enforcement_notice.issue",
            by=ISSUER,
            **{**ISSUE, "investigation": str(other.names["inv"])},
            requirements=[STOP],
            replaces="notice",
        )
        assert refusal["code"] == "invalid"
