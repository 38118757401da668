"""Days off announced late, and other versions of the installed holidays: what was computed stays; what moves is an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

import domain.clock.calendar as module
from domain.application import CaseApplication, StoreUnreachable
from domain.calendars import Moved, Recomputed, add_holiday, as_known, holiday_to_add, recompute
from domain.case.deadline_events import DeadlineRecomputed, DeadlineSet
from domain.commands import Command
from domain.days_off import DaysOff, day_off
from domain.internal_events import HolidayAnnounced
from domain.refusals import Forbidden, Invalid, Malformed
from domain.regimes import regime
from domain.roles import Role
from tests.desk import ADMIN, REGISTRAR, Desk, actor, appealed, in_force, investigated, issued

FUNERAL = date(2022, 9, 19)
STATE_FUNERAL = "State Funeral of Queen Elizabeth II"
UK = "uk-dpa-2018"


@pytest.fixture
def before_the_announcement(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed holidays are of a version that was made before 10 September 2022."""
    known = module._holidays

    def as_then(places: str, year: int) -> Mapping[date, str]:
        return {day: name for day, name in known(places, year).items() if day != FUNERAL}

    monkeypatch.setattr(module, "_holidays", as_then)
    monkeypatch.setattr(module, "_library", lambda: "holidays 0.15")


def stop_by_the_19th(day: str = "2022-09-12") -> Desk:
    """Given a notice of 20 May: three months from 17 June end on Saturday 17 September, so on Monday the 19th."""
    desk = in_force("2022-05-20").at(day)
    assert desk.deadline("notice", "comply:stop").due == FUNERAL
    return desk


def announce(desk: Desk, *, dry_run: bool = False, by: Role = "registrar", day: str = "2022-09-19") -> Recomputed:
    """What `regcase calendar add-holiday` does."""
    wanted = holiday_to_add(regime=UK, day=day, reason=STATE_FUNERAL)
    announced = add_holiday(desk.app, wanted, actor=actor(by), dry_run=dry_run)
    off = day_off(announced) if announced else as_known(wanted)
    return recompute(
        desk.app, UK, reason=f"{off.day} is a day off: {off.reason}", actor=actor(by), because_of=off, dry_run=dry_run
    )


def upgrade(desk: Desk, *, dry_run: bool = False) -> Recomputed:
    """What `regcase calendar recompute` does."""
    return recompute(desk.app, UK, reason="Other holidays are installed", actor=ADMIN, dry_run=dry_run)


@pytest.mark.usefixtures("before_the_announcement")
class TestTheStateFuneral:
    def test_moves_what_was_due_that_monday_to_tuesday_with_the_reason(self) -> None:
        desk = stop_by_the_19th()
        found = announce(desk)
        notice = desk.names["notice"]
        assert found.moved == (Moved(notice, "INV-1/notice-1", "comply:stop", FUNERAL, date(2022, 9, 20)),)
        deadline = desk.deadline("notice", "comply:stop")
        assert (deadline.status, deadline.due) == ("running", date(2022, 9, 20))
        event = desk.app.events_of(notice)[-1]
        assert isinstance(event, DeadlineRecomputed)
        assert (event.old_due, event.reason) == (FUNERAL, f"2022-09-19 is a day off: {STATE_FUNERAL}")
        assert (event.actor.role, event.terms.calendar.version) == ("system", "holidays 0.15 + 2022-09-19")
        assert any("Tue 20 Sep 2022" in step for step in event.terms.steps), event.terms.steps

    def test_counts_in_every_decision_from_then_on(self) -> None:
        desk = stop_by_the_19th()
        announce(desk)
        desk.done("fine.give_notice_of_intent", name="fine", **INTENT)
        representations = desk.deadline("fine", "representations")
        assert representations.due == date(2022, 10, 3)
        assert representations.terms.calendar.version == "holidays 0.15 + 2022-09-19"

    def test_announced_on_the_day_after_opens_again_what_had_passed(self) -> None:
        desk = stop_by_the_19th("2022-09-20")
        assert desk.deadline("notice", "comply:stop").status == "passed"
        assert [case.state for case in desk.non_compliances()] == ["suspected"]
        announce(desk)
        assert desk.deadline("notice", "comply:stop").status == "running"
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]
        assert desk.at("2022-09-21").deadline("notice", "comply:stop").status == "passed"

    def test_announced_too_late_shows_that_what_was_done_on_tuesday_was_in_time(self) -> None:
        desk = stop_by_the_19th("2022-10-20")
        done: dict[str, Any] = {"requirement": "stop", "complied_on": "2022-09-20", "assessed_on": "2022-10-20"}
        desk.done("enforcement_notice.record_compliance", "notice", by=REGISTRAR, **done)
        assert desk.deadline("notice", "comply:stop").status == "passed"
        announce(desk)
        assert desk.deadline("notice", "comply:stop").status == "met"

    def test_moves_a_deadline_that_stands_still(self) -> None:
        desk = in_force("2022-05-20").at("2022-06-01")
        lodged: dict[str, Any] = {"scope": "whole", "court": "first_tier_tribunal", "received_on": "2022-06-01", "grounds": ["g"]}
        desk.done("appeal.lodge", by=REGISTRAR, against=["notice"], **lodged)
        found = announce(desk)
        assert [moved.role for moved in found.moved] == ["comply:stop"]
        assert desk.deadline("notice", "comply:stop").status == "suspended"


