"""What a read model's rows hold of an entry is put right when the entry is corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from domain.case.events import CaseEvent, Corrected
from domain.corrections import FIELDS
from projections.read_model import all_read_models
from tests.histories import STORIES

AS_IT_HAPPENED = {"timeline"}
"""Tells of each event as it was recorded, of the correction too."""


def another(value: Any) -> Any:
    """A value of the same kind."""
    match value:
        case {"amount": amount, "currency": currency}:
            return {"amount": f"1{amount}", "currency": currency}
        case str() if value[:2] == "20":
            return (date.fromisoformat(value[:10]) + timedelta(days=1)).isoformat()
        case list():
            return ["another"]
        case _:
            return None


def corrections() -> Iterator[tuple[CaseEvent, CaseEvent, Corrected]]:
    """Every entry of the told stories, corrected in each field that may be."""
    for story in STORIES.values():
        for event in (event for history in story().histories().values() for event in history):
            facts = event.facts()
            for field in FIELDS.get(type(event), "").split():
                if another(facts.get(field)) is None:
                    continue
                before, fields = {field: facts[field]}, {field: another(facts[field])}
                corrected = type(event).happened(event.envelope, **{**facts, **fields})
                yield event, corrected, Corrected.happened(
                    event.envelope, event_version=event.version, event=event.type, before=before, fields=fields, reason="r"
                )  # fmt: skip


@pytest.mark.parametrize("model", sorted(set(all_read_models()) - AS_IT_HAPPENED))
def test_what_would_be_shown_otherwise_is_put_right(model: str) -> None:
    changes = all_read_models()[model].changes
    seen = 0
    for event, meant, correction in corrections():
        told, would_tell = list(changes(event)), list(changes(meant))
        if told != would_tell:
            seen += 1
            put_right = [change for change in changes(correction) if change.statement != "advance"]
            assert put_right, f"{model} shows {sorted(correction.fields)} of {event.type}, and a correction does not reach it"
    assert seen or model not in ("penalties", "matters")
