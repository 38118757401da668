"""`regcase parked`, and what the other commands say while a case is parked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from foundation.database import Pool
from interfaces.cli import status as status_command
from interfaces.status import Backlog, Status
from projections.alarms import Alarm
from projections.lag import Due, Lag, Rejected
from projections.operator_acts import OperatorAct, skips
from projections.parking import ParkedCase, parked_cases
from projections.read_model import all_read_models
from tests.integration.interfaces.conftest import Regcase
from tests.integration.interfaces.test_do_and_show import OPEN
from tests.poison import Parked

BY = ("--by", "operator:admin")
WHY = ("--reason", "Entered by hand", "--authority", "Head of registry")
NOTICE, ISSUED = "fine.penalty_notice_issued", "enforcement_notice.issued"


def told(regcase: Regcase, *arguments: str, code: int = 0) -> Any:
    answer = regcase(*arguments, "--json")
    assert answer.code == code, answer
    return json.loads(answer.out)


def named(regcase: Regcase, case_id: UUID | str) -> str:
    """As people know a case, and its id."""
    (reference,) = (row["reference"] for row in told(regcase, "cases") if row["case_id"] == str(case_id))
    return f"{reference} ({case_id})"


class TestList:
    def test_shows_what_waits_where_since_when_and_who_sees_to_it(self, regcase: Regcase, parked: Parked) -> None:
        regcase("parked", "assign", "cases", str(parked.fine.case_id), "--to", "jane", *BY)
        answer = regcase("parked", "list")
        assert answer.code == 0
        line = next(line for line in answer.out.splitlines() if line.startswith("cases") and str(parked.fine.case_id) in line)
        assert f"version {parked.fine.version}" in line
        assert "UnreadableEvent (permanent)" in line
        assert line.endswith("jane")
        assert answer.out.count("nobody") == 2 * len(all_read_models()) - 1

    @pytest.mark.usefixtures("parked")
    def test_tells_machines_everything(self, regcase: Regcase) -> None:
        row = told(regcase, "parked", "list", "--read-model", "cases")[0]
        assert row.keys() == {
            "read_model", "case_id", "matter_id", "version", "event_type", "error_kind", "error_class", "error", "attempts",
            "parked_at", "last_attempt_at", "stale_since", "owner", "waiting_events",
        }  # fmt: skip

    def test_is_narrowed_by_read_model_error_and_owner(self, regcase: Regcase, parked: Parked) -> None:
        regcase("parked", "assign", "cases", str(parked.fine.case_id), "--to", "jane", *BY)
        assert {row["read_model"] for row in told(regcase, "parked", "list", "--read-model", "penalties")} == {"penalties"}
        assert [row["case_id"] for row in told(regcase, "parked", "list", "--owner", "jane")] == [str(parked.fine.case_id)]
        assert told(regcase, "parked", "list", "--error", "ValueError") == []

    @pytest.mark.usefixtures("pool")
    def test_without_any_says_so(self, regcase: Regcase) -> None:
        assert regcase("parked", "list").out == "No case is parked.\n"

    @pytest.mark.usefixtures("parked")
    def test_tells_beside_it_that_a_limit_is_passed(self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
        assert regcase("parked", "list").err == ""
        monkeypatch.setenv("REGCASE_PARKED_MOST", "1")
        answer = regcase("parked", "list", "--json")
        assert answer.err == "Alarm: 2 cases are parked; at most 1 may be. See `regcase parked list`.\n"
        assert len(json.loads(answer.out)) == 2 * len(all_read_models())


class TestShow:
    def test_tells_event_error_attempts_since_and_owner(self, regcase: Regcase, parked: Parked) -> None:
        out = regcase("parked", "show", str(parked.fine.case_id)[:8]).out
        assert f"timeline: case {named(regcase, parked.fine.case_id)} waits at version {parked.fine.version} ({NOTICE})" in out
        assert "error: UnreadableEvent: event " in out
        assert "kind: permanent" in out
        assert "attempts: 1, the last at 20" in out
        assert "  since: 20" in out
        assert "stale since: 20" in out
        assert "this event and " in out
        assert "owner: nobody" in out
        assert "What operators did" not in out

    def test_tells_what_operators_did_there(self, regcase: Regcase, parked: Parked) -> None:
        case = str(parked.fine.case_id)
        regcase("parked", "assign", "timeline", case, "--to", "jane", *BY, "--reason", "Hers")
        regcase("parked", "retry", "timeline", case, *BY)
        regcase("parked", "skip", "timeline", case, *BY, *WHY)
        out = regcase("parked", "show", case).out
        version = parked.fine.version
        assert f"timeline: operator (admin) gave version {version} to jane: Hers" in out
        assert f"timeline: operator (admin) tried version {version} again, and it still waited" in out
        assert f"left version {version} out, on the authority of Head of registry: Entered by hand" in out
        regcase("parked", "retry", "cases", case, *BY)
        rows = {row["read_model"]: row for row in told(regcase, "parked", "show", case)}
        assert "timeline" not in rows
        assert [act["act"] for act in rows["cases"]["acts"]] == ["retry"]
        assert rows["penalties"]["acts"] == []

    def test_of_a_case_that_waits_at_its_first_event_is_found_by_its_id(
        self, regcase: Regcase, pool: Pool, parked: Parked
    ) -> None:
        with pool.connection() as connection:
            connection.execute("DELETE FROM read_cases.cases WHERE case_id = %s", (parked.fine.case_id,))
        assert f"cases: case {parked.fine.case_id} waits" in regcase("parked", "show", str(parked.fine.case_id)[:8]).out

    def test_of_a_name_that_may_mean_another_case_says_so(self, regcase: Regcase, pool: Pool, parked: Parked) -> None:
        """What is done to the wrong case, to skip an event for one, is done for ever."""
        fine = str(parked.fine.case_id)
        assert "there is no case" in regcase("parked", "show", fine[:5]).err
        with pool.connection() as connection:
            other = connection.execute("UPDATE read_cases.cases SET reference = %s WHERE reference = 'INV-1'", (fine[:8],))
            assert other.rowcount == 1
        for act in (("show", fine[:8]), ("skip", "timeline", fine[:8], *BY, *WHY)):
            answer = regcase("parked", *act)
            assert (answer.code, "fits several" in answer.err) == (1, True)

    @pytest.mark.usefixtures("parked")
    def test_of_a_case_that_does_not_wait_says_so(self, regcase: Regcase) -> None:
        answer = regcase("parked", "show", "INV-1")
        assert (answer.code, answer.err) == (1, "INV-1 is not parked. `regcase parked list` shows what is.\n")


class TestRetry:
    def test_of_one_ends_with_1_while_it_waits_and_0_when_it_goes_on(self, regcase: Regcase, parked: Parked) -> None:
        case = str(parked.fine.case_id)
        answer = regcase("parked", "retry", "timeline", case, *BY)
        assert answer.code == 1
        assert answer.out == f"Case {named(regcase, case)} still waits in timeline; `regcase parked show {case[:8]}` tells why.\n"
        parked.mend(parked.fine)
        answer = regcase("parked", "retry", "timeline", case, *BY)
        assert (answer.code, answer.out) == (0, f"Case {named(regcase, case)} goes on in timeline.\n")
        assert regcase("parked", "retry", "timeline", case, *BY).code == 1

    def test_of_a_case_frees_it_everywhere(self, regcase: Regcase, parked: Parked) -> None:
        parked.mend(parked.fine)
        done = told(regcase, "parked", "retry", "--case", str(parked.fine.case_id), *BY)
        assert [(row["read_model"], row["outcome"]) for row in done] == [(name, "goes_on") for name in sorted(all_read_models())]

    def test_of_an_error_tells_each_and_ends_with_1_where_some_still_wait(
        self, regcase: Regcase, pool: Pool, parked: Parked
    ) -> None:
        parked.mend(parked.fine)
        done = told(regcase, "parked", "retry", "cases", "--error", "UnreadableEvent", *BY, code=1)
        assert {row["case_id"]: row["outcome"] for row in done} == {
            str(parked.fine.case_id): "goes_on",
            str(parked.notice.case_id): "waits",
        }
        assert len(parked_cases(pool)) == 2 * len(all_read_models()) - 1
        parked.mend(parked.notice)
        assert regcase("parked", "retry", "--error", "UnreadableEvent", *BY).code == 0
        assert parked_cases(pool) == []

    @pytest.mark.usefixtures("parked")
    def test_of_an_error_that_nothing_waits_for_says_so(self, regcase: Regcase) -> None:
        answer = regcase("parked", "retry", "--error", "ValueError", *BY)
        assert (answer.code, answer.err) == (
            1, "No case waits because of ValueError. `regcase parked list` shows what does.\n",
        )  # fmt: skip


@pytest.mark.parametrize(
    "what",
    [(), ("cases",), ("cases", "INV-1", "--error", "x"), ("--case", "INV-1", "--error", "x"), ("cases", "--case", "INV-1")],
)
@pytest.mark.parametrize("act", [("retry",), ("assign", "--to", "jane")])
def test_what_is_meant_must_be_said_in_one_way(regcase: Regcase, pool: Pool, act: tuple[str, ...], what: tuple[str, ...]) -> None:
    answer = regcase("parked", act[0], *what, *act[1:], *BY)
    assert answer.code == 2
    assert "Name READMODEL and CASE, or --case CASE, or --error ERROR" in answer.err


class TestAssign:
    def test_names_the_owner_of_one_or_of_all_of_an_error(self, regcase: Regcase, parked: Parked) -> None:
        case = str(parked.fine.case_id)
        answer = regcase("parked", "assign", "cases", case, "--to", "jane", *BY)
        assert (answer.code, answer.out) == (0, f"jane sees to case {named(regcase, case)} in cases.\n")
        done = told(regcase, "parked", "assign", "--error", "UnreadableEvent", "--to", "joe", *BY)
        assert len(done) == 2 * len(all_read_models())
        assert {row["owner"] for row in told(regcase, "parked", "list")} == {"joe"}


class TestActs:
    def test_are_told_of_all_cases_or_of_one_also_when_it_waits_no_more(self, regcase: Regcase, parked: Parked) -> None:
        fine, notice = str(parked.fine.case_id), str(parked.notice.case_id)
        assert regcase("parked", "acts").out == "No act is recorded.\n"
        regcase("parked", "assign", "cases", notice, "--to", "jane", *BY)
        parked.mend(parked.fine)
        regcase("parked", "retry", "--case", fine, *BY, "--reason", "Upgraded")
        assert regcase("parked", "show", fine).code == 1
        first, *others = regcase("parked", "acts").out.splitlines()
        assert first.startswith(f"Case {named(regcase, notice)}, 20")
        assert first.endswith(f"cases: operator (admin) gave version {parked.notice.version} to jane")
        assert regcase("parked", "acts", fine[:8]).out.splitlines() == others
        assert others[-1].endswith(f"operator (admin) tried version {parked.fine.version} again, and it went on: Upgraded")
        assert [row["read_model"] for row in told(regcase, "parked", "acts", fine)] == sorted(all_read_models())


class TestSkip:
    def test_tells_what_is_left_out_and_that_the_case_goes_on(self, regcase: Regcase, parked: Parked) -> None:
        answer = regcase("parked", "skip", "timeline", str(parked.fine.case_id), *BY, *WHY)
        assert answer.code == 0
        assert (
            f"Version {parked.fine.version} of case {named(regcase, parked.fine.case_id)}, {NOTICE}, is left out in timeline"
            in answer.out
        )
        (done,) = told(regcase, "parked", "skip", "cases", str(parked.fine.case_id), *BY, *WHY)
        assert (done["read_model"], done["outcome"]) == ("cases", "goes_on")

    def test_of_another_event_than_was_decided_about_is_refused(self, regcase: Regcase, pool: Pool, parked: Parked) -> None:
        before = parked_cases(pool)
        answer = regcase("parked", "skip", "timeline", str(parked.fine.case_id), "--version", "3", *BY, *WHY)
        assert answer.code == 1
        assert f"waits at version {parked.fine.version} in timeline, not at 3" in " ".join(answer.err.split())
        assert parked_cases(pool) == before

    def test_without_actor_reason_or_authority_does_nothing(self, regcase: Regcase, pool: Pool, parked: Parked) -> None:
        before = parked_cases(pool)
        for lacking in ("--by", "--reason", "--authority"):
            options = [part for option in (BY, WHY[:2], WHY[2:]) if option[0] != lacking for part in option]
            answer = regcase("parked", "skip", "timeline", str(parked.fine.case_id), *options)
            assert answer.code == 2
            assert lacking in answer.err
        assert parked_cases(pool) == before


@pytest.mark.parametrize("act", [("retry",), ("assign", "--to", "jane"), ("skip", *WHY)])
def test_anybody_but_an_administrator_is_refused(regcase: Regcase, parked: Parked, act: tuple[str, ...]) -> None:
    refused = told(regcase, "parked", act[0], "timeline", str(parked.fine.case_id), *act[1:], "--by", "x:officer", code=1)
    assert refused["error"]["code"] == "forbidden"
    assert "needs the role admin; x acts as officer" in refused["error"]["message"]


LISTS = (("cases",), ("matters",), ("deadlines",), ("penalties",), ("timeline", "INV-1"))


class TestEveryListAndPage:
    def test_says_which_rows_are_stale_and_beside_it_that_some_may_be_missing(self, regcase: Regcase, parked: Parked) -> None:
        assert parked.fine.stored_at
        for page in (*LISTS, ("matters", "--siblings", str(parked.fine.matter_id))):
            answer = regcase(*page)
            assert answer.code == 0
            assert "stale since" in answer.out.splitlines()[0], page
            assert any(f"{parked.fine.stored_at.astimezone():%Y-%m-%d %H:%M}" in line for line in answer.out.splitlines()[1:])
            assert answer.err.startswith("Not up to date: ")
            assert all(str(bad.case_id)[:8] in answer.err for bad in (parked.fine, parked.notice))
            assert "and may be stale or missing here. `regcase parked list` tells more." in answer.err

    def test_says_for_ever_what_an_operator_left_out(self, regcase: Regcase, parked: Parked) -> None:
        """A sum that lacks a payment is wrong by it, and nothing in the row tells."""
        fine, event = str(parked.fine.case_id), f"event {parked.fine.version} of {str(parked.fine.case_id)[:8]}"
        for name in all_read_models():
            regcase("parked", "skip", name, fine, *BY, *WHY)
        for bad in (parked.fine, parked.notice):
            parked.mend(bad)
        regcase("parked", "retry", "--error", "UnreadableEvent", *BY)
        for page in (*LISTS, ("matters", "--siblings", str(parked.fine.matter_id)), ("deadlines", "--matter", "INV-1")):
            answer = regcase(*page)
            assert answer.code == 0
            assert answer.err.startswith("Left out here: "), page
            assert event in " ".join(answer.err.split()), page
        reconciled = regcase("reconcile", "--full")
        assert reconciled.code == 0
        assert f"penalties: event {parked.fine.version} of case {fine} was left out on " in reconciled.out
        assert "is what the event store says, but for what was left out." in " ".join(reconciled.out.split())
        assert {row["read_model"] for row in told(regcase, "reconcile", code=0)["left_out"]} == set(all_read_models())

    def test_tells_machines_since_when(self, regcase: Regcase, parked: Parked) -> None:
        fine = str(parked.fine.case_id)
        for page in LISTS:
            answer = told(regcase, *page)
            rows = answer["penalties"] + answer["by_year"] if isinstance(answer, dict) else answer
            stale = {row["stale_since"] for row in rows if row.get("case_id", fine) == fine}
            assert {datetime.fromisoformat(since) for since in stale} == {parked.fine.stored_at}, page

    def test_says_nothing_where_nothing_is_parked(self, regcase: Regcase, parked: Parked) -> None:
        for bad in (parked.fine, parked.notice):
            parked.mend(bad)
        regcase("parked", "retry", "--error", "UnreadableEvent", *BY)
        for page in (*LISTS, ("deadlines", "--explain")):
            answer = regcase(*page)
            assert (answer.code, answer.err) == (0, ""), page
            assert "stale" not in answer.out

    @pytest.mark.usefixtures("parked")
    def test_explains_a_deadline_with_it(self, regcase: Regcase) -> None:
        headings = [line for line in regcase("deadlines", "--explain").out.splitlines() if ", due " in line]
        stale = [line for line in headings if "(stale since 20" in line]
        assert stale
        assert all("fine-1:" in line or "notice-1:" in line for line in stale)


def test_who_waits_for_what_was_written_is_told_that_a_parked_case_does_not_show_it(regcase: Regcase, pool: Pool) -> None:
    case = told(regcase, *OPEN)["case_id"]
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO parked_cases (read_model, generation, case_id, version, event_type, error_class, error) "
            "SELECT name, 'live', %s, 1, 'x', 'x', 'x' FROM unnest(%s::text[]) AS named (name)",
            (case, list(all_read_models())),
        )
    finding = ("provision=UK GDPR Art 32", "tier=standard", "summary=x")
    done = ("do", "investigation.record_finding", "--on", case, "--by", "jane:officer", "--with", *finding, "--wait", "0")
    answer = regcase(*done)
    assert answer.code == 0, answer
    assert f"Everything is written, but case {case} is parked in cases, which does not show it." in answer.err


class TestReconcile:
    def test_tells_of_a_parked_case_and_is_no_success(self, regcase: Regcase, parked: Parked) -> None:
        answer = regcase("reconcile", "--full")
        assert answer.code == 1
        assert f"timeline: case {parked.fine.case_id} is parked at version {parked.fine.version} (UnreadableEvent)" in answer.out
        assert "What is parked is compared as far as it was applied; see `regcase parked show CASE`, then `retry`." in answer.out
        assert "a row differs" not in answer.out

    @pytest.mark.usefixtures("parked")
    def test_tells_machines_of_it(self, regcase: Regcase) -> None:
        answer = told(regcase, "reconcile", code=1)
        assert answer["differences"] == []
        assert len(answer["parked"]) == 2 * len(all_read_models())

    def test_is_a_success_when_nothing_waits_any_more(self, regcase: Regcase, parked: Parked) -> None:
        for bad in (parked.fine, parked.notice):
            parked.mend(bad)
        regcase("parked", "retry", "--error", "UnreadableEvent", *BY)
        answer = told(regcase, "reconcile", "--full")
        assert (answer["differences"], answer["parked"]) == ([], [])


class TestStatus:
    @staticmethod
    def status(
        parked: list[ParkedCase], *alarms: Alarm, faults: Sequence[str] = (), left_out: Sequence[OperatorAct] = ()
    ) -> Status:
        nothing_due, none_rejected = Due(0, timedelta(0)), Rejected(0, 0)
        left = list(left_out)
        backlog = Backlog(Lag(0, None), {}, parked, left, none_rejected, nothing_due, [], [], None, [], [], datetime.now(UTC))
        return Status([], "b:1", backlog, list(faults), list(alarms), brokers=1, database_answers=True)

    def test_tells_how_many_events_were_left_out_for_ever(
        self, regcase: Regcase, pool: Pool, parked: Parked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("timeline", "cases"):
            regcase("parked", "skip", name, str(parked.fine.case_id), *BY, *WHY)
        status = self.status([], left_out=skips(pool))
        monkeypatch.setattr(status_command, "look", lambda: status)
        assert "events left out: 2 by operators (see `regcase parked acts`)" in regcase("status").out
        assert told(regcase, "status")["left_out"] == 2

    @pytest.mark.usefixtures("parked")
    def test_ends_with_1_and_tells_the_alarm_when_a_limit_is_passed(
        self, regcase: Regcase, pool: Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alarm = Alarm("too_many_parked", "2 cases are parked; at most 1 may be.")
        status = self.status(parked_cases(pool), alarm)
        monkeypatch.setattr(status_command, "look", lambda: status)
        answer = regcase("status")
        assert answer.code == 1
        assert "Alarm: 2 cases are parked; at most 1 may be." in answer.out
        assert "parked cases: 2 (see `regcase parked list`). Timers do not know their deadlines in full." in answer.out
        answered = told(regcase, "status", code=1)
        assert answered["parked"] == 2
        assert answered["alarms"] == [
            {"kind": "too_many_parked", "words": "2 cases are parked; at most 1 may be.", "severity": "critical"}
        ]

    @pytest.mark.usefixtures("pool")
    def test_ends_with_0_and_tells_it_when_there_is_only_a_warning(
        self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        status = self.status([], Alarm("message_rejected", "1 message was no event.", "warning"))
        monkeypatch.setattr(status_command, "look", lambda: status)
        answer = regcase("status")
        assert answer.code == 0
        assert "Warning: 1 message was no event." in answer.out

    @pytest.mark.usefixtures("parked")
    def test_ends_with_0_while_what_is_parked_is_within_the_limits(
        self, regcase: Regcase, pool: Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        status = self.status(parked_cases(pool))
        monkeypatch.setattr(status_command, "look", lambda: status)
        assert told(regcase, "status")["alarms"] == []

    @pytest.mark.usefixtures("pool")
    def test_ends_with_3_when_something_does_not_run_as_well(self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
        status = self.status([], Alarm("too_many_parked", "x"), faults=["no broker answers"])
        monkeypatch.setattr(status_command, "look", lambda: status)
        assert regcase("status").code == 3

    @pytest.mark.usefixtures("parked")
    def test_looks_at_the_limits_of_the_settings(self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
        assert told(regcase, "status", code=3)["alarms"] == []
        monkeypatch.setenv("REGCASE_PARKED_MOST", "1")
        monkeypatch.setenv("REGCASE_PARKED_MINUTES", "0")
        assert [alarm["kind"] for alarm in told(regcase, "status", code=3)["alarms"]] == ["too_many_parked", "parked_too_long"]
