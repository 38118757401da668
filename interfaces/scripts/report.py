"""What came of playing a script: step by step what happened, and what differs from what was stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.case.case import Case
from domain.case.deadline_events import DeadlineSet
from domain.case.events import CaseEvent
from domain.words import describe, law_date, worked_steps
from interfaces.facts import as_json, deadline_facts, facts_of
from interfaces.scripts.model import Script, Step


@dataclass(frozen=True)
class Difference:
    """Something did not happen as stated. `line` is where the step begins in its file."""

    step: int
    line: int
    what: str
    stated: str
    happened: str

    def __str__(self) -> str:
        return f"step {self.step} (line {self.line}), {self.what}: stated {self.stated}; happened {self.happened}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"step": self.step, "line": self.line, "what": self.what, "stated": self.stated, "happened": self.happened}


@dataclass(frozen=True)
class PlayedStep:
    """One step, played.

    `fell_due` is what the moving of the clock led to before the command, `events` what the command did.
    `skipped` names the case without which the step could not be played. `statements` is how many things it stated.
    """

    step: Step
    case_id: UUID | None = None
    fell_due: tuple[CaseEvent, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    refusal: Mapping[str, Any] | None = None
    skipped: str | None = None
    statements: int = 0
    differences: tuple[Difference, ...] = ()


@dataclass
class Report:
    """A script, played. `names` are its cases; `cases` how they stand at the end."""

    script: Script
    steps: list[PlayedStep] = field(default_factory=list)
    names: Mapping[str, UUID] = field(default_factory=dict)
    cases: Mapping[str, Case] = field(default_factory=dict)

    @property
    def differences(self) -> list[Difference]:
        """Everything that did not happen as stated, in order of steps."""
        return [difference for step in self.steps for difference in step.differences]

    def name_of(self, case_id: UUID) -> str:
        """The name of a case in the script."""
        return next((name for name, known in self.names.items() if known == case_id), str(case_id)[:8])

    def as_json(self) -> dict[str, Any]:
        """For machines: everything that the page for people shows."""
        return {
            "file": self.script.source,
            "matter": self.script.matter,
            "matter_id": str(self.script.matter_id),
            "title": self.script.title,
            "regime": self.script.regime,
            "as_stated": not self.differences,
            "steps": [self._step_as_json(played) for played in self.steps],
            "cases": {name: _case_as_json(case) for name, case in self.cases.items()},
            "differences": [difference.as_json() for difference in self.differences],
        }

    def _step_as_json(self, played: PlayedStep) -> dict[str, Any]:
        step = played.step
        return {
            "step": step.number,
            "line": step.line,
            "at": step.at.isoformat(),
            "command": step.do,
            "by": str(step.by) if step.by else None,
            "case": step.named or step.on,
            "case_id": str(played.case_id) if played.case_id else None,
            "fell_due": [self._event_as_json(event) for event in played.fell_due],
            "events": [self._event_as_json(event) for event in played.events],
            "refusal": dict(played.refusal) if played.refusal else None,
            "skipped": played.skipped,
            "statements": played.statements,
            "differences": [difference.as_json() for difference in played.differences],
        }

    def _event_as_json(self, event: CaseEvent) -> dict[str, Any]:
        return {"case": self.name_of(event.case_id), **event_as_json(event)}


def event_as_json(event: CaseEvent) -> dict[str, Any]:
    """An event for machines: type, place, words, both kinds of date, and the worked steps where it tells a computed day."""
    day = law_date(event)
    told = {
        "case_id": str(event.case_id),
        "version": event.version,
        "type": event.type,
        "words": describe(event),
        "law_date": day.isoformat() if day else None,
        "recorded": event.recorded.isoformat(),
        "actor": str(event.actor),
    }
    if isinstance(event, DeadlineSet):
        told |= {"role": event.role, "due": event.terms.due.isoformat()}
    steps = worked_steps(event)
    return {**told, "steps": list(steps)} if steps else told


def _case_as_json(case: Case) -> dict[str, Any]:
    deadlines = [deadline_facts(deadline) for deadline in case.deadlines.values()]
    return {"case_id": str(case.id), "case_type": case.TOPIC, **as_json(facts_of(case)), "deadlines": deadlines}
