"""`regcase load` on a real event store: whole, stopped in the middle, twice, changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from interfaces.scripts.parse import parse_file
from interfaces.scripts.play import Player
from interfaces.scripts.rehearse import rehearse
from tests.integration.interfaces.conftest import Regcase
from tests.integration.interfaces.timers import Timers
from tests.services import Database
from tests.waiting import wait_for

CASES = Path(__file__).parents[3] / "cases"
CLEARVIEW, HALDEN = CASES / "clearview-uk.yaml", CASES / "halden-beacon-uk.yaml"


@pytest.fixture
def timers(database: Database) -> Iterator[Timers]:
    with Timers(database.app_url) as running:
        yield running


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.app_url) as connection:
        return connection.execute(query).fetchall()


def stored(database: Database) -> list[tuple[Any, ...]]:
    return rows(database, "SELECT originator_id, originator_version, topic FROM stored_events WHERE topic !~ '^_' ORDER BY 1, 2")


def rehearsed(path: Path) -> list[tuple[Any, ...]]:
    report = rehearse(parse_file(path))
    events = [event for step in report.steps for event in (*step.fell_due, *step.events)]
    return sorted((event.case_id, event.version, event.type) for event in events)


@pytest.mark.usefixtures("timers")
def test_a_load_stores_what_the_rehearsal_showed(regcase: Regcase, database: Database) -> None:
    answer = regcase("load", str(CLEARVIEW), str(HALDEN))
    assert answer.code == 0, answer
    assert "clearview-uk: loaded, 22 steps; everything happened as stated." in answer.out
    assert "halden-beacon-uk: step 5 of 23, 2024-06-04  fine.issue_penalty_notice: refused (same_person)" in answer.out
    assert stored(database) == sorted(rehearsed(CLEARVIEW) + rehearsed(HALDEN))
    assert rows(database, "SELECT * FROM matter_clocks") == []
    assert len(rows(database, "SELECT * FROM script_steps")) == 45


@pytest.mark.usefixtures("timers")
def test_what_was_loaded_before_is_left_alone(regcase: Regcase, database: Database) -> None:
    assert regcase("load", str(CLEARVIEW)).code == 0
    before = stored(database)
    answer = regcase("load", str(CLEARVIEW))
    assert answer.code == 0
    assert answer.out == "clearview-uk: all 22 steps were played before; nothing was to be done.\n"
    told = json.loads(regcase("load", "--json", str(CLEARVIEW)).out)["scripts"][0]
    assert (told["as_stated"], told["complete"], told["played"], told["played_before"]) == (True, True, 0, 22)
    assert told["cases"]["fine"]["state"] == "issued"
    assert stored(database) == before


@pytest.mark.usefixtures("timers")
def test_machines_are_told_everything_in_one_document(regcase: Regcase) -> None:
    told = json.loads(regcase("load", "--json", str(CLEARVIEW)).out)["scripts"][0]
    assert (told["as_stated"], told["complete"], told["played"], told["played_before"]) == (True, True, 22, 0)
    assert told["cases"]["fine"]["outstanding"] == {"amount": "7552800.00", "currency": "GBP"}
    assert told["steps"][5]["refusal"]["code"] == "too_early"


@pytest.mark.usefixtures("timers")
def test_what_is_recorded_bears_the_scripts_time(regcase: Regcase, database: Database) -> None:
    regcase("load", str(CLEARVIEW))
    states = rows(database, "SELECT state FROM stored_events WHERE topic = 'fine.deadline_passed' ORDER BY notification_id")
    recorded = [json.loads(bytes(state[0]).splitlines()[0])["recorded"] for state in states]
    assert recorded == ["2021-12-21T00:00:00Z", "2022-06-15T23:00:00Z"]


class TestWithoutTimers:
    def test_it_stops_says_why_and_goes_on_later(self, regcase: Regcase, database: Database) -> None:
        answer = regcase("load", "--timers-within", "0.3", str(CLEARVIEW))
        assert answer.code == 1
        assert "'Time for representations' of INV-CLEARVIEW/fine-1 fell due at 2021-12-21" in answer.err
        assert "Are the workers running? See `regcase status`" in answer.err
        assert "clearview-uk: stopped after 7 of 22 steps" in answer.err
        assert rows(database, "SELECT now::text FROM matter_clocks") == [("2021-12-21 00:00:00+00",)]

        with Timers(database.app_url):
            answer = regcase("load", str(CLEARVIEW))
        assert answer.code == 0, answer
        assert answer.out.startswith("clearview-uk: going on after step 7 of 22.\nclearview-uk: step 8 of 22")
        assert stored(database) == rehearsed(CLEARVIEW)
        assert rows(database, "SELECT * FROM matter_clocks") == []


class TestStoppedInTheMiddle:
    @pytest.mark.usefixtures("timers")
    @pytest.mark.parametrize("after", [3, 12, 22])
    def test_between_a_steps_command_and_its_note_it_goes_on_without_doubling(
        self, regcase: Regcase, database: Database, monkeypatch: pytest.MonkeyPatch, after: int
    ) -> None:
        play = Player.play

        def play_and_die(self: Player, step: Any) -> Any:
            played = play(self, step)
            if step.number == after:
                raise KeyboardInterrupt
            return played

        with monkeypatch.context() as patched:
            patched.setattr(Player, "play", play_and_die)
            answer = regcase("load", str(CLEARVIEW))
        assert answer.code == 130
        assert f"stopped after {after - 1} of 22 steps" in answer.err
        answer = regcase("load", str(CLEARVIEW))
        assert answer.code == 0, answer
        assert "everything happened as stated" in answer.out
        assert stored(database) == rehearsed(CLEARVIEW)

    @pytest.mark.usefixtures("timers")
    def test_by_a_database_that_went_away_it_says_so_and_goes_on_later(
        self, regcase: Regcase, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        play = Player.play

        def play_without_a_database(self: Player, step: Any) -> Any:
            if step.number == 5:
                with psycopg.connect(database.superuser_url, autocommit=True) as connection:
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'regcase load'"
                    )
            return play(self, step)

        monkeypatch.setattr(Player, "play", play_without_a_database)
        answer = regcase("load", str(CLEARVIEW))
        assert answer.code == 3
        assert "The database does not answer." in answer.err
        assert "clearview-uk: stopped after 5 of 22 steps" in answer.err
        monkeypatch.setattr(Player, "play", play)
        assert regcase("load", str(CLEARVIEW)).code == 0
        assert stored(database) == rehearsed(CLEARVIEW)

    @pytest.mark.usefixtures("timers")
    def test_a_killed_process_goes_on(self, regcase: Regcase, database: Database) -> None:
        process = subprocess.Popen(command("load", str(HALDEN)), env=environment(database), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            if "step 11 of 23" in line:
                process.kill()
                break
        process.stdout.close()
        process.wait()
        holds = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'regcase load'"
        wait_for(lambda: not rows(database, holds), what="the database's noting that it is gone")
        played = len(rows(database, "SELECT * FROM script_steps"))
        assert 11 <= played < 23
        answer = regcase("load", str(HALDEN))
        assert answer.code == 0, answer
        assert answer.out.startswith(f"halden-beacon-uk: going on after step {played} of 23.")
        assert stored(database) == rehearsed(HALDEN)

    def test_ctrl_c_says_how_to_go_on(self, database: Database) -> None:
        process = subprocess.Popen(
            command("load", str(CLEARVIEW)), env=environment(database), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            if "step 7 of 22" in line:
                break
        stands = "SELECT 1 FROM matter_clocks WHERE now = '2021-12-21T00:00Z'"
        wait_for(lambda: rows(database, stands), what="its waiting for a deadline that nobody fires")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "stopped after 7 of 22 steps, and its clock stands still. Load the same file again to go on." in err
        assert "Traceback" not in err


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from interfaces.cli import main; main()", *arguments]


def environment(database: Database) -> dict[str, str]:
    return {**os.environ, "REGCASE_DATABASE_URL": database.app_url}


@pytest.mark.usefixtures("timers")
class TestAFileThatTellsOtherwise:
    def load(self, regcase: Regcase, tmp_path: Path, text: str) -> Any:
        path = tmp_path / "story.yaml"
        path.write_text(text)
        return regcase("load", str(path))

    def test_at_a_step_that_was_played_plays_nothing(self, regcase: Regcase, database: Database, tmp_path: Path) -> None:
        text = CLEARVIEW.read_text()
        assert self.load(regcase, tmp_path, text).code == 0
        before = stored(database)
        answer = self.load(regcase, tmp_path, text.replace("summary: No jurisdiction}", "summary: None of your business}"))
        assert answer.code == 1
        assert "step 7 (line 61) differs from what was played under its number" in answer.err
        assert stored(database) == before

    def test_by_being_shorter_plays_nothing(self, regcase: Regcase, tmp_path: Path) -> None:
        text = CLEARVIEW.read_text()
        assert self.load(regcase, tmp_path, text).code == 0
        answer = self.load(regcase, tmp_path, text[: text.index("  - at: 2025-12-01")])
        assert answer.code == 1
        assert "step 22 was played, but the file has only 21 steps" in answer.err

    def test_only_in_comments_and_layout_is_the_same_file(self, regcase: Regcase, tmp_path: Path) -> None:
        text = CLEARVIEW.read_text()
        assert self.load(regcase, tmp_path, text).code == 0
        answer = self.load(regcase, tmp_path, "# a comment\n\n" + text)
        assert (answer.code, "all 22 steps were played before" in answer.out) == (0, True)

    def test_by_going_on_longer_is_played_on(self, regcase: Regcase, tmp_path: Path) -> None:
        text = CLEARVIEW.read_text()
        assert self.load(regcase, tmp_path, text).code == 0
        answer = self.load(regcase, tmp_path, text + "  - at: 2026-01-15\n    expect: {appeal: {state: lodged}}\n")
        assert answer.code == 0, answer
        assert "going on after step 22 of 23" in answer.out


def test_a_difference_is_told_and_told_again_when_a_stopped_load_goes_on(
    regcase: Regcase, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(CLEARVIEW.read_text().replace("due: 2022-05-30", "due: 2022-05-29"))
    stopped = regcase("load", "--timers-within", "0.2", str(path))
    assert stopped.code == 1
    assert "fine.deadlines.penalty_limit.due: stated 2022-05-29; happened 2022-05-30" in stopped.out
    with Timers(database.app_url):
        answer = regcase("load", str(path))
    assert answer.code == 1
    assert "step 3 (line 23), fine.deadlines.penalty_limit.due: stated 2022-05-29; happened 2022-05-30" in answer.out


def test_two_loads_of_one_matter_at_once_are_refused(regcase: Regcase, database: Database) -> None:
    with psycopg.connect(database.app_url, autocommit=True) as other:
        matter = parse_file(CLEARVIEW).matter_id
        other.execute("SELECT pg_advisory_lock(hashtextextended('regcase load ' || %s, 0))", [str(matter)])
        answer = regcase("load", str(HALDEN), str(CLEARVIEW))
    assert answer.code == 1
    assert "The matter clearview-uk is being loaded by somebody else at this moment." in answer.err
    assert stored(database) == []


def test_a_malformed_file_among_several_lets_none_be_played(regcase: Regcase, database: Database, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(CLEARVIEW.read_text().replace("regime:", "regim:"))
    answer = regcase("load", str(HALDEN), str(bad))
    assert answer.code == 2
    assert "line 5, column 1: the key 'regim' is unknown" in answer.err
    assert stored(database) == []


class TestWithoutADatabase:
    def test_it_is_refused_within_two_seconds(self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REGCASE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
        started = time.monotonic()
        answer = regcase("load", str(CLEARVIEW))
        assert time.monotonic() - started < 2.5
        assert answer.code == 3
        assert "The database does not answer" in answer.err

    def test_that_anybody_named_it_says_what_to_do(self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("REGCASE_DATABASE_URL")
        answer = regcase("load", str(CLEARVIEW))
        assert answer.code == 3
        assert "Start the local one with `regcase up`, or name yours in REGCASE_DATABASE_URL." in answer.err


def test_a_database_without_an_event_store_is_no_place_to_load_into(
    regcase: Regcase, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = database.superuser_url.rpartition(database.name)
    monkeypatch.setenv("REGCASE_DATABASE_URL", f"{base[0]}postgres{base[2]}")
    answer = regcase("load", str(CLEARVIEW))
    assert answer.code == 3
    assert "The database has no event store." in answer.err
