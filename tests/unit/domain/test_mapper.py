"""To the store and back: byte for byte, whatever the law says by then; what cannot be read says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

import domain.regimes._load as loading
from domain.case.commands import FireDeadline
from domain.investigation.events import InvestigationOpened
from domain.mapper import MAX_STATE_BYTES, CaseEventMapper, StoredEnvelope, UnreadableEvent, decode, digest_of, split_state
from domain.money import Money
from domain.names import EVENT_TYPES
from domain.refusals import Malformed
from domain.regimes import Maximum, Regime
from domain.unit_of_work import UnitOfWork
from tests.desk import ISSUER, REGISTRAR, Desk, appealed, in_force, investigated, issued

MAPPER = CaseEventMapper()


def a_long_history() -> Desk:
    desk = appealed().at("2022-10-03")
    decision = {"decided_on": "2022-10-03", "sent_on": "2022-10-03", "amount": "GBP 1000000"}
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="substituted", **decision)
    desk.done("appeal.record_hearing", "appeal", by=REGISTRAR, from_="2022-10-03", to="2022-10-03")
    desk.at("2022-12-01")
    desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 1000000", received_on="2022-12-01", reference="B")
    return desk


def stored(desk: Desk, name: str = "fine") -> list[StoredEvent]:
    return list(desk.app.events.recorder.select_events(desk.names[name]))


def rewritten(desk: Desk, changes: Mapping[str, str]) -> Desk:
    """The same history as it might have been recorded under other rules of form: with texts replaced in what is stored."""
    old = Desk()
    old.names, old.matter_id = desk.names, desk.matter_id
    old.time.current = desk.time.current
    notifications = desk.app.recorder.select_notifications(start=None, limit=100_000)
    events = []
    for one in notifications:
        state = one.state.decode()
        for text, other in changes.items():
            state = state.replace(text, other)
        events.append(StoredEvent(one.originator_id, one.originator_version, one.topic, state.encode()))
    old.app.recorder.insert_events(events)
    return old


def zero(currency: str) -> Money:
    return Money.recorded(Decimal(0), currency)


class TestToTheStoreAndBack:
    def test_every_event_of_a_long_history_comes_back_byte_for_byte(self) -> None:
        desk = a_long_history()
        seen = 0
        for name in ("inv", "fine", "notice", "appeal"):
            for one in stored(desk, name):
                again = MAPPER.to_stored_event(MAPPER.to_domain_event(one))
                assert (again.topic, again.state, again.originator_version) == (one.topic, one.state, one.originator_version)
                seen += 1
        assert seen > 30

    def test_the_first_line_of_a_state_is_the_envelope_and_can_be_read_without_the_rest(self) -> None:
        (first, *_) = stored(issued())
        envelope, payload = split_state(first.state)
        assert isinstance(envelope, StoredEnvelope)
        assert (envelope.case_id, envelope.version, envelope.schema_version) == (first.originator_id, 1, 1)
        assert b"\n" not in payload
        assert split_state(first.state.partition(b"\n")[0] + b"\nanything at all\n\xff") == (envelope, b"anything at all\n\xff")

    def test_the_digest_is_of_the_payload_alone(self) -> None:
        assert digest_of(b"{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

    def test_texts_with_line_ends_stay_in_one_line(self) -> None:
        desk = investigated()
        finding: dict[str, Any] = {"provision": "p", "tier": "higher", "summary": "one\ntwo\u2028three\r\n\U0001f600"}
        desk.done("investigation.record_finding", "inv", **finding)
        (*_, last) = stored(desk, "inv")
        assert last.state.count(b"\n") == 1
        assert MAPPER.to_domain_event(last).summary == "one\ntwo\u2028three\r\n\U0001f600"  # type: ignore[attr-defined] # the event is of the type stored


class TestAHistoryRecordedUnderOtherLaw:
    def test_with_a_higher_maximum_still_loads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = issued()
        before = vars(desk.fine()).keys()

        def lower(self: Regime, tier: str, subject: object) -> Maximum:
            return Maximum(Money.parse("GBP 1"), "lowered", ())

        monkeypatch.setattr(Regime, "maximum", lower)
        fine = desk.fine()
        assert str(fine.account.amount) == "GBP 7,552,800.00"
        assert vars(fine).keys() == before

    def test_loads_without_any_regime_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = a_long_history()
        names = ("inv", "fine", "notice", "appeal")
        states = {name: desk.case(name).state for name in names}

        def none() -> Mapping[str, Regime]:
            raise AssertionError

        monkeypatch.setattr(loading, "regimes", none)
        monkeypatch.setattr(loading, "load_folder", none)
        assert {name: desk.case(name).state for name in names} == states

    def test_under_looser_field_rules_still_loads(self) -> None:
        old = rewritten(
            a_long_history(),
            {
                '"INV-1': f'"{"R" * 300}',
                '"name":"Clearview AI Inc."': '"name":" Jane Doe ","worldwide_turnover":{"amount":"1.23456","currency":"XQZ"}',
                '"kind":"undertaking"': '"kind":"individual"',
                '"country":"US"': '"country":"Utopia"',
                '"currency":"GBP"': '"currency":"XQZ"',
                '"grounds":["UK GDPR Art 5"]': f'"grounds":{json.dumps(["UK GDPR Art 5"] * 200, separators=(",", ":"))}',
                '"2020-07-09"': '"1900-07-09"',
                '"P28D"': '"P300Y"',
                '"id":"caseworker"': '"id":"the case worker"',
                '"id":"stop"': '"id":"stop it"',
            },
        )
        investigation, fine = old.investigation(), old.fine()
        assert (investigation.subject.name, investigation.subject.country) == (" Jane Doe ", "Utopia")
        assert str(investigation.subject.worldwide_turnover) == "XQZ 1.23456"
        assert investigation.reference == "R" * 300
        assert fine.reference == "R" * 300 + "/fine-1"
        assert (fine.state, str(fine.account.payable), fine.account.outstanding) == ("settled", "XQZ 1,000,000.00", zero("XQZ"))
        assert fine.notice is not None
        assert (fine.notice.pay_within, fine.proposal and fine.proposal.actor.id) == ("P300Y", "the case worker")
        assert set(old.notice().requirements) == {"stop it", "delete"}
        assert old.case("appeal").state == "final"
        opened = old.app.events_of(old.names["inv"])[0]
        assert isinstance(opened, InvestigationOpened)
        assert (opened.opened_on, len(opened.grounds)) == (date(1900, 7, 9), 200)
        for name in ("inv", "fine", "notice", "appeal"):
            for one in stored(old, name):
                assert MAPPER.to_stored_event(MAPPER.to_domain_event(one)).state == one.state

    def test_under_looser_field_rules_can_be_gone_on_with(self) -> None:
        demand = {"id": "stop", "text": "Stop", "comply_by": "2198-12-01"}
        old = rewritten(in_force(requirements=[demand]), {"INV-1": "R" * 300, "2198-12-01": "2298-12-01"}).at("2022-06-14")
        old.done(
            "appeal.lodge",
            by=REGISTRAR,
            against=["notice"],
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-06-14",
            grounds=["g"],
        )
        old.at("2022-06-20").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-06-20")
        assert str(old.deadline("notice", "comply:stop").due) == "2298-12-07"

    def test_under_looser_field_rules_still_has_its_timers(self) -> None:
        old = rewritten(issued(), {"INV-1": "R" * 200}).at("2022-06-20")
        assert [case.reference[200:] for case in old.non_compliances()] == ["/fine-1/non-compliance-1"]

    def test_a_case_that_was_only_loaded_can_be_read_and_not_acted_upon(self) -> None:
        desk = issued()
        fine = UnitOfWork(desk.app.repository).case(desk.names["fine"])
        with pytest.raises(RuntimeError, match="to be read"):
            fine.fire_deadline(FireDeadline(role="payment", set_version=fine.deadlines["payment"].set_version), None)  # type: ignore[arg-type] # never reads the law


class TestWhatCannotBeRead:
    def envelope(self) -> StoredEnvelope:
        (first, *_) = stored(issued())
        return split_state(first.state)[0]

    def test_an_unknown_type(self) -> None:
        with pytest.raises(UnreadableEvent, match="unknown to this version"):
            decode("fine.abolished", self.envelope(), b"{}")

    def test_an_unknown_schema_version(self) -> None:
        later = self.envelope().model_copy(update={"schema_version": 2})
        with pytest.raises(UnreadableEvent, match="schema 2"):
            decode("fine.opened", later, b"{}")

    @pytest.mark.parametrize(
        "payload",
        [
            b"",
            b"null",
            b"[]",
            b"{",
            b"\xff\xfe",
            b'{"regime": 5}',
            b'{"envelope": {}}',
            b'{"1": 2}',
            b'{"regime":"r","reference":"r","subject":{"name":"A","country":"GB","kind":"undertaking"},"more":1}',
            b"[" * 100_000,
            b'{"regime":' * 100_000,
        ],
    )
    def test_a_payload_that_is_not_as_its_type_says(self, payload: bytes) -> None:
        with pytest.raises(UnreadableEvent):
            decode("fine.opened", self.envelope(), payload)

    @pytest.mark.parametrize("state", [b"", b"\n{}", b"{}\n{}", b"not json\n{}", b"\xff\n{}", b"[" * 100_000])
    def test_a_state_whose_first_line_is_no_envelope(self, state: bytes) -> None:
        with pytest.raises(UnreadableEvent, match="envelope"):
            split_state(state)

    @pytest.mark.parametrize(("topic", "state"), [("_unknown", b"{}"), ("_outcome.recorded", b"{}"), ("_outcome.recorded", b"")])
    def test_an_internal_event(self, topic: str, state: bytes) -> None:
        with pytest.raises(UnreadableEvent):
            MAPPER.to_domain_event(StoredEvent(UUID(int=1), 1, topic, state))


class TestAnOversizeEvent:
    def requirements(self) -> list[dict[str, str]]:
        return [{"id": f"r{n}", "text": "x" * 20_000} for n in range(14)]

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_is_refused_as_invalid_when_the_command_is_given_and_nothing_is_stored(self, dry_run: bool) -> None:
        desk = investigated().at("2022-05-18")
        last = desk.app.recorder.max_notification_id()
        fields: dict[str, Any] = {"investigation": "inv", "kind": "order", "decided_on": "2022-05-18", "sent_on": "2022-05-18"}
        refusal = desk.do(
            "enforcement_notice.issue", by=ISSUER, dry_run=dry_run, requirements=self.requirements(), **fields
        ).refusal
        assert refusal
        assert (refusal["code"], refusal["details"]["limit"]) == ("invalid", MAX_STATE_BYTES)
        assert desk.app.recorder.max_notification_id() == last

    def test_counts_bytes_not_letters(self) -> None:
        (first, *_) = stored(issued())
        event = MAPPER.to_domain_event(first)
        long = event.model_copy(update={"reference": "\U0001f600" * (MAX_STATE_BYTES // 4)})  # type: ignore[attr-defined] # the event is of the type stored
        with pytest.raises(Malformed):
            MAPPER.to_stored_event(long)


def test_every_event_type_is_named_as_its_case_type_and_its_own_name() -> None:
    for name, event_type in EVENT_TYPES.items():
        case_type, _, own = name.partition(".")
        assert own == event_type.NAME
        assert case_type in ("investigation", "fine", "enforcement_notice", "appeal", "non_compliance")


def test_a_payload_is_json_with_its_names_in_order() -> None:
    for one in stored(a_long_history()):
        payload = split_state(one.state)[1]
        facts = json.loads(payload)
        assert list(facts) == sorted(facts)
        assert json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode() == payload
