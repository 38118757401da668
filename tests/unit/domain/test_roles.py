"""Who may give what: the vocabulary's table, written out once more and compared with what the program allows."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from domain.commands import Command
from domain.names import COMMANDS
from domain.roles import MAY_GIVE, Role, roles_that_may
from tests.desk import PROVISION, actor, issued

OFFICER, ISSUER, REGISTRAR, SYSTEM, ADMIN = "officer", "issuer", "registrar", "system", "admin"
WHO = {
    "investigation.open": {OFFICER, ISSUER},
    "investigation.record_finding": {OFFICER, ISSUER, REGISTRAR},
    "investigation.close": {OFFICER, ISSUER},
    "investigation.reopen": {OFFICER, ISSUER},
    "investigation.issue_notice": {OFFICER, ISSUER},
    "investigation.serve": {OFFICER, ISSUER, REGISTRAR},
    "investigation.record_response": {OFFICER, ISSUER, REGISTRAR},
    "investigation.cancel_notice": {OFFICER, ISSUER},
    "investigation.link_sibling": {OFFICER, ISSUER},
    "fine.give_notice_of_intent": {OFFICER, ISSUER},
    "fine.record_representations": {OFFICER, ISSUER, REGISTRAR},
    "fine.propose_penalty": {OFFICER, ISSUER},
    "fine.issue_penalty_notice": {ISSUER},
    "fine.serve": {REGISTRAR},
    "fine.give_no_penalty_notice": {ISSUER},
    "fine.vary_penalty_notice": {ISSUER},
    "fine.cancel_penalty_notice": {ISSUER},
    "fine.record_payment": {REGISTRAR},
    "fine.record_refund": {REGISTRAR},
    "fine.agree_instalments": {OFFICER, ISSUER, REGISTRAR},
    "fine.write_off": {ISSUER},
    "fine.admit": {ISSUER},
    "fine.confirm_in_court": {REGISTRAR},
    "fine.start_recovery": {REGISTRAR},
    "enforcement_notice.give_preliminary_notice": {OFFICER, ISSUER},
    "enforcement_notice.issue": {ISSUER},
    "enforcement_notice.serve": {REGISTRAR},
    "enforcement_notice.vary": {ISSUER},
    "enforcement_notice.cancel": {ISSUER},
    "enforcement_notice.request_variation": {OFFICER, ISSUER, REGISTRAR},
    "enforcement_notice.refuse_variation": {ISSUER},
    "enforcement_notice.record_compliance": {OFFICER, ISSUER, REGISTRAR},
    "enforcement_notice.close": {OFFICER, ISSUER},
    "appeal.lodge": {REGISTRAR},
    "appeal.extend_time": {REGISTRAR},
    "appeal.list_hearing": {REGISTRAR},
    "appeal.record_hearing": {REGISTRAR},
    "appeal.decide": {REGISTRAR},
    "appeal.seek_permission": {REGISTRAR},
    "appeal.decide_permission": {REGISTRAR},
    "appeal.renew_permission": {REGISTRAR},
    "appeal.appeal_onward": {REGISTRAR},
    "appeal.record_sending": {REGISTRAR},
    "appeal.order_stay": {REGISTRAR},
    "appeal.lift_stay": {REGISTRAR},
    "appeal.suspend_proceedings": {REGISTRAR},
    "appeal.resume_proceedings": {REGISTRAR},
    "appeal.withdraw": {REGISTRAR},
    "appeal.become_final": {SYSTEM},
    "non_compliance.suspect": {OFFICER, ISSUER, SYSTEM},
    "non_compliance.confirm": {ISSUER},
    "non_compliance.dismiss": {ISSUER, SYSTEM},
    "non_compliance.liquidate": {ISSUER},
    "non_compliance.record_payment": {REGISTRAR},
    "non_compliance.refer": {OFFICER, ISSUER, REGISTRAR},
    "non_compliance.record_remedy": {OFFICER, ISSUER, REGISTRAR, SYSTEM},
    "non_compliance.close": {OFFICER, ISSUER},
}
WHO_IN_EVERY_CASE = {
    "assign": {OFFICER, ISSUER, ADMIN},
    "add_evidence": {OFFICER, ISSUER, REGISTRAR},
    "place_hold": {OFFICER, ISSUER},
    "correct": {REGISTRAR, ADMIN},
    "release_hold": {ISSUER, ADMIN},
    "extend_deadline": {OFFICER, ISSUER, REGISTRAR},
    "record_justification": {OFFICER, ISSUER, REGISTRAR},
    "fire_deadline": {SYSTEM},
    "recompute_deadlines": {SYSTEM},
}
CASE_TYPES = ("investigation", "fine", "enforcement_notice", "appeal", "non_compliance")
TABLE = WHO | {f"{case_type}.{verb}": roles for case_type in CASE_TYPES for verb, roles in WHO_IN_EVERY_CASE.items()}


def test_every_command_is_in_the_table() -> None:
    assert set(COMMANDS) == set(TABLE)


@pytest.mark.parametrize("command", sorted(TABLE))
def test_a_command_is_for_its_roles_and_for_no_other(command: str) -> None:
    assert set(roles_that_may(command)) == TABLE[command]


@pytest.mark.parametrize("role", ["auditor", "analyst"])
def test_who_reads_may_give_nothing(role: Role) -> None:
    assert not MAY_GIVE[role]


def test_every_role_is_known() -> None:
    assert set(MAY_GIVE) == set(get_args(Role))


@pytest.mark.parametrize("role", ["officer", "registrar", "auditor", "analyst", "admin", "system"])
def test_who_may_not_is_told_who_may(role: Role) -> None:
    refusal = issued().refused("fine.cancel_penalty_notice", "fine", by=actor(role), sent_on="2022-05-18", reasons="r")
    assert refusal["code"] == "forbidden"
    assert refusal["details"] == {"role": role, "allowed": ["issuer"]}
    assert "issuer may" in refusal["message"]


def test_the_form_is_looked_at_before_the_role_and_the_role_before_the_version_and_the_state() -> None:
    desk = issued()
    malformed = desk.refused("fine.cancel_penalty_notice", "fine", by=actor("auditor"), sent_on="soon", reasons="r")
    assert malformed["code"] == "invalid"
    ahead = desk.refused("fine.cancel_penalty_notice", "fine", by=actor("auditor"), sent_on="2022-05-19", reasons="r")
    assert ahead["code"] == "invalid"
    proposal: dict[str, Any] = {"amount": "GBP 1", "proposed_on": "2022-05-18", "reasons": "r"}
    stale = desk.refused("fine.propose_penalty", "fine", by=actor("auditor"), expected_version=1, **proposal)
    assert stale["code"] == "forbidden"
    moved_on = desk.refused("fine.propose_penalty", "fine", expected_version=1, **proposal)
    assert moved_on["code"] == "conflict"
    assert desk.refused("fine.propose_penalty", "fine", **proposal)["code"] == "wrong_state"


def test_a_matter_that_has_begun_is_looked_at_after_the_role() -> None:
    desk = issued()
    fields: dict[str, Any] = {
        "reference": "INV-9",
        "regime": "uk-dpa-2018",
        "subject": {"name": "A Ltd", "country": "GB", "kind": "undertaking"},
        "opened_on": "2022-05-18",
        "grounds": [PROVISION],
    }
    roles: list[tuple[Role, str]] = [("auditor", "forbidden"), ("officer", "wrong_state")]
    for role, code in roles:
        opening = Command(
            name="investigation.open",
            data=fields,
            actor=actor(role),
            idempotency_key=f"again-{role}",
            matter_id=desk.fine().matter_id,
        )
        refusal = desk.app.execute(opening).refusal
        assert refusal
        assert refusal["code"] == code
