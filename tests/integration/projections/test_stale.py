"""What is read says since when it is stale, wherever a case of it is parked in a read model that it comes from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.case.events import CaseEvent
from domain.roles import Actor
from foundation.database import Pool
from projections import enforcement, reading
from projections.apply import apply
from projections.compare import compare
from projections.enforcement import SiblingGroup, links, sibling_groups
from projections.history import Delivery
from projections.lag import next_deadline, overdue_deadlines
from projections.operator_acts import retry
from projections.parking import parked_cases
from projections.read_model import Change, all_read_models, read_model
from projections.reading import NotFound, cases, deadlines, find_case, matters, penalties, penalties_by_year, timeline
from tests.desk import Desk, issued
from tests.histories import nobody_complies_or_pays, store
from tests.services import Database

OPERATOR = Actor(id="operator", role="admin")
READS = {**reading.READS, "siblings": enforcement.READS}
LISTS: dict[str, Callable[[Pool], Sequence[Any]]] = {
    "matters": matters,
    "cases": cases,
    "timeline": timeline,
    "deadlines": deadlines,
    "penalties": penalties,
    "penalties_by_year": penalties_by_year,
    "siblings": lambda pool: [row for group in sibling_groups(pool) for row in group.matters],
}


@dataclass(frozen=True)
class Story:
    """Two matters of the same kind. `bad` is an event of the fine of the first."""

    desk: Desk
    deliveries: list[Delivery]
    bad: Delivery

    @property
    def fine(self) -> UUID:
        return self.bad.case_id

    @property
    def matter(self) -> UUID:
        assert self.desk.matter_id
        return self.desk.matter_id


def linked() -> Desk:
    desk = nobody_complies_or_pays()
    for reference in ("SAN-1", "SAN-2"):
        desk.done(
            "investigation.link_sibling", "inv",
            authority="CNIL", jurisdiction="FR", reference=reference, relation="same_conduct",
        )  # fmt: skip
    return desk


@pytest.fixture
def story(database: Database) -> Story:
    desk = linked()
    deliveries = store(desk, database)
    bad = [delivery for delivery in deliveries if delivery.event_type == "fine.payment_recorded"][-1]
    return Story(desk, [*deliveries, *store(linked(), database)], bad)


def project(pool: Pool, story: Story, **bad: Delivery) -> None:
    """Apply all to every read model; in those that are named, an event cannot be applied."""

    def fails(event: CaseEvent) -> list[Change]:
        at = bad.get(model.name)
        if at and (event.case_id, event.version) == (at.case_id, at.version):
            raise ValueError
        return list(model.changes(event))

    for model in all_read_models().values():
        apply(pool, replace(model, changes=fails), story.deliveries)


def of_the_case(rows: Sequence[Any], story: Story) -> tuple[list[Any], list[Any]]:
    """The rows that the parked case leaves stale, and the others."""
    if hasattr(rows[0], "case_id"):
        stale = [row for row in rows if row.case_id == story.fine]
    elif hasattr(rows[0], "matter_id"):
        stale = [row for row in rows if row.matter_id == story.matter]
    else:
        stale = list(rows)
    return stale, [row for row in rows if row not in stale]


def stale_since(rows: Sequence[Any]) -> set[datetime | None]:
    return {row.stale_since for row in rows}


@pytest.mark.parametrize("shown", LISTS)
def test_rows_of_a_parked_case_say_since_when_and_no_others(pool: Pool, story: Story, shown: str) -> None:
    """For each read model that a list is put together from; where it is not read from, nothing is stale."""
    for name in all_read_models():
        project(pool, story, **{name: story.bad})
        stale, fresh = of_the_case(LISTS[shown](pool), story)
        assert stale
        assert stale_since(stale) == ({story.bad.stored_at} if name in READS[shown] else {None}), name
        assert stale_since(fresh) <= {None}
        retry(pool, read_model(name), story.fine, actor=OPERATOR)
        assert stale_since(LISTS[shown](pool)) == {None}
        clear(pool)


def clear(pool: Pool) -> None:
    """Let what was projected be as if nothing had been."""
    with pool.connection() as connection:
        for name, model in all_read_models().items():
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (model.schema(),)).fetchall()
            for (table,) in tables:
                if table != "definition":
                    connection.execute(f"TRUNCATE read_{name}.{table}".encode())


def test_parked_in_several_it_is_stale_since_the_first(pool: Pool, story: Story) -> None:
    earlier = next(d for d in story.deliveries if d.case_id == story.fine and d.version == story.bad.version - 3)
    project(pool, story, penalties=story.bad, deadlines=earlier)
    (row,) = (row for row in cases(pool) if row.case_id == story.fine)
    assert row.stale_since == earlier.stored_at


def test_what_waits_in_a_generation_that_is_being_built_leaves_nothing_stale(pool: Pool, story: Story) -> None:
    project(pool, story)
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO parked_cases (read_model, generation, case_id, matter_id, version, event_type, error_class, error) "
            "SELECT name, 'next', %s, %s, 3, 'x', 'x', 'x' FROM unnest(%s::text[]) AS named (name)",
            (story.fine, story.matter, list(all_read_models())),
        )
    assert {shown for shown in LISTS if stale_since(LISTS[shown](pool)) != {None}} == set()
    assert {link.stale_since for link in links(pool)} == {None}


def test_a_case_that_waits_at_its_first_event_makes_its_matter_stale(pool: Pool, story: Story) -> None:
    """It has no row of its own in the docket that could say so."""
    first = next(d for d in story.deliveries if d.case_id == story.fine)
    project(pool, story, cases=first)
    assert story.fine not in {row.case_id for row in cases(pool)}
    assert {row.matter_id: row.stale_since for row in matters(pool)}[story.matter] == first.stored_at
    with pytest.raises(NotFound, match="1 case is parked before the docket knew the name"):
        find_case(pool, "INV-9")


def test_a_total_that_may_lack_an_unknown_fine_is_stale(pool: Pool, story: Story) -> None:
    first = next(d for d in story.deliveries if d.case_id == story.fine)
    project(pool, story, penalties=first)
    assert stale_since(penalties_by_year(pool)) == {first.stored_at}


def test_what_operators_see_of_a_parked_cases_deadlines_says_so(pool: Pool, database: Database) -> None:
    desk = issued()
    deliveries = store(desk, database)
    bad = [d for d in deliveries if d.case_id == desk.names["fine"]][-1]
    project(pool, Story(desk, deliveries, bad), deadlines=bad)
    following = next_deadline(pool)
    assert following
    assert following.stale_since == bad.stored_at
    assert {row.stale_since for row in overdue_deadlines(pool, late_by=timedelta(minutes=1)) if row.case_id == bad.case_id} == {
        bad.stored_at
    }


def test_a_link_says_so(pool: Pool, story: Story) -> None:
    investigation = story.desk.names["inv"]
    last = [delivery for delivery in story.deliveries if delivery.case_id == investigation][-1]
    project(pool, story, siblings=last)
    assert [link.stale_since for link in links(pool) if link.matter_id == story.matter] == [last.stored_at]


def test_the_stored_rows_themselves_hold_nothing_of_it(pool: Pool, story: Story) -> None:
    """So that live, healed and rebuilt rows stay equal."""
    project(pool, story, **dict.fromkeys(all_read_models(), story.bad))
    for row in parked_cases(pool):
        retry(pool, read_model(row.read_model), row.case_id, actor=OPERATOR)
    assert parked_cases(pool) == []
    assert all(compare(pool, model) == [] for model in all_read_models().values())
    with pool.connection() as connection:
        columns = connection.execute("SELECT 1 FROM information_schema.columns WHERE table_schema LIKE 'read\\_%' AND column_name = 'stale_since'").fetchall()  # fmt: skip
    assert columns == []


ROWS = [
    row
    for module in (reading, enforcement)
    for _, row in inspect.getmembers(module, is_dataclass)
    if row.__module__ == module.__name__ and row not in (SiblingGroup, enforcement._Group)
]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_that_is_read_can_say_so(row: Any) -> None:
    assert "stale_since" in {field.name for field in fields(row)}
