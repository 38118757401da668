"""What is read tells the same as the cases themselves, replayed."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from foundation.database import Pool
from projections.apply import apply
from projections.read_model import all_read_models
from projections.reading import NotFound, find_case, find_matter, penalties_by_year, wait_until_applied
from tests.desk import ISSUER, Desk
from tests.histories import liquidated, nobody_complies_or_pays, store
from tests.services import Database


def project(pool: Pool, desk: Desk, database: Database) -> None:
    deliveries = store(desk, database)
    for model in all_read_models().values():
        apply(pool, model, deliveries)


def test_a_case_is_found_by_reference_and_by_the_beginning_of_its_id(pool: Pool, database: Database) -> None:
    desk = nobody_complies_or_pays()
    project(pool, desk, database)
    fine = desk.names["fine"]
    assert find_case(pool, "INV-1/fine-1") == fine
    assert find_case(pool, str(fine)[:8].upper()) == fine
    assert find_matter(pool, "INV-1/fine-1") == desk.matter_id
    assert find_case(pool, str(fine)[:6]) == fine
    for text in ("INV-2", str(fine)[:5], "%", ""):
        with pytest.raises(NotFound, match="there is no case"):
            find_case(pool, text)


def test_who_gives_too_little_of_an_id_is_told_how_much_is_needed(pool: Pool, database: Database) -> None:
    desk = nobody_complies_or_pays()
    project(pool, desk, database)
    told = "at least six characters of it are needed"
    for find in (find_case, find_matter):
        with pytest.raises(NotFound, match=told):
            find(pool, str(desk.names["fine"])[:5].upper())
        for text in ("INV-2", str(UUID(int=0)), ""):
            with pytest.raises(NotFound) as other:
                find(pool, text)
            assert told not in str(other.value)


def test_a_reference_that_fits_several_cases_is_told_with_their_ids(pool: Pool, database: Database) -> None:
    for _ in range(2):
        project(pool, nobody_complies_or_pays(), database)
    with pytest.raises(NotFound, match="fits several"):
        find_case(pool, "INV-1/fine-1")


def test_what_was_liquidated_is_summed_with_what_came_in_for_it(pool: Pool, database: Database) -> None:
    project(pool, liquidated(), database)
    (year,) = [row for row in penalties_by_year(pool) if row.case_type == "non_compliance"]
    assert (year.year, year.cases, year.imposed, year.payable) == (2022, 1, Decimal(50_000), Decimal(50_000))
    assert (year.paid, year.outstanding, year.refund_due) == (Decimal(12_000), Decimal(38_000), Decimal(0))


def test_what_was_liquidated_in_a_case_that_was_dropped_is_payable_no_more(pool: Pool, database: Database) -> None:
    desk = liquidated()
    desk.done("non_compliance.dismiss", "non_compliance-1", by=ISSUER, decided_on="2022-09-01", reasons="r")
    project(pool, desk, database)
    (year,) = [row for row in penalties_by_year(pool) if row.case_type == "non_compliance"]
    assert (year.imposed, year.payable, year.outstanding, year.refund_due) == (
        Decimal(50_000),
        Decimal(0),
        Decimal(0),
        Decimal(12_000),
    )


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
