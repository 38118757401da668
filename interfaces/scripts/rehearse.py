"""Rehearsal: a script played in memory, with no service. The player fires the deadlines itself."""

from __future__ import annotations

from datetime import datetime

from domain.application import CaseApplication
from domain.case.case import Case
from domain.case.deadline import Deadline
from domain.event_store import in_memory
from domain.time_sources import MovedTime
from interfaces.scripts.model import Script
from interfaces.scripts.play import Player
from interfaces.scripts.report import Report


class RehearsalStage:
    """An application of its own, gone when the process ends."""

    def __init__(self, start: datetime) -> None:
        self._time = MovedTime(start)
        self._app = CaseApplication(in_memory(), self._time)

    @property
    def app(self) -> CaseApplication:
        """Takes the commands."""
        return self._app

    def move_clock(self, moment: datetime) -> None:
        """Move the clock; never backwards."""
        self._time.current = max(self._time.current, moment)

    def let_pass(self, case: Case, deadline: Deadline) -> None:
        """Fire it."""
        self._app.fire(case, deadline)


def rehearse(script: Script) -> Report:
    """Play a script in memory and report what happened."""
    player = Player(script, RehearsalStage(script.steps[0].at), correlation_id=f"rehearsal of {script.matter}")
    return player.finish([player.play(step) for step in script.steps])
