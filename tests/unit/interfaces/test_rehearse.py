"""`regcase rehearse`: what happened as stated, and each way in which it can fail to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from domain.money import Money
from interfaces.cli.entry import app
from interfaces.scripts.yaml_tree import tree_of, value_of

CASES = Path(__file__).parents[3] / "cases"
SCRIPTS = sorted(CASES.glob("*.yaml"))
CLEARVIEW = CASES / "clearview-uk.yaml"
EACH_ALONE = (CLEARVIEW, CASES / "halden-beacon-uk.yaml")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["rehearse", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@dataclass(frozen=True)
class Statement:
    """One thing that a script states: of which step, under which keys, and where in the text the value stands."""

    step: int
    line: int
    keys: tuple[str, ...]
    begin: int
    end: int
    value: Any

    @property
    def other(self) -> Any:
        """Another value of the same form."""
        field = self.keys[-1]
        if isinstance(self.value, bool):
            return not self.value
        if isinstance(self.value, int):
            return self.value + 1
        if field == "due":
            return "1999-12-31"
        if is_money(self.value):
            return f"{str(self.value)[:3]} 1.01"
        return next(other for other in OTHER[field] if other != self.value)


OTHER = {
    "state": ("closed", "cancelled"),
    "status": ("lapsed",),
    "rule": ("uk-dpa-2018/sch16-9",),
    "tier": ("supreme_court",),
    "code": ("on_hold",),
}


def statements(path: Path) -> Iterator[Statement]:
    """Every single statement of a script, under `expect` and `refused`."""
    root = tree_of(path.read_text())
    steps = next(value for key, value in root.value if key.value == "steps")
    for number, step in enumerate(steps.value, start=1):
        for key, value in step.value:
            if key.value in ("expect", "refused"):
                for keys, node in leaves(value, (key.value,)):
                    begin, end = node.start_mark.index, node.end_mark.index
                    yield Statement(number, step.start_mark.line + 1, keys, begin, end, value_of(node, []))


def leaves(node: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node.value, list):
        for key, value in node.value:
            yield from leaves(value, (*keys, key.value))
    else:
        yield keys, node


def is_money(value: Any) -> bool:
    return bool(re.fullmatch(r"[A-Z]{3} [0-9.]+", str(value)))


def shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(Money.parse(value) if is_money(value) else value)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_of_the_project_happens_as_stated(path: Path) -> None:
    code, out, err = run(str(path))
    assert code == 0, out
    assert "Everything happened as stated" in out
    assert not err


def test_all_scripts_can_be_rehearsed_at_once() -> None:
    code, out, _ = run(*map(str, SCRIPTS))
    assert code == 0
    assert out.count("Everything happened as stated") == len(SCRIPTS)


@pytest.mark.parametrize(
    ("path", "statement"),
    [pytest.param(p, s, id=f"{p.stem}-{s.step}-{'.'.join(s.keys)}") for p in EACH_ALONE for s in statements(p)],
)
def test_any_one_statement_changed_is_found_with_step_stated_and_actual(path: Path, statement: Statement, tmp_path: Path) -> None:
    (difference,) = differences_of(path, [statement], tmp_path)
    assert tells_of(difference, statement)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_all_statements_changed_at_once_are_each_found(path: Path, tmp_path: Path) -> None:
    """That every statement of every script can fail, in one rehearsal of each."""
    stated = list(statements(path))
    differences = differences_of(path, stated, tmp_path)
    assert len(differences) == len(stated)
    for statement in stated:
        assert any(tells_of(difference, statement) for difference in differences), statement


def differences_of(path: Path, stated: Sequence[Statement], folder: Path) -> list[dict[str, Any]]:
    """What a rehearsal tells of a script in which these statements say something else."""
    text = path.read_text()
    for statement in sorted(stated, key=lambda one: one.begin, reverse=True):
        other = str(statement.other).lower() if isinstance(statement.other, bool) else str(statement.other)
        text = text[: statement.begin] + other + text[statement.end :]
    changed = folder / "changed.yaml"
    changed.write_text(text)
    code, out, _ = run(str(changed), "--json")
    assert code == 1
    found: list[dict[str, Any]] = json.loads(out)["scripts"][0]["differences"]
    return found


def tells_of(difference: Mapping[str, Any], statement: Statement) -> bool:
    """Whether a difference is that of a statement: its step, what was stated, and what happened."""
    where = (difference["step"], difference["line"]) == (statement.step, statement.line)
    said = shown(statement.other) in difference["stated"] and shown(statement.value) in difference["happened"]
    return where and said and (statement.keys[0] == "refused" or difference["what"] == ".".join(statement.keys[1:]))


def changed(tmp_path: Path, *edits: tuple[str, str]) -> str:
    text = CLEARVIEW.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "changed.yaml"
    path.write_text(text)
    return str(path)


class TestADifference:
    def test_that_a_command_was_refused_shows_code_message_and_law(self, tmp_path: Path) -> None:
        code, out, _ = run(changed(tmp_path, ("    refused: {code: too_early}\n", "")))
        assert code == 1
        assert out.strip().splitlines()[-1].strip() == (
            "step 6 (line 55), fine.issue_penalty_notice: stated accepted; happened refused with too_early: "
            "Refused: representations run until 2021-12-20; the penalty notice is possible from the day after. "
            "[DPA 2018 Sch 16 para 3(4)]"
        )

    def test_that_a_command_was_accepted_tells_what_it_did(self, tmp_path: Path) -> None:
        old = "with: {received_on: 2021-12-20, form: written, summary: No jurisdiction}"
        code, out, _ = run(changed(tmp_path, (old, f"{old}\n    refused: {{}}")))
        assert code == 1
        assert "stated refused; happened accepted: fine.representations_recorded" in out

    def test_any_code_will_do_where_none_is_stated(self, tmp_path: Path) -> None:
        assert run(changed(tmp_path, ("refused: {code: too_early}", "refused: {}")))[0] == 0

    def test_does_not_stop_the_play_and_steps_on_a_case_that_never_came_are_skipped(self, tmp_path: Path) -> None:
        path = changed(tmp_path, ("court: first_tier_tribunal, received_on: 2022-06-14", "court: moot, received_on: 2022-06-14"))
        code, out, _ = run(path, "--json")
        report = json.loads(out)["scripts"][0]
        assert code == 1
        assert len(report["steps"]) == 22
        skipped = [step["step"] for step in report["steps"] if step["skipped"] == "appeal"]
        assert skipped == [15, 16, 17, 18, 19, 20, 21]
        assert "skipped: the case 'appeal' never came to be" in str(report["differences"])

    def test_of_a_deadline_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        _, out, _ = run(changed(tmp_path, ("payment: {due: 2022-06-15, status: running}", "early_payment: {due: 2022-06-15}")))
        assert "fine.deadlines.early_payment: stated due 2022-06-15; happened no such deadline" in out


class TestAMalformedFile:
    def test_is_told_with_line_and_column_and_nothing_is_played(self, tmp_path: Path) -> None:
        path = changed(tmp_path, ("do: fine.propose_penalty ", "do: fine.propose_penalti "), ("by: caseworker", "by: nobody"))
        code, out, err = run(path)
        assert code == 2
        assert out == ""
        assert f"{path}: line 11, column 9: the actor 'nobody' is unknown" in err
        assert f"{path}: line 51, column 9: the command 'fine.propose_penalti' is unknown" in err

    def test_is_told_to_machines_too(self, tmp_path: Path) -> None:
        path = changed(tmp_path, ("regime: uk-dpa-2018", "regime: uk-dpa-1066"))
        code, out, err = run("--json", path)
        told = json.loads(out)
        assert (code, told["exit_code"], err) == (2, 2, "")
        (fault,) = told["error"]["faults"]
        assert (fault["file"], fault["line"], fault["column"]) == (path, 5, 9)

    def test_beside_a_good_one_lets_neither_be_played(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.yaml"
        bad.write_text("matter: [")
        code, out, err = run(str(CLEARVIEW), str(bad))
        assert (code, out) == (2, "")
        assert f"{bad}: line 1, column 10" in err

    def test_may_be_missing(self, tmp_path: Path) -> None:
        code, _, err = run(str(tmp_path / "none.yaml"))
        assert code == 2
        assert "line 1, column 1: cannot be read: No such file or directory" in err

    def test_may_tell_of_the_same_matter_twice(self) -> None:
        code, _, err = run(str(CLEARVIEW), str(CLEARVIEW))
        assert code == 2
        assert "the matter 'clearview-uk' is told in" in err


def test_the_time_line_shows_each_deadlines_worked_steps() -> None:
    _, out, _ = run(str(CLEARVIEW))
    assert "- Sun 29 May 2022 is a Sunday; the next working day is Mon 30 May 2022 (Reg 1182/71 Art 3(4))." in out
    assert "Thursday 16 June 2022\n      fine: Time to pay ended on 15 June 2022." in out


def test_the_time_line_tells_what_of_the_law_behind_a_date_is_not_certain() -> None:
    _, out, _ = run(str(CASES / "clearview-fr.yaml"))
    (told,) = [line.strip() for line in out.splitlines() if "décret 2019-536 arts 40-43" in line and "Not certain" in line]
    assert told.startswith("- Not certain: ")
    assert "period: not confirmed [B] (décret 2019-536 arts 40-43; one month, from memory" in told


def test_the_same_script_gives_the_same_page() -> None:
    assert run(str(CLEARVIEW)) == run(str(CLEARVIEW))
