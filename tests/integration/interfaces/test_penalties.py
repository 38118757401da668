"""`regcase penalties` on a real store: reductions and late interest are told with how they came about."""

from __future__ import annotations

import json

import pytest

from foundation.database import Pool
from tests.desk import ISSUER, Desk
from tests.fines import impose, intended, pay, pecr
from tests.histories import store
from tests.integration.interfaces.conftest import Regcase, show_everything
from tests.services import Database


def shown(desk: Desk, database: Database, pool: Pool) -> None:
    """Put a desk's histories into the store and the read models."""
    store(desk, database)
    show_everything(pool)


def late() -> Desk:
    desk = impose(intended("nl-uavg", "EUR 36500", "2023-09-01"), "EUR 36500", "2023-12-01")
    plan = [{"amount": "EUR 36500", "due_on": "2024-12-21"}]
    desk.done("fine.agree_instalments", "fine", by=ISSUER, agreed_on="2023-12-01", instalments=plan)
    return desk


def test_tells_late_interest_with_its_steps_and_what_is_not_certain(regcase: Regcase, database: Database, pool: Pool) -> None:
    shown(late(), database, pool)
    answer = regcase("penalties", "--interest-on", "2025-01-10")
    assert answer.code == 0
    assert "Late interest on INV-1/fine-1 by 2025-01-10: EUR 130.00" in answer.out
    assert "10 days at 7 % a year" in answer.out
    assert "not certain: 7 % from 2024-01-01" in answer.out
    told = json.loads(regcase("penalties", "--interest-on", "2025-01-10", "--json").out)
    assert [(one["amount"]["amount"], one["is_whole"], len(one["steps"])) for one in told["interest"]] == [("130.00", True, 2)]
    assert "interest" not in json.loads(regcase("penalties", "--json").out)


def test_says_where_no_law_knows_late_interest(regcase: Regcase, database: Database, pool: Pool) -> None:
    shown(pecr(), database, pool)
    assert "No law of these penalties knows late interest." in regcase("penalties", "--interest-on", "2026-01-10").out


def test_notes_a_reduction(regcase: Regcase, database: Database, pool: Pool) -> None:
    desk = pecr()
    pay(desk, "GBP 80000", "2025-11-20")
    shown(desk, database, pool)
    assert "reduced by 20 %" in regcase("penalties").out


@pytest.mark.parametrize("given", ["tomorrow", "2025-02-30"])
def test_of_no_day_is_wrong_use(regcase: Regcase, given: str) -> None:
    answer = regcase("penalties", "--interest-on", given)
    assert answer.code == 2
    assert "write a day such as 2024-01-31" in answer.err
