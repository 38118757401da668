"""What is parked, and what operators did about it, as people and machines read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from interfaces.cli.page import Page
from interfaces.cli.reading import row_as_json, rows_as_json
from projections.operator_acts import OperatorAct, Outcome
from projections.parking import ParkedCase

_LABEL = 12


def parked_as_json(rows: Sequence[ParkedCase], done: Sequence[OperatorAct]) -> list[dict[str, Any]]:
    """Each place where a case waits, with what operators did there."""
    return [{**row_as_json(row), "acts": rows_as_json([act for act in done if act.read_model == row.read_model])} for row in rows]


def retried_as_json(done: Sequence[tuple[ParkedCase, Outcome]]) -> list[dict[str, Any]]:
    """What came of each."""
    return [
        {
            "read_model": row.read_model,
            "case_id": str(row.case_id),
            "version": row.version,
            "error_class": row.error_class,
            "outcome": outcome,
        }
        for row, outcome in done
    ]


def print_parked_cases(rows: Sequence[ParkedCase], named: Mapping[UUID, str], page: Page) -> None:
    """What waits, as a table; `named` is each case as people know it."""
    if not rows:
        page.line("No case is parked.")
        return
    page.table(
        ("read model", "case", "waits at", "event", "error", "attempts", "since", "owner"),
        [
            (
                row.read_model,
                named[row.case_id],
                f"version {row.version}",
                row.event_type,
                f"{row.error_class} ({row.error_kind})",
                str(row.attempts),
                _moment(row.parked_at),
                row.owner or "nobody",
            )
            for row in rows
        ],
        right=("attempts",),
        wrap=("case", "error"),
    )


def print_parked(rows: Sequence[ParkedCase], done: Sequence[OperatorAct], named: Mapping[UUID, str], page: Page) -> None:
    """Where a case waits and why; and every act on it, also where it waits no more."""
    for row in rows:
        page.line(f"{row.read_model}: case {named[row.case_id]} waits at version {row.version} ({row.event_type})", style="bold")
        for label, text in (
            ("error", f"{row.error_class}: {row.error}"),
            ("kind", row.error_kind),
            ("attempts", f"{row.attempts}, the last at {_moment(row.last_attempt_at)}"),
            ("since", _moment(row.parked_at)),
            ("stale since", f"{_moment(row.stale_since)}: {_waiting_events(row)}"),
            ("owner", row.owner or "nobody"),
        ):
            page.entry(label, text, indent=2, width=_LABEL)
    if done:
        page.line("What operators did", style="bold")
    for act in done:
        page.bullet(act_in_words(act), indent=2)


def print_acts(done: Sequence[OperatorAct], named: Mapping[UUID, str], page: Page) -> None:
    """What operators did, a line each."""
    if not done:
        page.line("No act is recorded.")
    for act in done:
        page.line(f"Case {named[act.case_id]}, {act_in_words(act)}")


def print_retried(done: Sequence[tuple[ParkedCase, Outcome]], named: Mapping[UUID, str], page: Page) -> None:
    """What came of each."""
    for row, outcome in done:
        if outcome == "goes_on":
            page.line(f"Case {named[row.case_id]} goes on in {row.read_model}.")
        else:
            page.line(
                f"Case {named[row.case_id]} still waits in {row.read_model}; `regcase parked show {str(row.case_id)[:8]}` tells why.",
                style="red",
            )


def act_in_words(act: OperatorAct) -> str:
    """An act as a sentence."""
    what = {
        "assign": f"gave version {act.version} to {act.owner}",
        "retry": f"tried version {act.version} again, and it {'went on' if act.outcome == 'goes_on' else 'still waited'}",
        "skip": f"left version {act.version} out, on the authority of {act.authority}",
    }[act.act]
    return f"{_moment(act.done_at)} {act.read_model}: {act.actor} ({act.role}) {what}{f': {act.reason}' if act.reason else ''}"


def _waiting_events(row: ParkedCase) -> str:
    more = row.waiting_events - 1
    return "this event is missing" if not more else f"this event and {more} after it are missing"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
