"""What is read tells the same as the cases themselves, replayed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from domain.money import Money
from foundation.database import Pool
from interfaces.facts import facts_of
from projections import reading
from projections.apply import apply
from projections.read_model import all_read_models
from projections.reading import NotFound, find_case, find_matter, wait_until_applied
from tests.desk import Desk, appealed, in_force
from tests.histories import STORIES, nobody_complies_or_pays, store
from tests.services import Database

FLAGS = ("under_appeal", "final", "in_recovery", "tier")
SUMS = ("amount", "payable", "paid", "outstanding", "refund_due")


def complied() -> Desk:
    desk = in_force().at("2022-07-01")
    for requirement in ("stop", "delete"):
        desk.done(
            "enforcement_notice.record_compliance",
            "notice",
            requirement=requirement,
            complied_on="2022-07-01",
            assessed_on="2022-07-01",
        )
    return desk


HISTORIES: dict[str, Callable[[], Desk]] = {**STORIES, "appealed": appealed, "complied": complied}


def project(pool: Pool, desk: Desk, database: Database) -> None:
    deliveries = store(desk, database)
    for model in all_read_models().values():
        apply(pool, model, deliveries)


@pytest.mark.parametrize("history", HISTORIES)
def test_the_docket_tells_of_each_case_what_the_case_tells_of_itself(pool: Pool, database: Database, history: str) -> None:
    desk = HISTORIES[history]()
    project(pool, desk, database)
    assert desk.matter_id is not None
    docket = {row.case_id: row for row in reading.cases(pool)}
    assert docket.keys() == set(desk.app.cases_of(desk.matter_id))
    for case_id, row in docket.items():
        case = desk.app.case(case_id)
        facts = facts_of(case)
        assert (row.state, row.version, row.on_hold) == (facts["state"], facts["version"], case.hold is not None)
        assert row.officer == case.officer
        told: dict[str, Any] = {flag: getattr(row, flag) for flag in FLAGS if flag in facts}
        assert told == {flag: facts[flag] for flag in told}
        if row.currency:
            sums = {name: Money(getattr(row, name) or Decimal(0), row.currency) for name in SUMS}
            assert sums == {name: facts[name] for name in SUMS}


@pytest.mark.parametrize("history", HISTORIES)
def test_each_deadline_is_told_as_the_case_has_it(pool: Pool, database: Database, history: str) -> None:
    desk = HISTORIES[history]()
    project(pool, desk, database)
    assert desk.matter_id is not None
    told = {
        (row.case_id, row.role): (row.status, row.due, row.due_at, row.rule, tuple(row.steps), row.reason_owed)
        for row in reading.deadlines(pool)
    }
    held = {
        (case_id, deadline.role): (
            deadline.status,
            deadline.due,
            deadline.due_at,
            deadline.terms.rule.id,
            deadline.terms.steps,
            deadline.reason_owed,
        )
        for case_id in desk.app.cases_of(desk.matter_id)
        for deadline in desk.app.case(case_id).deadlines.values()
    }
    assert told == held


def test_a_matter_counts_its_open_cases_as_the_cases_do(pool: Pool, database: Database) -> None:
    for history in HISTORIES.values():
        desk = history()
        project(pool, desk, database)
        assert desk.matter_id is not None
        matter = next(row for row in reading.matters(pool) if row.matter_id == desk.matter_id)
        cases = [desk.app.case(case_id) for case_id in desk.app.cases_of(desk.matter_id)]
        assert (matter.cases, matter.open_cases) == (len(cases), sum(case.is_open for case in cases))


def test_a_case_is_found_by_reference_and_by_the_beginning_of_its_id(pool: Pool, database: Database) -> None:
    desk = nobody_complies_or_pays()
    project(pool, desk, database)
    fine = desk.names["fine"]
    assert find_case(pool, "INV-1/fine-1") == fine
    assert find_case(pool, str(fine)[:8].upper()) == fine
    assert find_matter(pool, "INV-1/fine-1") == desk.matter_id
    for text in ("INV-2", str(fine)[:5], "%", ""):
        with pytest.raises(NotFound, match="there is no case"):
            find_case(pool, text)


def test_a_reference_that_fits_several_cases_is_told_with_their_ids(pool: Pool, database: Database) -> None:
    for _ in range(2):
        project(pool, nobody_complies_or_pays(), database)
    with pytest.raises(NotFound, match="fits several"):
        find_case(pool, "INV-1/fine-1")


def test_who_waits_for_what_was_written_is_told_which_read_models_are_behind(pool: Pool, database: Database) -> None:
    desk = nobody_complies_or_pays()
    deliveries = store(desk, database)
    versions = {delivery.case_id: delivery.version for delivery in deliveries}
    models = all_read_models()
    apply(pool, models["cases"], deliveries)
    assert wait_until_applied(pool, versions, 0) == sorted(set(models) - {"cases"})
    for model in models.values():
        apply(pool, model, deliveries)
    assert wait_until_applied(pool, versions, 0) == []