INTENT: dict[str, Any] = {
    "investigation": "inv",
    "amount": "GBP 17000",
    "tier": "higher",
    "provisions": ["UK GDPR Art 5(1)(a)"],
    "sent_on": "2022-09-12",
    "reasons": "r",
}


@pytest.mark.usefixtures("before_the_announcement")
class TestADryRun:
    def test_lists_what_would_move_and_changes_nothing(self) -> None:
        desk = stop_by_the_19th()
        last = desk.app.recorder.max_notification_id()
        found = announce(desk, dry_run=True)
        assert [(moved.role, moved.old_due, moved.new_due) for moved in found.moved] == [
            ("comply:stop", FUNERAL, date(2022, 9, 20))
        ]
        assert desk.app.recorder.max_notification_id() == last
        assert announce(desk).moved == found.moved

    def test_of_a_day_that_was_announced_lists_what_is_left(self) -> None:
        desk = stop_by_the_19th()
        announce(desk)
        assert announce(desk, dry_run=True) == Recomputed((), (), cases=2)


@pytest.mark.usefixtures("before_the_announcement")
class TestADayOff:
    def test_leaves_alone_what_it_does_not_move(self) -> None:
        desk = stop_by_the_19th()
        before = desk.app.events_of(desk.names["notice"])
        assert announce(desk, day="2022-09-16").moved == ()
        assert desk.app.events_of(desk.names["notice"]) == before

    def test_is_announced_once(self) -> None:
        desk = stop_by_the_19th()
        assert len(announce(desk).moved) == 1
        assert announce(desk).moved == ()
        assert announce(desk, by="admin").moved == ()
        assert len(desk.app.days_off.announced()) == 1

    def test_of_one_regime_is_one_in_every_regime_with_that_calendar(self) -> None:
        desk = stop_by_the_19th()
        announce(desk)
        announced = desk.app.days_off.law_with_them(regime("uk-dpa-1998"))
        assert announced.calendars[0].why_not_working(FUNERAL) == STATE_FUNERAL
        elsewhere = desk.app.days_off.law_with_them(regime("fr-lil"))
        assert elsewhere.calendars[0].why_not_working(FUNERAL) is None

    def test_is_in_one_calendar_of_a_law_that_three_files_name(self) -> None:
        assert [calendar.id for calendar in regime("uk-dpa-2018").calendars] == ["england-wales"]

    def test_that_was_interrupted_goes_on_when_it_is_announced_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = stop_by_the_19th()
        execute = CaseApplication.execute

        def gone(self: CaseApplication, command: Command, **how: bool) -> None:
            raise StoreUnreachable(command.name)

        monkeypatch.setattr(CaseApplication, "execute", gone)
        with pytest.raises(StoreUnreachable):
            announce(desk)
        assert desk.deadline("notice", "comply:stop").due == FUNERAL
        monkeypatch.setattr(CaseApplication, "execute", execute)
        assert [moved.new_due for moved in announce(desk).moved] == [date(2022, 9, 20)]

    def test_is_known_to_another_process_at_its_next_command(self) -> None:
        desk = stop_by_the_19th()
        other = DaysOff(desk.app.events)
        assert other.announced() == ()
        announce(desk)
        assert [event.day for event in other.announced()] == [FUNERAL]

    @pytest.mark.parametrize("role", ["officer", "issuer", "auditor", "system"])
    def test_is_for_the_registrar_and_the_admin(self, role: Role) -> None:
        desk = stop_by_the_19th()
        with pytest.raises(Forbidden, match="registrar, admin may"):
            announce(desk, by=role)
        assert desk.app.days_off.announced() == ()
        with pytest.raises(Forbidden, match="registrar, admin may"):
            recompute(desk.app, UK, reason="r", actor=actor(role))

    @pytest.mark.parametrize(("day", "why"), [("2022-09-17", "a Saturday"), ("2022-12-26", "Boxing Day")])
    def test_that_is_off_anyway_is_refused(self, day: str, why: str) -> None:
        with pytest.raises(Invalid, match=why):
            announce(investigated(), day=day)

    def test_with_wrong_facts_tells_all_faults_at_once(self) -> None:
        with pytest.raises(Malformed) as refused:
            holiday_to_add(regime=UK, day="soon", reason="")
        assert {fault["field"] for fault in refused.value.details["faults"]} == {"day", "reason"}

    @pytest.mark.parametrize("said", [{"regime": "narnia"}, {"calendar": "narnia"}])
    def test_of_what_is_not_known_is_told_what_is(self, said: dict[str, str]) -> None:
        with pytest.raises(Malformed, match=r"is unknown; .*(uk-dpa-2018|england-wales)"):
            holiday_to_add(**{"regime": UK, "day": "2022-09-19", "reason": "r", **said})

    def test_announced_by_two_at_the_same_moment_is_announced_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = stop_by_the_19th()
        save = desk.app.save
        others: Iterator[None] = iter([None])

        def after_another(*saved: Any, **rest: Any) -> Any:
            if next(others, True) is None:
                monkeypatch.setattr(desk.app, "save", save)
                announce(desk, by="admin")
            return save(*saved, **rest)

        monkeypatch.setattr(desk.app, "save", after_another)
        announce(desk)
        (announced,) = desk.app.days_off.announced()
        assert isinstance(announced, HolidayAnnounced)
        assert announced.actor == actor("admin")


