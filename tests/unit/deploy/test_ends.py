"""How often a process ended lately, from supervisor's log."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from deploy.local.ends import recent_ends

NOW = datetime(2026, 3, 2, 12, 0).astimezone()


def logged(path: Path, *lines: tuple[int, str]) -> Path:
    log = path / "supervisor.log"
    stamps = [(NOW - timedelta(minutes=minutes), words) for minutes, words in lines]
    log.write_text("".join(f"{at:%Y-%m-%d %H:%M:%S},123 {words}\n" for at, words in stamps), encoding="utf-8")
    return log


def test_ends_of_the_last_ten_minutes_are_counted_by_process(tmp_path: Path) -> None:
    log = logged(
        tmp_path,
        (11, "WARN exited: relay (exit status 75; not expected)"),
        (9, "WARN exited: relay (exit status 75; not expected)"),
        (8, "WARN exited: worker-2 (terminated by SIGKILL; not expected)"),
        (1, "INFO exited: relay (exit status 0; expected)"),
        (1, "INFO spawned: 'relay' with pid 7"),
    )
    assert recent_ends(log, NOW) == {"relay": 2, "worker-2": 1}


def test_who_was_told_to_stop_did_not_end_by_itself(tmp_path: Path) -> None:
    assert recent_ends(logged(tmp_path, (1, "INFO stopped: relay (exit status 0)")), NOW) == {}


def test_of_a_stack_that_never_ran_there_are_none(tmp_path: Path) -> None:
    assert recent_ends(tmp_path / "supervisor.log", NOW) == {}
