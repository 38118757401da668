"""Money: whole pennies of one currency, never a float."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.money import Money

ADAPTER = TypeAdapter(Money)
pennies = st.integers(0, 10**15)


def gbp(number: int) -> Money:
    return Money(Decimal(number).scaleb(-2), "GBP")


class TestReading:
    @pytest.mark.parametrize(
        ("written", "value"),
        [("GBP 7552800", "7552800.00"), ("GBP 7552800.5", "7552800.50"), ("JPY 5", "5"), ("KWD 1.234", "1.234")],
    )
    def test_takes_what_scripts_write(self, written: str, value: str) -> None:
        assert Money.parse(written).as_json() == {"amount": value, "currency": written[:3]}

    @pytest.mark.parametrize(
        "given",
        [
            "GBP -1",
            "GBP 0.001",
            "GBP 1e3",
            "GBP  1",
            " GBP 1",
            "gbp 1",
            "ZZZ 1",
            "GBP",
            "1",
            "GBP 1,000",
            "GBP ١",
            "GBP 1\n",
            "JPY 1.5",
            "GBP 9999999999999999",
            "GBP NaN",
            "GBP Infinity",
            5,
            5.0,
            True,
            None,
            Decimal(5),
            [],
            {},
            {"amount": 5, "currency": "GBP"},
            {"amount": 5.0, "currency": "GBP"},
            {"amount": True, "currency": "GBP"},
            {"amount": "5", "currency": "GBP", "more": 1},
            {"amount": "5"},
            {"amount": "-5", "currency": "GBP"},
            {"amount": "NaN", "currency": "GBP"},
            {"amount": "5", "currency": None},
            float("nan"),
            10**400,
        ],
    )
    def test_refuses_anything_else_as_a_fault_of_the_field(self, given: Any) -> None:
        with pytest.raises(ValueError, match=r"."):
            Money.parse(given)
        with pytest.raises(ValidationError):
            ADAPTER.validate_python(given)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
            lambda x: st.lists(x) | st.dictionaries(st.text(), x),
        )
    )
    def test_never_fails_in_another_way(self, given: Any) -> None:
        try:
            ADAPTER.validate_python(given)
        except ValidationError:
            return
        assert isinstance(given, str | dict)


class TestCounting:
    @given(pennies, pennies)
    def test_less_is_never_below_nothing_and_gives_back_what_was_taken(self, one: int, other: int) -> None:
        assert gbp(one).less(gbp(other)) == gbp(max(0, one - other))
        assert (gbp(one) + gbp(other)).less(gbp(other)) == gbp(one)

    @given(pennies)
    def test_goes_to_json_and_back(self, number: int) -> None:
        assert Money.parse(gbp(number).as_json()) == gbp(number)
        assert ADAPTER.validate_json(ADAPTER.dump_json(gbp(number))) == gbp(number)

    @given(pennies, st.integers(0, 10_000))
    def test_times_is_adding_up(self, number: int, count: int) -> None:
        assert gbp(number).times(count).value == gbp(number).value * count

    def test_a_share_rounds_half_a_penny_up(self) -> None:
        assert gbp(125).share(Decimal("0.1")) == gbp(13)
        assert gbp(124).share(Decimal("0.1")) == gbp(12)

    @given(
        st.decimals(0, 10**9, places=6, allow_nan=False), st.decimals(0, 10**9, places=6, allow_nan=False), st.integers(0, 400)
    )
    def test_comes_out_in_whole_pence_whatever_digits_were_recorded(self, one: Decimal, other: Decimal, count: int) -> None:
        first, second = Money.recorded(one, "GBP"), Money.recorded(other, "GBP")
        for computed in (first + second, first.less(second), first.times(count), first.share(Decimal("0.04")), first.nothing):
            assert computed == Money(computed.value, "GBP")
            assert computed.as_json()["amount"].partition(".")[2].isdigit()
            assert len(computed.as_json()["amount"].partition(".")[2]) == 2

    def test_of_yen_has_no_decimals(self) -> None:
        assert Money.recorded(Decimal("10.4"), "JPY").times(2).as_json() == {"amount": "21", "currency": "JPY"}

    def test_of_two_currencies_is_refused(self) -> None:
        euro = Money(Decimal(1), "EUR")
        for attempt in (lambda: gbp(1) + euro, lambda: gbp(1).less(euro), lambda: gbp(1) > euro, lambda: gbp(1) <= euro):
            with pytest.raises(ValueError, match="different currencies"):
                attempt()