@pytest.mark.usefixtures("before_the_announcement")
class TestAnAnnouncementAtTheVeryMoment:
    def test_moves_what_was_decided_before_it_and_saved_after_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = investigated().at("2022-09-12")
        save = desk.app.save
        others: Iterator[None] = iter([None])

        def after_the_announcement(*saved: Any, **rest: Any) -> Any:
            if next(others, True) is None:
                monkeypatch.setattr(desk.app, "save", save)
                assert announce(desk).moved == ()
            return save(*saved, **rest)

        monkeypatch.setattr(desk.app, "save", after_the_announcement)
        desk.done("fine.give_notice_of_intent", name="fine", **{**INTENT, "sent_on": "2022-08-29"})
        events = desk.app.events_of(desk.names["fine"])
        ends = [
            (event.NAME, event.terms.due)
            for event in events
            if isinstance(event, DeadlineSet) and event.role == "representations"
        ]
        assert ends == [("deadline_started", FUNERAL), ("deadline_recomputed", date(2022, 9, 20))]


class TestAMatterWithHolidaysOfItsOwn:
    def test_knows_the_days_announced_for_its_place_and_no_others(self) -> None:
        desk = Desk("2022-08-01")
        fields: dict[str, Any] = {"reference": "INV-1", "regime": UK, "opened_on": "2022-08-01", "grounds": ["x"]}
        subject = {"name": "Acme Ltd", "country": "GB", "kind": "undertaking"}
        desk.done("investigation.open", name="inv", subject=subject, calendar="GB/WLS", **fields)
        finding = {"provision": "UK GDPR Art 5(1)(a)", "tier": "higher", "summary": "s"}
        desk.done("investigation.record_finding", "inv", **finding)  # type: ignore[arg-type] # texts
        desk.done("fine.give_notice_of_intent", name="fine", **{**INTENT, "sent_on": "2022-08-01"})
        assert desk.deadline("fine", "representations").due == date(2022, 8, 22)
        for calendar, due in (("england-wales", date(2022, 8, 22)), ("GB/WLS", date(2022, 8, 23))):
            wanted = holiday_to_add(regime=UK, day="2022-08-22", reason="r", calendar=calendar)
            announced = add_holiday(desk.app, wanted, actor=ADMIN)
            assert announced is not None
            recompute(desk.app, UK, reason="r", actor=ADMIN, because_of=day_off(announced))
            assert desk.deadline("fine", "representations").due == due, calendar


