"""The legal hold, on a case of every type: it keeps the case from being closed, and only somebody else releases it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.roles import Actor
from tests.desk import ADMIN, ISSUER, OFFICER, Desk, appealed, in_force, investigated, issued
from tests.histories import nobody_complies_or_pays


def a_breach() -> Desk:
    desk = nobody_complies_or_pays()
    desk.names["non_compliance"] = desk.names["non_compliance-3"]
    return desk


CASES: dict[str, tuple[str, Callable[[], Desk]]] = {
    "investigation": ("inv", investigated),
    "fine": ("fine", issued),
    "enforcement_notice": ("notice", in_force),
    "appeal": ("appeal", appealed),
    "non_compliance": ("non_compliance", a_breach),
}
CLOSING: dict[str, tuple[str, dict[str, Any]]] = {
    "investigation": ("close", {"outcome": "o", "reasons": "r", "closed_on": "today"}),
    "fine": ("write_off", {"amount": "GBP 7552800", "reason": "r", "decided_on": "today"}),
    "enforcement_notice": ("close", {"outcome": "o", "closed_on": "today"}),
    "non_compliance": ("close", {"outcome": "o", "closed_on": "today"}),
}
"""What ends a case without its duty being done; an appeal is ended by its court or its appellant."""


def held(case_type: str, by: Actor = OFFICER) -> tuple[Desk, str, str]:
    """Given a hold on a case of that type: the desk, the case's name, and today."""
    name, given = CASES[case_type]
    desk = given()
    today = desk.time.current.date().isoformat()
    desk.done(f"{case_type}.place_hold", name, by=by, reason="Judicial review", placed_on=today)
    return desk, name, today


def ending(case_type: str, today: str) -> tuple[str, dict[str, Any]]:
    verb, data = CLOSING[case_type]
    return f"{case_type}.{verb}", {field: today if value == "today" else value for field, value in data.items()}


@pytest.mark.parametrize("case_type", CLOSING)
def test_keeps_the_case_from_being_closed_and_says_who_may_release_it(case_type: str) -> None:
    desk, name, today = held(case_type)
    command, data = ending(case_type, today)
    refusal = desk.refused(command, name, by=ISSUER, **data)
    assert (refusal["code"], refusal["details"]) == ("on_hold", {"placed_on": today, "placed_by": OFFICER.id})
    assert f"until somebody other than {OFFICER.id} releases it" in refusal["message"]


@pytest.mark.parametrize("case_type", CLOSING)
def test_released_lets_the_case_be_closed(case_type: str) -> None:
    desk, name, today = held(case_type)
    desk.done(f"{case_type}.release_hold", name, by=ADMIN, reason="Review ended", released_on=today)
    command, data = ending(case_type, today)
    desk.done(command, name, by=ISSUER, **data)


@pytest.mark.parametrize("case_type", CASES)
def test_is_released_by_another_than_the_one_who_placed_it(case_type: str) -> None:
    desk, name, today = held(case_type, by=ISSUER)
    release = {"reason": "Review ended", "released_on": today}
    refusal = desk.refused(f"{case_type}.release_hold", name, by=ISSUER, **release)
    assert (refusal["code"], refusal["details"]) == ("same_person", {"actor": ISSUER.id})
    assert desk.refused(f"{case_type}.release_hold", name, by=OFFICER, **release)["code"] == "forbidden"
    desk.done(f"{case_type}.release_hold", name, by=ADMIN, **release)
    assert desk.case(name).hold is None
