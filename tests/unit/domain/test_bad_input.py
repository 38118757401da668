"""Bad input is `invalid`, with all faults at once: nothing is stored, and nothing ends in an exception."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.application import Outcome
from domain.commands import Command
from domain.names import COMMANDS
from domain.roles import SYSTEM
from tests.desk import ISSUER, OFFICER, PROVISION, REGISTRAR, Desk, actor, issued


def deep(levels: int) -> Any:
    nested: Any = []
    for _ in range(levels):
        nested = [nested]
    return nested


def deep_mapping(levels: int) -> Any:
    nested: Any = {}
    for _ in range(levels):
        nested = {"a": nested}
    return nested


ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    10**400,
    "",
    " ",
    "x" * 1_000_000,
    "a\x00b",
    "\ud800",
    "2021-02-30",
    "0000-00-00",
    "9999-12-31",
    "2199-12-31",
    "GBP -5",
    "GBP 0",
    "GBP 0.001",
    "EUR 5",
    "GBP 1e400",
    "ZZZ 5",
    {"amount": 5.0, "currency": "GBP"},
    {"amount": "5", "currency": "EUR"},
    [],
    {},
    [[]],
    {"": ""},
    {1: 2},
    {None: None},
    b"bytes",
    ("a",),
    {"a"},
    deep(5_000),
    deep_mapping(5_000),
    ["a"] * 100_000,
    {f"field{n}": n for n in range(10_000)},
    object(),
    UUID(int=0),
]


def fields_of(name: str) -> list[str]:
    return [info.alias or field for field, info in COMMANDS[name].model_fields.items()]


@pytest.fixture(scope="module")
def desk() -> Desk:
    return issued()


def execute(desk: Desk, name: str, data: dict[str, Any], *, key: str = "odd", dry_run: bool = False) -> Outcome:
    """Under a key that refusals of form leave unused; by whoever may give it."""
    case_type = name.partition(".")[0]
    on = None if COMMANDS[name].OPENS == "always" else {"investigation": "inv", "fine": "fine"}.get(case_type)
    command = Command(
        name=name,
        data=data,
        on=desk.names[on] if on else None,
        actor=SYSTEM if name.endswith(("fire_deadline", "become_final")) else ISSUER,
        idempotency_key=key,
    )
    return desk.app.execute(command, dry_run=dry_run)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_odd_value_in_every_field_is_answered(name: str, desk: Desk) -> None:
    last = desk.app.recorder.max_notification_id()
    for odd in ODD:
        data = dict.fromkeys(fields_of(name), odd)
        outcome = execute(desk, name, data, dry_run=True)
        if outcome.refusal or (fields_of(name) and not name.endswith(".assign")):  # its fields are texts
            assert outcome.refusal, (name, odd)
            assert outcome.refusal["code"] == "invalid", (name, odd, outcome.refusal)
            assert_can_be_shown(outcome.refusal)
    assert desk.app.recorder.max_notification_id() == last


def assert_can_be_shown(refusal: dict[str, Any]) -> None:
    written = json.dumps(refusal, allow_nan=False, ensure_ascii=False).encode()
    assert len(refusal["message"]) < 10_000
    assert len(written) < 500_000
    assert "Traceback" not in refusal["message"]
    for fault in refusal["details"].get("faults", ()):
        assert not re.search(r"(Input|String|Tuple|List|Dictionary|Value|Field)s? (should|error|required)", fault["problem"]), (
            fault
        )
        assert fault["problem"] != "is not in the form that is needed", fault


@pytest.mark.parametrize(
    ("field", "given", "problem"),
    [
        ("sent_on", 5, "a day is written as ISO 8601, for example 2021-11-29"),
        ("reasons", 5, "is written as a text"),
        ("reasons", "", "must not be empty"),
        ("reasons", "x" * 20_001, "is too long; at most 20000 letters"),
        ("tier", "lower", "is one of 'standard' or 'higher'"),
        ("provisions", [], "is empty; at least 1 is needed"),
        ("representations_within", "three weeks", "is a period of one unit, such as P28D, P2W, P6M, P1Y or PT24H"),
        ("investigation", "inv", "is the id of a case, such as 1b4e28ba-2fa1-4d2a-883f-0016d3cca427"),
        ("surprise", 1, "is not a field of this command"),
    ],
)
def test_a_fault_is_told_in_words_that_a_caseworker_understands(field: str, given: Any, problem: str, desk: Desk) -> None:
    refusal = execute(desk, "fine.give_notice_of_intent", {field: given}).refusal
    assert refusal
    told = {fault["field"]: fault["problem"] for fault in refusal["details"]["faults"]}
    assert told[field] == problem


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_unknown_field_is_a_fault_beside_all_others(name: str, desk: Desk) -> None:
    refusal = execute(desk, name, {"surprise": 1, "x" * 10_000: 2, "a\x00b\u202e": 3}).refusal
    assert refusal
    named = {fault["field"] for fault in refusal["details"]["faults"]}
    required = {info.alias or field for field, info in COMMANDS[name].model_fields.items() if info.is_required()}
    assert {"surprise", "a\\x00b\\u202e", *required} <= named
    assert_can_be_shown(refusal)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(name=st.sampled_from(sorted(COMMANDS)), values=st.data())
def test_whatever_json_says_is_answered(name: str, values: st.DataObject) -> None:
    desk = _shared()
    chosen = st.fixed_dictionaries({}, optional=dict.fromkeys(fields_of(name), json_values))
    last = desk.app.recorder.max_notification_id()
    outcome = execute(desk, name, values.draw(chosen), dry_run=True)
    if outcome.refusal:
        assert_can_be_shown(outcome.refusal)
    assert desk.app.recorder.max_notification_id() == last


_SHARED: list[Desk] = []


def _shared() -> Desk:
    if not _SHARED:
        _SHARED.append(issued())
    return _SHARED[0]


@pytest.mark.parametrize(("letters", "code"), [(120, None), (121, "invalid")])
def test_the_reference_of_a_matter_leaves_room_for_what_is_named_after_it(letters: int, code: str | None) -> None:
    desk = Desk()
    opened = desk.do(
        "investigation.open",
        name="inv",
        reference="R" * letters,
        regime="uk-dpa-2018",
        subject={"name": "A Ltd", "country": "GB", "kind": "undertaking"},
        opened_on="2020-07-09",
        grounds=["g"],
    )
    assert (opened.refusal or {"code": None})["code"] == code


class TestAllFaultsAtOnce:
    def test_are_told_with_the_field_and_what_is_wrong_with_it(self) -> None:
        refusal = issued().refused(
            "fine.give_notice_of_intent",
            investigation="not-an-id",
            amount="GBP -5",
            tier="highest",
            provisions=[],
            sent_on="2021-02-30",
            reasons="",
            representations_within="three weeks",
            more=1,
        )
        assert refusal["code"] == "invalid"
        assert [fault["field"] for fault in refusal["details"]["faults"]] == [
            "investigation",
            "amount",
            "tier",
            "provisions",
            "sent_on",
            "reasons",
            "representations_within",
            "more",
        ]
        assert all(fault["problem"] for fault in refusal["details"]["faults"])

    def test_of_dates_currency_and_what_the_regime_wants(self) -> None:
        refusal = issued().refused(
            "fine.give_notice_of_intent",
            investigation="inv",
            amount="EUR 5",
            provisions=[PROVISION],
            sent_on="2022-05-19",
            reasons="r",
        )
        faults = {fault["field"]: fault["problem"] for fault in refusal["details"]["faults"]}
        assert set(faults) == {"tier", "sent_on", "amount"}
        assert "GBP" in faults["amount"]
        assert "after today" in faults["sent_on"]

    def test_of_currency_deep_inside_a_field(self) -> None:
        daily = {"id": "a", "text": "t", "periodic_penalty": {"rate": "EUR 5", "per": "day"}}
        refusal = issued().refused(
            "enforcement_notice.issue",
            by=ISSUER,
            investigation="inv",
            kind="order",
            decided_on="2022-05-18",
            sent_on="2022-05-18",
            requirements=[daily],
        )
        assert [fault["field"] for fault in refusal["details"]["faults"]] == ["requirements"]


def test_a_list_of_which_every_item_has_a_fault_is_not_told_to_be_empty() -> None:
    plan = [{"amount": "GBP 0", "due_on": "2022-08-01"}]
    refusal = issued().refused("fine.agree_instalments", "fine", agreed_on="2022-05-18", instalments=plan)
    assert [fault["field"] for fault in refusal["details"]["faults"]] == ["instalments.0.amount"]


class TestDatesAfterTheClocksDay:
    def test_are_refused_for_acts_and_taken_for_what_may_lie_ahead(self) -> None:
        desk = issued()
        fields = {"served_on": "2022-05-19", "method": "post"}
        assert desk.refused("fine.serve", "fine", by=REGISTRAR, **fields)["code"] == "invalid"
        desk.done("fine.serve", "fine", by=REGISTRAR, served_on="2022-05-18", method="post", deemed_on="2022-05-20")

    def test_are_days_of_the_regimes_zone(self) -> None:
        desk = issued()
        desk.time.current = desk.time.current.replace(hour=23, minute=30)
        assert desk.time.current.isoformat() == "2022-05-18T23:30:00+00:00", "half past midnight on the 19th in London"
        desk.done("fine.record_payment", "fine", by=REGISTRAR, amount="GBP 1", received_on="2022-05-19", reference="r")

    def test_as_an_instant_are_refused_too(self) -> None:
        desk = issued()
        late = desk.refused(
            "appeal.lodge",
            by=REGISTRAR,
            against=["fine"],
            scope="whole",
            court="first_tier_tribunal",
            received_on="2022-05-19T00:30:00+01:00",
            grounds=["g"],
        )
        assert late["code"] == "invalid"


class TestWhatACommandIsAbout:
    def test_an_unknown_command_is_invalid(self, desk: Desk) -> None:
        for name in ("fine.abolish", "fine", "", ".", "x" * 1_000_000, "\ud800", "fine.apply", "fine.issue_notice"):
            outcome = desk.app.execute(Command(name=name, on=desk.names["fine"], actor=OFFICER, idempotency_key="k"))
            assert outcome.refusal
            assert outcome.refusal["code"] == "invalid"
            assert_can_be_shown(outcome.refusal)

    def test_an_unknown_case_is_told_and_kept_under_the_key(self, desk: Desk) -> None:
        command = Command(
            name="fine.cancel_penalty_notice",
            data={"sent_on": "2022-05-18", "reasons": "r"},
            on=UUID(int=7),
            actor=ISSUER,
            idempotency_key="unknown",
        )
        first, again = desk.app.execute(command), desk.app.execute(command)
        assert first.refusal
        assert (first.refusal["code"], again.refusal, again.repeated) == ("unknown_case", first.refusal, True)

    def test_a_case_of_another_type_is_invalid(self) -> None:
        desk = issued()
        refusal = desk.refused("enforcement_notice.cancel", "fine", by=ISSUER, sent_on="2022-05-18", reasons="r")
        assert refusal["code"] == "invalid"
        refusal = desk.refused(
            "enforcement_notice.give_preliminary_notice",
            investigation="fine",
            sent_on="2022-05-18",
            requirements=[{"id": "stop", "text": "t"}],
        )
        assert refusal["details"]["faults"][0]["field"] == "investigation"

    def test_a_case_named_where_none_is_wanted_or_none_where_one_is_wanted(self) -> None:
        desk = issued()
        opens = desk.refused("investigation.open", "inv")
        assert "on" in {fault["field"] for fault in opens["details"]["faults"]}
        needs = desk.refused("fine.cancel_penalty_notice", by=ISSUER)
        assert {fault["field"] for fault in needs["details"]["faults"]} == {"on", "sent_on", "reasons"}

    def test_an_unknown_regime_is_invalid(self) -> None:
        refusal = issued().refused(
            "investigation.open",
            reference="I",
            regime="atlantis",
            subject={"name": "A Ltd", "country": "GB", "kind": "undertaking"},
            opened_on="2022-05-18",
            grounds=["g"],
        )
        assert (refusal["code"], refusal["details"]["faults"][0]["field"]) == ("invalid", "regime")

    def test_a_natural_person_by_name_is_invalid(self) -> None:
        fields: dict[str, Any] = {"reference": "I", "regime": "uk-dpa-2018", "opened_on": "2022-05-18", "grounds": ["g"]}
        person = {"country": "GB", "kind": "individual"}
        desk = issued()
        assert desk.refused("investigation.open", subject={**person, "name": "Jane Doe"}, **fields)["code"] == "invalid"
        desk.done("investigation.open", name="other", subject={**person, "name": "PERSON-0042"}, **fields)


class TestTheCommandItself:
    @pytest.mark.parametrize(
        "field",
        [
            {"idempotency_key": ""},
            {"idempotency_key": "k" * 201},
            {"idempotency_key": "a\ud800"},
            {"idempotency_key": "a\x00"},
            {"correlation_id": "\udfff"},
            {"causation_id": "\x1b"},
            {"expected_version": -1},
            {"expected_version": True},
            {"expected_version": 1.0},
            {"expected_version": "1"},
            {"on": "no id"},
            {"data": []},
            {"data": {1: 2}},
            {"actor": {"id": "a b", "role": "officer"}},
            {"actor": {"id": "a", "role": "king"}},
            {"surprise": 1},
        ],
    )
    def test_with_odd_parts_is_refused_by_its_form(self, field: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            Command.model_validate({"name": "fine.assign", "actor": OFFICER, "idempotency_key": "k", **field})

    @given(st.text(min_size=1, max_size=200), st.recursive(st.none() | st.text(), st.lists, max_leaves=5))
    def test_always_has_a_digest_or_none_at_all(self, key: str, value: Any) -> None:
        try:
            command = Command(name="fine.assign", data={"officer": value}, actor=OFFICER, idempotency_key=key)
        except ValidationError:
            return
        assert len(command.digest()) == 64

    @pytest.mark.parametrize("odd", [deep(50_000), {1: "a", "1": "b", None: "c"}, float("nan"), object(), {"a", "b"}])
    def test_with_odd_data_under_a_used_key_is_another_command(self, odd: Any) -> None:
        desk = issued()
        desk.done("fine.assign", "fine", key="used", officer="o", role="r")
        outcome = desk.do("fine.assign", "fine", key="used", officer=odd, role="r")
        assert outcome.refusal
        assert "used for another command" in outcome.refusal["message"]


def test_roles_that_may_nothing_get_the_form_checked_first_and_learn_nothing_else(desk: Desk) -> None:
    refusal = desk.refused(
        "fine.propose_penalty", "fine", by=actor("analyst"), amount="GBP 1", proposed_on="2022-05-18", reasons="r"
    )
    assert refusal["code"] == "forbidden"