class TestOtherInstalledHolidays:
    def test_leave_every_date_as_it_was_recorded(self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
        with monkeypatch.context():
            request.getfixturevalue("before_the_announcement")
            desk = stop_by_the_19th()
            before = desk.app.events_of(desk.names["notice"])
        monkeypatch.undo()
        assert desk.deadline("notice", "comply:stop").due == FUNERAL
        assert desk.app.events_of(desk.names["notice"]) == before

    def test_move_a_date_only_by_an_event_that_names_both_versions(
        self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
    ) -> None:
        request.getfixturevalue("before_the_announcement")
        desk = stop_by_the_19th()
        monkeypatch.undo()
        assert [moved.new_due for moved in upgrade(desk, dry_run=True).moved] == [date(2022, 9, 20)]
        assert desk.deadline("notice", "comply:stop").due == FUNERAL
        upgrade(desk)
        ends = [e for e in desk.app.events_of(desk.names["notice"]) if isinstance(e, DeadlineSet) and e.role == "comply:stop"]
        assert [(end.terms.due, end.terms.calendar.version) for end in ends] == [
            (FUNERAL, "holidays 0.15"),
            (date(2022, 9, 20), module._library()),
        ]
        assert upgrade(desk).moved == ()

    def test_let_two_runs_of_one_history_differ_only_where_a_recomputation_is_seen(
        self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
    ) -> None:
        request.getfixturevalue("before_the_announcement")
        then = stop_by_the_19th()
        monkeypatch.undo()
        now = in_force("2022-05-20").at("2022-09-12")
        assert (then.deadline("notice", "comply:stop").due, now.deadline("notice", "comply:stop").due) == (
            FUNERAL,
            date(2022, 9, 20),
        )
        upgrade(then)
        upgrade(now)
        assert then.deadline("notice", "comply:stop").due == now.deadline("notice", "comply:stop").due
        names = [[event.NAME for event in desk.app.events_of(desk.names["notice"])] for desk in (then, now)]
        assert names[0] == [*names[1], "deadline_recomputed"]

    def test_do_not_hide_behind_a_day_off_that_is_announced(
        self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
    ) -> None:
        request.getfixturevalue("before_the_announcement")
        desk = stop_by_the_19th()
        monkeypatch.undo()
        assert announce(desk, day="2022-09-23").moved == ()
        assert len(upgrade(desk).moved) == 1


def test_whatever_else_stands_in_a_matter_is_looked_at_and_left_alone() -> None:
    for story in (issued, appealed):
        desk = story()
        before = desk.histories()
        assert upgrade(desk) == Recomputed((), (), cases=len(before))
        assert desk.histories() == before
