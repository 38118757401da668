"""While everything fails, at every place and with unmistakable words in all that people write: what the log files hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
import pytest

from deploy.topics import EVENTS
from domain.identifiers import matter_id_of
from domain.names import EVENT_TYPES
from interfaces.scripts.parse import parse_file
from interfaces.scripts.rehearse import rehearse
from tests.acceptance.told.logs import OURS, is_built, lines_of, log_files, logged
from tests.marked import MARK, marked_script, personal_fields
from tests.system import System, running_system
from tests.topics import Published, inject, published
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(1200)  # much happens in one system
SCRIPT = Path(__file__).with_name("every_word.yaml")
BROKER_AWAY_SECONDS = 10.0
GENEROUS = 180.0
MATTER = "every-word"

A_ROW_BREAKS_A_CONSTRAINT = """
ALTER TABLE read_cases.cases ADD CONSTRAINT fails CHECK (case_type <> 'enforcement_notice') NOT VALID;
ALTER TABLE read_matters.matters ADD CONSTRAINT fails CHECK (false) NOT VALID;
"""
AN_EVENT_CANNOT_BE_READ = """
CREATE FUNCTION damage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.state := convert_to(replace(convert_from(NEW.state, 'UTF8'), '"evidence":', '"evidence of another kind":'), 'UTF8');
    RETURN NEW;
