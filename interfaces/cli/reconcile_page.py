"""How what was reconciled is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from interfaces.cli.page import Page
from interfaces.cli.reading import rows_as_json
from projections.compare import Difference
from projections.findings import Recorded, SweepState
from projections.operator_acts import OperatorAct
from projections.parking import ParkedCase
from projections.read_model import all_read_models
from projections.topic import TopicLook


@dataclass
class Reconciled:
    """What was found: differences now, what waits, what the reconciler has found; with `full`, the topic too, or why not."""

    full: bool
    differences: list[Difference] = field(default_factory=list)
    parked: list[ParkedCase] = field(default_factory=list)
    left_out: list[OperatorAct] = field(default_factory=list)
    open: list[Recorded] = field(default_factory=list)
    healed: list[Recorded] = field(default_factory=list)
    sweeps: list[SweepState] = field(default_factory=list)
    topic: TopicLook | None = None
    topic_left_out: str | None = None

    @property
    def differs(self) -> bool:
        """Whether a person should look."""
        return bool(self.differences or self.parked or self.open)


_DIFFERENCES = {
    "never_projected": "events were never applied",
    "ahead_of_store": "it is further than the event store",
    "row_missing": "a row is missing",
    "row_unexpected": "a row stands there that should not",
    "row_different": "a row differs",
}
_FINDINGS = {
    "behind_store": "lacked events of the event store",
    "ahead_of_store": "is further than the event store: the store may have lost events",
    "not_in_store": "has cases that the event store does not know: the store may have lost them",
    "rows_differ": "has rows that are not what the events say",
    "hole_in_history": "lacks events between others: restore it from a backup",
    "not_in_topic": "lacks events that were published",
    "differs_in_topic": "has events with another payload than the stored one",
}


def print_reconciled(found: Reconciled, page: Page) -> None:
    """Everything that a person should look at, or that all is well."""
    for row in found.parked:
        page.line(f"{row.read_model}: case {row.case_id} is parked at version {row.version} ({row.error_class})", style="red")
    if found.parked:
        page.line("What is parked is compared as far as it was applied; see `regcase parked show CASE`, then `retry`.")
    for act in found.left_out:
        page.line(
            f"{act.read_model}: event {act.version} of case {act.case_id} was left out on {act.done_at:%Y-%m-%d} by {act.actor} "
            f"(authority: {act.authority}); it is compared without it.",
            style="yellow",
        )
    for difference in found.differences:
        _print_difference(difference, page)
    models = sorted({difference.read_model for difference in found.differences})
    if models:
        page.line(f"Build anew what differs: {'; '.join(f'`regcase rebuild {name}`' for name in models)}.")
    for finding in found.open:
        page.line(f"Open since {finding.found_at:%Y-%m-%d %H:%M %Z}: {_words(finding)}", style="red")
    if found.topic_left_out:
        page.line(f"The topic was not compared: {found.topic_left_out}", style="yellow")
    if found.topic:
        page.line(
            f"Topic: {found.topic.events:,} events were looked for; {found.topic.copies:,} messages came twice, "
            f"{found.topic.unknown:,} are no event of the store."
        )
    if not found.differs:
        what = "Every row" if found.full else "Every case, by its version,"
        but = ", but for what was left out" if found.left_out else ""
        page.line(f"{what} of {', '.join(all_read_models())} is what the event store says{but}.", style="green")
    if found.healed:
        page.line(f"Healed in the last day: {len(found.healed)}.")
        for finding in found.healed:
            page.line(f"{finding.last_found_at:%Y-%m-%d %H:%M %Z}: {_words(finding)}", indent=2)


def _print_difference(found: Difference, page: Page) -> None:
    where = ", ".join(f"{name} {value}" for name, value in found.key.items()) or f"case_id {found.case_id}"
    page.line(f"{found.read_model}.{found.table}: {_DIFFERENCES[found.kind]} ({where})", style="red")
    for column, (held, stated) in found.columns.items():
        page.line(f"{column}: holds {held}, should hold {stated}", indent=4)


def _words(finding: Recorded) -> str:
    number = f"{finding.cases:,} cases" if finding.cases > 1 else "one case"
    return f"{finding.place} {_FINDINGS[finding.kind]} ({number}, {finding.events:,} in all, such as {finding.example})"


def as_json(found: Reconciled) -> dict[str, Any]:
    """The same for machines."""
    topic = found.topic
    return {
        "differences": [_difference_as_json(difference) for difference in found.differences],
        "parked": rows_as_json(found.parked),
        "left_out": rows_as_json(found.left_out),
        "open_findings": rows_as_json(found.open),
        "healed_lately": rows_as_json(found.healed),
        "topic": {"events": topic.events, "copies": topic.copies, "unknown": topic.unknown} if topic else None,
        "topic_left_out": found.topic_left_out,
        "sweeps": [
            {
                "sweep": sweep.sweep,
                "looked_at": sweep.looked_at.isoformat() if sweep.looked_at else None,
                "whole_at": sweep.ended_at.isoformat() if sweep.ended_at else None,
                "took_seconds": sweep.took.total_seconds() if sweep.took else None,
            }
            for sweep in found.sweeps
        ],
    }


def _difference_as_json(found: Difference) -> dict[str, object]:
    return {
        "read_model": found.read_model,
        "table": found.table,
        "case_id": str(found.case_id),
        "kind": found.kind,
        "key": dict(found.key),
        "columns": {name: {"holds": held, "should_hold": stated} for name, (held, stated) in found.columns.items()},
    }
