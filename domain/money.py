"""Money: a Decimal with its ISO 4217 currency. Never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel.numbers import get_currency_precision, list_currencies
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from domain.recorded import is_recorded

_WRITTEN = re.compile(r"([A-Z]{3}) ([0-9]{1,15}(?:\.[0-9]{1,4})?)")
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")
_RECORDED_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_EXACTLY = Context(prec=100, rounding=ROUND_HALF_UP)
"""More digits than any sum has, so that none is lost before the one rounding at the end."""


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _smallest_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-get_currency_precision(currency))


@dataclass(frozen=True)
class Money:
    """A sum that is not negative, in whole smallest units (pence, cents) of its currency.

    Written `GBP 7552800` or `GBP 7552800.00` in scripts, `{"amount": "7552800.00", "currency": "GBP"}` in JSON.

    Raises:
        ValueError: a negative sum, a part of a penny, or no ISO 4217 currency.
    """

    value: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in _currencies():
            msg = f"{self.currency!r} is not an ISO 4217 currency code; write for example GBP"
            raise ValueError(msg)
        if not self.value.is_finite() or self.value < 0:
            msg = f"an amount cannot be {self.value}; it is zero or more"
            raise ValueError(msg)
        unit = _smallest_unit(self.currency)
        rounded = self.value.quantize(unit)
        if rounded != self.value:
            msg = f"{self.currency} {self.value} has parts smaller than {unit} {self.currency}; give whole units of it"
            raise ValueError(msg)
        object.__setattr__(self, "value", rounded)

    @classmethod
    def recorded(cls, value: Decimal, currency: str) -> Money:
        """A sum as an event tells it, or computed from such: whatever currencies and units are known today."""
        money = object.__new__(cls)
        object.__setattr__(money, "value", value)
        object.__setattr__(money, "currency", currency)
        return money

    @classmethod
    def from_event(cls, given: object) -> Money:
        """Read money as events hold it.

        Raises:
            ValueError: not `{"amount": "7552800.00", "currency": "GBP"}`.
        """
        match given:
            case Money():
                return given
            case {"amount": str(amount), "currency": str(currency), **more} if not more and _RECORDED_AMOUNT.fullmatch(amount):
                return cls.recorded(Decimal(amount), currency)
            case _:
                msg = "a recorded sum is not of the form of money"
                raise ValueError(msg)

    @classmethod
    def parse(cls, given: object) -> Money:
        """Read money as scripts and JSON write it.

        Raises:
            ValueError: neither `GBP 7552800.00` nor `{"amount": "7552800.00", "currency": "GBP"}`.
        """
        if isinstance(given, Money):
            return given
        if isinstance(given, str):
            written = _WRITTEN.fullmatch(given)
            if written:
                return cls(Decimal(written[2]), written[1])
        if isinstance(given, dict) and given.keys() == {"amount", "currency"}:
            amount, currency = given["amount"], given["currency"]
            if isinstance(amount, str) and _AMOUNT.fullmatch(amount) and isinstance(currency, str):
                try:
                    return cls(Decimal(amount), currency)
                except InvalidOperation as error:
                    raise ValueError(str(error)) from error
        msg = 'money is written `GBP 7552800.00`, or {"amount": "7552800.00", "currency": "GBP"} in JSON; not negative'
        raise ValueError(msg)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in that currency."""
        return cls(Decimal(0), currency)

    @property
    def decimals(self) -> int:
        """How many decimals the smallest unit of its currency has."""
        return get_currency_precision(self.currency)

    @property
    def nothing(self) -> Money:
        """Nothing, in the same currency."""
        return Money.recorded(Decimal(0).quantize(_smallest_unit(self.currency)), self.currency)

    def __str__(self) -> str:
        return f"{self.currency} {self.value:,}"

    def _value_of(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            msg = f"{self} and {other} are in different currencies"
            raise ValueError(msg)
        return other.value

    def _computed(self, value: Decimal) -> Money:
        """A sum that was computed: in whole smallest units, whatever digits had been recorded; half a unit rounds up."""
        return Money.recorded(_EXACTLY.quantize(value, _smallest_unit(self.currency)), self.currency)

    def __add__(self, other: Money) -> Money:
        return self._computed(_EXACTLY.add(self.value, self._value_of(other)))

    def less(self, other: Money) -> Money:
        """Self minus other, and zero where other is more."""
        return self._computed(max(_EXACTLY.subtract(self.value, self._value_of(other)), Decimal(0)))

    def share(self, fraction: Decimal) -> Money:
        """A part of this sum, such as 4 % as Decimal('0.04'); half a smallest unit rounds up."""
        return self._computed(_EXACTLY.multiply(self.value, fraction))

    def plus_exactly(self, more: Decimal) -> Money:
        """Self and what was computed without rounding; rounded now, half a smallest unit up."""
        return self._computed(_EXACTLY.add(self.value, more))

    def times(self, count: int) -> Money:
        """The sum that many times over."""
        return self._computed(_EXACTLY.multiply(self.value, Decimal(count)))

    def __gt__(self, other: Money) -> bool:
        return self.value > self._value_of(other)

    def __ge__(self, other: Money) -> bool:
        return self.value >= self._value_of(other)

    def __lt__(self, other: Money) -> bool:
        return self.value < self._value_of(other)

    def __le__(self, other: Money) -> bool:
        return self.value <= self._value_of(other)

    def __bool__(self) -> bool:
        return self.value > 0

    def as_json(self) -> dict[str, str]:
        """Its one form in JSON."""
        return {"amount": f"{self.value:f}", "currency": self.currency}

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def taken(given: object, info: ValidationInfo) -> Money:
            return cls.from_event(given) if is_recorded(info) else cls.parse(given)

        return core_schema.with_info_plain_validator_function(
            taken, serialization=core_schema.plain_serializer_function_ser_schema(cls.as_json)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "amount": {"type": "string", "pattern": _AMOUNT.pattern},
                "currency": {"type": "string", "pattern": "[A-Z]{3}"},
            },
            "required": ["amount", "currency"],
            "additionalProperties": False,
        }
