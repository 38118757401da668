"""Whatever happens to a matter, what is read of it is what the replayed cases say."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from deploy.local.postgres import Postgres
from domain.case.case import Case
from domain.investigation.investigation import Investigation
from domain.money import Money
from foundation.database import Pool, open_pool
from interfaces.facts import facts_of
from projections import reading
from projections.apply import apply
from projections.enforcement import links
from projections.read_model import all_read_models
from projections.reading import CaseRow, DeadlineRow
from tests.desk import Desk
from tests.histories import STORIES, store
from tests.services import Database, fresh_database
from tests.unit.domain.test_every_history import EveryHistory

HISTORIES, STEPS = 25, 40
FLAGS = ("under_appeal", "final", "in_recovery", "tier")
SUMS = ("amount", "payable", "paid", "outstanding", "refund_due")


def check_case(row: CaseRow, case: Case) -> None:
    """A line of the docket against the case."""
    facts = facts_of(case)
    assert (row.state, row.version, row.on_hold, row.officer) == (
        facts["state"],
        facts["version"],
        case.hold is not None,
        case.officer,
    )
    told: dict[str, Any] = {flag: getattr(row, flag) for flag in FLAGS if flag in facts}
    assert told == {flag: facts[flag] for flag in told}
    if row.currency:
        sums = {name: Money(getattr(row, name) or Decimal(0), row.currency) for name in SUMS}
        assert sums == {name: facts[name] for name in SUMS}


def check_deadlines(rows: list[DeadlineRow], case: Case) -> None:
    """The deadlines as they are read against the case."""
    told = {row.role: (row.status, row.due, row.due_at, row.rule, tuple(row.steps), row.reason_owed) for row in rows}
    held = {d.role: (d.status, d.due, d.due_at, d.terms.rule.id, d.terms.steps, d.reason_owed) for d in case.deadlines.values()}
    assert told == held


def check_siblings(pool: Pool, cases: Collection[Case]) -> None:
    """The links as they are read against the investigation."""
    told = [(row.authority, row.jurisdiction, row.reference, row.relation, row.sibling) for row in links(pool)]
    linked = [sibling for case in cases if isinstance(case, Investigation) for sibling in case.siblings]
    assert told == [(s.authority, s.jurisdiction, s.reference, s.relation, s.matter) for s in linked]


def check_matter(pool: Pool, database: Database, desk: Desk) -> None:
    """Project a matter and hold everything that is read of it against its cases."""
    deliveries = store(desk, database)
    for model in all_read_models().values():
        apply(pool, model, deliveries)
    assert desk.matter_id is not None
    cases = {case_id: desk.app.case(case_id) for case_id in desk.app.cases_of(desk.matter_id)}
    docket = {row.case_id: row for row in reading.cases(pool, matter_id=desk.matter_id)}
    assert docket.keys() == cases.keys()
    for case_id, case in cases.items():
        check_case(docket[case_id], case)
        check_deadlines(reading.deadlines(pool, case_id=case_id), case)
    matter = next(row for row in reading.matters(pool) if row.matter_id == desk.matter_id)
    check_siblings(pool, cases.values())
    assert (matter.cases, matter.open_cases) == (len(cases), sum(case.is_open for case in cases.values()))


class EveryHistoryRead(EveryHistory):
    """The same histories; each is projected when it ends."""

    postgres: ClassVar[Postgres]
    template: ClassVar[str]

    def teardown(self) -> None:
        """Hold what is read against the cases."""
        super().teardown()
        # A database each: the same keys lead to the same cases.
        with (
            fresh_database(self.postgres, template=self.template) as database,
            open_pool(database.app_url, name="test", size=4, timeout=5.0) as pool,
        ):
            check_matter(pool, database, self.desk)


@pytest.mark.timeout(600)
def test_any_history_reads_as_its_cases_say(postgres: Postgres, with_read_models: str) -> None:
    EveryHistoryRead.postgres, EveryHistoryRead.template = postgres, with_read_models
    run_state_machine_as_test(
        EveryHistoryRead,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("story", STORIES)
def test_each_told_story_reads_as_its_cases_say(pool: Pool, database: Database, story: str) -> None:
    check_matter(pool, database, STORIES[story]())
