"""Read model `deadlines`: the latest deadline of each role of each case, with the worked steps. The timers read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.case.deadline_events import (
    DeadlineLapsed,
    DeadlineMet,
    DeadlinePassed,
    DeadlineResumed,
    DeadlineSet,
    DeadlineStarted,
    DeadlineSuspended,
    DeadlineTerms,
)
from domain.case.events import CaseEvent, JustificationRecorded
from projections.read_model import Change

_DOES_NOT_RESUME: dict[str, Any] = {"until_at": None, "set_version": None}


def changes(event: CaseEvent) -> Iterable[Change]:
    """Pure: the same event gives the same rows, live, healed or rebuilt."""
    match event:
        case DeadlineStarted(role=role, terms=terms):
            start = {"matter_id": event.matter_id, "case_type": event.case_type, "started_version": event.version}
            yield Change("start", role=role, **start, **_columns(terms), set_version=event.version)
        case DeadlineResumed(role=role, terms=terms, cause=cause):
            yield Change("resume", role=role, cause=cause)
            yield Change("set", role=role, **_columns(terms), set_version=event.version)
        case DeadlineSet(role=role, terms=terms):
            yield Change("set", role=role, **_columns(terms), set_version=event.version)
            yield Change("justify", role=role)
        case DeadlineSuspended(role=role, cause=cause, until_at=until_at):
            resumes = {"until_at": until_at.isoformat(), "set_version": event.version} if until_at else _DOES_NOT_RESUME
            yield Change("suspend", role=role, cause=cause, **resumes)
        case DeadlineMet(role=role, met_on=act):
            yield Change("meet", role=role, met_on=act.isoformat())
        case DeadlinePassed(role=role, fired_at=fired_at, reason_owed=reason_owed):
            yield Change("pass", role=role, fired_at=fired_at, reason_owed=reason_owed)
        case DeadlineLapsed(role=role, reason=reason):
            yield Change("lapse", role=role, reason=reason)
        case JustificationRecorded(role=role):
            yield Change("justify", role=role)
        case _:
            pass


def _columns(terms: DeadlineTerms) -> dict[str, Any]:
    return {
        "kind": terms.kind,
        "rule": terms.rule.id,
        "rule_version": terms.rule.version,
        "cites": list(terms.rule.cites),
        "trigger_event": terms.trigger.event,
        "trigger_date": terms.trigger.date.isoformat(),
        "calendar": terms.calendar.id,
        "calendar_version": terms.calendar.version,
        "steps": list(terms.steps),
        "marks": list(terms.marks),
        "due": terms.due,
        "due_at": terms.due_at,
    }
