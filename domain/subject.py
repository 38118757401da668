"""The subject: who is proceeded against."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Literal, Self

from babel import Locale
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, model_validator

from domain.fields import Name, PersonalData
from domain.money import Money
from domain.recorded import is_recorded, loosely_if_recorded

_PSEUDONYM = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-?[0-9]+")


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())


def _known_country(code: str) -> str:
    if code not in _countries():
        msg = f"{code!r} is not a country code of ISO 3166-1; write for example GB"
        raise ValueError(msg)
    return code


Country = Annotated[str, AfterValidator(_known_country), loosely_if_recorded(str)]


class Subject(BaseModel):
    """Who is proceeded against. `resides_in` defaults to the country; it decides what counts as abroad.

    A natural person (kind individual) is taken only under a pseudonym until personal data can be sealed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Name, PersonalData()]
    country: Country
    region: Name | None = None
    kind: Literal["undertaking", "public_body", "individual"]
    worldwide_turnover: Money | None = None
    resides_in: Country | None = None

    @model_validator(mode="after")
    def _individual_only_by_pseudonym(self, info: ValidationInfo) -> Self:
        if self.kind == "individual" and not is_recorded(info) and not _PSEUDONYM.fullmatch(self.name):
            msg = (
                "a subject of kind individual is taken only under a pseudonym of capitals and digits such as PERSON-0042, "
                "because personal data cannot be sealed yet; keep the name outside the system"
            )
            raise ValueError(msg)
        return self
