"""The command line as a whole: help, exit codes, wrong use, interruption, what only machines read."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from domain.names import COMMANDS
from interfaces.cli import rehearse as rehearse_module
from interfaces.cli.commands import OFFERED
from interfaces.cli.entry import app
from interfaces.cli.exits import EXIT_CODES, Exit
from interfaces.cli.page import Page, printable

CLEARVIEW = Path(__file__).parents[3] / "cases" / "clearview-uk.yaml"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def process(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from interfaces.cli import main; main()", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ, **options)


class TestHelp:
    def test_lists_every_exit_code(self) -> None:
        _, out, _ = run("--help")
        assert " ".join(EXIT_CODES.split()[:6]) in " ".join(out.split())
        assert {int(code) for code in re.findall(r"\b(\d+) ", EXIT_CODES)} == {int(code) for code in Exit}

    @pytest.mark.parametrize("command", ["rehearse", "load", "do", "show", "commands"])
    def test_of_each_command_says_what_it_is_for(self, command: str) -> None:
        code, out, _ = run(command, "--help")
        assert code == 0
        assert "Usage: " in out

    def test_offers_shell_completion(self) -> None:
        assert "--install-completion" in run("--help")[1]


class TestWrongUse:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["nonsense"], "No such command"),
            (["rehearse"], "Missing argument"),
            (["rehearse", "--nonsense", "x"], "No such option"),
            (["do", "fine.record_payment"], "Missing option '--by'"),
            (["do", "fine.record_payment", "--by", "nobody"], "'nobody' is not ACTOR:ROLE"),
            (["do", "fine.record_payment", "--by", "x:king"], "'x:king' is not ACTOR:ROLE"),
            (["do", "fine.record_payment", "--by", "regcase:system"], "The role system is the system's own"),
            (["do", "fine.record_paiment", "--by", "x:registrar"], "Did you mean fine.record_payment"),
            (["do", "fine.fire_deadline", "--by", "x:officer"], "There is no command 'fine.fire_deadline'."),
            (["do", "fine.record_payment", "--by", "x:registrar", "--expect-version", "-1"], "--expect-version"),
            (["rebuild", "nope"], "There is no read model 'nope'; there are cases, deadlines"),
            (["parked", "retry", "nope", "X", "--by", "x:admin"], "There is no read model 'nope'"),
            (["commands", "nonsense"], "There is no command that begins with 'nonsense'"),
            (["show", "x", "--by", "effective"], "Give --as-of as well"),
            (["show", "x", "--as-of", "2022-13-01"], "--as-of is '2022-13-01'; write a day such as 2024-01-31"),
            (["show", "x", "--as-of", "2022-01-01T10:00:00"], "or an instant such as 2024-01-31T16:30:00+00:00"),
        ],
    )
    def test_ends_with_2_and_says_how_to_do_it(self, arguments: list[str], told: str) -> None:
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert told in " ".join(err.replace("│", " ").split())


class TestAScriptFromTheFuture:
    def test_is_not_loaded_and_is_rehearsed(self, tmp_path: Path) -> None:
        path = tmp_path / "future.yaml"
        path.write_text(CLEARVIEW.read_text() + "  - at: 2095-01-01\n")
        code, out, err = run("load", str(path))
        assert (code, out) == (2, "")
        line = len(path.read_text().splitlines())
        assert f"line {line}, column 9: 2095-01-01 " in err
        assert "lies in the future; a running system cannot be there yet" in err
        assert run("rehearse", str(path))[0] == 0


class TestCommands:
    def test_are_all_listed_but_those_of_the_system(self) -> None:
        code, out, _ = run("commands")
        listed = {line.split()[0] for line in out.splitlines()[1:]}
        assert code == 0
        assert listed == set(OFFERED)
        of_the_system = (".fire_deadline", ".recompute_deadlines")
        assert set(COMMANDS) - listed == {name for name in COMMANDS if name.endswith(of_the_system)} | {"appeal.become_final"}

    def test_tell_who_gives_them_and_which_facts_they_take(self) -> None:
        line = next(line for line in run("commands", "fine")[1].splitlines() if line.startswith("fine.issue_penalty_notice"))
        assert (
            line.split(maxsplit=1)[1] == "issuer                      amount, decided_on, sent_on, [published_on], [pay_within]"
        )

    def test_are_explained_one_by_one(self) -> None:
        _, out, _ = run("commands", "appeal.lodge")
        assert "Enter an appeal received by the first court." in out
        assert re.search(r"received_on +date, or instant with offset\n", out)
        assert re.search(r"against +list of case\n", out)
        assert re.search(r"appellant +subject or third_party +optional\n", out)

    def test_are_told_to_machines(self) -> None:
        (told,) = json.loads(run("commands", "appeal.decide_permission", "--json")[1])
        assert told["given_by"] == ["registrar"]
        assert told["fields"][0] == {"name": "outcome", "form": "granted or refused", "required": True}


class TestSomethingUnexpected:
    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def breaks(*_: Any) -> None:
            msg = "secret detail"
            raise RuntimeError(msg)

        monkeypatch.setattr(rehearse_module, "parse_files", breaks)

    def test_is_one_line_without_a_stack_trace(self) -> None:
        code, out, err = run("rehearse", "x")
        assert (code, out) == (70, "")
        assert err == (
            "Something unexpected went wrong in the program (RuntimeError). Run it again as `regcase --debug ...` and pass on "
            "what it prints.\n"
        )

    def test_is_an_object_for_machines(self) -> None:
        code, out, err = run("rehearse", "--json", "x")
        assert (code, json.loads(out)["exit_code"], err) == (70, 70, "")

    def test_shows_where_it_arose_to_those_who_ask(self) -> None:
        code, _, err = run("--debug", "rehearse", "x")
        assert code == 70
        assert "RuntimeError: secret detail" in err


def test_a_lock_that_was_not_had_is_not_told_as_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits_too_long(*_: Any) -> None:
        raise psycopg.errors.LockNotAvailable

    monkeypatch.setattr(rehearse_module, "parse_files", waits_too_long)
    code, _, err = run("rehearse", "x")
    assert code == 1
    assert err.startswith("Somebody else holds what this needs")


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    running = process("rehearse", *[str(CLEARVIEW)])
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.wait(timeout=30) == 141
    assert running.stderr.read() == ""
    running.stderr.close()


class TestInATerminal:
    def test_the_rehearsal_is_coloured_and_fits_the_width(self) -> None:
        mine, its = pty.openpty()
        environment = {**os.environ, "COLUMNS": "72", "TERM": "xterm-256color"}
        command = [sys.executable, "-c", "from interfaces.cli import main; main()", "rehearse", str(CLEARVIEW)]
        with subprocess.Popen(command, stdout=its, stderr=its, env=environment) as running:
            os.close(its)
            shown = b"".join(iter(lambda: _read(mine), b"")).decode()
        os.close(mine)
        assert running.returncode == 0
        assert "\x1b[1m" in shown
        lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).replace("\r", "").split("\n")
        assert max(map(len, lines)) <= 72
        assert "Everything happened as stated: 22 steps, 68 statements." in " ".join(" ".join(lines).split())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # what a terminal gives on Linux when its other end is closed
        return b""


class TestAPage:
    def test_lets_nothing_that_was_typed_in_steer_the_terminal(self) -> None:
        assert printable("a\x1b[31mb\x07c\nd\u202e") == "a\ufffd[31mb\ufffdc\nd\ufffd"

    def test_without_a_terminal_cuts_nothing_off(self, capsys: pytest.CaptureFixture[str]) -> None:
        Page().table(("a", "sum"), [("x" * 300, "1"), ("y", "1000")], right=("sum",))
        lines = capsys.readouterr().out.splitlines()
        assert lines[1] == "x" * 300 + "     1"
        assert lines[2] == "y" + " " * 301 + "1000"


class TestTablesInATerminal:
    COLUMNS = ("case", "subject", "amount", "due", "command")
    ROWS = (
        ("INV-HALDEN/fine-1/non-compliance-1", "Halden Beacon Analytics Ltd, of " + "many words " * 9, "GBP 7,552,800.00", "2024-06-04", "fine.issue_penalty_notice"),
        ("INV-CLEARVIEW", "Clearview [AI] Inc.", "GBP 1.00", "2022-05-18", "order.note_compliance"),
    )  # fmt: skip

    @pytest.mark.parametrize(("width", "in_blocks"), [(60, True), (80, True), (110, True), (140, False), (200, False)])
    def test_break_no_sum_day_or_reference(
        self, width: int, in_blocks: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = Page()
        monkeypatch.setattr(page, "_console", Console(force_terminal=True, width=width, color_system=None, markup=False))
        page.table(self.COLUMNS, self.ROWS, right=("amount",), wrap=("subject",))
        lines = capsys.readouterr().out.splitlines()
        assert all(len(line) <= width for line in lines)
        for row in self.ROWS:
            for whole in (row[0], *row[2:]):
                assert any(whole in line for line in lines), whole
        assert "Clearview [AI] Inc." in "\n".join(lines)
        assert any(line.split()[:2] == ["due", "2024-06-04"] for line in lines) is in_blocks
