"""The types of fields: what they take, and that they refuse everything else as a fault of the field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.fields import ComputedEnd, Day, DayOrInstant, Key, Name, Period, RequirementId, Sha256, SomeNames, Text

anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers() | st.dates() | st.datetimes() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
TYPES: dict[str, TypeAdapter[Any]] = {
    "day": TypeAdapter(Day),
    "day_or_instant": TypeAdapter(DayOrInstant),
    "name": TypeAdapter(Name),
    "text": TypeAdapter(Text),
    "key": TypeAdapter(Key),
    "period": TypeAdapter(Period),
    "requirement": TypeAdapter(RequirementId),
    "names": TypeAdapter(SomeNames),
    "sha256": TypeAdapter(Sha256),
}


@pytest.mark.parametrize("kind", sorted(TYPES))
@given(given=anything)
def test_whatever_comes_is_taken_or_a_fault_of_the_field(kind: str, given: Any) -> None:
    try:
        taken = TYPES[kind].validate_python(given)
    except ValidationError:
        return
    if not isinstance(taken, date):
        assert TYPES[kind].validate_json(TYPES[kind].dump_json(taken)) == taken


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("day", "2021-02-30"),
        ("day", "2021-2-3"),
        ("day", "20210203"),
        ("day", "٢٠٢١-02-03"),
        ("day", "1949-12-31"),
        ("day", "2200-01-01"),
        ("day", "2021-11-29T00:00:00+00:00"),
        ("day", datetime(2021, 11, 29, tzinfo=UTC)),
        ("day", 20210203),
        ("day", True),
        ("day", 0.5),
        ("day_or_instant", "2021-11-29T16:30:00"),
        ("day_or_instant", "0001-01-01T00:00:00+14:00"),
        ("day_or_instant", "tomorrow"),
        ("day_or_instant", "16:30"),
        ("name", ""),
        ("name", "   "),
        ("name", "a" * 201),
        ("name", "a\x00b"),
        ("name", "a\ud800b"),
        ("name", 5),
        ("name", True),
        ("text", "a" * 20_001),
        ("text", "a\x1bb"),
        ("key", "a\udfffb"),
        ("key", ""),
        ("key", "k" * 201),
        ("period", "P0D"),
        ("period", "P1Y1M"),
        ("period", "P٣D"),
        ("period", "P10000D"),
        ("period", "P101Y"),
        ("period", "P9999M"),
        ("period", "P9999W"),
        ("period", 28),
        ("requirement", "a:b"),
        ("requirement", "-a"),
        ("requirement", "a" * 65),
        ("requirement", "a\n"),
        ("sha256", "A" * 64),
        ("names", []),
        ("names", ["a"] * 101),
        ("names", [1]),
        ("names", {"a": "b"}),
    ],
)
def test_what_is_odd_is_a_fault_of_the_field(kind: str, given: Any) -> None:
    with pytest.raises(ValidationError):
        TYPES[kind].validate_python(given)


def test_one_name_is_taken_where_a_list_is_meant() -> None:
    assert TYPES["names"].validate_python("UK GDPR Art 5") == ("UK GDPR Art 5",)


def test_a_key_is_taken_as_it_is() -> None:
    assert TYPES["key"].validate_python(" a ") == " a "


def test_an_instant_keeps_its_offset() -> None:
    taken = TYPES["day_or_instant"].validate_python("2021-11-29T16:30:00+01:00")
    assert TYPES["day_or_instant"].dump_json(taken) == b'"2021-11-29T16:30:00+01:00"'


def test_midnight_stays_an_instant_and_a_day_stays_a_day() -> None:
    for written in ('"2021-11-29T00:00:00Z"', '"2021-11-29"'):
        taken = TYPES["day_or_instant"].validate_json(written)
        assert TYPES["day_or_instant"].dump_json(taken).decode() == written


def test_a_computed_end_may_lie_later_than_any_day_that_a_command_may_name() -> None:
    computed: TypeAdapter[Any] = TypeAdapter(ComputedEnd)
    assert computed.validate_json('"2299-12-31"') == date(2299, 12, 31)
    with pytest.raises(ValidationError):
        computed.validate_python(5)
