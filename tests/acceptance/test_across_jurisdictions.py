"""Clearview AI in seven jurisdictions on the real stack: each script loads as stated, and the matters stand side by side."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from tests.acceptance.checks import CASES, rehearsed, settle, stored
from tests.system import System

CLEARVIEW = sorted(CASES.glob("clearview-*.yaml"))
ENFORCED = {
    "AU": (None, None, None),
    "AT": (None, None, None),
    "FR": ("EUR", 20_000_000, 20_000_000),
    "GB": ("GBP", 7_552_800, None),
    "GR": ("EUR", 20_000_000, 20_000_000),
    "IT": ("EUR", 20_000_000, 20_000_000),
    "NL": ("EUR", 30_500_000, 30_500_000),
}
"""By jurisdiction: currency, what was imposed, and what of it is final. Nothing was paid anywhere."""


def test_every_clearview_script_loads_as_its_rehearsal_showed(system: System) -> None:
    loaded = system.run("load", *map(str, CLEARVIEW), "--wait", "60")
    assert loaded.out.count("everything happened as stated.") == len(CLEARVIEW) == len(ENFORCED)
    assert stored(system) == rehearsed(*CLEARVIEW)
    settle(system)


def test_the_enforcement_in_all_jurisdictions_is_shown_side_by_side(system: System) -> None:
    [group] = json.loads(system.run("matters", "--siblings", "--json").out)
    found = {row["jurisdiction"]: row for row in group["matters"]}
    assert {place: _enforced(row) for place, row in found.items()} == ENFORCED
    assert not any(row["paid"] and _whole(row["paid"]) for row in found.values())
    assert found["FR"]["liquidated"] == {"amount": "5200000.00", "currency": "EUR"}, "beside the fine, not in it"
    assert found["FR"]["outstanding"] == {"amount": "25200000.00", "currency": "EUR"}
    page = system.run("matters", "--siblings").out
    assert "EUR 30,500,000.00" in page
    assert "GBP 7,552,800.00" in page


def _enforced(row: dict[str, Any]) -> tuple[str | None, int | None, int | None]:
    imposed, final = row["imposed"], row["final"]
    return imposed and imposed["currency"], imposed and _whole(imposed), final and _whole(final)


def _whole(money: dict[str, str]) -> int:
    return int(Decimal(money["amount"]))
