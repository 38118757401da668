"""Compares what a step states with what happened, name by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.application import CaseApplication, Outcome
from domain.case.case import Case
from domain.case.deadline import Deadline
from interfaces.facts import facts_of
from interfaces.scripts.cast import Cast, NeverCame
from interfaces.scripts.model import Expectation, ExpectedCase, ExpectedDeadline, Script, Step
from interfaces.scripts.report import Difference


def compare_outcome(step: Step, outcome: Outcome) -> Iterator[Difference]:
    """Whether a command was accepted or refused as the step states."""
    refusal, expected = outcome.refusal, step.refused
    if refusal is None:
        if expected is not None:
            happened = ", ".join(event.type for event in outcome.events) or "nothing to do"
            stated = f"refused with {expected.code}" if expected.code else "refused"
            yield Difference(step.number, step.line, str(step.do), stated, f"accepted: {happened}")
        return
    cites = f" [{'; '.join(refusal['cites'])}]" if refusal["cites"] else ""
    happened = f"refused with {refusal['code']}: {refusal['message']}{cites}"
    if expected is None:
        yield Difference(step.number, step.line, str(step.do), "accepted", happened)
    elif expected.code not in (None, refusal["code"]):
        yield Difference(step.number, step.line, str(step.do), f"refused with {expected.code}", happened)


def compare_expectation(
    step: Step, expect: Expectation, script: Script, app: CaseApplication, cast: Cast
) -> Iterator[Difference]:
    """Each named field of each named case that is not as stated."""
    for expected in expect.cases:
        try:
            case = app.case(cast.id_of(expected.case))
        except NeverCame:
            stated = ", ".join([*expected.stated, *(f"deadlines.{d.role}" for d in expected.deadlines)]) or "a case"
            yield Difference(step.number, step.line, expected.case, stated, "the case never came to be")
            continue
        for where, stated, happened in _unlike(expected, case):
            yield Difference(step.number, step.line, f"{expected.case}.{where}", shown(stated), shown(happened))
    if expect.number_of_cases is not None:
        number = len(app.cases_of(script.matter_id))
        if number != expect.number_of_cases:
            yield Difference(step.number, step.line, "cases", str(expect.number_of_cases), str(number))


def number_of_statements(expect: Expectation) -> int:
    """How many things an expectation states."""
    fields = sum(len(case.stated) + sum(max(1, len(d.stated)) for d in case.deadlines) for case in expect.cases)
    return fields + (expect.number_of_cases is not None)


def shown(value: Any) -> str:
    """A value as a script writes it."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _unlike(expected: ExpectedCase, case: Case) -> Iterator[tuple[str, Any, Any]]:
    facts = facts_of(case)
    yield from ((name, stated, facts[name]) for name, stated in expected.stated.items() if stated != facts[name])
    for deadline in expected.deadlines:
        yield from _unlike_deadline(deadline, case.deadline(deadline.role))


def _unlike_deadline(expected: ExpectedDeadline, deadline: Deadline | None) -> Iterator[tuple[str, Any, Any]]:
    where = f"deadlines.{expected.role}"
    if deadline is None:
        stated = ", ".join(f"{name} {value}" for name, value in expected.stated.items()) or "a deadline"
        yield where, stated, "no such deadline"
        return
    facts = {"due": deadline.due.isoformat(), "status": deadline.status, "rule": deadline.terms.rule.id}
    yield from ((f"{where}.{name}", stated, facts[name]) for name, stated in expected.stated.items() if stated != facts[name])
