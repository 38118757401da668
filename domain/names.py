"""The contract's names at work: which class stands behind each event type, command and case type."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import get_args

import domain.appeal.commands
import domain.appeal.events
import domain.case.commands
import domain.case.deadline_events
import domain.case.events
import domain.enforcement_notice.commands
import domain.enforcement_notice.events
import domain.fine.commands
import domain.fine.events
import domain.investigation.commands
import domain.investigation.events
import domain.non_compliance.commands
import domain.non_compliance.events
from domain.appeal.appeal import Appeal
from domain.case.case import Case
from domain.case.commands import Act
from domain.case.events import CaseEvent, CaseType
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.fine.fine import Fine
from domain.investigation.investigation import Investigation
from domain.non_compliance.non_compliance import NonCompliance

CASE_TYPES: dict[CaseType, type[Case]] = {
    kind.TOPIC: kind for kind in (Investigation, Fine, EnforcementNotice, Appeal, NonCompliance)
}


def _defined_in(module: ModuleType, base: type[CaseEvent | Act], mark: str) -> dict[str, type]:
    return {
        getattr(found, mark): found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, base) and found.__module__ == module.__name__ and hasattr(found, mark)
    }


def _event_types() -> dict[str, type[CaseEvent]]:
    shared = {
        name: event_type
        for module in (domain.case.events, domain.case.deadline_events)
        for name, event_type in _defined_in(module, CaseEvent, "NAME").items()
    }
    own: dict[CaseType, ModuleType] = {
        "investigation": domain.investigation.events,
        "fine": domain.fine.events,
        "enforcement_notice": domain.enforcement_notice.events,
        "appeal": domain.appeal.events,
        "non_compliance": domain.non_compliance.events,
    }
    return {
        f"{case_type}.{name}": event_type
        for case_type, module in own.items()
        for name, event_type in {**shared, **_defined_in(module, CaseEvent, "NAME")}.items()
    }


def _commands() -> dict[str, type[Act]]:
    shared = {
        f"{case_type}.{verb}": act
        for case_type in get_args(CaseType)
        for verb, act in _defined_in(domain.case.commands, Act, "COMMAND").items()
    }
    own = (
        domain.investigation.commands,
        domain.fine.commands,
        domain.enforcement_notice.commands,
        domain.appeal.commands,
        domain.non_compliance.commands,
    )
    return {**shared, **{name: act for module in own for name, act in _defined_in(module, Act, "COMMAND").items()}}


EVENT_TYPES: dict[str, type[CaseEvent]] = _event_types()
"""`fine.notice_of_intent_given` and all others, with their classes."""

COMMANDS: dict[str, type[Act]] = _commands()
"""`fine.give_notice_of_intent` and all others, with the models of their fields."""
