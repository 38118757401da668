"""Where a matter has holidays of its own, and where its subject resides abroad: every deadline of its cases knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from domain.case.occasion import Occasion
from domain.clock import Calendar
from domain.regimes import regime
from domain.unit_of_work import UnitOfWork
from tests.desk import ISSUER, OFFICER, PROVISION, REGISTRAR, Desk

SUBJECT = {"name": "A Ltd", "country": "GB", "kind": "undertaking"}


def opened(regime: str = "uk-dpa-2018", day: str = "2026-01-15", *, calendar: str | None = None, **subject: Any) -> Desk:
    desk = Desk(day)
    data: dict[str, Any] = {"reference": "INV-1", "regime": regime, "opened_on": day, "grounds": ["g"]}
    data |= {"calendar": calendar} if calendar else {}
    desk.done("investigation.open", name="inv", subject={**SUBJECT, **subject}, **data)
    desk.done("investigation.record_finding", "inv", provision=PROVISION, tier="higher", summary="s")
    return desk


def occasion(work: UnitOfWork) -> Occasion:
    now = datetime(2026, 3, 6, 12, tzinfo=UTC)
    law = regime("uk-dpa-2018")
    return Occasion("c", OFFICER, now, now, correlation_id="c", causation_id="c", law=law, cases=work)


def noticed(desk: Desk, day: str, **requirement: str) -> Desk:
    """Given an enforcement notice of that day with one requirement."""
    issue = {"kind": "enforcement_notice", "decided_on": day, "sent_on": day}
    demand = [{"id": "stop", "text": "Stop", **requirement}]
    desk.at(day).done("enforcement_notice.issue", name="notice", by=ISSUER, investigation="inv", requirements=demand, **issue)
    return desk


class TestTheHolidaysOfTheMatter:
    def test_are_those_of_england_and_wales_unless_it_says_otherwise(self) -> None:
        english, scottish = (noticed(opened(calendar=calendar), "2026-03-06") for calendar in (None, "GB/SCT"))
        # Day 28 is Good Friday; Easter Monday is a bank holiday in England and Wales, and none in Scotland.
        assert english.deadline("notice", "appeal").due == date(2026, 4, 7)
        assert scottish.deadline("notice", "appeal").due == date(2026, 4, 6)

    def test_are_told_and_where_they_make_a_difference_the_other_day_is_told_too(self) -> None:
        steps = noticed(opened(calendar="GB/SCT"), "2026-03-06").deadline("notice", "appeal").terms.steps
        assert steps[0] == "The matter has holidays of its own, GB/SCT, in the place of the calendar england-wales."
        assert "The calendars differ here: by england-wales it would be Tue 7 Apr 2026." in steps

    def test_make_no_words_where_they_make_no_difference(self) -> None:
        steps = noticed(opened(calendar="GB/SCT"), "2026-05-06").deadline("notice", "appeal").terms.steps
        assert not [step for step in steps if "differ" in step]

    def test_count_in_what_follows_too(self) -> None:
        desk = noticed(opened(calendar="GB/SCT"), "2026-03-06", comply_within="P1M", counted_from="end_of_appeal_period")
        # 6 April and one month: 6 May. The early May bank holiday is not in the way; the calendar is told.
        assert desk.deadline("notice", "comply:stop").terms.calendar.id == "GB/SCT"
        against: dict[str, Any] = {"against": ["notice"], "scope": "whole", "court": "first_tier_tribunal", "grounds": ["g"]}
        desk.done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2026-03-06", **against)
        decided = {"outcome": "dismissed", "decided_on": "2026-03-06", "sent_on": "2026-03-06"}
        desk.done("appeal.decide", "appeal", by=REGISTRAR, **decided)
        assert desk.deadline("appeal", "permission").due == date(2026, 4, 6)

    def test_leave_a_calendar_that_is_not_the_regimes_usual_one_as_it_is(self) -> None:
        desk = opened(calendar="GB/SCT")
        rule = regime("uk-dpa-2018").rule_for("fine", "payment", date(2026, 3, 6))
        assert rule
        elsewhere = replace(rule, calendar=Calendar("institutions", "none"))
        work = UnitOfWork(desk.app.repository)
        investigation = work.case(desk.names["inv"])
        work.begin(occasion(work))
        counts = [investigation.counted(known, trigger="t", start=date(2026, 3, 6)) for known in (rule, elsewhere)]
        assert [count.holidays for count in counts] == ["GB/SCT", None]

    def test_of_the_regimes_own_calendar_change_nothing(self) -> None:
        steps = noticed(opened(calendar="GB/ENG"), "2026-03-06").deadline("notice", "appeal").terms.steps
        assert not [step for step in steps if "holidays of its own" in step]


class TestASubjectAbroad:
    def appealable(self, **subject: Any) -> Desk:
        """Given a French order served on 15 January 2026: two months to appeal, two more for who resides abroad."""
        desk = noticed(opened("fr-lil", **{"country": "FR", **subject}), "2026-01-15")
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2026-01-15", method="registered_letter")
        return desk

    def test_has_the_longer_period_and_the_steps_say_where_it_resides(self) -> None:
        appeal = self.appealable(resides_in="US").deadline("notice", "appeal")
        assert appeal.due == date(2026, 5, 18)
        assert any("4 months (by the rule, for a subject that resides abroad, in US:" in step for step in appeal.terms.steps)

    def test_that_resides_in_the_country_has_not_whatever_its_own_country(self) -> None:
        assert self.appealable(country="US", resides_in="FR").deadline("notice", "appeal").due == date(2026, 3, 16)

    def test_resides_in_its_own_country_unless_it_says_otherwise(self) -> None:
        steps = self.appealable(country="US").deadline("notice", "appeal").terms.steps
        assert any("resides abroad, in US" in step for step in steps)
