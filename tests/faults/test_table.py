"""The table tells what came, what was found, how long recovery took, and how to do it all once more."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from tests.faults import findings as kinds
from tests.faults.findings import Findings
from tests.faults.run import command_of, options_of, parser
from tests.faults.table import NO_FAULT, TWO_AT_ONCE, Record, markdown, plain, print_table

RECORD = Record(
    seed=7,
    command="make faults MINUTES=10 SEED=7 BROKERS=1",
    seconds=600,
    machine="2 cores",
    injected={"relay killed": 3, "worker paused": 1, "disk full": 1},
    recoveries={"relay killed": [2.0, 4.0, 9.0], "worker paused": [None], TWO_AT_ONCE: [12.0], NO_FAULT: [0.5]},
    impossible={"clock jumps": "the clock is the machine's"},
)


def found() -> Findings:
    findings = Findings(events=12_345, published=12_345, matters=99, late_by=[0.25, 0.5, 31.0])
    findings.add(kinds.LOST_IN_TOPIC, "a/1")
    return findings


def rows(text: str) -> dict[str, list[str]]:
    """Name and values of each line that has some."""
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]
    return {name: values for name, *values in (cell for cell in cells if cell)}


def test_tells_what_was_found() -> None:
    told = rows(plain(RECORD, found()))
    assert told["events stored"] == ["12,345"]
    assert told["lost from the topic"] == ["1"]
    assert told["lost from the store"] == ["0"]
    assert told["fired late by (median, worst)"] == ["0.50 s, 31.00 s"]
    assert told["faults injected"] == ["5 of 3 kinds"]


def test_tells_of_each_kind_how_often_it_came_and_how_long_recovery_took() -> None:
    told = rows(plain(RECORD, found()))
    assert told["relay killed"] == ["3", "4.0 s", "9.0 s"]
    assert told["worker paused"] == ["1", "-", "not in time"]
    assert told["disk full"] == ["1", "-", "-"]  # it came only together with another
    assert told[TWO_AT_ONCE] == ["1", "12.0 s", "12.0 s"]
    assert told["clock jumps"] == ["-", "cannot be made:", "the clock is the machine's"]


def test_tells_that_what_was_sent_twice_is_harmless_where_it_is() -> None:
    findings = found()
    findings.add(kinds.DOUBLED_IN_TOPIC, "a/1")
    assert rows(plain(RECORD, findings))["doubled in the topic"] == ["1"]
    findings.repeats_are_harmless = True
    assert "harmless" in rows(plain(RECORD, findings))["doubled in the topic"][0]


@pytest.mark.parametrize("terminal", [True, False])
def test_says_the_same_in_a_terminal_and_elsewhere(terminal: bool) -> None:
    written = StringIO()
    print_table(RECORD, found(), Console(file=written, force_terminal=terminal, width=200))
    for told in ("12,345", "relay killed", "31.00 s", "2 cores", RECORD.command):
        assert told in written.getvalue()
    assert ("\x1b" in written.getvalue()) == terminal


def test_is_a_page_of_markdown_with_what_repeats_the_run() -> None:
    page = markdown(RECORD, found())
    assert "## Seed 7, 10 minutes" in page
    assert "| relay killed | 3 | 4.0 s | 9.0 s |" in page
    assert f"`{RECORD.command}`" in page
    assert "how they interleave does not" in page


def test_the_command_that_repeats_a_run_holds_what_was_chosen_and_the_seed_that_was_drawn() -> None:
    drawn = parser().parse_args([])
    assert command_of(drawn) == f"make faults MINUTES=10 SEED={drawn.seed} BROKERS=1"
    given = parser().parse_args(["--minutes", "0.5", "--seed", "3", "--kinds", "relay killed,topic", "--workers", "4"])
    assert command_of(given) == "make faults MINUTES=0.5 SEED=3 BROKERS=1 KINDS='relay killed,topic' MORE='--workers 4'"


def test_kinds_are_chosen_by_parts_of_their_names_and_unknown_ones_are_refused_with_those_that_there_are() -> None:
    chosen = options_of(parser().parse_args(["--kinds", "relay killed, reconciler paused"]))
    assert [fault.kind for fault in chosen.faults] == ["relay killed", "every relay killed", "reconciler paused"]
    with pytest.raises(SystemExit, match=r"There are:\n(.*\n)*  relay killed"):
        options_of(parser().parse_args(["--kinds", "earthquake"]))
