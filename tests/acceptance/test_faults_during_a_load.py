"""Each process ends in the middle of a load, asked or killed, and is started again: nothing is lost, nothing doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.identifiers import matter_id_of
from tests.acceptance.checks import (
    CLEARVIEW,
    HALDEN,
    doubled_in_topic,
    query,
    rehearsed,
    settle,
    stored,
    variant,
)
from tests.system import System
from tests.waiting import wait_for

pytestmark = pytest.mark.faults  # ten loads, takes minutes
HALFWAY, HALFWAY_WITHIN = 9, 120.0


def steps_done(system: System, matter: str) -> int:
    return len(query(system, "SELECT 1 FROM script_steps WHERE matter_id = %s", matter_id_of(matter)))


def check_history(system: System, script: Path) -> None:
    """The store has of this matter exactly what the rehearsal shows."""
    expected = rehearsed(script)
    cases = {case_id for case_id, _, _ in expected}
    assert [event for event in stored(system) if event[0] in cases] == expected


@pytest.mark.parametrize("end", ["SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("name", ["relay", "worker", "reconciler", "kafka"])
def test_an_end_of_a_process_in_the_middle_of_a_load(system: System, tmp_path: Path, name: str, end: str) -> None:
    matter = f"{name}-{end.lower()}"
    script = variant(HALDEN, matter, tmp_path)
    before = system.process(name)
    load = system.begin("load", str(script))
    wait_for(lambda: steps_done(system, matter) >= HALFWAY, seconds=HALFWAY_WITHIN, what="half of the load")
    if end == "SIGKILL":
        system.kill(name)
    else:
        system.stop(name)
        system.start(name)
    out, err = load.communicate(timeout=120)
    assert load.returncode == 0, out + err
    wait_for(lambda: system.process(name).running and system.process(name).pid != before.pid, what=f"the restart of {name}")
    check_history(system, script)
    settle(system)
    assert doubled_in_topic(system) == []


@pytest.mark.parametrize("end", ["SIGTERM", "SIGKILL"])
def test_an_end_of_the_database_in_the_middle_of_a_load(system: System, tmp_path: Path, end: str) -> None:
    """The load stops and says so; the same load then goes on where it stopped."""
    matter = f"postgres-{end.lower()}"
    script = variant(CLEARVIEW, matter, tmp_path)
    load = system.begin("load", str(script))
    wait_for(lambda: steps_done(system, matter) >= HALFWAY, seconds=HALFWAY_WITHIN, what="half of the load")
    if end == "SIGKILL":
        system.kill("postgres")
    else:
        system.stop("postgres")
        system.start("postgres")
    out, err = load.communicate(timeout=120)
    assert "Traceback" not in err
    if load.returncode != 0:
        assert load.returncode == 3, out + err
        assert "The database does not answer" in err
        wait_for(lambda: system.run("load", str(script), exit_code=None).exit_code == 0, seconds=60, what="the load to its end")
    check_history(system, script)
    settle(system)
    assert doubled_in_topic(system) == []


def test_a_load_that_is_killed_goes_on_when_it_is_given_again(system: System, tmp_path: Path) -> None:
    script = variant(HALDEN, "killed-load", tmp_path)
    load = system.begin("load", str(script))
    wait_for(lambda: steps_done(system, "killed-load") >= HALFWAY, seconds=HALFWAY_WITHIN, what="half of the load")
    load.kill()
    load.communicate()
    assert "going on after step" in system.run("load", str(script)).out
    check_history(system, script)
    settle(system)
