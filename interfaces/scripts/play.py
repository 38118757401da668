"""The player: one for rehearsals in memory and for loads into the running system; only the stage differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.application import CaseApplication, Firing, Outcome
from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.case.events import CaseEvent
from domain.commands import Command
from domain.identifiers import matter_id_of
from interfaces.scripts.cast import Cast, NeverCame
from interfaces.scripts.compare import compare_expectation, compare_outcome, number_of_statements
from interfaces.scripts.model import Script, Step
from interfaces.scripts.references import with_ids
from interfaces.scripts.report import Difference, PlayedStep, Report


class Stage(Protocol):
    """Where a script is played."""

    @property
    def app(self) -> CaseApplication:
        """Takes the commands."""
        ...

    def move_clock(self, moment: datetime) -> None:
        """Move the matter's clock to an aware instant; never backwards."""
        ...

    def let_pass(self, case: Case, deadline: Deadline) -> None:
        """The clock stands at the deadline's end: have it fired, and return when it has."""
        ...


class Player:
    """Plays one script on a stage, step by step.

    Args:
        script: what to play.
        stage: where.
        correlation_id: ties together everything that the play records.
    """

    def __init__(self, script: Script, stage: Stage, *, correlation_id: str) -> None:
        self._script = script
        self._stage = stage
        self._app = stage.app
        self._correlation_id = correlation_id
        self._seen: dict[UUID, int] = {case_id: self._app.case(case_id).version for case_id in self._cases()}
        self.cast = Cast(self._app, script.matter_id)

    def _cases(self) -> list[UUID]:
        return self._app.cases_of(self._script.matter_id)

    def play(self, step: Step) -> PlayedStep:
        """Move the clock, give the command, compare. A difference stops nothing.

        Raises:
            StoreUnreachable: the event store does not answer; the step may be played again.
        """
        self._move_to(step.at)
        fell_due = self._fresh_events()
        outcome = None
        skipped = None
        differences: list[Difference] = []
        if step.do:
            try:
                outcome = self._app.execute(self._command(step))
            except NeverCame as missing:
                skipped = missing.name
                happened = f"skipped: the case {missing.name!r} never came to be"
                differences.append(Difference(step.number, step.line, step.do, "played", happened))
            else:
                self._take_name(step, outcome)
                differences += compare_outcome(step, outcome)
        done = self._fresh_events() if outcome is None or not outcome.repeated else in_order_of_telling(outcome.events)
        if step.expect:
            differences += compare_expectation(step, step.expect, self._script, self._app, self.cast)
        return PlayedStep(
            step=step,
            case_id=outcome.case_id if outcome and outcome.refusal is None else None,
            fell_due=tuple(fell_due),
            events=tuple(done),
            refusal=outcome.refusal if outcome else None,
            skipped=skipped,
            statements=bool(step.do) + (number_of_statements(step.expect) if step.expect else 0),
            differences=tuple(differences),
        )

    def finish(self, played: list[PlayedStep]) -> Report:
        """The report of the steps played, with the cases as they stand now."""
        names = self.cast.names()
        return Report(self._script, played, names, {name: self._app.case(case_id) for name, case_id in names.items()})

    def _move_to(self, moment: datetime) -> None:
        """Let pass first what falls due up to the moment, in order of due time, with what that starts."""
        while due := next(self._due_by(moment), None):
            self._stage.move_clock(due.at)
            self._stage.let_pass(due.case, due.deadline)
        self._stage.move_clock(moment)

    def _due_by(self, moment: datetime) -> Iterator[Firing]:
        return (firing for firing in self._app.firings(self._script.matter_id) if firing.at <= moment)

    def _command(self, step: Step) -> Command:
        assert step.do is not None
        assert step.by is not None
        data: dict[str, Any] = with_ids(step.do, step.data, self.cast.id_of, matter_id_of)
        opens_matter = step.do == "investigation.open"
        if opens_matter:
            data.setdefault("regime", self._script.regime)
        return Command(
            name=step.do,
            data=data,
            on=self.cast.id_of(step.on) if step.on else None,
            actor=step.by,
            idempotency_key=f"{self._script.matter}/{step.number}",
            correlation_id=self._correlation_id,
            matter_id=self._script.matter_id if opens_matter else None,
        )

    def _take_name(self, step: Step, outcome: Outcome) -> None:
        if step.named and outcome.refusal is None and outcome.case_id:
            self.cast.name(step.named, outcome.case_id)

    def _fresh_events(self) -> list[CaseEvent]:
        """What happened in the matter since this was last asked, in order of recording."""
        fresh: list[CaseEvent] = []
        for case_id in self._cases():
            for event in self._app.events.get(case_id, gt=self._seen.get(case_id, 0)):
                assert isinstance(event, CaseEvent)
                fresh.append(event)
                self._seen[case_id] = event.version
        return in_order_of_telling(fresh)


def in_order_of_telling(events: Iterable[CaseEvent]) -> list[CaseEvent]:
    """By the moment of saving; of one save first what was asked for, then what followed from it on other cases."""
    return sorted(events, key=lambda event: (event.envelope.stored_at, not _was_asked_of_it(event)))


def _was_asked_of_it(event: CaseEvent) -> bool:
    return event.envelope.command.partition(".")[0] == event.case_type
