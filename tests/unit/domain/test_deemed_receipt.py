"""Service by a method for which the law deems receipt: the day is worked out, with its steps and what is not certain."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.case.deadline_events import Served
from domain.words import describe, worked_steps
from tests.desk import ISSUER, REGISTRAR, STOP, Desk, intended, investigated

SENT = "2026-03-02"
LAW = "DPA 2018 s141A"


def asked(day: str = SENT) -> Desk:
    """Given an information notice sent on that day, to be answered in 35 days."""
    desk = investigated("2026-01-05").at(day)
    asks: Any = {"notice": "INFO-1", "kind": "information", "sent_on": day, "respond_within": "P35D"}
    desk.done("investigation.issue_notice", "inv", **asks)
    return desk


def served(desk: Desk, case: str = "inv", day: str = SENT, method: str = "email", **data: Any) -> Served:
    """The event of a service on that day."""
    about = {"notice": "INFO-1"} if case == "inv" else {}
    outcome = desk.done(f"{desk.case(case).TOPIC}.serve", case, by=REGISTRAR, served_on=day, method=method, **about, **data)
    event = outcome.events[0]
    assert isinstance(event, Served)
    return event


def in_force(day: str = SENT) -> Desk:
    """Given an enforcement notice sent on that day, with a requirement that counts from service."""
    desk = investigated("2026-01-05").at(day)
    demands: Any = [{**STOP, "counted_from": "served"}]
    notice: Any = {"kind": "enforcement_notice", "decided_on": day, "sent_on": day, "requirements": demands}
    desk.done("enforcement_notice.issue", name="notice", by=ISSUER, investigation="inv", **notice)
    return desk


class TestByEMail:
    def test_a_notice_is_given_48_hours_after_it_was_sent(self) -> None:
        event = served(asked())
        assert event.deemed_on == date(2026, 3, 4)
        assert event.deemed
        assert (event.deemed.rule.id, event.deemed.rule.cites) == ("uk-dpa-2018/s141A", (LAW,))

    def test_the_hours_count_from_the_sending_also_when_service_is_dated_later(self) -> None:
        assert served(asked().at("2026-03-03"), day="2026-03-03").deemed_on == date(2026, 3, 4)

    def test_the_steps_and_what_is_not_certain_are_told(self) -> None:
        event = served(asked())
        assert event.deemed
        assert any("48 hours" in step for step in event.deemed.steps)
        assert any(LAW in mark for mark in event.deemed.marks)
        assert worked_steps(event)[-1].startswith("Not certain: ")
        assert f"by email; by law it counts as received on 4 March 2026 ({LAW})." in describe(event)

    def test_what_counts_from_the_giving_counts_from_that_day(self) -> None:
        desk = asked()
        served(desk)
        response = desk.deadline("inv", "response:INFO-1")
        assert (response.terms.count.start, response.due) == (date(2026, 3, 4), date(2026, 4, 8))

    def test_an_enforcement_notice_is_given_so_too(self) -> None:
        desk = in_force()
        event = served(desk, "notice")
        assert event.deemed_on == date(2026, 3, 4)
        assert desk.deadline("notice", "comply:stop").due == date(2026, 6, 4)

    def test_a_notice_of_intent_is_given_so_too(self) -> None:
        desk = intended(SENT)
        event = served(desk, "fine")
        assert event.deemed_on == date(2026, 3, 4)
        assert event.deemed
        assert desk.deadline("fine", "representations").due == date(2026, 3, 25)

    def test_a_day_that_was_named_stands_and_the_law_is_not_asked(self) -> None:
        event = served(asked(), deemed_on="2026-03-06")
        assert (event.deemed_on, event.deemed) == (date(2026, 3, 6), None)

    @pytest.mark.parametrize(("day", "deemed"), [("2026-02-04", None), ("2026-02-05", date(2026, 2, 7))])
    def test_nothing_is_deemed_before_the_law_deemed_it(self, day: str, deemed: date | None) -> None:
        assert served(asked(day), day=day).deemed_on == deemed


def test_by_a_method_of_which_the_law_says_nothing_the_day_of_service_counts() -> None:
    desk = asked()
    event = served(desk.at("2026-03-05"), day="2026-03-05", method="post")
    assert (event.deemed_on, event.deemed) == (None, None)
    assert desk.deadline("inv", "response:INFO-1").terms.count.start == date(2026, 3, 5)
