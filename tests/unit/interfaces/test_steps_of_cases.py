"""Every date in the stories that come with the project can be worked out again from its steps."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.case.deadline_events import DeadlineSet
from interfaces.scripts.files import parse_files
from interfaces.scripts.rehearse import rehearse
from tests.steps_reader import due_by

CASES = sorted((Path(__file__).parents[3] / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_steps_of_every_deadline_lead_to_its_day(path: Path) -> None:
    (script,) = parse_files([path])
    told = [
        event for step in rehearse(script).steps for event in (*step.fell_due, *step.events) if isinstance(event, DeadlineSet)
    ]
    assert told
    differing: list[tuple[str, date, date]] = [
        (event.role, event.terms.due, found) for event in told if (found := due_by(event.terms.steps)) != event.terms.due
    ]
    assert differing == []
