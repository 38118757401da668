"""The player: the clock, the names of cases, what may be expected of them, what cannot be played."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from domain.case.events import CaseType
from domain.identifiers import matter_id_of
from domain.money import Money
from interfaces.facts import as_json, facts_of
from interfaces.scripts.expectation import ExpectationReader
from interfaces.scripts.parse import parse, parse_file
from interfaces.scripts.rehearse import rehearse
from interfaces.scripts.report import Report
from interfaces.scripts.yaml_tree import tree_of

CASES = Path(__file__).parents[3] / "cases"
HALDEN = rehearse(parse_file(CASES / "halden-beacon-uk.yaml"))
CLEARVIEW = rehearse(parse_file(CASES / "clearview-uk.yaml"))

START = """\
matter: story
title: A story
regime: uk-dpa-2018
actors: {caseworker: officer, commissioner: issuer, registry: registrar}
steps:
  - at: 2024-01-15
    do: investigation.open
    as: inv
    by: caseworker
    with: {reference: INV-1, subject: {name: A Ltd, country: GB, kind: undertaking}, opened_on: 2024-01-15, grounds: [x]}
"""


def play(steps: str) -> Report:
    return rehearse(parse((START + steps).encode()))


def fell_due(report: Report, step: int) -> list[tuple[str, str, str]]:
    played = report.steps[step - 1]
    return [
        (report.name_of(event.case_id), event.type.partition(".")[2], f"{event.recorded:%m-%d %H:%M}")
        for event in played.fell_due
    ]


class TestTheClock:
    def test_lets_pass_first_what_falls_due_in_order_of_due_time_with_what_that_starts(self) -> None:
        assert fell_due(HALDEN, 11) == [
            ("fine", "deadline_passed", "07-04 17:00"),  # the time to appeal: before 17:00 in London
            ("notice", "deadline_passed", "07-04 17:00"),
            ("fine", "deadline_passed", "07-05 00:00"),  # the time to pay: the end of the day
            ("fine", "non_compliance_opened", "07-05 00:00"),
            ("non_compliance-1", "opened", "07-05 00:00"),
            ("non_compliance-1", "suspected", "07-05 00:00"),
        ]

    def test_lets_nothing_pass_on_the_last_day(self) -> None:
        assert fell_due(HALDEN, 10) == []

    def test_stands_at_the_due_time_while_something_passes(self) -> None:
        (passed,) = CLEARVIEW.steps[7].fell_due
        assert passed.recorded.isoformat() == "2021-12-21T00:00:00+00:00"


class TestNames:
    def test_of_cases_that_the_system_opened_are_numbered_in_order_of_opening(self) -> None:
        assert list(HALDEN.names) == [
            "inv",
            "fine",
            "notice",
            "non_compliance-1",
            "non_compliance-2",
            "non_compliance-3",
            "fine2",
            "non_compliance-4",
        ]

    def test_count_only_the_systems_own_cases(self) -> None:
        steps = START.replace("matter: story", "matter: other") + (
            "  - at: 2024-06-06\n    do: enforcement_notice.issue\n    as: notice\n    by: commissioner\n    with: {investigation: inv, kind: "
            "enforcement_notice, decided_on: 2024-06-06, sent_on: 2024-06-06, requirements: [{id: a, text: x, comply_within: P3M, counted_from: "
            "sent}, {id: b, text: y, comply_within: P2M, counted_from: sent}]}\n"
            "  - at: 2024-06-07\n    do: non_compliance.suspect\n    as: mine\n    by: caseworker\n    with: {of: notice, requirement: a, since: "
            "2024-06-07, detected_on: 2024-06-07}\n"
            "  - at: 2024-10-01\n    expect: {mine: {state: suspected}, non_compliance-1: {state: suspected}, cases: 4}\n"
        )
        report = rehearse(parse(steps.encode()))
        assert report.differences == []
        assert list(report.names) == ["inv", "notice", "mine", "non_compliance-1"]


class TestWhatMayBeExpected:
    @pytest.mark.parametrize("case_type", get_args(CaseType))
    def test_of_a_case_is_what_is_known_of_it(self, case_type: CaseType) -> None:
        found = next(case for report in (CLEARVIEW, HALDEN) for case in report.cases.values() if case_type == case.TOPIC)
        reader = ExpectationReader([], {"it": case_type})
        reader.read(tree_of("{it: {nonsense: 1}}"))
        takes = reader.faults[0].message.partition(" takes ")[2].split(", ")
        assert set(takes) == {*facts_of(found), "deadlines"}

    def test_of_money_that_nobody_named_yet_is_zero(self) -> None:
        facts = facts_of(HALDEN.cases["non_compliance-4"])
        assert {facts[name] for name in ("amount", "payable", "paid", "outstanding", "refund_due")} == {Money.parse("GBP 0")}
        assert as_json(facts)["outstanding"] == {"amount": "0.00", "currency": "GBP"}

    def test_in_another_currency_differs(self) -> None:
        text = (
            (CASES / "clearview-uk.yaml")
            .read_text()
            .replace("amount: GBP 7552800\n        outstanding", "amount: EUR 7552800\n        outstanding")
        )
        (difference,) = rehearse(parse(text.encode())).differences
        assert (difference.stated, difference.happened) == ("EUR 7,552,800.00", "GBP 7,552,800.00")


class TestAStepThatCannotBePlayed:
    def test_because_the_system_opened_no_such_case_is_told_and_skipped(self) -> None:
        report = play(
            "  - at: 2024-02-01\n    do: non_compliance.confirm\n    on: non_compliance-1\n    by: commissioner\n    with: {decided_on: 2024-02-01, reasons: x}\n"
            "    expect: {non_compliance-1: {state: confirmed, deadlines: {payment: {status: met}}}, cases: 1}\n"
        )
        assert report.steps[1].skipped == "non_compliance-1"
        assert [str(difference) for difference in report.differences] == [
            "step 2 (line 11), non_compliance.confirm: stated played; happened skipped: the case 'non_compliance-1' never came to be",
            "step 2 (line 11), non_compliance-1: stated state, deadlines.payment; happened the case never came to be",
        ]

    def test_though_it_was_to_be_refused_is_a_difference_too(self) -> None:
        report = play("  - at: 2024-02-01\n    do: fine.serve\n    on: fine-7\n    by: registry\n    refused: {}\n")
        assert [difference.step for difference in report.differences] == [2]

    def test_because_a_case_in_its_facts_never_came_to_be(self) -> None:
        report = play(
            "  - at: 2024-02-01\n    do: appeal.lodge\n    as: appeal\n    by: registry\n    with: {against: [inv, fine-1], scope: whole}\n"
        )
        assert report.steps[1].skipped == "fine-1"


def test_an_instants_time_of_day_decides_what_is_past_its_hour() -> None:
    text = (CASES / "halden-beacon-uk.yaml").read_text().replace("at: 2024-07-04  ", "at: 2024-07-04T17:30:00+01:00  ")
    differences = rehearse(parse(text.encode())).differences
    assert [(difference.what, difference.happened) for difference in differences] == [("fine.deadlines.appeal.status", "passed")]


def test_faults_of_a_commands_facts_are_its_refusal() -> None:
    report = play(
        "  - at: 2024-02-01\n    do: investigation.place_hold\n    on: inv\n    by: caseworker\n    with: {why: x}\n    refused: {code: invalid}\n"
    )
    assert report.differences == []


def test_the_regime_of_an_investigation_is_the_scripts_unless_it_names_its_own() -> None:
    assert play("").cases["inv"].regime == "uk-dpa-2018"
    other = START.replace("with: {reference", "with: {regime: xx-none, reference")
    report = rehearse(parse(other.encode()))
    assert "the regime 'xx-none' is unknown" in report.differences[0].happened


NOTICE = """\
  - at: 2024-03-04
    do: investigation.issue_notice
    on: inv
    by: caseworker
    with: {notice: INFO-1, kind: information, sent_on: 2024-03-04, respond_within: P35D}
    expect: {inv: {deadlines: {"response:INFO-1": {due: 2024-04-08, status: running}, "appeal:INFO-1": {due: 2024-04-02}}}}
