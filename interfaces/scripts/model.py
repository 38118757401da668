"""A case script, read and checked (vocabulary, section 6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.case.events import CaseType
from domain.identifiers import matter_id_of
from domain.roles import Actor
from interfaces.scripts.yaml_tree import Place


@dataclass(frozen=True)
class ExpectedDeadline:
    """What is stated of one deadline: of `due`, `status` and `rule` those that were named, as written."""

    role: str
    stated: Mapping[str, str]


@dataclass(frozen=True)
class ExpectedCase:
    """What is stated of one case: the named fields only. Money is held as Money, the rest as YAML gave it."""

    case: str
    stated: Mapping[str, Any]
    deadlines: tuple[ExpectedDeadline, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """What a step states about its matter once the step is done."""

    cases: tuple[ExpectedCase, ...] = ()
    number_of_cases: int | None = None


@dataclass(frozen=True)
class Refused:
    """The step must be refused; None accepts any code."""

    code: str | None = None


@dataclass(frozen=True)
class Step:
    """One step: the clock moves to `at`, then the command, if any, is given, then the expectations are checked.

    `names` are the references to other cases that stand in `data`: the path to each, and the case's name.
    """

    number: int
    line: int
    at: datetime
    at_place: Place
    written: Mapping[str, Any]
    do: str | None = None
    named: str | None = None
    on: str | None = None
    by: Actor | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    refused: Refused | None = None
    expect: Expectation | None = None

    def digest(self, regime: str) -> str:
        """A digest of everything that makes it this step of a script under that regime."""
        said = {**self.written, "at": self.at.isoformat(), "by": str(self.by) if self.by else None, "under": regime}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Script:
    """A matter's story, step by step."""

    matter: str
    title: str
    regime: str
    actors: Mapping[str, Actor]
    steps: tuple[Step, ...]
    source: str = ""

    @property
    def matter_id(self) -> UUID:
        """The matter, by its name."""
        return matter_id_of(self.matter)


def case_type_of_system_name(name: str) -> CaseType | None:
    """`non_compliance` for `non_compliance-1`, the name of the first such case that the system opened itself."""
    case_type, dash, number = name.rpartition("-")
    if dash and case_type in _CASE_TYPES and number.isascii() and number.isdigit() and not number.startswith("0"):
        return _CASE_TYPES[case_type]
    return None


_CASE_TYPES: dict[str, CaseType] = {
    "investigation": "investigation",
    "fine": "fine",
    "enforcement_notice": "enforcement_notice",
    "appeal": "appeal",
    "non_compliance": "non_compliance",
}
