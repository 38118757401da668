"""The application: once for each key, guarded by versions, all cases or none, and no trace of what was refused or only tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from domain.application import CaseApplication, Outcome, StoreUnreachable, fire_command
from domain.commands import Command
from domain.refusals import UnknownCase
from domain.roles import SYSTEM, Actor
from tests.desk import ISSUER, OFFICER, REGISTRAR, Desk, appealed, intended, issued, noon


def payment(desk: Desk, key: str = "pay", by: Actor = REGISTRAR, **data: Any) -> Command:
    fields = {"amount": "GBP 100", "received_on": "2022-05-18", "reference": "B"}
    expected_version = data.pop("expected_version", None)
    return Command(
        name="fine.record_payment",
        data={**fields, **data},
        on=desk.names["fine"],
        actor=by,
        idempotency_key=key,
        expected_version=expected_version,
    )


def code(outcome: Outcome) -> str | None:
    return outcome.refusal["code"] if outcome.refusal else None


class TestAKey:
    def test_gives_the_same_outcome_again_and_takes_effect_once(self) -> None:
        desk = issued()
        first, again = desk.app.execute(payment(desk)), desk.app.execute(payment(desk))
        assert (first.repeated, again.repeated) == (False, True)
        assert [event.facts() for event in again.events] == [event.facts() for event in first.events]
        assert (again.case_id, again.matter_id, again.versions) == (first.case_id, first.matter_id, first.versions)
        assert str(desk.fine().account.paid) == "GBP 100.00"

    def test_tells_every_case_that_it_changed_again(self) -> None:
        desk = issued()
        desk.at("2022-06-14")
        lodge = Command(
            name="appeal.lodge",
            data={
                "against": [str(desk.names["fine"])],
                "scope": "whole",
                "court": "first_tier_tribunal",
                "received_on": "2022-06-14",
                "grounds": ["g"],
            },
            actor=REGISTRAR,
            idempotency_key="lodge",
        )
        first, again = desk.app.execute(lodge), desk.app.execute(lodge)
        assert len(first.versions) == 2
        assert again.versions == first.versions

    @pytest.mark.parametrize(
        "other", [{"amount": "GBP 101"}, {"by": Actor(id="registry", role="issuer")}, {"expected_version": 9}]
    )
    def test_used_for_another_command_is_invalid_and_comes_before_all(self, other: dict[str, Any]) -> None:
        desk = issued()
        desk.app.execute(payment(desk))
        outcome = desk.app.execute(payment(desk, **other))
        assert code(outcome) == "invalid"
        assert outcome.refusal
        assert outcome.refusal["details"]["faults"][0]["field"] == "idempotency_key"

    def test_is_each_actors_own(self) -> None:
        desk = issued()
        for who in ("a", "b"):
            assert code(desk.app.execute(payment(desk, by=Actor(id=who, role="registrar")))) is None
        assert str(desk.fine().account.paid) == "GBP 200.00"

    def test_of_another_correlation_is_the_same_command(self) -> None:
        desk = issued()
        desk.app.execute(payment(desk))
        again = desk.app.execute(payment(desk).model_copy(update={"correlation_id": "other", "causation_id": "other"}))
        assert again.repeated

    def test_keeps_a_refusal_although_the_command_would_be_accepted_by_now(self) -> None:
        desk = intended()
        early = payment(desk, received_on="2021-11-29")
        refusal = desk.app.execute(early)
        assert code(refusal) == "wrong_state"
        desk.at("2022-05-18")
        desk.done("fine.propose_penalty", "fine", amount="GBP 5000", proposed_on="2022-05-18", reasons="r")
        notice = {"amount": "GBP 5000", "decided_on": "2022-05-18", "sent_on": "2022-05-18"}
        desk.done("fine.issue_penalty_notice", "fine", by=ISSUER, **notice)
        again = desk.app.execute(early)
        assert (again.repeated, again.refusal) == (True, refusal.refusal)

    @pytest.mark.parametrize(
        ("wrong", "right"),
        [
            ({"amount": "GBP -1"}, {}),
            ({"by": Actor(id="registry", role="officer")}, {}),
            ({"expected_version": 1}, {}),
        ],
        ids=["invalid", "forbidden", "conflict"],
    )
    def test_is_free_again_after_a_refusal_of_form_role_or_version(self, wrong: dict[str, Any], right: dict[str, Any]) -> None:
        desk = issued()
        assert code(desk.app.execute(payment(desk, **wrong))) in ("invalid", "forbidden", "conflict")
        assert code(desk.app.execute(payment(desk, **right))) is None


class TestAnExpectedVersion:
    def test_is_that_of_the_addressed_case(self) -> None:
        desk = issued()
        version = desk.fine().version
        assert code(desk.app.execute(payment(desk, "a", expected_version=version - 1))) == "conflict"
        assert code(desk.app.execute(payment(desk, "b", expected_version=version))) is None
        assert code(desk.app.execute(payment(desk, "c", expected_version=version))) == "conflict"

    def test_of_a_case_that_is_to_be_opened_is_nothing(self) -> None:
        desk = issued()
        data = {"of": str(desk.names["fine"]), "payment": True, "since": "2022-05-18", "detected_on": "2022-05-18"}
        for expected, wanted in ((1, "conflict"), (0, None)):
            command = Command(
                name="non_compliance.suspect",
                data=data,
                actor=OFFICER,
                idempotency_key=f"k{expected}",
                expected_version=expected,
            )
            assert code(desk.app.execute(command)) == wanted

    def test_is_not_disturbed_by_a_deadline_that_the_command_itself_lets_pass(self) -> None:
        desk = issued()
        version = desk.fine().version
        desk.time.current = noon("2022-06-20")
        outcome = desk.app.execute(payment(desk, expected_version=version))
        assert code(outcome) is None
        assert [event.type for event in outcome.events if event.type == "fine.deadline_passed"] == ["fine.deadline_passed"] * 2


class TestARace:
    """Somebody else saved between loading and saving."""

    def raced(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, times: int, meanwhile: Callable[[], object]) -> None:
        save, left = desk.app.save, [times]

        def slow(*objects: Any, **rest: Any) -> Any:
            if left[0]:
                left[0] -= 1
                monkeypatch.setattr(desk.app, "save", save)
                meanwhile()
                monkeypatch.setattr(desk.app, "save", slow)
            return save(*objects, **rest)

        monkeypatch.setattr(desk.app, "save", slow)

    def other(self, desk: Desk) -> None:
        desk.app.execute(payment(desk, key=str(uuid4())))

    def test_is_decided_again_on_what_was_saved_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = issued()
        self.raced(desk, monkeypatch, 3, lambda: self.other(desk))
        assert code(desk.app.execute(payment(desk))) is None
        assert str(desk.fine().account.paid) == "GBP 400.00"

    def test_on_the_addressed_case_is_a_conflict_when_a_version_was_expected(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = issued()
        self.raced(desk, monkeypatch, 1, lambda: self.other(desk))
        assert code(desk.app.execute(payment(desk, expected_version=desk.fine().version))) == "conflict"
        assert str(desk.fine().account.paid) == "GBP 100.00"

    def test_on_another_case_is_none_although_a_version_was_expected(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = appealed()
        self.raced(desk, monkeypatch, 1, lambda: self.other(desk))
        decide = Command(
            name="appeal.decide",
            data={"outcome": "allowed", "decided_on": "2022-06-14", "sent_on": "2022-06-14"},
            on=desk.names["appeal"],
            actor=REGISTRAR,
            idempotency_key="decide",
            expected_version=desk.appeal().version,
        )
        assert code(desk.app.execute(decide)) is None
        assert (desk.fine().state, str(desk.fine().account.paid)) == ("set_aside", "GBP 100.00")

    def test_with_the_same_key_is_answered_with_what_the_other_did(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = issued()
        self.raced(desk, monkeypatch, 1, lambda: desk.app.execute(payment(desk)))
        outcome = desk.app.execute(payment(desk))
        assert outcome.repeated
        assert str(desk.fine().account.paid) == "GBP 100.00"

    def loaded_slowly(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, meanwhile: Callable[[], object]) -> None:
        """Just before the case of that name is loaded for the first time, something else happens."""
        get = desk.app.repository.get

        def slow(case_id: UUID, **rest: Any) -> Any:
            if case_id == desk.names[name]:
                monkeypatch.setattr(desk.app.repository, "get", get)
                meanwhile()
            return get(case_id, **rest)

        monkeypatch.setattr(desk.app.repository, "get", slow)

    def test_between_loading_one_case_and_the_other_is_decided_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The appeal is loaded while it is pending, the fine when the appeal has left it already: the two do not fit together."""
        desk = appealed()
        data = {"withdrawn_on": "2022-06-14"}
        one, other = (
            Command(name="appeal.withdraw", data=data, on=desk.names["appeal"], actor=REGISTRAR, idempotency_key=key)
            for key in ("one", "other")
        )
        self.loaded_slowly(desk, monkeypatch, "fine", lambda: desk.app.execute(other))
        refusal = desk.app.execute(one).refusal
        assert refusal
        assert (refusal["code"], refusal["details"]) == ("wrong_state", {"state": "withdrawn"})

    def test_with_the_same_key_is_answered_with_what_the_other_did_also_when_it_is_refused_now(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By then the expected version is gone, because it was the same command that came first."""
        desk = issued()
        command = payment(desk, expected_version=desk.fine().version)
        self.loaded_slowly(desk, monkeypatch, "fine", lambda: desk.app.execute(command))
        assert desk.app.execute(command).repeated
        assert str(desk.fine().account.paid) == "GBP 100.00"

    def test_that_never_ends_is_a_conflict(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = issued()
        before = desk.app.recorder.max_notification_id()

        def never(*objects: Any, **rest: Any) -> Any:
            raise IntegrityError

        monkeypatch.setattr(desk.app, "save", never)
        assert code(desk.app.execute(payment(desk))) == "conflict"
        assert desk.app.recorder.max_notification_id() == before


class TestADryRun:
    def test_tells_what_would_change_and_leaves_no_trace(self) -> None:
        desk = issued()
        last = desk.app.recorder.max_notification_id()
        tried = desk.app.execute(payment(desk, amount="GBP 7552800"), dry_run=True)
        assert [event.type for event in tried.events] == ["fine.payment_recorded", "fine.deadline_met"]
        assert desk.app.recorder.max_notification_id() == last
        assert not desk.app.execute(payment(desk)).repeated

    def test_of_what_is_refused_leaves_none_either(self) -> None:
        desk = intended()
        last = desk.app.recorder.max_notification_id()
        assert code(desk.app.execute(payment(desk, received_on="2021-11-29"), dry_run=True)) == "wrong_state"
        assert desk.app.recorder.max_notification_id() == last

    def test_lets_pass_in_thought_what_is_overdue(self) -> None:
        desk = issued()
        desk.time.current = noon("2022-06-20")
        tried = desk.app.execute(payment(desk, amount="GBP 7552800", received_on="2022-06-20"), dry_run=True)
        assert {event.type for event in tried.events} >= {"fine.deadline_passed", "non_compliance.remedy_recorded"}
        assert desk.deadline("fine", "payment").status == "running"


class TestWhatIsOverdue:
    """Timers may be late; the law is not."""

    def test_passes_by_the_system_in_the_same_save_as_the_act(self) -> None:
        desk = issued()
        desk.time.current = noon("2022-06-20")
        outcome = desk.app.execute(payment(desk))
        passed = [event for event in outcome.events if event.type == "fine.deadline_passed"]
        assert {(event.actor, event.envelope.command) for event in passed} == {(SYSTEM, "fine.fire_deadline")}
        assert [case.state for case in desk.non_compliances()] == ["suspected"]

    def test_does_not_pass_because_of_a_command_that_is_refused(self) -> None:
        desk = issued()
        desk.time.current = noon("2022-06-20")
        before = desk.fine().version
        assert code(desk.app.execute(payment(desk, "a", amount="EUR 5"))) == "invalid"
        assert code(desk.app.execute(payment(desk, "b", by=OFFICER))) == "forbidden"
        desk.refused("fine.propose_penalty", "fine", amount="GBP 5", proposed_on="2022-06-20", reasons="r")
        assert desk.fine().version == before

    def test_is_not_passed_again_by_the_timer_that_comes_later(self) -> None:
        desk = issued()
        overdue = desk.deadline("fine", "payment")
        desk.time.current = noon("2022-06-20")
        desk.app.execute(payment(desk))
        version = desk.fine().version
        assert desk.app.fire(desk.fine(), overdue).events == ()
        assert desk.fine().version == version

    def test_passes_in_order_of_due_time_with_what_that_starts(self) -> None:
        desk = appealed().at("2022-10-03")
        desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="dismissed", decided_on="2022-10-03", sent_on="2022-10-03")
        desk.time.current = noon("2022-11-10")
        refusal = desk.refused(
            "appeal.decide", "appeal", by=REGISTRAR, outcome="allowed", decided_on="2022-11-10", sent_on="2022-11-10"
        )
        assert refusal["details"]["state"] == "final"


class TestFiring:
    def test_early_late_twice_or_with_an_old_end_has_no_effect(self) -> None:
        desk = issued()
        deadline = desk.deadline("fine", "payment")
        assert desk.app.fire(desk.fine(), deadline).events == ()
        old = fire_command("fine", desk.names["fine"], "payment", deadline.set_version - 1)
        desk.time.current = deadline.due_at
        assert desk.app.execute(old).events == ()
        assert desk.app.execute(fire_command("fine", desk.names["fine"], "nothing", 1)).events == ()
        assert next(event.type for event in desk.app.fire(desk.fine(), deadline).events) == "fine.deadline_passed"
        again = desk.app.fire(desk.fine(), deadline)
        assert again.repeated

    def test_one_microsecond_before_the_end_has_no_effect(self) -> None:
        desk = issued()
        deadline = desk.deadline("fine", "payment")
        desk.time.current = deadline.due_at - timedelta(microseconds=1)
        assert desk.app.fire(desk.fine(), deadline).events == ()

    def test_records_when_it_was_due_and_when_it_was_noticed(self) -> None:
        desk = issued()
        deadline = desk.deadline("fine", "payment")
        desk.time.current = noon("2022-06-20")
        (passed, *_) = desk.app.fire(desk.fine(), deadline).events
        assert (passed.due_at, passed.fired_at) == (deadline.due_at, noon("2022-06-20"))  # type: ignore[attr-defined] # a DeadlinePassed by its type


class TestReading:
    def test_an_unknown_case_is_told_at_any_version(self) -> None:
        app: CaseApplication = issued().app
        for version in (None, 3):
            with pytest.raises(UnknownCase):
                app.case(UUID(int=5), version=version)

    def test_a_case_as_it_stood(self) -> None:
        desk = issued()
        assert desk.app.case(desk.names["fine"], version=4).state == "intended"
        assert desk.app.case(desk.names["fine"]).state == "issued"

    def test_what_will_happen_to_deadlines_in_order_of_time(self) -> None:
        desk = appealed()
        found = desk.app.firings(desk.fine().matter_id)
        assert [firing.deadline.role for firing in found] == ["payment"]


class TestAStoreThatDoesNotAnswer:
    def test_is_told_and_the_same_key_may_be_used_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = issued()

        def away(*objects: Any, **rest: Any) -> Any:
            raise OperationalError

        monkeypatch.setattr(desk.app, "save", away)
        with pytest.raises(StoreUnreachable, match="same key"):
            desk.app.execute(payment(desk))
        monkeypatch.undo()
        assert code(desk.app.execute(payment(desk))) is None