"""


class TestTheNoticesOfAnInvestigation:
    def test_fall_due_under_their_names_and_open_a_case_of_the_systems(self) -> None:
        report = play(NOTICE + "  - at: 2024-04-10\n    expect: {non_compliance-1: {state: suspected}, cases: 2}\n")
        assert report.differences == []

    def test_are_named_by_their_case_in_a_suspicion(self) -> None:
        suspicion = """\
  - at: 2024-03-20
    do: non_compliance.suspect
    as: breach
    by: caseworker
    with: {of: inv, requirement: "response:INFO-1", since: 2024-03-20, detected_on: 2024-03-20}
    expect: {breach: {state: suspected}}
"""
        assert play(NOTICE + suspicion).differences == []

    def test_are_served_answered_and_cancelled(self) -> None:
        steps = """\
  - at: 2024-03-06
    do: investigation.serve
    on: inv
    by: registry
    with: {notice: INFO-1, served_on: 2024-03-06, method: post}
    expect: {inv: {deadlines: {"response:INFO-1": {due: 2024-04-10}}}}
  - at: 2024-03-20
    do: investigation.record_response
    on: inv
    by: registry
    with: {notice: INFO-1, received_on: 2024-03-20, complete: true}
    expect: {inv: {deadlines: {"response:INFO-1": {status: met}}}}
  - at: 2024-03-21
    do: investigation.cancel_notice
    on: inv
    by: caseworker
    with: {notice: INFO-1, sent_on: 2024-03-21, reasons: Not needed}
    expect: {inv: {deadlines: {"appeal:INFO-1": {status: lapsed}}}}
"""
        assert play(NOTICE + steps).differences == []


def test_a_sibling_is_named_by_the_name_of_its_script() -> None:
    report = play("""\
  - at: 2024-01-16
    do: investigation.link_sibling
    on: inv
    by: caseworker
    with: {authority: CNIL, jurisdiction: FR, reference: X, relation: same_conduct, matter: clearview-fr}
""")
    [event] = report.steps[-1].events
    assert event.facts()["matter"] == str(matter_id_of("clearview-fr"))
