"""`regcase regime`: the law as data, told to a lawyer and to whoever writes a new file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from domain.regimes import installed
from domain.regimes._load import FOLDER
from interfaces.cli.entry import app

ACT = FOLDER / "uk-dpa-2018.yaml"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["regime", *arguments], env={"COLUMNS": "200"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def answer(*arguments: str) -> Any:
    code, out, _ = run(*arguments, "--json")
    assert code == 0
    return json.loads(out)


def edited(into: Path, before: str, after: str) -> Path:
    """The installed Act with one text in the place of another, as a draft beside."""
    text = ACT.read_text(encoding="utf-8")
    assert before in text
    draft = into / ACT.name
    draft.write_text(text.replace(before, after, 1), encoding="utf-8")
    return draft


class TestList:
    def test_tells_every_file_with_what_it_fixes(self) -> None:
        code, out, _ = run("list")
        assert code == 0
        rows = {line.split()[0]: line for line in out.splitlines()[1:]}
        assert set(rows) == set(installed().files)
        for told in (
            "Data Protection Act 2018",
            "Information Commissioner",
            "GBP",
            "Europe/London",
            "england-wales",
            "2018-05-25 on",
        ):
            assert told in rows["uk-dpa-2018"]
        assert "2010-04-06 until before 2026-02-05" in rows["uk-dpa-1998"]
        assert "AUD" in rows["au-privacy-1988"]

    def test_says_that_nobody_has_compared_them_with_the_law_yet(self) -> None:
        _, out, _ = run("list")
        assert out.count("by nobody yet") == len(installed().files)

    def test_tells_apart_what_governs_cases_and_what_others_refer_to(self) -> None:
        assert {row["id"]: row["governs_cases"] for row in answer("list")} == {
            file_id: file.law is not None for file_id, file in installed().files.items()
        }
        assert "(rules that others refer to)" in next(line for line in run("list")[1].splitlines() if "uk-grc-2009" in line)


class TestShow:
    def test_tells_the_whole_law_in_its_own_names(self) -> None:
        code, out, _ = run("show", "fr-lil")
        assert code == 0
        for told in ("Commission nationale de l'informatique et des libertés", "formal notice: mise en demeure", "EUR"):
            assert told in out

    def test_tells_what_the_rule_of_each_role_says_also_where_it_stands_in_another_file(self) -> None:
        _, out, _ = run("show", "uk-dpa-2018")
        assert "  fine, payment: uk-dpa-2018/sch16-6: 28 days from the penalty notice given\n" in out
        assert "  fine, appeal: uk-grc-2009/r22: 28 days from the act sent; before 17:00\n" in out
        assert "60 days for who resides abroad; without" in run("show", "it-codice")[1]

    def test_tells_each_version_of_a_rule_with_the_days_on_which_it_is_law(self) -> None:
        _, out, _ = run("show", "uk-dpa-2018", "sch16-2")
        assert "uk-dpa-2018/sch16-2: Penalty notice within six months of the notice of intent" in out
        assert "Version 1, law from 25 May 2018 until before 5 February 2026" in out
        assert "Version 2, law from 5 February 2026 on" in out
        assert "sch16-3" not in out

    def test_tells_each_fact_with_its_source(self) -> None:
        _, out, _ = run("show", "uk-dpa-2018", "uk-dpa-2018/sch16-2")
        assert "period: 6 months ([P] DPA 2018 Sch 16 para 2(2)-(3))" in out
        assert "an end on no working day: moves to the next working day ([P] Reg 1182/71 Art 3(4))" in out

    def test_lets_stand_out_what_nobody_has_confirmed(self) -> None:
        _, out, _ = run("show", "uk-dpa-2018", "sch16-2")
        assert "kind: soft: an aim, past which a reason is owed ([B] NOT CONFIRMED: DUAA 2025 s101; text not read" in out

    @pytest.mark.parametrize("file_id", sorted(installed().files))
    def test_counts_what_is_not_confirmed_in_the_end(self, file_id: str) -> None:
        _, out, _ = run("show", file_id)
        facts = answer("show", file_id)["facts"]
        open_facts = [fact for fact in facts if not fact["confirmed"]]
        assert out.count("NOT CONFIRMED") >= len(open_facts) > 0
        assert f"{len(open_facts)} facts are not confirmed [B]." in out.splitlines()[-1]

    def test_of_the_latest_of_several_names_them_all(self) -> None:
        _, out, _ = run("show", "uk-grc-2009", "r42")
        assert "latest of: decision sent, reasons sent, amended reasons sent, set aside refusal sent" in out

    def test_of_a_rule_by_conduct_says_so(self) -> None:
        _, out, _ = run("show", "uk-dpa-1998", "art3-payment")
        assert "The day of the conduct chooses the version." in out

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["uk-dpa-2019"], "There is no regime 'uk-dpa-2019'; there are at-dsg"),
            (["uk-dpa-2018", "r22"], "uk-dpa-2018 has no rule 'r22'; it has sch16-2"),
        ],
    )
    def test_of_what_is_not_there_ends_with_2_and_says_what_is(self, arguments: list[str], told: str) -> None:
        code, out, err = run("show", *arguments)
        assert (code, out) == (2, "")
        assert told in err


class TestCheck:
    @pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
    def test_finds_no_fault_in_what_is_installed(self, path: Path) -> None:
        code, out, _ = run("check", str(path))
        assert code == 0
        assert "no faults" in out
        assert "Compared with the law by nobody yet" in out
        assert re.search(r"\d+ facts are not confirmed \[B\]", out)

    def test_ends_with_2_and_every_fault_with_its_line(self, tmp_path: Path) -> None:
        draft = edited(tmp_path, "time_zone: Europe/London", "time_zone: Europe/Atlantis")
        draft.write_text(draft.read_text(encoding="utf-8").replace("period: P21D", "period: three weeks", 1), encoding="utf-8")
        code, out, _ = run("check", str(draft))
        assert code == 2
        lines = draft.read_text(encoding="utf-8").splitlines()
        for wrong in ("Europe/Atlantis", "three weeks"):
            number = next(n for n, line in enumerate(lines, 1) if wrong in line)
            assert f"uk-dpa-2018.yaml: line {number}: " in out
        assert out.splitlines()[-1] == "2 faults; it cannot be installed."

    def test_answers_machines_alike(self, tmp_path: Path) -> None:
        code, out, _ = run("check", str(edited(tmp_path, "time_zone: Europe/London", "time_zone: Europe/Atlantis")), "--json")
        assert code == 2
        (fault,) = json.loads(out)["faults"]
        assert fault["file"] == "uk-dpa-2018.yaml"
        assert "'Europe/Atlantis' is no time zone" in fault["message"]

    def test_resolves_references_to_what_is_installed(self, tmp_path: Path) -> None:
        draft = tmp_path / "uk-new.yaml"
        text = ACT.read_text(encoding="utf-8").replace("uk-dpa-2018", "uk-new")
        draft.write_text(text, encoding="utf-8")
        assert "uk-grc-2009/r22" in text
        assert run("check", str(draft))[0] == 0
        draft.write_text(text.replace("uk-grc-2009/r22", "uk-grc-2010/r22"), encoding="utf-8")
        code, out, _ = run("check", str(draft))
        assert code == 2
        assert out.count("unknown rule 'uk-grc-2010/r22'") == 3

    def test_of_a_file_that_is_not_there_ends_with_2(self) -> None:
        code, out, _ = run("check", "nowhere.yaml")
        assert code == 2
        assert "nowhere.yaml: line 1: cannot be read: No such file or directory" in out


class TestDiff:
    def test_of_a_file_with_itself_is_nothing(self) -> None:
        code, out, _ = run("diff", "uk-dpa-2018", "uk-dpa-2018")
        assert (code, out) == (0, "uk-dpa-2018 and uk-dpa-2018 say the same.\n")

    def test_of_a_draft_tells_only_the_field_that_differs_in_words(self, tmp_path: Path) -> None:
        draft = str(edited(tmp_path, "period: P21D", "period: P30D"))
        code, out, _ = run("diff", "uk-dpa-2018", draft)
        assert code == 0
        assert "Rule sch16-3, version 1\n" in out
        assert "    uk-dpa-2018: 21 days ([P] DPA 2018 Sch 16 para 3(4))\n" in out
        assert f"    {draft}: 30 days ([P] DPA 2018 Sch 16 para 3(4))\n" in out
        differing = {tuple(each["path"]) for each in answer("diff", "uk-dpa-2018", draft)["differences"]}
        assert differing == {("rules", "sch16-3", "version 1", "period"), ("law", "roles", "fine", "representations")}

    def test_of_a_source_is_told_too(self, tmp_path: Path) -> None:
        draft = str(edited(tmp_path, "cites: DPA 2018 Sch 16 para 3(4)}", "cites: DPA 2018 Sch 16 para 3(5)}"))
        fields = {each["path"][-1] for each in answer("diff", "uk-dpa-2018", draft)["differences"]}
        assert fields == {"kind", "counts_from", "period", "minimum"}

    def test_of_two_bodies_of_law_compares_what_fills_each_role(self) -> None:
        _, out, _ = run("diff", "uk-dpa-2018", "fr-lil")
        assert "uk-dpa-2018: uk-grc-2009/r22: 28 days from the act sent; before 17:00" in out
        assert "fr-lil: fr-lil/r421-1: 2 months from the act served" in out
        assert "penalty limit, only uk-dpa-2018: uk-dpa-2018/sch16-2: 6 months" in out

    def test_of_a_rule_that_only_one_has_tells_its_title_alone(self) -> None:
        differing = [each for each in answer("diff", "uk-grc-2009", "uk-ut-2008")["differences"] if "r41" in each["path"]]
        assert [each["path"][2:] for each in differing] == [["title"]]
        assert differing[0]["second"] is None

    @pytest.mark.parametrize(
        ("second", "told"),
        [("nowhere", "'nowhere' is neither an installed regime (at-dsg"), (str(Path(__file__)), "has faults, so that nothing")],
    )
    def test_with_what_is_no_regime_ends_with_2(self, second: str, told: str) -> None:
        code, out, err = run("diff", "uk-dpa-2018", second)
        assert (code, out) == (2, "")
        assert told in err
