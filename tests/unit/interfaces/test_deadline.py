"""`regcase deadline compute`: what it prints, and how it ends."""

from __future__ import annotations

import json

import pytest

from tests.unit.interfaces.test_cli import run

SCH16_2 = ("deadline", "compute", "--rule", "uk-dpa-2018/sch16-2", "--from", "2021-11-29")
S150 = ("deadline", "compute", "--rule", "uk-dpa-2018/s150", "--from", "2022-06-15", "--period", "P3M")


class TestCompute:
    def test_prints_the_day_the_rule_the_version_and_why_and_every_step(self) -> None:
        code, out, err = run(*SCH16_2)
        assert (code, err) == (0, "")
        assert out.splitlines() == [
            "Due Mon 30 May 2022",
            "  late from: Tue 31 May 2022 00:00 (UTC+01:00), Europe/London",
            "  kind: ceiling: not after its end: a later act is refused",
            "  rule: uk-dpa-2018/sch16-2, version 1: Penalty notice within six months of the notice of intent (DPA 2018 Sch 16 para 2(2)-(3))",
            "  version: version 1 is law from Fri 25 May 2018 until Wed 4 Feb 2026; it is chosen by the date that it counts from, Mon 29 Nov 2021",
            *[line for line in out.splitlines() if line.startswith("  calendar: england-wales (holidays ")],
            "    - Mon 29 Nov 2021 (notice of intent given) is the day of the event and is not counted (Reg 1182/71 Art 3(1)).",
            "    - 6 months (by the rule: DPA 2018 Sch 16 para 2(2)-(3)) end on Sun 29 May 2022, by the day of the same number in the month.",
            "    - Sun 29 May 2022 is a Sunday; the next working day is Mon 30 May 2022 (Reg 1182/71 Art 3(4)).",
            "    - In time until the end of Mon 30 May 2022.",
            *[line for line in out.splitlines() if line.startswith("    Not certain: ")],
        ]

    def test_tells_in_words_which_facts_are_not_certain(self) -> None:
        _, out, _ = run("deadline", "compute", "--rule", "nl-uavg/awb-5-51", "--from", "2024-01-15")
        assert "    Not certain: counts from, day of the event: not confirmed [B] (not looked up;" in out

    def test_answers_machines_in_json(self) -> None:
        code, out, _ = run(*SCH16_2, "--json")
        assert (code, json.loads(out)["due"], json.loads(out)["kind"]) == (0, "2022-05-30", "ceiling")

    @pytest.mark.parametrize(
        ("options", "due"),
        [
            ([], "2022-09-15"),
            (["--suspend", "2022-07-01..2022-07-11"], "2022-09-26"),
            (["--suspend", "2022-07-01..2022-07-06", "--suspend", "2022-07-06..2022-07-11"], "2022-09-26"),
            (["--leave-out", "2022-07-01..2022-07-11"], "2022-09-26"),
            (["--suspend", "2022-06-14..2022-10-31", "--anchored"], "2023-02-01"),
            (["--extend", "P14D"], "2022-09-29"),
            (["--extend", "2022-10-02"], "2022-10-02"),
            (["--until", "2022-09-04"], "2022-09-04"),
            (["--also", "correction_sent=2022-06-20"], "2022-09-20"),
            (["--announced", "2022-09-15=A state funeral"], "2022-09-16"),
            (["--extend", "P74D", "--holidays", "GB/SCT"], "2022-11-28"),
            (["--extend", "P76D", "--holidays", "GB/SCT"], "2022-12-01"),
        ],
    )
    def test_takes_what_changes_an_end(self, options: list[str], due: str) -> None:
        code, out, err = run(*S150, *options, "--json")
        assert (code, err) == (0, "")
        assert json.loads(out)["due"] == due

    def test_ends_with_1_when_the_rule_was_not_law_on_that_day(self) -> None:
        code, _, err = run("deadline", "compute", "--rule", "uk-dpa-2018/sch16-2", "--from", "2012-01-01")
        assert code == 1
        assert "is known from 2018-05-25 on; 2012-01-01 lies before" in err

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (["--suspend", "2022-07-01"], "--suspend '2022-07-01': write two days, 2022-06-14..2022-10-31."),
            (["--suspend", "2022-07-02..2022-07-01"], "suspended.0: 2022-07-02..2022-07-01 holds no day"),
            (["--extend", "soon"], "extended.0: 'soon' is neither a period to add"),
            (["--also", "2022-06-20"], "--also '2022-06-20': write for example 'reasons_sent=2025-12-05'."),
            (["--announced", "2022-06-20"], "--announced '2022-06-20': write for example"),
        ],
    )
    def test_ends_with_2_and_tells_what_to_write_when_an_option_is_not_what_it_should_be(
        self, options: list[str], told: str
    ) -> None:
        code, _, err = run(*S150, *options)
        assert code == 2
        assert told in err

    def test_says_in_its_help_whether_the_second_day_of_a_range_counts(self) -> None:
        assert "From A to the day before B no day counts; B counts again." in " ".join(
            run("deadline", "compute", "--help")[1].split()
        )
