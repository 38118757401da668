"""A stopped broker, a stopped database and a worker that hangs, while commands arrive; and what is wrong in the topic."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from deploy.local import health, signal_process
from deploy.topics import EVENTS
from domain.event_store import in_postgres
from tests.acceptance.checks import CLEARVIEW, HALDEN, query, rehearsed, settle, stored, variant
from tests.alarms import fires, scrape
from tests.histories import EVERYTHING, nobody_complies_or_pays
from tests.system import Answer, System
from tests.topics import Published, inject, published
from tests.waiting import wait_for
from workers.cloud_events import message_of


@pytest.fixture(scope="module")
def system(system: System) -> System:
    """The whole system, at rest: its read models are there, whichever test comes first."""
    settle(system, within=180)
    return system


@pytest.fixture(scope="module")
def fine(system: System) -> UUID:
    """The fine of the Clearview matter, loaded."""
    system.run("load", str(CLEARVIEW), "--wait", "30")
    return next(case_id for case_id, _, event in rehearsed(CLEARVIEW) if event == "fine.opened")


def assign(system: System, fine: UUID, officer: str, *, key: str | None = None, exit_code: int | None = 0) -> Answer:
    keyed = ("--key", key) if key else ()
    return system.run(
        "do", "fine.assign", "--on", str(fine), "--by", "head:admin", "--with", f"officer={officer}", "--with", "role=lead",
        *keyed, exit_code=exit_code,
    )  # fmt: skip


def officer(system: System, fine: UUID) -> str:
    return str(query(system, "SELECT officer FROM read_cases.cases WHERE case_id = %s", fine)[0][0])


def not_ready(system: System) -> set[str]:
    """Which of our processes say that they cannot do their work; one that is being started anew says so too."""
    return {name for name, said in health(system.settings).items() if not said.ready}


def alarm(name: str, system: System) -> bool:
    """Whether what our processes tell raises an alarm."""
    return bool(fires(name, scrape(system)))


def test_without_kafka_commands_go_on_and_deadlines_fall_due(system: System, fine: UUID, tmp_path: Path) -> None:
    script = variant(HALDEN, "without-kafka", tmp_path)
    system.stop("kafka")
    try:
        assign(system, fine, "while-kafka-was-away")
        assert "everything happened as stated" in system.run("load", str(script)).out
        wait_for(lambda: alarm("RegcaseBrokerAway", system), what="the alarm that the broker is away")
        wait_for(lambda: not_ready(system) == {"relay", "worker"}, what="readiness to go")
        assert not alarm("RegcaseProcessHangs", system)
        told = system.run("status", exit_code=3).out
        assert told.count("NOT REACHABLE") == 1
        assert told.count("NOT READY") == 2
    finally:
        system.start("kafka")
    wait_for(lambda: not not_ready(system) and not alarm("RegcaseBrokerAway", system), seconds=90, what="readiness again")
    assert officer(system, fine) == "while-kafka-was-away"
    assert set(rehearsed(script)) <= set(stored(system))
    settle(system)


def test_a_worker_that_hangs_is_told_with_the_way_to_start_it_anew(system: System, fine: UUID) -> None:
    hanging = system.process("worker").pid
    signal_process(system.settings, "worker", "STOP")
    try:
        told = system.run("status", exit_code=3).out
        assert re.search(rf"^worker +HANGS .* {hanging} ", told, re.MULTILINE)
        assert "`regcase restart worker` starts anew what hangs." in told
        restarted = system.run("restart", "worker").out
        started = system.process("worker")
        assert started.running
        assert started.pid not in (None, hanging)
        assert f"worker was started: process {started.pid} instead of {hanging}." in restarted
    finally:
        signal_process(system.settings, "worker", "CONT")
    wait_for(lambda: not not_ready(system), seconds=90, what="readiness again")
    assert not any(process["state"] == "hangs" for process in json.loads(system.run("status", "--json").out)["processes"])
    assign(system, fine, "after-the-worker-hung")
    settle(system)


@pytest.mark.faults  # too long for make test
def test_without_the_database_commands_are_refused_cleanly_and_quickly(system: System, fine: UUID) -> None:
    assign(system, fine, "before")
    system.stop("postgres")
    try:
        began = time.monotonic()
        refused = assign(system, fine, "while-it-was-away", key="k-1", exit_code=3)
        assert time.monotonic() - began < 15
        assert "The database does not answer" in refused.err
        assert "Traceback" not in refused.err
        assert system.run("cases", exit_code=3).err.startswith("The database does not answer")
        wait_for(lambda: alarm("RegcaseDatabaseAway", system), what="the alarm that the database is away")
        wait_for(lambda: not_ready(system) == {"relay", "worker", "reconciler"}, what="readiness to go")
        assert "NOT REACHABLE" in system.run("status", exit_code=3).out
    finally:
        system.start("postgres")
    wait_for(lambda: not not_ready(system) and not alarm("RegcaseDatabaseAway", system), seconds=90, what="readiness again")
    wait_for(lambda: system.run("cases", exit_code=None).exit_code == 0, what="the database")
    wait_for(lambda: assign(system, fine, "after", key="k-2", exit_code=None).exit_code == 0, what="a command")
    wait_for(lambda: officer(system, fine) == "after", what="the read model")
    assert not query(system, "SELECT 1 FROM read_timeline.timeline WHERE words LIKE '%%while-it-was-away%%'")
    settle(system)


@pytest.mark.usefixtures("fine")
def test_duplicates_and_garbage_in_the_topic_change_nothing(system: System) -> None:
    """Everything again, in reverse; and what is no event at all."""
    messages = published(system.settings.kafka, EVENTS.name)
    lines = len(query(system, "SELECT 1 FROM read_timeline.timeline"))
    inject(system.settings.kafka, EVENTS.name, list(reversed(messages)))
    forged = Published(0, 0, b"k", b'{"amount": 1}', {"ce_id": f"{uuid4()}/1", "ce_digest": "0" * 64})
    garbage = Published(3, 0, None, b"\x00\xff", {})
    inject(system.settings.kafka, EVENTS.name, [garbage, forged, garbage])
    wait_for(lambda: len(query(system, "SELECT 1 FROM rejected_messages")) == 3, what="the rejection of three messages")
    assert len(query(system, "SELECT 1 FROM read_timeline.timeline")) == lines
    assert json.loads(system.run("status", "--json").out)["rejected_messages"] == 3
    system.run("reconcile", "--full")


@pytest.mark.faults  # too long for make test
def test_a_gap_in_the_topic_is_filled_from_the_store(system: System) -> None:
    """Of each case only the last event comes through Kafka; relay and reconciler cannot help."""
    for name in ("relay", "worker", "reconciler"):
        system.stop(name)
    recorder = in_postgres(system.settings.database, pool_size=1).application_recorder()
    events = list(nobody_complies_or_pays().app.recorder.select_notifications(start=None, limit=EVERYTHING))
    recorder.insert_events(events)
    last = {event.originator_id: event for event in events if not event.topic.startswith("_")}
    messages = [message_of(event.topic, event.state) for event in last.values()]
    inject(
        system.settings.kafka,
        EVENTS.name,
        [Published(m.partition(EVENTS.partitions), 0, m.key, m.value, {k: v.decode() for k, v in m.headers}) for m in messages],
    )
    system.start("worker")
    try:
        expected = sum(event.originator_version for event in last.values())
        cases = list(last)
        wait_for(
            lambda: len(query(system, "SELECT 1 FROM read_timeline.timeline WHERE case_id = ANY(%s)", cases)) == expected,
            what="every event of every case",
        )
    finally:
        system.start("reconciler")
        system.start("relay")
    settle(system)


@pytest.mark.faults  # too long for make test
def test_messages_that_the_worker_never_gets_are_brought_by_the_reconciler(system: System, tmp_path: Path) -> None:
    """The whole way through Kafka is cut: relay and worker are stopped."""
    script = variant(CLEARVIEW, "cut-off", tmp_path)
    system.stop("relay")
    system.stop("worker")
    try:
        assert "everything happened as stated" in system.run("load", str(script), "--wait", "30").out
    finally:
        system.start("worker")
        system.start("relay")
    settle(system)


@pytest.mark.faults  # too long for make test
def test_a_poisoned_event_waits_with_its_case_and_goes_on_when_it_is_mended(system: System, tmp_path: Path) -> None:
    script = variant(CLEARVIEW, "poisoned", tmp_path)
    bad = next((case_id, version) for case_id, version, name in rehearsed(script) if name == "fine.penalty_notice_issued")
    system.stop("relay")
    system.stop("worker")
    system.stop("reconciler")
    # Nobody projects while the case comes to be, so the deadlines are fired by hand of the load's own look at the cases.
    load = system.run("load", str(script), "--timers-within", "1", exit_code=1)
    assert "Are the workers running?" in load.err
    system.start("reconciler")
    system.run("load", str(script))
    # Where it were missing still, the poisoned event would park the case too.
    wait_for(lambda: _is_in_every_read_model(system), seconds=180, what="the case in every read model")
    system.stop("reconciler")
    _set_schema_version(system, bad, 1, 99)
    query(system, "UPDATE read_timeline.positions SET version = %s WHERE case_id = %s RETURNING 1", bad[1] - 1, bad[0])
    query(system, "DELETE FROM read_timeline.timeline WHERE case_id = %s AND version >= %s RETURNING 1", *bad)
    for name in ("reconciler", "worker", "relay"):
        system.start(name)
    (parked,) = wait_for(lambda: json.loads(system.run("parked", "list", "--json").out), what="the parking")
    assert (parked["read_model"], parked["case_id"], parked["version"]) == ("timeline", str(bad[0]), bad[1])
    assert "unknown to this version of the program" in system.run("parked", "show", str(bad[0])).out
    operator = ("--by", "operator:admin")
    system.run("parked", "retry", "timeline", str(bad[0]), *operator, exit_code=1)
    stale = json.loads(system.run("timeline", str(bad[0]), "--case", "--json").out)
    assert all(line["stale_since"] for line in stale)
    why = ("--reason", "r", "--authority", "a")
    refused = system.run("parked", "skip", "timeline", str(bad[0]), "--by", "x:officer", *why, exit_code=1)
    assert "needs the role admin" in refused.err
    _set_schema_version(system, bad, 99, 1)
    system.run("parked", "retry", "--case", str(bad[0]), *operator)
    assert json.loads(system.run("parked", "list", "--json").out) == []
    settle(system)


def _is_in_every_read_model(system: System) -> bool:
    """Whether everything stored is in each; the relay need not run."""
    behind = json.loads(system.run("status", "--json", exit_code=None).out)["read_models"]
    return all(lag is not None and lag["events"] == 0 for lag in behind.values())


def _set_schema_version(system: System, event: tuple[object, int], before: int, after: int) -> None:
    """Damage or mend a stored event, as only the owner of the table can."""
    with psycopg.connect(system.settings.database_owner) as connection:
        changed = connection.execute(
            "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8') "
            "WHERE originator_id = %s AND originator_version = %s",
            (f'"schema_version":{before}', f'"schema_version":{after}', *event),
        )
        assert changed.rowcount == 1
