"""Which refusal is given when several rules are broken at once (vocabulary, section 5): always the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.roles import Actor
from tests.desk import (
    DELETE,
    ISSUER,
    OFFICER,
    PROVISION,
    REGISTRAR,
    STOP,
    Desk,
    actor,
    appealed,
    in_force,
    intended,
    investigated,
    issued,
    proposed,
)

PROPOSER = Actor(id=OFFICER.id, role="issuer")
NOBODY = "00000000-0000-0000-0000-000000000001"
ABOVE = "GBP 17500001"


def issue(desk: Desk, day: str, by: Actor = ISSUER, **data: Any) -> str:
    fields = {"amount": "GBP 7552800", "decided_on": day, "sent_on": day, **data}
    return code(desk.at(day), "fine.issue_penalty_notice", "fine", by=by, **fields)


def code(desk: Desk, command: str, on: str | None = None, **data: Any) -> str:
    return str(desk.refused(command, on, **data)["code"])


def held(desk: Desk) -> Desk:
    day = desk.time.current.date().isoformat()
    desk.done("investigation.place_hold", "inv", reason="r", placed_on=day)
    return desk


def close(desk: Desk, **data: Any) -> str:
    day = desk.time.current.date().isoformat()
    return code(desk, "investigation.close", "inv", outcome="o", reasons="r", closed_on=day, **data)


def proposed_early() -> Desk:
    desk = intended()
    desk.done("fine.propose_penalty", "fine", amount="GBP 7552800", proposed_on="2021-11-29", reasons="r")
    return desk


def lodge(desk: Desk, day: str, court: str = "first_tier_tribunal") -> str:
    lodged: dict[str, Any] = {"against": ["fine"], "scope": "whole", "received_on": day, "grounds": ["g"]}
    return code(desk.at(day), "appeal.lodge", by=REGISTRAR, court=court, **lodged)


def intent(desk: Desk, **data: Any) -> str:
    fields = {"amount": "GBP 5000", "tier": "higher", "provisions": [PROVISION], "sent_on": "2020-07-09", "reasons": "r"}
    return code(desk, "fine.give_notice_of_intent", **{"investigation": "inv", **fields, **data})


def extend(desk: Desk, role: str, until: str, agreed_on: str, authority: str) -> str:
    more = {"until": until, "agreed_on": agreed_on, "authority": authority}
    return code(desk.at(agreed_on), "fine.extend_deadline", "fine", role=role, reason="r", **more)


def decide(desk: Desk, **data: Any) -> str:
    day = {"decided_on": "2022-06-14", "sent_on": "2022-06-14"}
    return code(desk, "appeal.decide", "appeal", by=REGISTRAR, **day, **data)


def substitute_too_much_and_a_strangers_notice() -> str:
    desk = another_matters_notice(appealed())
    return decide(desk, outcome="substituted", amount=ABOVE, per_target={str(desk.names["other"]): {"outcome": "dismissed"}})


def decided() -> Desk:
    desk = appealed()
    day = {"decided_on": "2022-06-14", "sent_on": "2022-06-14"}
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="dismissed", **day)
    return desk


def seek(desk: Desk, day: str, court: str) -> str:
    sought: dict[str, Any] = {"by_": "appellant", "court": court, "received_on": day, "grounds": ["g"]}
    return code(desk, "appeal.seek_permission", "appeal", by=REGISTRAR, **sought)


def liquidate(since: str, until: str) -> str:
    desk = in_force(requirements=[{**STOP, "periodic_penalty": {"rate": "GBP 1", "per": "day"}}, DELETE]).at("2022-10-03")
    desk.non_compliances()
    desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on="2022-10-03", reasons="r")
    days = {"from_": since, "to": until, "decided_on": "2022-10-03"}
    return code(desk, "non_compliance.liquidate", "non_compliance-1", by=ISSUER, **days)


def another_matters_notice(desk: Desk) -> Desk:
    mine = desk.matter_id
    subject = {"name": "B Ltd", "country": "GB", "kind": "undertaking"}
    fields: dict[str, Any] = {"reference": "INV-2", "regime": "uk-dpa-2018", "opened_on": "2020-07-09", "grounds": ["g"]}
    desk.done("investigation.open", name="other_inv", subject=subject, **fields)
    notice: dict[str, Any] = {"kind": "order", "decided_on": "2020-07-09", "sent_on": "2020-07-09"}
    demands = [{"id": "a", "text": "t"}]
    desk.done("enforcement_notice.issue", name="other", by=ISSUER, investigation="other_inv", requirements=demands, **notice)
    desk.matter_id = mine
    return desk


def replace_too_early() -> str:
    desk = another_matters_notice(investigated())
    soon = [{"id": "stop", "text": "t", "comply_by": "2020-07-10"}]
    notice: dict[str, Any] = {"kind": "order", "decided_on": "2020-07-09", "sent_on": "2020-07-09", "replaces": "other"}
    return code(desk, "enforcement_notice.issue", by=ISSUER, investigation="inv", requirements=soon, **notice)


def stale_twice() -> str:
    return code(issued(), "fine.propose_penalty", "fine", expected_version=1, amount=ABOVE, proposed_on="2022-05-18", reasons="r")


BOTH: dict[str, tuple[str, Callable[[], str]]] = {
    "the form before an unknown case": (
        "invalid",
        lambda: code(intended(), "fine.give_notice_of_intent", investigation=NOBODY, sent_on="soon"),
    ),
    "an unknown case before the role": (
        "unknown_case",
        lambda: intent(investigated(), investigation=NOBODY, by=actor("auditor")),
    ),
    "the role before the version": ("forbidden", lambda: close(investigated(), by=REGISTRAR, expected_version=1)),
    "the role before the state": ("forbidden", lambda: issue(intended(), "2021-11-29", by=OFFICER)),
    "the version before the state": ("conflict", stale_twice),
    "the state before a hold": ("wrong_state", lambda: close(held(intended()))),
    "the state before the person": ("wrong_state", lambda: issue(issued(), "2022-05-18", by=PROPOSER)),
    "a missing finding before the maximum": (
        "wrong_state",
        lambda: intent(investigated(), provisions=["UK GDPR Art 6"], amount=ABOVE),
    ),
    "the person before the maximum": ("same_person", lambda: issue(proposed(), "2022-05-18", by=PROPOSER, amount=ABOVE)),
    "the person before too early": ("same_person", lambda: issue(proposed_early(), "2021-12-20", by=PROPOSER)),
    "the maximum before too early": ("over_maximum", lambda: issue(proposed_early(), "2021-12-20", amount=ABOVE)),
    "the maximum before too short a period": (
        "over_maximum",
        lambda: intent(investigated(), amount=ABOVE, representations_within="P1D"),
    ),
    "the maximum before another sum than proposed": ("over_maximum", lambda: issue(proposed(), "2022-05-18", amount=ABOVE)),
    "the maximum of a court's sum before a stranger": ("over_maximum", substitute_too_much_and_a_strangers_notice),
    "too early before too late": ("too_early", lambda: issue(proposed(), "2022-05-31", pay_within="P27D")),
    "too early before another sum than proposed": ("too_early", lambda: issue(proposed_early(), "2021-12-20", amount="GBP 1")),
    "too early before another matter": ("too_early", replace_too_early),
    "too early before days that do not fit": ("too_early", lambda: liquidate("2022-09-01", "2022-08-01")),
    "too late before another sum than proposed": ("too_late", lambda: issue(proposed(), "2022-05-31", amount="GBP 1")),
    "a pending appeal before too late": ("wrong_state", lambda: lodge(appealed(), "2022-07-14")),
    "an appeal too late before the wrong court": ("too_late", lambda: lodge(issued(), "2022-07-14", court="supreme_court")),
    "permission too late before the wrong court": ("too_late", lambda: seek(decided().at("2022-07-28"), "2022-07-28", "x")),
    "an authority that may not extend before too late": (
        "wrong_state",
        lambda: extend(intended(), "penalty_limit", "2022-01-01", "2022-06-01", "tribunal_order"),
    ),
    "an extension too late before an end that is not later": (
        "too_late",
        lambda: extend(intended(), "penalty_limit", "2022-01-01", "2022-06-01", "agreement"),
    ),
    "a variation too early before an unknown demand": (
        "too_early",
        lambda: code(
            in_force(),
            "enforcement_notice.vary",
            "notice",
            by=ISSUER,
            sent_on="2022-05-18",
            reasons="r",
            requirements=[{"id": "stop", "text": "t", "comply_by": "2022-06-14"}, {"id": "new", "text": "t"}],
        ),
    ),
}


@pytest.mark.parametrize("broken", BOTH)
def test_the_first_code_is_given(broken: str) -> None:
    expected, refused = BOTH[broken]
    assert refused() == expected
