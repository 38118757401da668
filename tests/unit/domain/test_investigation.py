"""The investigation, given-when-then: findings, closing, reopening, and the legal hold that every case may have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.roles import Actor
from tests.desk import ISSUER, OFFICER, PROVISION, REGISTRAR, Desk, in_force, intended, investigated, issued

DAY = "2020-07-09"
FINDING: dict[str, Any] = {"provision": "UK GDPR Art 6", "tier": "standard", "summary": "No lawful basis"}
CLOSE: dict[str, Any] = {"outcome": "no_further_action", "reasons": "Nothing more to look into", "closed_on": DAY}
REOPEN: dict[str, Any] = {"reason": "A new complaint", "reopened_on": DAY}
HOLD: dict[str, Any] = {"reason": "Judicial review", "placed_on": DAY}
RELEASE: dict[str, Any] = {"reason": "Review ended", "released_on": DAY}
LINK: dict[str, Any] = {"authority": "CNIL", "jurisdiction": "FR", "reference": "SAN-2022-019", "relation": "same conduct"}
ELSEWHERE = "00000000-0000-0000-0000-000000000007"
INTENT: dict[str, Any] = {"amount": "GBP 5000", "tier": "higher", "sent_on": DAY, "reasons": "r"}


def closed() -> Desk:
    desk = investigated()
    desk.done("investigation.close", "inv", **CLOSE)
    return desk


def held(by: Actor = OFFICER) -> Desk:
    desk = investigated()
    desk.done("investigation.place_hold", "inv", by=by, **HOLD)
    return desk


class TestOpening:
    def test_begins_a_matter_and_is_the_only_event(self) -> None:
        desk = Desk()
        outcome = desk.done(
            "investigation.open",
            name="inv",
            reference="INV-7",
            regime="uk-dpa-2018",
            subject={"name": "A Ltd", "country": "GB", "kind": "undertaking"},
            opened_on=DAY,
            grounds=["UK GDPR Art 5"],
            jointly_with=["OAIC"],
        )
        assert [event.type for event in outcome.events] == ["investigation.opened"]
        assert (desk.investigation().state, desk.investigation().reference) == ("open", "INV-7")
        assert desk.app.cases_of(desk.investigation().matter_id) == [desk.names["inv"]]

    def test_under_an_unknown_regime_is_not_well_formed(self) -> None:
        refusal = Desk().refused(
            "investigation.open",
            reference="INV-7",
            regime="atlantis-1",
            subject={"name": "A Ltd", "country": "GB", "kind": "undertaking"},
            opened_on=DAY,
            grounds=["g"],
        )
        assert (refusal["code"], refusal["details"]["faults"][0]["field"]) == ("invalid", "regime")


class TestAFinding:
    def test_is_what_a_notice_of_intent_builds_on(self) -> None:
        desk = investigated()
        desk.refused("fine.give_notice_of_intent", investigation="inv", provisions=["UK GDPR Art 6"], **INTENT)
        desk.done("investigation.record_finding", "inv", **{**FINDING, "tier": "higher"})
        desk.done("fine.give_notice_of_intent", investigation="inv", provisions=["UK GDPR Art 6"], **INTENT)

    def test_of_the_higher_tier_carries_a_fine_of_the_standard_tier_and_not_the_other_way_round(self) -> None:
        desk = investigated()
        desk.done("investigation.record_finding", "inv", **FINDING)
        refusal = desk.refused("fine.give_notice_of_intent", investigation="inv", provisions=["UK GDPR Art 6"], **INTENT)
        assert refusal["code"] == "wrong_state"
        desk.done("fine.give_notice_of_intent", investigation="inv", provisions=[PROVISION], **{**INTENT, "tier": "standard"})

    def test_in_a_closed_investigation_is_refused(self) -> None:
        refusal = closed().refused("investigation.record_finding", "inv", **FINDING)
        assert (refusal["code"], refusal["details"]) == ("wrong_state", {"state": "closed"})


class TestClosing:
    @pytest.mark.parametrize(("given", "named"), [(intended, "INV-1/fine-1 (intended)"), (in_force, "INV-1/notice-1 (in_force)")])
    def test_while_a_case_of_the_matter_is_open_is_refused_and_the_case_is_named(self, given: Any, named: str) -> None:
        desk = given()
        day = desk.time.current.date().isoformat()
        refusal = desk.refused("investigation.close", "inv", **{**CLOSE, "closed_on": day})
        assert refusal["code"] == "wrong_state"
        assert named in refusal["message"]

    def test_after_the_other_cases_have_ended_is_possible(self) -> None:
        desk = issued()
        desk.done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2022-05-18", reasons="r")
        desk.done("investigation.close", "inv", **{**CLOSE, "closed_on": "2022-05-18"})
        assert desk.investigation().state == "closed"

    def test_while_a_hold_stands_is_refused(self) -> None:
        refusal = held().refused("investigation.close", "inv", **CLOSE)
        assert (refusal["code"], refusal["details"]) == ("on_hold", {"placed_on": DAY, "placed_by": OFFICER.id})

    def test_after_the_hold_was_released_is_possible(self) -> None:
        desk = held()
        desk.done("investigation.release_hold", "inv", by=ISSUER, **RELEASE)
        desk.done("investigation.close", "inv", **CLOSE)

    def test_keeps_any_case_from_being_opened_in_the_matter(self) -> None:
        refusal = closed().refused("fine.give_notice_of_intent", investigation="inv", provisions=[PROVISION], **INTENT)
        assert refusal["code"] == "wrong_state"


class TestReopening:
    def test_lets_the_investigation_go_on(self) -> None:
        desk = closed()
        desk.done("investigation.reopen", "inv", **REOPEN)
        desk.done("investigation.record_finding", "inv", **FINDING)
        assert (desk.investigation().state, len(desk.investigation().findings)) == ("open", 2)

    def test_of_an_open_investigation_is_refused(self) -> None:
        assert investigated().refused("investigation.reopen", "inv", **REOPEN)["code"] == "wrong_state"


class TestLinkingASibling:
    def test_is_possible_also_after_the_investigation_ended(self) -> None:
        for desk in (investigated(), closed()):
            desk.done("investigation.link_sibling", "inv", **LINK, matter=ELSEWHERE)
            assert [(s.reference, s.matter) for s in desk.investigation().siblings] == [("SAN-2022-019", UUID(ELSEWHERE))]

    @pytest.mark.parametrize(
        ("first", "again"),
        [
            ({}, {}),
            ({}, {"matter": ELSEWHERE}),
            ({"matter": ELSEWHERE}, {}),
            ({"matter": ELSEWHERE}, {"matter": ELSEWHERE, "reference": "MED-2021-134"}),
        ],
    )
    def test_twice_is_refused_by_the_matter_or_by_what_its_authority_calls_it(self, first: Any, again: Any) -> None:
        desk = investigated()
        desk.done("investigation.link_sibling", "inv", **{**LINK, **first})
        refusal = desk.refused("investigation.link_sibling", "inv", **{**LINK, **again})
        assert refusal["code"] == "wrong_state"
        assert "is linked already" in refusal["message"]

    def test_of_the_same_authority_with_another_reference_is_another_link(self) -> None:
        desk = investigated()
        desk.done("investigation.link_sibling", "inv", **LINK)
        desk.done("investigation.link_sibling", "inv", **{**LINK, "reference": "MED-2021-134"})
        assert len(desk.investigation().siblings) == 2

    def test_with_its_own_matter_is_refused(self) -> None:
        desk = investigated()
        refusal = desk.refused("investigation.link_sibling", "inv", **LINK, matter=str(desk.matter_id))
        assert (refusal["code"], refusal["details"]) == ("invalid", {"matter": str(desk.matter_id)})


class TestALegalHold:
    def test_cannot_be_placed_twice(self) -> None:
        assert held().refused("investigation.place_hold", "inv", **HOLD)["code"] == "wrong_state"

    def test_is_not_released_by_the_one_who_placed_it(self) -> None:
        refusal = held(ISSUER).refused("investigation.release_hold", "inv", by=ISSUER, **RELEASE)
        assert (refusal["code"], refusal["details"]) == ("same_person", {"actor": ISSUER.id})

    def test_is_not_released_by_the_same_person_in_another_role(self) -> None:
        other_role = Actor(id=OFFICER.id, role="issuer")
        assert held().refused("investigation.release_hold", "inv", by=other_role, **RELEASE)["code"] == "same_person"

    def test_that_does_not_stand_cannot_be_released(self) -> None:
        assert investigated().refused("investigation.release_hold", "inv", by=ISSUER, **RELEASE)["code"] == "wrong_state"

    def test_may_be_placed_again_after_its_release(self) -> None:
        desk = held()
        desk.done("investigation.release_hold", "inv", by=ISSUER, **RELEASE)
        desk.done("investigation.place_hold", "inv", **HOLD)
        assert desk.investigation().hold

    def test_keeps_only_its_own_case_from_being_closed(self) -> None:
        desk = in_force()
        desk.done("investigation.place_hold", "inv", **{**HOLD, "placed_on": "2022-05-18"})
        desk.done("enforcement_notice.close", "notice", outcome="o", closed_on="2022-05-18")


def test_a_reason_is_taken_only_where_one_is_owed() -> None:
    reasons: dict[str, Any] = {"role": "penalty_limit", "reasons": "r"}
    fresh = investigated().refused("investigation.record_justification", "inv", recorded_on=DAY, **reasons)
    running = intended().refused("fine.record_justification", "fine", recorded_on="2021-11-29", **reasons)
    assert (fresh["code"], running["code"]) == ("wrong_state", "wrong_state")


STATES = {"open": investigated, "closed": closed}
ALLOWED = {
    "investigation.assign": {"open", "closed"},
    "investigation.add_evidence": {"open", "closed"},
    "investigation.place_hold": {"open", "closed"},
    "investigation.release_hold": set(),
    "investigation.extend_deadline": set(),
    "investigation.record_justification": set(),
    "investigation.record_finding": {"open"},
    "investigation.link_sibling": {"open", "closed"},
    "investigation.close": {"open"},
    "investigation.reopen": {"closed"},
}
FIELDS: dict[str, dict[str, Any]] = {
    "investigation.assign": {"officer": "second.officer", "role": "lead"},
    "investigation.add_evidence": {
        "title": "t",
        "sha256": "0" * 64,
        "media_type": "application/pdf",
        "size": 1,
        "source": "s",
        "obtained_on": DAY,
    },
    "investigation.place_hold": HOLD,
    "investigation.release_hold": RELEASE,
    "investigation.extend_deadline": {
        "role": "response:INFO",
        "until": "2021-01-01",
        "agreed_on": DAY,
        "authority": "agreement",
        "reason": "r",
    },
    "investigation.record_justification": {"role": "response:INFO", "reasons": "r", "recorded_on": DAY},
    "investigation.record_finding": FINDING,
    "investigation.link_sibling": LINK,
    "investigation.close": CLOSE,
    "investigation.reopen": REOPEN,
}


@pytest.mark.parametrize("command", ALLOWED)
@pytest.mark.parametrize("state", STATES)
def test_a_command_is_accepted_in_its_states_and_in_no_other(command: str, state: str) -> None:
    desk = STATES[state]()
    assert desk.investigation().state == state
    outcome = desk.do(command, "inv", by=ISSUER, **FIELDS[command])
    assert (outcome.refusal or {"code": "accepted"})["code"] == ("accepted" if state in ALLOWED[command] else "wrong_state")


def test_a_registrar_may_enter_a_finding_and_not_close() -> None:
    desk = investigated()
    desk.done("investigation.record_finding", "inv", by=REGISTRAR, **FINDING)
    assert desk.refused("investigation.close", "inv", by=REGISTRAR, **CLOSE)["code"] == "forbidden"
