"""The database finds no room on its disk: commands are refused in words, nothing is half done, and all goes on when there is room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from uuid import UUID

import pytest

from domain.application import CaseApplication, StoreUnreachable
from domain.running import open_application
from foundation.database import Pool, open_pool
from tests.faults.beside import Beside, opening
from tests.faults.kinds.disk import use_up_the_log
from tests.faults.stage import LONG_ENOUGH, Stage, a_stage
from tests.waiting import wait_for

pytestmark = pytest.mark.faults  # fills disks, takes minutes
_numbers = count(1)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with a_stage() as up:
        if "postgres" not in up.ground.disks:
            pytest.skip("only root may mount a small disk, and the kernel must let it")  # there is no small disk without that
        up.run("relay", "worker", "reconciler")
        yield up


@pytest.fixture
def pool(stage: Stage) -> Iterator[Pool]:
    with open_pool(stage.settings.database, name="disk full", size=2, timeout=3.0) as pool:
        yield pool


def words_of_a_refusal(application: CaseApplication) -> tuple[str, str]:
    """Give commands until one is refused for want of room: its key, and what was said."""
    while True:
        key = f"no-room-{next(_numbers)}"
        try:
            application.execute(opening(key, key))
        except StoreUnreachable as refused:
            return key, str(refused)


def opened(application: CaseApplication, key: str) -> UUID | None:
    try:
        return application.execute(opening(key, key)).case_id
    except StoreUnreachable:
        return None


@pytest.mark.parametrize("and_for_its_log", [False, True])
def test_a_command_is_refused_in_words_and_done_once_when_there_is_room(stage: Stage, pool: Pool, and_for_its_log: bool) -> None:
    application = open_application(stage.settings.database, pool)
    disk = stage.ground.disks["postgres"]
    disk.fill()
    try:
        if and_for_its_log:
            use_up_the_log(stage.ground)
        key, words = words_of_a_refusal(application)
        # Without room for its log the database ends, and starts anew only when there is some.
        assert words.startswith("The database does not answer" if and_for_its_log else "The database's disk is full")
        assert "nothing was decided" in words
        assert "same key" in words
    finally:
        disk.free()
    case_id = wait_for(lambda: opened(application, key), seconds=LONG_ENOUGH, what="the same command to be done")
    assert case_id
    again = application.execute(opening(key, key))
    assert (again.case_id, again.repeated) == (case_id, True)
    assert [event.version for event in application.events_of(case_id)] == [1]
    stage.await_published()
    wait_for(lambda: case_id in stage.positions("cases"), seconds=LONG_ENOUGH, what="the case in the read model")
    assert stage.found_beside(Beside(answered={(case_id, 1)}, matters={again.matter_id} if again.matter_id else set())) == {}
