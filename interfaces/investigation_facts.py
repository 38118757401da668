"""What an investigation has besides state and deadlines: what it began with, its notices, its links with other matters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.case.words import brief, day, plain
from domain.investigation.events import InvestigationNoticeIssued
from domain.investigation.investigation import Investigation
from projections.enforcement import LinkRow


def investigation_lines(case: Investigation, linked_by: Sequence[LinkRow]) -> list[tuple[str, str]]:
    """Lines for a page: a name and what it is. `linked_by`: the links that other matters made with this one."""
    opened = case.opened
    told = {
        "grounds": ", ".join(opened.grounds),
        "incidents": ", ".join(opened.incidents),
        "jointly with": ", ".join(opened.jointly_with),
        "lead": opened.lead or "",
        "holidays": opened.calendar or "",
    }
    lines = [(name, value) for name, value in told.items() if value]
    lines += [("notice", f"{name}: {_asked(notice.issued)}, {plain(notice.state)}") for name, notice in case.notices.items()]
    lines += [
        ("sibling", f"{link.reference} of {link.authority} ({link.jurisdiction}), {plain(link.relation)}")
        for link in case.siblings
    ]
    return lines + [("sibling", f"{link.said_by} is linked with it, {plain(link.relation)}") for link in linked_by]


def investigation_json(case: Investigation, linked_by: Sequence[LinkRow]) -> dict[str, Any]:
    """The same for machines."""
    opened = case.opened
    return {
        "grounds": list(opened.grounds),
        "incidents": list(opened.incidents),
        "jointly_with": list(opened.jointly_with),
        "lead": opened.lead,
        "calendar": opened.calendar,
        "notices": [{**notice.issued.facts(), "state": notice.state} for notice in case.notices.values()],
        "siblings": [link.facts() for link in case.siblings],
        "linked_by": [
            {"matter_id": str(link.matter_id), "reference": link.said_by, "relation": link.relation} for link in linked_by
        ],
    }


def _asked(issued: InvestigationNoticeIssued) -> str:
    urgent = f", urgent ({brief(issued.urgent_reasons)})" if issued.urgent_reasons else ""
    return f"{issued.kind}, sent on {day(issued.sent_on)}{urgent}"
