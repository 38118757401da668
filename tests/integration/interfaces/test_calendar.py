"""`regcase calendar` and `regcase do fine.correct` on a real event store, each command a process's own connection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

import domain.clock.calendar as installed
from foundation.database import Pool
from tests.integration.interfaces.conftest import Regcase, show_everything
from tests.integration.interfaces.test_do_and_show import intended, told

REASON = ("--reason", "Day of mourning")
ADD = ("calendar", "add-holiday", "uk-dpa-2018", "2024-05-29", *REASON, "--calendar", "england-wales", "--by", "ann:registrar")
MOVED = [{"reference": "INV-1/fine-1", "role": "representations", "old_due": "2024-05-29", "new_due": "2024-05-30"}]


def dues(regcase: Regcase, case_id: str) -> dict[str, str]:
    return {deadline["role"]: deadline["due"] for deadline in told(regcase, "show", case_id)["deadlines"]}


def moved(answer: dict[str, Any]) -> list[dict[str, str]]:
    return [{name: value for name, value in one.items() if name != "case_id"} for one in answer["moved"]]


class TestAddHoliday:
    def test_lists_first_and_then_moves_what_is_due_that_day(self, regcase: Regcase) -> None:
        fine = intended(regcase)
        dry = told(regcase, *ADD, "--dry-run")
        assert (moved(dry), dry["announced"], dry["cases"]) == (MOVED, False, 2)
        assert dues(regcase, fine)["representations"] == "2024-05-29"
        answer = regcase(*ADD)
        assert answer.code == 0, answer
        assert "2024-05-29 is a day off from now on: Day of mourning." in answer.out
        assert "Of the open deadlines of 2 cases, 1 moved." in answer.out
        assert dues(regcase, fine)["representations"] == "2024-05-30"

    def test_again_moves_nothing_more(self, regcase: Regcase) -> None:
        intended(regcase)
        assert moved(told(regcase, *ADD)) == MOVED
        again = regcase(*ADD)
        assert "2024-05-29 was announced before: Day of mourning." in again.out
        assert "0 moved" in again.out

    def test_counts_for_whatever_is_decided_afterwards(self, regcase: Regcase) -> None:
        told(regcase, *ADD)
        deadline = next(d for d in told(regcase, "show", intended(regcase))["deadlines"] if d["role"] == "representations")
        assert deadline["due"] == "2024-05-30"
        assert deadline["calendar"]["version"].endswith(" + 2024-05-29")

    def test_can_be_read_in_the_time_line_and_the_read_models_agree(self, regcase: Regcase, pool: Pool) -> None:
        intended(regcase)
        told(regcase, *ADD)
        show_everything(pool)
        words = "Time for representations was computed anew: it ends on 30 May 2024 instead of 29 May 2024. 29 May 2024 is a day off: Day of mourning."
        assert words in [row["words"] for row in told(regcase, "timeline", "INV-1")]
        assert regcase("reconcile", "--full").code == 0

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (("uk-dpa-2018", "2024-05-29", "--by", "jo:officer"), 1, "registrar, admin may"),
            (("uk-dpa-2018", "2024-12-25", "--by", "ann:registrar"), 1, "anyway: it is Christmas Day"),
            (("uk-dpa-2018", "soon", "--by", "ann:registrar"), 2, "a day is written as ISO 8601"),
            (("narnia", "2024-05-29", "--by", "ann:registrar"), 2, "known are"),
        ],
    )
    def test_that_cannot_be_is_told_why(self, regcase: Regcase, arguments: tuple[str, ...], code: int, said: str) -> None:
        answer = regcase("calendar", "add-holiday", *arguments, *REASON, "--calendar", "england-wales")
        assert (answer.code, answer.out) == (code, ""), answer
        assert said in answer.err


class TestRecompute:
    def test_moves_what_the_newly_installed_holidays_move(self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
        fine = intended(regcase)
        known = installed._holidays

        def newer(places: str, year: int) -> Mapping[date, str]:
            return {**known(places, year), date(2024, 5, 29): "Day of mourning"}

        monkeypatch.setattr(installed, "_holidays", newer)
        assert moved(told(regcase, "calendar", "recompute", "uk-dpa-2018", "--dry-run")) == MOVED
        assert dues(regcase, fine)["representations"] == "2024-05-29"
        assert moved(told(regcase, "calendar", "recompute", "uk-dpa-2018")) == MOVED
        assert dues(regcase, fine)["representations"] == "2024-05-30"
        assert moved(told(regcase, "calendar", "recompute", "uk-dpa-2018")) == []


class TestShow:
    def test_lists_the_days_off_with_what_was_announced_and_by_whom(self, regcase: Regcase) -> None:
        told(regcase, *ADD)
        answer = regcase("calendar", "show", "uk-dpa-2018", "--year", "2024")
        assert answer.code == 0, answer
        assert "england-wales (GB/ENG), holidays " in answer.out
        assert "2024-12-25" in answer.out
        assert "by ann:registrar: Day of mourning" in answer.out
        england = told(regcase, "calendar", "show", "uk-dpa-2018", "--year", "2024")[0]
        assert {"day": "2024-05-29", "why": "Day of mourning"} in england["days_off"]


class TestCorrect:
    def test_moves_what_counts_from_the_entry_and_tells_both_dates(self, regcase: Regcase) -> None:
        fine = intended(regcase)
        facts = ("event_version=2", "fields={sent_on: 2024-05-09}", "reason=Read from the wrong line")
        answer = regcase("do", "fine.correct", "--on", fine, "--by", "ann:registrar", "--with", *facts)
        assert answer.code == 0, answer
        assert (
            "Entry 2 (notice of intent given) corrected: sent 9 May 2024 instead of 8 May 2024. Read from the wrong line."
            in answer.out
        )
        assert dues(regcase, fine)["representations"] == "2024-05-30"

    def test_that_cannot_be_is_told_what_to_do_instead(self, regcase: Regcase) -> None:
        fine = intended(regcase)
        facts = ("event_version=2", "fields={amount: GBP 5}", "reason=x")
        answer = regcase("do", "fine.correct", "--on", fine, "--by", "ann:registrar", "--with", *facts)
        assert answer.code == 1
        assert "a notice is varied or cancelled" in answer.err
        assert json.loads(regcase("show", fine, "--json").out)["version"] == 4

    def test_reads_in_every_read_model_as_it_stands(self, regcase: Regcase, pool: Pool) -> None:
        inv = told(regcase, "do", "investigation.open", "--by", "jane:officer", "--with", *OPEN)["case_id"]
        facts = ("event_version=1", "fields={opened_on: 2024-01-16, grounds: [UK GDPR Art 5]}", "reason=x")
        show_everything(pool)
        told(regcase, "do", "investigation.correct", "--on", inv, "--by", "ann:registrar", "--with", *facts)
        regcase("rebuild", "all")
        assert regcase("reconcile", "--full").code == 0
        (matter,) = told(regcase, "matters")
        assert matter["opened_on"] == "2024-01-16"


OPEN = (
    "reference=INV-1", "regime=uk-dpa-2018", "subject={name: Acme Ltd, country: GB, kind: undertaking}",
    "opened_on=2024-01-15", "grounds=[UK GDPR Art 32]",
)  # fmt: skip
