"""What must be true of the whole system once it is at rest: nothing lost, nothing doubled, every row as the store says."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from deploy.local import health
from deploy.topics import EVENTS
from interfaces.scripts.parse import parse_file
from interfaces.scripts.rehearse import rehearse
from tests.system import System
from tests.topics import published, versions_by_case
from tests.waiting import wait_for

CASES = Path(__file__).parents[2] / "cases"
CLEARVIEW, HALDEN = CASES / "clearview-uk.yaml", CASES / "halden-beacon-uk.yaml"
AT_REST_WITHIN = 180.0

Happened = tuple[UUID, int, str]


def variant(script: Path, name: str, folder: Path) -> Path:
    """The same script as another matter, with references of its own."""
    text = script.read_text(encoding="utf-8")
    matter = "clearview-uk" if script == CLEARVIEW else "halden-beacon-uk"
    reference = "INV-CLEARVIEW" if script == CLEARVIEW else "INV-HALDEN"
    path = folder / f"{name}.yaml"
    path.write_text(text.replace(f"matter: {matter}", f"matter: {name}").replace(reference, f"INV-{name.upper()}"))
    return path


def query(system: System, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Ask the database, as the application may."""
    with psycopg.connect(system.settings.database) as connection:
        return connection.execute(statement, parameters).fetchall()


def stored(system: System) -> list[Happened]:
    """Every event of the store."""
    return query(
        system,
        "SELECT originator_id, originator_version, topic FROM stored_events WHERE NOT starts_with(topic, '_') ORDER BY 1, 2",
    )


def rehearsed(*scripts: Path) -> list[Happened]:
    """Every event that happens when these scripts are played in memory."""
    reports = [rehearse(parse_file(script)) for script in scripts]
    return sorted(
        (event.case_id, event.version, event.type)
        for report in reports
        for step in report.steps
        for event in (*step.fell_due, *step.events)
    )


def missing_from_topic(system: System) -> Counter[str]:
    """Stored events that are not in the topic."""
    expected = Counter(f"{case_id}/{version}" for case_id, version, _ in stored(system))
    return expected - Counter(message.headers.get("ce_id", "") for message in published(system.settings.kafka, EVENTS.name))


def doubled_in_topic(system: System) -> list[str]:
    """Ids that are in the topic more than once."""
    ids = Counter(message.headers.get("ce_id", "") for message in published(system.settings.kafka, EVENTS.name))
    return [name for name, times in ids.items() if times > 1]


def each_case_in_order(system: System) -> bool:
    """Whether each version of a case in the topic follows upon the one before."""
    cases = versions_by_case(published(system.settings.kafka, EVENTS.name))
    return all(after == before + 1 for versions in cases.values() for before, after in pairwise(versions))


def settle(system: System, *, within: float = AT_REST_WITHIN) -> None:
    """Wait until the system is at rest, and hold every row of every read model, and the topic, against the store."""
    # First by what costs little: a command that is given again and again takes the processor from those who are waited for.
    wait_for(lambda: all(said.ready for said in health(system.settings).values()), seconds=within, what="readiness of all")
    # Then by the command, which tells whether the broker is there at all; then by a look into the topic.
    wait_for(lambda: _is_up_to_date(system), seconds=within, what="read models up to date")
    wait_for(lambda: not missing_from_topic(system), seconds=within, what="publication of every stored event")
    system.run("reconcile", "--full")


def _is_up_to_date(system: System) -> bool:
    status = system.run("status", exit_code=None)
    return status.exit_code == 0 and "behind" not in status.out and "NOT" not in status.out
