"""What a start says about itself while it runs, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["jars", "database", "migrations", "broker", "topics", "processes"]
STAGES: dict[Stage, str] = {
    "jars": "Kafka's jars",
    "database": "Postgres",
    "migrations": "Database migrations",
    "broker": "Kafka",
    "topics": "Topics",
    "processes": "Our processes",
}
"""The stages of a start in their order, with a title each."""


@dataclass(frozen=True)
class Report:
    """One thing that a start says.

    Args:
        stage: the stage that is at work.
        detail: what is happening, or what came of it; for people.
        done: whether the stage has ended, well. One that failed raises instead.
    """

    stage: Stage
    detail: str
    done: bool = False


Progress = Callable[[Report], None]
"""Takes each report as it comes. Called in the thread that starts the stack."""


def silent(report: Report) -> None:
    """Take a report and do nothing with it."""