END $$;
CREATE TRIGGER damage BEFORE INSERT ON stored_events FOR EACH ROW WHEN (NEW.topic = 'enforcement_notice.compliance_recorded')
EXECUTE FUNCTION damage();
"""
THE_STORE_REFUSES = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused' USING DETAIL = convert_from(NEW.state, 'UTF8'), ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON stored_events FOR EACH ROW WHEN (NEW.topic = 'investigation.assigned')
EXECUTE FUNCTION refuse();
"""


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system in which everything has failed once."""
    folder = tmp_path_factory.mktemp("scripts")
    with running_system() as system:
        wait_for(lambda: is_built(system), seconds=GENEROUS, what="every read model")
        _change(system.settings.database, A_ROW_BREAKS_A_CONSTRAINT)
        _change(system.settings.database_owner, AN_EVENT_CANNOT_BE_READ)
        system.run("load", str(marked_script(SCRIPT, folder, matter=MATTER)), exit_code=None, seconds=GENEROUS)
        wait_for(lambda: _parked(system) >= {"CheckViolation", "UnreadableEvent"}, seconds=GENEROUS, what="parked cases")
        _let_timers_meet_what_cannot_be_read(system)
        _garbage(system)
        _change(system.settings.database_owner, THE_STORE_REFUSES)
        _commands_that_fail(system)
        _broker_away(system)
        _database_dies(system)
        _read_model_damaged(system)
        for name in OURS:
            system.stop(name)
        yield system


def _parked(system: System) -> set[str]:
    return {line["error"] for line in logged(system, "case_parked")}


def _change(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements)


def _let_timers_meet_what_cannot_be_read(system: System) -> None:
    with psycopg.connect(system.settings.database) as connection:
        later = (
            "INSERT INTO matter_clocks (matter_id, now) VALUES (%s, '2026-01-01') "
            "ON CONFLICT (matter_id) DO UPDATE SET now = excluded.now"
        )
        connection.execute(later, (matter_id_of(MATTER),))
    wait_for(lambda: logged(system, "deadline_not_fired"), seconds=GENEROUS, what="a deadline that cannot be fired")


def _garbage(system: System) -> None:
    first = published(system.settings.kafka, EVENTS.name)[0]
    words = f"{{{MARK}".encode()
    headers = dict.fromkeys(first.headers, MARK)
    inject(
        system.settings.kafka,
        EVENTS.name,
        [
            Published(0, 0, None, words, {}),
            Published(1, 0, words, words, headers),
            Published(2, 0, words, None, {"ce_id": MARK}),
            Published(first.partition, 0, first.key, words, first.headers),
        ],
    )
    wait_for(lambda: len(logged(system, "message_rejected")) >= 4, seconds=GENEROUS, what="four rejected messages")


def _commands_that_fail(system: System) -> None:
    """On the command line: of a form that is refused, refused by the law, and failing in the database; with all that is logged."""
    reference = f"INV-WORDS {MARK}"
    case = "SELECT case_id::text FROM read_cases.cases WHERE reference = %s ORDER BY case_id LIMIT 1"
    with psycopg.connect(system.settings.database) as connection:
        (case_id,) = connection.execute(case, (reference,)).fetchone() or ("",)
    by = ("--on", str(case_id), "--by", "ann:officer")
    told = [
        system.run("--debug", "do", *command, *by, exit_code=None).err
        for command in (
            ("investigation.place_hold", f"reason={MARK}", f"placed_on={MARK}", f"more={MARK}"),
            ("investigation.reopen", f"reason={MARK}", "reopened_on=2024-06-01"),
            ("investigation.assign", f"officer={MARK}", f"role={MARK}"),
        )
    ]
    lines = [line for text in told for line in text.splitlines() if line.startswith("{")]
    assert len(lines) >= 1
    assert all(MARK not in line for line in lines)


def _broker_away(system: System) -> None:
    before = len(lines_of(system, "worker")) + len(lines_of(system, "relay"))
    system.stop("kafka")
    began = monotonic()
    wait_for(lambda: monotonic() - began > BROKER_AWAY_SECONDS, seconds=GENEROUS, what="a time without a broker")
    told = len(lines_of(system, "worker")) + len(lines_of(system, "relay")) - before
    (system.settings.data / "told.txt").write_text(str(told), encoding="utf-8")
    system.start("kafka")


def _database_dies(system: System) -> None:
    before = system.process("postgres").pid
    system.kill("postgres")
    wait_for(lambda: system.process("postgres").running and system.process("postgres").pid != before, seconds=GENEROUS)
    wait_for(lambda: system.run("cases", exit_code=None).exit_code == 0, seconds=GENEROUS, what="the database again")


def _read_model_damaged(system: System) -> None:
    _change(system.settings.database, "DROP TABLE read_timeline.timeline CASCADE")
    opening = {
        "reference": f"INV-{MARK}",
        "subject": {"name": MARK, "country": "GB", "kind": "undertaking"},
        "regime": "uk-dpa-2018",
        "opened_on": "2024-01-15",
        "grounds": [MARK],
    }
    system.run("do", "investigation.open", "--with", "-", "--by", "ann:officer", given=json.dumps(opening))
    wait_for(lambda: _ends_by_damage(system), seconds=GENEROUS, what="the end of a process whose read model is damaged")


def _ends_by_damage(system: System) -> list[dict[str, Any]]:
    """Of the worker, or of the reconciler or one of its sweeps where that was faster."""
    ends = logged(system, "worker_ends") + logged(system, "process_ends") + logged(system, "thread_ends")
    return [line for line in ends if line["error"] == "UndefinedTable"]


def test_no_word_that_anybody_wrote_is_in_any_log_file(failing: System) -> None:
    files = log_files(failing)
    assert {path.stem for path in files} >= {*OURS, "postgres", "kafka", "supervisor"}
    found = [(path.name, line) for path in files for line in path.read_text("utf-8").splitlines() if MARK in line]
    assert found == []


def test_every_place_did_fail(failing: System) -> None:
    """What the words could have come by: else the search for them shows nothing."""
    assert any(MARK in str(message.value) for message in published(failing.settings.kafka, EVENTS.name))
    assert _parked(failing) >= {"CheckViolation", "UnreadableEvent"}
    assert {line["error"] for line in logged(failing, "deadline_not_fired")} >= {"UnreadableEvent"}
    assert logged(failing, "message_rejected")
    assert _ends_by_damage(failing)
    assert "violates check constraint" in (failing.settings.data / "logs" / "postgres.log").read_text("utf-8")


def test_every_line_of_a_process_of_ours_is_one_json_object_with_event_level_time_and_process(failing: System) -> None:
    for process in OURS:
        for written in lines_of(failing, process):
            line: dict[str, Any] = json.loads(written)
            assert line["process"] == process
            assert line["event"], line
            assert line["level"] in ("info", "warning", "error", "critical")
            assert line["timestamp"].endswith("Z")


def test_a_line_about_a_case_names_case_matter_and_request(failing: System) -> None:
    for event in ("command_done", "case_parked", "deadline_fired", "deadline_not_fired"):
        for line in logged(failing, event):
            assert line["case_id"], line
            assert line["matter_id"], line
            assert event.startswith("deadline") or line["correlation_id"], line


def test_of_a_broker_that_is_away_no_more_is_told_than_can_be_read(failing: System) -> None:
    told = int((failing.settings.data / "told.txt").read_text("utf-8"))
    assert 0 < told <= 40


def test_every_kind_of_field_that_is_marked_as_personal_is_in_the_search(tmp_path: Path) -> None:
    """So a new one has to be written in the script."""
    report = rehearse(parse_file(marked_script(SCRIPT, tmp_path, matter="fields")))
    events = [event for step in report.steps for event in (*step.fell_due, *step.events)]
    marked = {path[-1] for event_type in EVENT_TYPES.values() for path in personal_fields(event_type) if path[0] != "envelope"}
    written = {name for event in events for name, text in _texts(event.facts()) if MARK in text}
    assert marked - written == set()


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield name, value
        case dict():
            for inner, item in value.items():
                yield from _texts(item, inner)
        case list():
            for item in value:
                yield from _texts(item, name)
