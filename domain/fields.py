"""The types that fields of commands and events are made of: texts, days, instants, names.

Their rules are for commands; of what was recorded only the plain type is asked (`domain.recorded`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo

from domain.money import Money
from domain.recorded import is_recorded, loosely_if_recorded

FIRST_DAY = date(1950, 1, 1)
LAST_DAY = date(2199, 12, 31)
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
PERIOD_FORM = r"^(P([1-9][0-9]{0,3}[DWMY])|PT[1-9][0-9]{0,3}H)$"
REQUIREMENT_ID_FORM = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
SHA256_FORM = r"^[0-9a-f]{64}$"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _storable(text: str) -> str:
    """Refuse what neither JSON nor the database could keep, before it is stored: no event may be unreadable later."""
    found = _UNSAFE.search(text)
    if found:
        msg = f"contains the control character U+{ord(found[0]):04X}; remove it"
        raise ValueError(msg)
    return text


def _day(given: object, info: ValidationInfo) -> date:
    if isinstance(given, str) and _DAY.fullmatch(given):
        given = date.fromisoformat(given)
    if not isinstance(given, date) or isinstance(given, datetime):
        msg = "a day is written as ISO 8601, for example 2021-11-29"
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError as a fault of the field, TypeError not
    if not is_recorded(info) and not FIRST_DAY <= given <= LAST_DAY:
        msg = f"{given} lies outside {FIRST_DAY} to {LAST_DAY}"
        raise ValueError(msg)
    return given


def _day_or_instant(given: object, info: ValidationInfo) -> date | datetime:
    if isinstance(given, str) and not _DAY.fullmatch(given):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            msg = "a day is written 2021-11-29, an instant 2021-11-29T16:30:00+00:00"
            raise ValueError(msg) from None
    if isinstance(given, datetime):
        if given.tzinfo is None:
            msg = f"the instant {given.isoformat()} has no offset from UTC; write for example 2021-11-29T16:30:00+00:00"
            raise ValueError(msg)
        _day(given.date(), info)
        return given
    return _day(given, info)


def _computed(given: object) -> date | datetime:
    if isinstance(given, str):
        return date.fromisoformat(given) if _DAY.fullmatch(given) else datetime.fromisoformat(given)
    if not isinstance(given, date):
        msg = "a computed end is a day or an instant"
        raise ValueError(msg)  # noqa: TRY004 - see _day
    return given


def _of_a_lifetime(period: str) -> str:
    days = {"H": 1 / 24, "D": 1, "W": 7, "M": 30, "Y": 365}[period[-1]] * int(period.strip("PTDWMYH"))
    if days > 100 * 365:
        msg = f"{period} is longer than 100 years"
        raise ValueError(msg)
    return period


def one_or_several(given: Any) -> Any:
    """Take one item where a list is meant."""
    return given if isinstance(given, list | tuple) else (given,)


def _above_zero(money: Money) -> Money:
    if not money:
        msg = "the amount must be above zero"
        raise ValueError(msg)
    return money


class PersonalData:
    """Marks a field that holds personal data: never logged, and sealed per subject once sealing is built."""


Day = Annotated[date, BeforeValidator(_day)]
DayOrInstant = Annotated[date | datetime, BeforeValidator(_day_or_instant)]
"""Where a rule has an hour, an act's date may be an instant; a bare date counts as before that hour."""
ComputedEnd = Annotated[date | datetime, BeforeValidator(_computed)]
"""A day or an instant that was computed: it may lie later than any day that a command may name."""

Key = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable)]
"""A key or a correlation id: taken as it is, never stripped."""

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(_storable),
    loosely_if_recorded(str),
]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True),
    AfterValidator(_storable),
    loosely_if_recorded(str),
    PersonalData(),
]
"""Free text: whoever writes a reason writes about people."""
Reference = Annotated[Name, Field(max_length=120)]
"""What people call a matter: shorter than a name, because the system names the matter's other cases after it."""
RequirementId = Annotated[str, StringConstraints(pattern=REQUIREMENT_ID_FORM), loosely_if_recorded(str)]
NoticeName = RequirementId
"""What a notice is called within its investigation: it stands in the roles of its deadlines, `response:NAME`."""
Period = Annotated[
    str,
    StringConstraints(pattern=PERIOD_FORM),
    AfterValidator(_of_a_lifetime),
    loosely_if_recorded(str),
]
"""An ISO 8601 period of one unit, of at most 100 years: `P28D`, `P6M`, `PT24H`."""

PositiveMoney = Annotated[Money, AfterValidator(_above_zero), loosely_if_recorded(Money)]
Names = Annotated[tuple[Name, ...], Field(max_length=100), loosely_if_recorded(tuple[str, ...])]
SomeNames = Annotated[
    tuple[Name, ...], BeforeValidator(one_or_several), Field(min_length=1, max_length=100), loosely_if_recorded(tuple[str, ...])
]
Sha256 = Annotated[str, StringConstraints(pattern=SHA256_FORM), loosely_if_recorded(str)]


def day_of(given: date | datetime) -> date:
    """The day of an act. Its instant is told by the clocks of its regime (`domain.commands.in_zone_of`)."""
    return given.date() if isinstance(given, datetime) else given
