from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.local.process import Process

STARTED, ENDED = 1_600_000_000, 1_600_000_060


def told(state: str, **more: Any) -> dict[str, Any]:
    """What supervisor tells of a process."""
    facts = {"name": "relay", "statename": state, "start": STARTED, "stop": ENDED, "pid": 0, "spawnerr": "", "exitstatus": 0}
    return {**facts, **more}


def test_a_process_that_runs_tells_since_when() -> None:
    process = Process.of(told("RUNNING", pid=7))

    assert process == Process("relay", running=True, since=datetime.fromtimestamp(STARTED, UTC), pid=7, exit_reason=None)


def test_one_that_does_not_run_tells_since_when_and_why() -> None:
    process = Process.of(told("EXITED", exitstatus=3))

    assert process == Process(
        "relay", running=False, since=datetime.fromtimestamp(ENDED, UTC), pid=None, exit_reason="exit code 3"
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (told("STOPPED"), "stopped on request"),
        (told("STOPPED", start=0, stop=0), "not started yet"),
        (told("EXITED", exitstatus=-1), "ended by a signal"),
        (told("BACKOFF", spawnerr="Exited too quickly"), "ended at once, is being tried again"),
        (told("FATAL", spawnerr="can't find command"), "can't find command"),
    ],
)
def test_the_reason_is_told_in_words(facts: dict[str, Any], reason: str) -> None:
    assert Process.of(facts).exit_reason == reason
