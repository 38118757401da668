"""`regcase do` and `regcase show` on a real event store."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID

import pytest

from domain.mapper import UnreadableEvent
from foundation.database import Pool
from tests.integration.interfaces.conftest import Regcase, show_everything
from tests.poison import damage
from tests.services import Database

OPEN = (
    "do", "investigation.open", "--by", "jane:officer", "--with", "reference=INV-1", "regime=uk-dpa-2018",
    "subject={name: Acme Ltd, country: GB, kind: undertaking}", "opened_on=2024-01-15", "grounds=[UK GDPR Art 32]",
)  # fmt: skip


def told(regcase: Regcase, *arguments: str) -> Any:
    answer = regcase(*arguments, "--json")
    assert answer.code == 0, answer
    return json.loads(answer.out)


def opened(regcase: Regcase) -> str:
    case_id: str = told(regcase, *OPEN)["case_id"]
    return case_id


def intended(regcase: Regcase) -> str:
    """A fine with a notice of intent."""
    inv = opened(regcase)
    finding = ("provision=UK GDPR Art 32", "tier=standard", "summary=Open to everybody")
    told(regcase, "do", "investigation.record_finding", "--on", inv, "--by", "jane:officer", "--with", *finding)
    facts = (
        "amount=GBP 1000",
        "tier=standard",
        "provisions=[UK GDPR Art 32]",
        "sent_on=2024-05-08",
        "reasons=x",
        f"investigation={inv}",
    )
    case_id: str = told(regcase, "do", "fine.give_notice_of_intent", "--by", "jane:officer", "--with", *facts)["case_id"]
    return case_id


class TestDo:
    def test_tells_what_changed_and_how_each_date_was_worked_out(self, regcase: Regcase) -> None:
        inv = opened(regcase)
        finding = ("provision=UK GDPR Art 32", "tier=standard", "summary=Open to everybody")
        regcase("do", "investigation.record_finding", "--on", inv, "--by", "jane:officer", "--with", *finding)
        facts = ("amount=GBP 1000", "tier=standard", "provisions=[UK GDPR Art 32]", "sent_on=2024-05-08", "reasons=x")
        answer = regcase(
            "do", "fine.give_notice_of_intent", f"investigation={inv}", "--by", "jane:officer", "--with", *facts, "--key", "k1"
        )  # fmt: skip
        assert answer.code == 0, answer
        assert "Done: fine.give_notice_of_intent, under the key k1." in answer.out
        assert "  INV-1/fine-1: Notice of intent sent on 8 May 2024: a penalty of GBP 1,000.00 (standard tier)" in answer.out
        assert "      - 21 days (by the rule: DPA 2018 Sch 16 para 3(4)) end on Wed 29 May 2024." in answer.out
        assert "INV-1/fine-1 is intended now, at version 4" in answer.out
        assert "Time for representations         2024-05-29 [B]  running  uk-dpa-2018/sch16-3" in answer.out

    def test_makes_a_key_and_says_which(self, regcase: Regcase) -> None:
        answer = regcase(*OPEN)
        assert "Done: investigation.open, under the key do-" in answer.out

    def test_under_the_same_key_takes_effect_once(self, regcase: Regcase) -> None:
        first = told(regcase, *OPEN, "--key", "k1")
        again = told(regcase, *OPEN, "--key", "k1")
        assert (first["repeated"], again["repeated"]) == (False, True)
        assert again["events"] == first["events"]
        assert "was given before under the key k1; this is what it led to" in regcase(*OPEN, "--key", "k1").out

    def test_refused_says_why_by_which_law_and_ends_with_1(self, regcase: Regcase) -> None:
        fine = intended(regcase)
        facts = ("amount=GBP 1000", "decided_on=2024-05-09", "sent_on=2024-05-09")
        regcase(
            "do",
            "fine.propose_penalty",
            "--on",
            fine,
            "--by",
            "jane:officer",
            "--with",
            "amount=GBP 1000",
            "proposed_on=2024-05-09",
            "reasons=x",
        )
        issue = ("do", "fine.issue_penalty_notice", "--on", fine, "--by", "tom:issuer", "--with", *facts)
        # The representations ended long ago by the wall clock; the date of law in the command is what counts.
        answer = regcase(*issue)
        assert (answer.code, answer.out) == (1, "")
        assert "Refused: representations run until 2024-05-29" in answer.err
        assert "Code too_early. Nothing was changed." in answer.err
        assert "Law: DPA 2018 Sch 16 para 3(4)" in answer.err
        answer = regcase(*issue, "--json")
        assert answer.code == 1
        assert json.loads(answer.out)["refusal"]["code"] == "too_early"

    def test_with_wrong_facts_tells_all_faults_at_once(self, regcase: Regcase) -> None:
        answer = regcase(
            "do", "fine.record_payment", "--on", intended(regcase), "--by", "ann:registrar", "--with", "amount=GBP -5", "when=now"
        )
        assert answer.code == 1
        for fault in (
            "amount: money is written",
            "received_on: is required",
            "reference: is required",
            "when: is not a field of this command",
        ):
            assert fault in answer.err
        assert "`regcase commands fine.record_payment` tells its facts" in answer.err
        assert "Traceback" not in answer.err

    @pytest.mark.parametrize(
        ("command", "says"),
        [
            (("fine.record_payment", "--by", "ann:registrar"), "fine.record_payment is given on a case. Say which: --on CASE"),
            (("investigation.open", "--by", "ann:registrar", "--on", "INV-1"), "opens a new case. Leave --on out"),
        ],
    )
    def test_with_no_case_or_one_too_many_is_wrong_use(self, regcase: Regcase, command: tuple[str, ...], says: str) -> None:
        answer = regcase("do", *command)
        assert (answer.code, answer.out) == (2, "")
        assert says in answer.err

    def test_dry_saves_nothing(self, regcase: Regcase) -> None:
        answer = regcase(*OPEN, "--dry-run")
        assert answer.code == 0
        assert "Dry run of investigation.open: nothing was saved. This would happen:" in answer.out
        assert "  INV-1: Investigation INV-1 opened on 15 January 2024" in answer.out
        assert told(regcase, *OPEN)["repeated"] is False

    def test_keeps_to_the_expected_version(self, regcase: Regcase) -> None:
        inv = opened(regcase)
        hold = (
            "do",
            "investigation.place_hold",
            "--on",
            inv,
            "--by",
            "jane:officer",
            "--with",
            "reason=x",
            "placed_on=2024-02-01",
        )
        answer = regcase(*hold, "--expect-version", "7")
        assert answer.code == 1
        assert "the case is at version 1, not 7" in answer.err
        assert regcase(*hold, "--expect-version", "1").code == 0

    def test_on_a_case_that_is_not_there_is_refused(self, regcase: Regcase) -> None:
        answer = regcase(
            "do",
            "fine.serve",
            "--on",
            "00000000-0000-0000-0000-000000000001",
            "--by",
            "ann:registrar",
            "--with",
            "served_on=2024-01-01",
            "method=post",
        )
        assert answer.code == 1
        assert "Code unknown_case." in answer.err

    def test_an_unusable_key_is_wrong_use(self, regcase: Regcase) -> None:
        answer = regcase(*OPEN, "--key", "x" * 300)
        assert answer.code == 2
        assert "idempotency_key" in answer.err

    def test_needs_no_read_models_where_ids_are_whole_and_says_so_where_they_are_not(self, regcase: Regcase) -> None:
        opened(regcase)
        answer = regcase("show", "INV-1")
        assert answer.code == 1
        assert "The read models are not built yet, so 'INV-1' cannot be looked up." in answer.err

    @pytest.mark.usefixtures("pool")
    def test_waits_for_the_read_models_and_says_which_are_behind(self, regcase: Regcase) -> None:
        started = time.monotonic()
        answer = regcase(*OPEN, "--wait", "0.3")
        assert 0.3 <= time.monotonic() - started < 5
        assert answer.code == 4
        assert (
            "Everything is written, but within 0.3 s these read models do not show it yet: cases, deadlines, matters"
            in answer.err
        )
        machine = regcase(*OPEN, "--wait", "0", "--json")
        assert machine.code == 4
        assert json.loads(machine.out)["events"]


class TestWhatCannotBeRead:
    """A stored event of a schema that this version does not know: a caseworker is told what became of what was asked."""

    @pytest.fixture
    def fine(self, regcase: Regcase, pool: Pool, database: Database) -> str:
        fine = intended(regcase)
        show_everything(pool)
        damage(database, UUID(fine), 1)
        return fine

    def test_leaves_a_command_undecided_and_says_so(self, regcase: Regcase, fine: str) -> None:
        before = told(regcase, "timeline", fine)
        payment = ("amount=GBP 5", "received_on=2024-07-01", "reference=A7")
        act = ("do", "fine.record_payment", *payment, "--on", "INV-1/fine-1", "--by", "ann:registrar", "--key", "k1")
        answer = regcase(*act)
        assert (answer.code, answer.out) == (70, "")
        assert answer.err.startswith(
            "The command fine.record_payment on INV-1/fine-1 was not decided, and nothing was changed: an entry in"
        )
        assert "What it did when it was given before under this key, if it was, stands. To try again does not help" in answer.err
        assert answer.err.splitlines()[-1].startswith(f"  event {fine}/1 of type ")
        machine = json.loads(regcase(*act, "--json").out)
        assert machine["exit_code"] == 70
        assert machine["error"]["detail"].startswith(f"event {fine}/1 of type ")
        assert told(regcase, "timeline", fine) == before

    def test_keeps_a_case_from_being_shown_and_says_so(self, regcase: Regcase, fine: str) -> None:
        answer = regcase("show", fine)
        assert (answer.code, answer.out) == (70, "")
        assert answer.err.startswith(f"The case {fine} cannot be shown: an entry in the history of the case")
        answer = regcase("show", "INV-1/fine-1", "--as-of", "2024-05-09")
        assert answer.code == 70
        assert answer.err.startswith(
            "The case INV-1/fine-1 cannot be shown as it stood as of 2024-05-09, for which its whole history is read: an entry in"
        )
        assert "tell the administrator of regcase, and pass on what follows.\n  event " in answer.err

    @pytest.mark.usefixtures("pool")
    def test_does_not_hide_that_a_command_was_done(self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
        def met(*_: object, **_more: object) -> None:
            raise UnreadableEvent("event 1/2")

        with monkeypatch.context() as patched:
            patched.setattr("interfaces.cli.do._print_done", met)
            answer = regcase(*OPEN, "--key", "k1")
        assert answer.code == 70
        assert answer.err.startswith("This was not done to its end, and what was done of it stands: an entry in the history")
        assert answer.err.endswith("\n  event 1/2\n")
        assert told(regcase, *OPEN, "--key", "k1")["repeated"]


class TestNamingACase:
    @pytest.fixture
    def inv(self, regcase: Regcase, pool: Pool) -> str:
        inv = opened(regcase)
        show_everything(pool)
        return inv

    @pytest.mark.usefixtures("inv")
    def test_by_its_reference(self, regcase: Regcase) -> None:
        assert told(regcase, "show", "INV-1")["reference"] == "INV-1"

    def test_by_the_beginning_of_its_id(self, regcase: Regcase, inv: str) -> None:
        assert told(regcase, "show", inv[:8])["case_id"] == inv

    @pytest.mark.usefixtures("inv")
    def test_that_is_not_there_ends_with_1(self, regcase: Regcase) -> None:
        answer = regcase("show", "INV-9")
        assert answer.code == 1
        assert "there is no case 'INV-9'" in answer.err

    @pytest.mark.usefixtures("inv")
    def test_works_in_facts_too(self, regcase: Regcase) -> None:
        finding = ("provision=UK GDPR Art 32", "tier=standard", "summary=Open to everybody")
        assert (
            regcase("do", "investigation.record_finding", "--on", "INV-1", "--by", "jane:officer", "--with", *finding).code == 0
        )
        facts = (
            "investigation=INV-1",
            "amount=GBP 1000",
            "tier=standard",
            "provisions=[UK GDPR Art 32]",
            "sent_on=2024-05-08",
            "reasons=x",
        )
        assert regcase("do", "fine.give_notice_of_intent", "--by", "jane:officer", "--with", *facts).code == 0


class TestShow:
    def test_tells_state_money_and_deadlines(self, regcase: Regcase) -> None:
        fine = intended(regcase)
        answer = regcase("show", fine)
        assert answer.code == 0
        assert answer.out.startswith("Fine INV-1/fine-1\nAs it stands now.\n")
        for line in (
            "  state: intended",
            "  subject: Acme Ltd (GB, undertaking)",
            "  amount: GBP 1,000.00",
            "  payable: GBP 0.00",
            "  under appeal: no",
        ):
            assert line in answer.out.splitlines()
        assert "Time limit for a penalty notice  2024-11-08 [B]  running  uk-dpa-2018/sch16-2" in answer.out

    def test_explains_dates_to_those_who_ask(self, regcase: Regcase) -> None:
        fine = intended(regcase)
        assert "- Fri 8 Nov 2024 is a working day" not in regcase("show", fine).out
        assert "- Fri 8 Nov 2024 is a working day, so the end stays there." in regcase("show", fine, "--explain").out

    def test_as_of_a_day_says_which_kind_of_time_it_means(self, regcase: Regcase) -> None:
        fine = intended(regcase)
        answer = regcase("show", fine, "--as-of", "2024-05-08", "--by", "effective")
        assert (
            "As it stood in law at the end of 8 May 2024, with everything known today: 4 of 4 events had effect by then."
            in answer.out
        )
        answer = regcase("show", fine, "--as-of", "2024-05-08", "--by", "recorded")
        assert answer.code == 1
        assert "was not known as of 2024-05-08. Try --by effective." in answer.err
        answer = regcase("show", fine, "--as-of", "2024-05-07", "--by", "effective")
        assert "had not begun in law as of 2024-05-07. Give a later day." in answer.err
        told_ = told(regcase, "show", fine, "--as-of", "2024-05-08", "--by", "effective")
        assert (told_["as_of"], told_["by"], told_["amount"]) == (
            "2024-05-08",
            "effective",
            {"amount": "1000.00", "currency": "GBP"},
        )

    def test_without_a_database_is_refused_within_two_seconds(self, regcase: Regcase, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REGCASE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
        started = time.monotonic()
        answer = regcase("show", "00000000-0000-0000-0000-000000000001", "--json")
        assert time.monotonic() - started < 2.5
        assert answer.code == 3
        assert "The database does not answer" in json.loads(answer.out)["error"]["message"]
