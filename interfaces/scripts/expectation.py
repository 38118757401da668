"""Reads what a step expects: which fields may be named of which case, and of what type each is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node

from domain.case.events import CaseType
from domain.money import Money
from interfaces.scripts.model import (
    Expectation,
    ExpectedCase,
    ExpectedDeadline,
    case_type_of_system_name,
)
from interfaces.scripts.nodes import Reader
from interfaces.scripts.yaml_tree import Fault, place_of, shown

_OF_EVERY_CASE = ("state", "version", "deadlines")
_MONEY = ("amount", "payable", "paid", "outstanding", "refund_due")
_OF_TYPE: dict[CaseType, tuple[str, ...]] = {
    "investigation": (),
    "fine": (*_MONEY, "under_appeal", "final", "in_recovery"),
    "enforcement_notice": ("under_appeal", "final"),
    "appeal": ("tier",),
    "non_compliance": _MONEY,
}
_FORMS: dict[str, tuple[type, str]] = {
    "state": (str, "a word"),
    "tier": (str, "a word"),
    "version": (int, "a number"),
    "under_appeal": (bool, "true or false"),
    "final": (bool, "true or false"),
    "in_recovery": (bool, "true or false"),
}
_OF_DEADLINES = ("due", "status", "rule")


class ExpectationReader(Reader):
    """Reads the `expect` of a step.

    Args:
        faults: where faults are noted.
        cases: the cases that the script has named up to there.
        doubtful: names that were given in a faulty way; what is expected of them is not looked at.
    """

    def __init__(self, faults: list[Fault], cases: Mapping[str, CaseType], doubtful: Collection[str] = ()) -> None:
        super().__init__(faults)
        self._cases = cases
        self._doubtful = doubtful

    def read(self, node: Node) -> Expectation:
        """The expectation; faults are noted."""
        if not isinstance(node, MappingNode):
            self.fault(place_of(node), "expect must be a mapping of case names, and 'cases'")
            return Expectation()
        cases: list[ExpectedCase] = []
        number: int | None = None
        for name, value, place in self.entries(node):
            case_type = self._cases.get(name) or case_type_of_system_name(name)
            if name == "cases":
                number = self._number(value)
            elif case_type is None and name in self._doubtful:
                continue
            elif case_type is None:
                known = ", ".join(self._cases) or "none yet"
                self.fault(place, f"the case {shown(name)} is unknown; cases named so far: {known}")
            else:
                cases.append(self._case(name, case_type, value))
        return Expectation(tuple(cases), number)

    def _number(self, node: Node) -> int | None:
        given = self.value(node)
        if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
            return given
        self.fault(place_of(node), f"cases must be a number, not {shown(given)}")
        return None

    def _case(self, name: str, case_type: CaseType, node: Node) -> ExpectedCase:
        fields = self.fields(node, f"an expectation of {name} ({case_type})", optional=(*_OF_EVERY_CASE, *_OF_TYPE[case_type]))
        deadlines = self._deadlines(fields.pop("deadlines", None))
        stated = {field: self._stated(field, value) for field, value in fields.items()}
        return ExpectedCase(name, stated, deadlines)

    def _stated(self, field: str, node: Node) -> Any:
        given = self.value(node)
        if field in _MONEY:
            try:
                return Money.parse(given)
            except ValueError as error:
                self.fault(place_of(node), f"{field} is {shown(given)}: {error}")
                return None
        kind, words = _FORMS[field]
        if type(given) is not kind:
            self.fault(place_of(node), f"{field} must be {words}, not {shown(given)}")
        return given

    def _deadlines(self, node: Node | None) -> tuple[ExpectedDeadline, ...]:
        if node is None:
            return ()
        if not isinstance(node, MappingNode):
            self.fault(place_of(node), "deadlines must be a mapping of roles such as {payment: {status: running}}")
            return ()
        return tuple(ExpectedDeadline(role, self._deadline(role, value)) for role, value, _ in self.entries(node))

    def _deadline(self, role: str, node: Node) -> dict[str, str]:
        fields = self.fields(node, f"an expectation of the deadline {role}", optional=_OF_DEADLINES)
        return {field: self.text(fields, field) for field in fields}
