"""What if: ends from dates alone, under any installed rule."""

from __future__ import annotations

from typing import Any

import pytest

from domain.refusals import Refusal
from domain.regimes import rules
from domain.what_if import Answer, compute


def due(rule: str, start: str, **more: Any) -> str:
    return str(compute({"rule": rule, "from": start, **more}).end.due)


def refused(**asked: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        compute({"rule": "uk-dpa-2018/s150", "from": "2022-06-15", **asked})
    return caught.value


def faults(**asked: Any) -> dict[str, str]:
    refusal = refused(**asked)
    assert refusal.code == "invalid"
    return {fault["field"]: fault["problem"] for fault in refusal.details["faults"]}


class TestAnEnd:
    def test_is_found_under_a_rule_of_a_regime(self) -> None:
        answer = compute({"rule": "uk-dpa-2018/sch16-2", "from": "2021-11-29"})
        assert (str(answer.end.due), answer.kind, answer.rule.version) == ("2022-05-30", "ceiling", 1)
        assert answer.rule.cites == ("DPA 2018 Sch 16 para 2(2)-(3)",)
        assert answer.end.steps[0].startswith("Mon 29 Nov 2021 (notice of intent given) is the day of the event")

    def test_is_found_under_a_rule_of_procedure_that_belongs_to_no_regime(self) -> None:
        assert due("uk-grc-2009/r22", "2026-03-06") == "2026-04-07"

    @pytest.mark.parametrize("rule", sorted(rules()))
    def test_is_found_under_every_rule_that_is_installed(self, rule: str) -> None:
        first = rules()[rule][-1].data.in_force.since
        answer = compute({"rule": rule, "from": str(first), "period": "P30D"})
        assert answer.end.due >= first

    def test_of_a_suspended_period_moves_by_the_days_between(self) -> None:
        still = [{"from": "2022-07-01", "until": "2022-07-11"}]
        assert due("uk-dpa-2018/s150", "2022-06-15", period="P3M", suspended=still) == "2022-09-26"

    def test_that_hangs_on_another_stands_still_from_before_it(self) -> None:
        still = [{"from": "2022-06-14", "until": "2022-10-31"}]
        assert due("uk-dpa-2018/s150", "2022-06-15", period="P3M", suspended=still, anchored=True) == "2023-02-01"

    def test_is_the_day_to_which_it_was_extended_whatever_stood_still(self) -> None:
        still = [{"from": "2022-07-01", "until": "2022-07-11"}]
        answer = compute(
            {"rule": "uk-dpa-2018/s150", "from": "2022-06-15", "period": "P3M", "suspended": still, "extended": ["2022-12-04"]}
        )
        assert str(answer.end.due) == "2022-12-04"
        assert answer.notes == ("What is extended to a day stands as it is: the days that did not count are in it.",)

    def test_is_extended_in_the_order_given(self) -> None:
        both = {"rule": "uk-dpa-2018/sch16-6", "from": "2022-05-18"}
        assert str(compute(both | {"extended": ["2022-07-01", "P3D"]}).end.due) == "2022-07-04"
        assert str(compute(both | {"extended": ["P3D", "2022-07-01"]}).end.due) == "2022-07-01"

    def test_counts_from_the_latest_of_several_triggers_and_names_it(self) -> None:
        answer = compute(
            {"rule": "uk-grc-2009/r42", "from": "2025-12-01", "also": [{"event": "reasons_sent", "on": "2025-12-05"}]}
        )
        assert str(answer.end.due) == "2026-01-02"
        assert answer.end.steps[1].startswith("Fri 5 Dec 2025 (reasons sent) is the day of the event")

    def test_leaves_out_the_days_given_under_the_name_that_the_rule_has_for_them(self) -> None:
        recess = [{"from": "2026-07-20", "until": "2026-07-30"}]
        answer = compute({"rule": "uk-dpa-2018/s150", "from": "2026-07-01", "period": "P40D", "left_out": recess})
        assert str(answer.end.nominal) == "2026-08-20"

    def test_knows_a_day_off_that_was_announced_late(self) -> None:
        answer = compute(
            {
                "rule": "uk-dpa-2018/sch16-6",
                "from": "2026-05-06",
                "announced": [{"on": "2026-06-03", "reason": "A state funeral"}],
            }
        )
        assert str(answer.end.due) == "2026-06-04"
        assert any("Wed 3 Jun 2026 is A state funeral" in step for step in answer.end.steps)
        assert answer.end.calendar.version.endswith("+ 2026-06-03")

    def test_is_told_for_machines_with_rule_steps_and_doubts(self) -> None:
        told = compute({"rule": "uk-dpa-2018/sch16-2", "from": "2021-11-29"}).as_json()
        assert (told["due"], told["due_at"], told["kind"]) == ("2022-05-30", "2022-05-31T00:00:00+01:00", "ceiling")
        assert told["rule"] == {
            "id": "uk-dpa-2018/sch16-2",
            "version": 1,
            "title": "Penalty notice within six months of the notice of intent",
            "cites": ["DPA 2018 Sch 16 para 2(2)-(3)"],
        }
        assert len(told["steps"]) == 4
        assert any("england-wales: not confirmed" in mark for mark in told["marks"])


class TestTheVersion:
    @pytest.mark.parametrize(("start", "version", "kind"), [("2026-02-04", 1, "ceiling"), ("2026-02-05", 2, "soft")])
    def test_is_chosen_by_the_date_that_the_rule_counts_from(self, start: str, version: int, kind: str) -> None:
        answer = compute({"rule": "uk-dpa-2018/sch16-2", "from": start})
        assert (answer.rule.version, answer.kind) == (version, kind)
        assert "it is chosen by the date that it counts from" in answer.chosen_because

    def test_of_an_instant_is_chosen_by_its_day_on_the_clock_of_the_place(self) -> None:
        assert compute({"rule": "uk-dpa-2018/sch16-2", "from": "2026-02-05T01:30:00+02:00"}).rule.version == 1

    def test_is_chosen_by_the_conduct_where_the_rule_says_so(self) -> None:
        """PECR, reg 11 of SI 2026/82: a notice served after 5 February 2026 about conduct before it."""
        served = {"rule": "uk-dpa-1998/art3-payment", "from": "2026-03-10"}
        answer = compute(served | {"conduct": "2025-06-30"})
        assert str(answer.end.due) == "2026-04-07"
        assert answer.chosen_because.endswith("it is chosen by the last day of the conduct, Mon 30 Jun 2025")
        refusal = refused(**served)
        assert (refusal.code, refusal.details["date"]) == ("invalid", "2026-03-10")

    def test_that_the_conduct_should_choose_is_chosen_by_the_trigger_where_no_conduct_is_given_and_it_is_said(self) -> None:
        answer = compute({"rule": "uk-dpa-1998/art3-payment", "from": "2025-11-03"})
        assert str(answer.end.due) == "2025-12-01"
        assert "because no day of the conduct was given" in answer.chosen_because

    def test_of_a_day_before_the_first_is_refused(self) -> None:
        refusal = refused(**{"rule": "uk-dpa-2018/sch16-2", "from": "2012-06-15"})
        assert (refusal.code, refusal.details["covers_from"]) == ("invalid", "2018-05-25")
        assert "is known from 2018-05-25 on" in refusal.message


class TestANote:
    def notes(self, **asked: Any) -> Answer:
        return compute({"rule": "uk-dpa-2018/sch16-6", "from": "2022-05-18", **asked})

    def test_tells_of_a_period_below_the_minimum_of_the_law(self) -> None:
        assert self.notes(period="P14D").notes == (
            "The law's minimum is 28 days (DPA 2018 Sch 16 para 6): a notice may not give 14 days.",
        )

    def test_tells_that_a_subject_abroad_has_no_longer_period(self) -> None:
        assert self.notes(abroad=True).notes == ("The rule gives a subject that resides abroad no longer period.",)

    def test_is_not_given_where_there_is_nothing_to_tell(self) -> None:
        assert self.notes().notes == ()


class TestABadQuestion:
    @pytest.mark.parametrize(
        ("asked", "field", "problem"),
        [
            ({}, "period", "is required: uk-dpa-2018/s150 gives none, for the notice does; write for example P28D"),
            ({"period": "3"}, "period", "'3' is not a period; write P28D, P2W, P3M, P1Y or PT24H"),
            ({"period": "P3M", "from": "15.6.2022"}, "from", "a day is written 2021-11-29, an instant"),
            ({"period": "P3M", "extended": ["soon"]}, "extended.0", "'soon' is neither a period to add, such as P14D"),
            ({"period": "P3M", "holidays": "ZZ"}, "holidays", "'ZZ' is no country and subdivision"),
            ({"period": "P3M", "conduct": "2022-01-01"}, "conduct", "does not matter: the version of uk-dpa-2018/s150"),
            ({"period": "P3M", "nonsense": 1}, "nonsense", "is not a field"),
            ({"rule": "uk-dpa-2018/s1"}, "rule", "uk-dpa-2018/s1 is unknown; uk-dpa-2018 has uk-dpa-2018/sch16-2"),
            ({"rule": "nothing"}, "rule", "nothing is unknown; write REGIME/RULE, such as uk-dpa-2018/sch16-2. Installed are"),
        ],
    )
    def test_is_refused_and_told_what_to_write(self, asked: dict[str, Any], field: str, problem: str) -> None:
        assert faults(**asked)[field].startswith(problem)

    def test_whose_days_are_none_is_refused(self) -> None:
        found = faults(period="P3M", suspended=[{"from": "2022-07-11", "until": "2022-07-11"}])
        assert "holds no day; the second day, on which it runs again, comes after the first" in found["suspended.0"]

    def test_is_refused_with_all_its_faults(self) -> None:
        assert set(faults(period="3", extended=["soon"], suspended=[{"from": "x"}])) == {
            "period", "extended.0", "suspended.0.from", "suspended.0.until",
        }  # fmt: skip

    def test_that_leads_beyond_the_calendar_is_refused(self) -> None:
        refusal = refused(period="P100Y", extended=["P100Y"] * 90)
        assert "beyond the year 9999" in refusal.message
