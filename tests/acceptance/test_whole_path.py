"""Matters from command to read model and deadline, on the real stack, through the real commands; one of them in seven jurisdictions."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from projections.read_model import all_read_models
from tests.acceptance.checks import (
    CASES,
    CLEARVIEW,
    HALDEN,
    doubled_in_topic,
    each_case_in_order,
    missing_from_topic,
    query,
    rehearsed,
    settle,
    stored,
)
from tests.system import System
from tests.waiting import wait_for

READ_MODELS = tuple(all_read_models())
ABROAD = sorted(set(CASES.glob("clearview-*.yaml")) - {CLEARVIEW})
ENFORCED = {
    "AU": (None, None, None),
    "AT": (None, None, None),
    "FR": ("EUR", 20_000_000, 20_000_000),
    "GB": ("GBP", 7_552_800, None),
    "GR": ("EUR", 20_000_000, 20_000_000),
    "IT": ("EUR", 20_000_000, 20_000_000),
    "NL": ("EUR", 30_500_000, 30_500_000),
}
"""Against Clearview, by jurisdiction: currency, what was imposed, and what of it is final. Nothing was paid anywhere."""


def asked(system: System, *arguments: str) -> Any:
    return json.loads(system.run(*arguments, "--json").out)


def rows_of_every_read_model(system: System) -> dict[str, list[str]]:
    tables = query(
        system,
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) AND tablename <> 'definition' ORDER BY 1, 2",
        [f"read_{name}" for name in READ_MODELS],
    )
    return {
        f"{schema}.{table}": [
            row[0] for row in query(system, f"SELECT to_jsonb(held)::text FROM {schema}.{table} AS held ORDER BY 1")
        ]
        for schema, table in tables
    }


def test_both_cases_load_as_stated_and_reach_every_read_model(system: System) -> None:
    loaded = system.run("load", str(CLEARVIEW), str(HALDEN), "--wait", "30")
    assert "clearview-uk: loaded, 22 steps; everything happened as stated." in loaded.out
    assert "halden-beacon-uk: loaded, 23 steps; everything happened as stated." in loaded.out
    assert stored(system) == rehearsed(CLEARVIEW, HALDEN)
    settle(system)


def test_every_event_is_published_once_and_in_order(system: System) -> None:
    assert not missing_from_topic(system)
    assert doubled_in_topic(system) == []
    assert each_case_in_order(system)


def test_the_docket_tells_where_each_case_stands(system: System) -> None:
    docket = {row["reference"]: row for row in asked(system, "cases")}
    fine = docket["INV-CLEARVIEW/fine-1"]
    assert (fine["state"], fine["under_appeal"], fine["final"]) == ("issued", True, False)
    assert fine["outstanding"] == {"amount": "7552800.00", "currency": "GBP"}
    assert docket["INV-CLEARVIEW/notice-1"]["state"] == "in_force"
    assert (docket["INV-CLEARVIEW/appeal-1"]["state"], docket["INV-CLEARVIEW/appeal-1"]["tier"]) == (
        "lodged",
        "first_tier_tribunal",
    )
    assert docket["INV-HALDEN/fine-1"]["in_recovery"] is True


def test_the_deadlines_carry_rule_and_worked_steps(system: System) -> None:
    deadlines = {(row["reference"], row["role"]): row for row in asked(system, "deadlines", "--matter", "INV-CLEARVIEW")}
    limit = deadlines["INV-CLEARVIEW/fine-1", "penalty_limit"]
    assert (limit["due"], limit["status"], limit["rule"]) == ("2022-05-30", "met", "uk-dpa-2018/sch16-2")
    assert any("Sun 29 May 2022 is a Sunday; the next working day is Mon 30 May 2022" in step for step in limit["steps"])
    explained = system.run("deadlines", "--matter", "INV-CLEARVIEW", "--explain").out
    assert "Sun 29 May 2022 is a Sunday; the next working day is Mon 30 May 2022 (Reg 1182/71 Art 3(4))." in explained


def test_deadlines_before_a_day_are_those_that_still_run_or_stand_still(system: System) -> None:
    rows = asked(system, "deadlines", "--due-before", "2022-12-01")
    assert {(row["reference"], row["role"]) for row in rows} == {("INV-CLEARVIEW/notice-1", "comply:stop")}
    assert {row["status"] for row in rows} == {"suspended"}


def test_the_matters_are_told_with_their_cases_and_sums(system: System) -> None:
    matters = {row["reference"]: row for row in asked(system, "matters")}
    assert (matters["INV-CLEARVIEW"]["cases"], matters["INV-CLEARVIEW"]["opened_by_timers"]) == (4, 0)
    assert (matters["INV-HALDEN"]["cases"], matters["INV-HALDEN"]["opened_by_timers"]) == (8, 4)
    assert matters["INV-HALDEN"]["outstanding"] == {"amount": "630000.00", "currency": "GBP"}


def test_the_timers_opened_one_case_for_each_cause(system: System) -> None:
    opened = [row["reference"] for row in asked(system, "cases") if row["opened_by_system"]]
    assert sorted(opened) == [
        "INV-HALDEN/fine-1/non-compliance-1",
        "INV-HALDEN/fine-2/non-compliance-4",
        "INV-HALDEN/notice-1/non-compliance-2",
        "INV-HALDEN/notice-1/non-compliance-3",
    ]


def test_the_penalties_are_summed_by_year_and_regime(system: System) -> None:
    by_year = {row["year"]: row for row in asked(system, "penalties")["by_year"]}
    assert by_year[2022]["imposed"] == {"amount": "7552800.00", "currency": "GBP"}
    assert by_year[2024]["outstanding"] == {"amount": "480000.00", "currency": "GBP"}


def test_the_time_line_has_every_event_with_both_kinds_of_date(system: System) -> None:
    told = asked(system, "timeline", "INV-CLEARVIEW")
    assert len(told) == len(rehearsed(CLEARVIEW))
    one = asked(system, "timeline", "INV-CLEARVIEW/appeal-1", "--case")
    assert [row["version"] for row in one] == list(range(1, len(one) + 1))
    decided = next(row for row in told if row["words"].startswith("The Upper Tribunal decided"))
    assert (decided["law_date"], decided["recorded"][:10]) == ("2025-10-06", "2025-10-07")


def test_every_script_of_another_jurisdiction_loads_as_its_rehearsal_showed(system: System) -> None:
    loaded = system.run("load", *map(str, ABROAD), "--wait", "60")
    assert loaded.out.count("everything happened as stated.") == len(ABROAD) == len(ENFORCED) - 1
    assert stored(system) == rehearsed(CLEARVIEW, HALDEN, *ABROAD)
    settle(system)


def test_the_enforcement_in_all_jurisdictions_is_shown_side_by_side(system: System) -> None:
    [group] = asked(system, "matters", "--siblings")
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


def test_rows_built_anew_equal_the_live_ones(system: System) -> None:
    live = rows_of_every_read_model(system)
    system.run("rebuild", "all")
    assert rows_of_every_read_model(system) == live
    assert all(live[f"read_{name}.{name}"] for name in READ_MODELS)


def test_the_same_load_again_plays_nothing(system: System) -> None:
    before = stored(system)
    again = system.run("load", str(CLEARVIEW), str(HALDEN))
    assert "all 22 steps were played before" in again.out
    assert stored(system) == before


def test_reconcile_finds_what_was_tampered_with(system: System) -> None:
    system.stop("reconciler")  # it would be quicker, and mend it
    query(system, "UPDATE read_penalties.penalties SET received = 5 WHERE reference = 'INV-CLEARVIEW/fine-1' RETURNING 1")
    query(system, "DELETE FROM read_timeline.timeline WHERE event_type = 'appeal.lodged' RETURNING 1")
    told = json.loads(system.run("reconcile", "--full", "--json", exit_code=1).out)["differences"]
    assert {(row["read_model"], row["kind"]) for row in told} == {
        ("penalties", "row_different"),
        ("timeline", "row_missing"),
    }
    assert "received: holds 5" in system.run("reconcile", "--full", exit_code=1).out
    system.run("rebuild", "penalties", "--drop-old")
    system.run("rebuild", "timeline", "--drop-old")
    system.run("reconcile", "--full")
    system.start("reconciler")


def test_a_command_is_given_and_read_back(system: System) -> None:
    given = system.run(
        "do", "fine.assign", "--on", "INV-CLEARVIEW/fine-1", "--by", "head:admin", "--with", "officer=second", "--with",
        "role=lead", "--wait", "20",
    )  # fmt: skip
    assert "second" in given.out
    fine = next(row for row in asked(system, "cases") if row["reference"] == "INV-CLEARVIEW/fine-1")
    assert fine["officer"] == "second"


def test_status_tells_that_all_is_well(system: System) -> None:
    status = asked(system, "status")
    assert status["faults"] == []
    assert {process["name"] for process in status["processes"]} == {"kafka", "postgres", "reconciler", "relay", "worker"}
    assert all(process["running"] and process["since"] for process in status["processes"])
    assert status["read_models"].keys() == set(READ_MODELS)
    assert status["relay"]["events"] == 0
    wait_for(lambda: asked(system, "status")["being_loaded"] == [], what="the end of loads")
