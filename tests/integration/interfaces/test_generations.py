"""`regcase rebuild` and `regcase generations`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foundation.database import Pool
from projections import rebuild as module
from projections.apply import apply
from projections.read_model import all_read_models, read_model
from projections.reading import timeline
from projections.verify import NotVerified
from tests.histories import nobody_complies_or_pays, store
from tests.integration.interfaces.conftest import Regcase
from tests.poison import damage
from tests.services import Database


def listed(regcase: Regcase) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(regcase("generations", "list", "--json").out)
    return told


def test_what_was_live_is_listed_with_its_size_and_by_what_it_was_built(regcase: Regcase, pool: Pool, database: Database) -> None:
    deliveries = store(nobody_complies_or_pays(), database)
    assert [row["generation"] for row in listed(regcase)] == ["live"] * len(all_read_models())
    answer = regcase("rebuild", "timeline")
    assert answer.code == 0
    assert "timeline was built anew, verified, and is live. The one before is kept" in answer.out
    rows = {row["generation"]: row for row in listed(regcase) if row["read_model"] == "timeline"}
    assert (rows["live"]["events"], rows["old"]["events"]) == (len(deliveries), 0)
    assert rows["old"]["bytes"] > 0
    assert rows["old"]["digest"] == read_model("timeline").digest
    out = regcase("generations", "list").out
    assert out.count("this version") == len(all_read_models()) + 1


@pytest.mark.usefixtures("pool")
def test_another_rebuild_is_refused_until_it_is_told_what_to_do_with_the_old_one(regcase: Regcase) -> None:
    regcase("rebuild", "timeline")
    answer = regcase("rebuild", "timeline")
    assert answer.code == 1
    assert "regcase generations drop timeline" in answer.err
    assert regcase("rebuild", "timeline", "--drop-old").code == 0
    assert regcase("generations", "drop", "timeline").out == "The old generation of timeline is gone.\n"
    assert regcase("generations", "drop", "timeline").out == "Of timeline no old generation was kept.\n"
    assert regcase("rebuild", "timeline").code == 0


def test_the_old_one_is_live_again_and_up_to_date(regcase: Regcase, pool: Pool, database: Database) -> None:
    regcase("rebuild", "timeline")
    deliveries = store(nobody_complies_or_pays(), database)
    answer = regcase("generations", "restore", "timeline")
    assert answer.code == 0
    assert "is up to date, verified, and live again" in answer.out
    assert len(timeline(pool)) == len(deliveries)


def test_how_many_cases_wait_in_what_went_live_is_told_beside_it_and_the_way_back(
    regcase: Regcase, pool: Pool, database: Database
) -> None:
    """Verifying leaves parked cases out: one that can apply nothing would be live without a word."""
    deliveries = store(nobody_complies_or_pays(), database)
    apply(pool, read_model("timeline"), deliveries)
    case_id = deliveries[0].case_id
    damage(database, case_id, 1)
    answer = regcase("rebuild", "timeline")
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == (
        "One case waits in it, 0 in the other: `regcase parked list --read-model timeline`. "
        "`regcase generations restore timeline` goes back."
    )
    assert str(case_id) in regcase("parked", "list", "--read-model", "timeline", "--json").out
    assert "wait" not in regcase("generations", "restore", "timeline").out


@pytest.mark.usefixtures("parked")
def test_where_as_many_wait_as_before_they_are_told_without_the_way_back(regcase: Regcase) -> None:
    told = "2 cases wait in it, 2 in the other: `regcase parked list --read-model timeline`."
    assert regcase("rebuild", "timeline").out.splitlines()[-1] == told
    assert regcase("generations", "restore", "timeline").out.splitlines()[-1] == told


@pytest.mark.usefixtures("pool")
def test_without_an_old_one_there_is_no_way_back(regcase: Regcase) -> None:
    answer = regcase("generations", "restore", "timeline")
    assert (answer.code, "no generation is kept to go back to" in answer.err) == (1, True)


@pytest.mark.usefixtures("pool")
def test_what_is_not_verified_is_told_and_the_live_one_stays(regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_not_what_it_should_be(*_: object, **__: object) -> None:
        msg = "timeline was not switched: what was built is not what the event store says. Case 1: row missing in timeline."
        raise NotVerified(msg)

    monkeypatch.setattr(module, "verify", is_not_what_it_should_be)
    answer = regcase("rebuild", "timeline")
    assert answer.code == 1
    assert "row missing in timeline. The one that was live stays." in answer.err
