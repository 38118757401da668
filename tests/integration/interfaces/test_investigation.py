"""An investigation at the command line: what it began with, its notices and what became of them."""

from __future__ import annotations

import json

from tests.integration.interfaces.conftest import Regcase

OPEN = (
    "reference=INV-1",
    "regime=uk-dpa-2018",
    "subject={name: Acme Ltd, country: GB, kind: undertaking}",
    "opened_on=2024-01-15",
    "grounds=[UK GDPR Art 32]",
    "incidents=[BR-2023-118, BR-2023-121]",
    "calendar=GB/SCT",
)


def opened(regcase: Regcase) -> str:
    answer = regcase("do", "investigation.open", "--by", "jane:officer", "--json", *OPEN)
    assert answer.code == 0, answer
    case_id: str = json.loads(answer.out)["case_id"]
    return case_id


def done(regcase: Regcase, verb: str, inv: str, *facts: str) -> str:
    answer = regcase("do", f"investigation.{verb}", "--on", inv, "--by", "jane:officer", *facts)
    assert answer.code == 0, answer
    return answer.out


def test_the_incidents_that_led_to_it_and_its_holidays_are_shown(regcase: Regcase) -> None:
    inv = opened(regcase)
    lines = regcase("show", inv).out.splitlines()
    assert "  incidents: BR-2023-118, BR-2023-121" in lines
    assert "  holidays: GB/SCT" in lines
    told = json.loads(regcase("show", inv, "--json").out)
    assert (told["incidents"], told["calendar"]) == (["BR-2023-118", "BR-2023-121"], "GB/SCT")


def test_holidays_that_nobody_knows_are_not_well_formed(regcase: Regcase) -> None:
    answer = regcase("do", "investigation.open", "--by", "jane:officer", *OPEN[:-1], "calendar=GB/XX")
    assert answer.code == 1
    assert "calendar: 'GB/XX' is no country and subdivision that the holidays library knows" in answer.err


def test_a_notice_is_shown_from_its_sending_to_its_answer(regcase: Regcase) -> None:
    inv = opened(regcase)
    asked = ("notice=INFO-1", "kind=information", "sent_on=2024-03-04", "respond_within=P35D")
    out = done(regcase, "issue_notice", inv, *asked)
    assert "Notice 'INFO-1' (information) sent on 4 March 2024." in out
    assert "Time to respond to the notice 'INFO-1'      2024-04-08 [B]  running  uk-dpa-2018/s142" in out
    out = done(regcase, "serve", inv, "notice=INFO-1", "served_on=2024-03-06", "method=post")
    assert "Notice 'INFO-1' served on 6 March 2024 by post." in out
    done(regcase, "record_response", inv, "notice=INFO-1", "received_on=2024-03-20", "complete=true")
    assert "  notice: INFO-1: information, sent on 4 March 2024, answered" in regcase("show", inv).out.splitlines()
    [notice] = json.loads(regcase("show", inv, "--json").out)["notices"]
    assert (notice["notice"], notice["state"]) == ("INFO-1", "answered")


def test_a_refused_notice_says_from_when_on_it_may_be_due_and_by_which_law(regcase: Regcase) -> None:
    inv = opened(regcase)
    asked = ("notice=INFO-1", "kind=information", "sent_on=2024-03-04", "respond_within=P7D")
    answer = regcase("do", "investigation.issue_notice", "--on", inv, "--by", "jane:officer", *asked)
    assert answer.code == 1
    # 1 April 2024 is Easter Monday, which the matter's calendar, Scotland's, does not have.
    assert (
        "Refused: the response would be due on 2024-03-11, before the appeal period ends on 2024-04-01. Give until that day or "
        "later, or state urgent reasons." in answer.err
    )
    assert "Law: DPA 2018 s142(5)" in answer.err
