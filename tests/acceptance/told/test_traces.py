"""One trace leads from a command to the rows that show it, through the real processes; and a collector that goes is not noticed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from deploy.topics import EVENTS
from projections.read_model import all_read_models
from tests.acceptance.told.logs import OURS, is_built, logged
from tests.collector import Collector, Told, running_collector
from tests.system import System, running_system
from tests.topics import published
from tests.waiting import wait_for

GENEROUS = 120.0
FACTS = """
subject: {name: Open Ltd, country: GB, kind: undertaking}
regime: uk-dpa-2018
opened_on: 2024-01-15
grounds: [UK GDPR Art 5]
"""
OPEN = ("investigation.open", "--with", "-", "--by", "ann:officer")


@dataclass(frozen=True)
class Traced:
    """A system that sends its traces to a collector."""

    system: System
    collector: Collector

    def do(self, *arguments: str) -> dict[str, str]:
        """Give a command, traced as the processes are; gives what it says."""
        done = subprocess.run(
            self.system.command("do", *arguments, "--json"),
            env={**self.system.environment, "REGCASE_TRACES_ENDPOINT": self.collector.url},
            input=FACTS,
            capture_output=True,
            text=True,
            timeout=GENEROUS,
            check=True,
        )
        answer: dict[str, str] = json.loads(done.stdout)
        return answer

    def applied(self, trace: str) -> list[Told]:
        """The spans of that trace that each wrote the rows of one event, once there is one of each read model."""
        names = [f"apply {name}" for name in all_read_models()]

        def all_of_them() -> list[Told]:
            found = [span for span in self.collector.of_trace(trace) if span.name in names]
            return found if {span.name for span in found} == set(names) else []

        return wait_for(all_of_them, seconds=GENEROUS, what="the rows of every read model")


@pytest.fixture(scope="module")
def traced() -> Iterator[Traced]:
    with running_collector() as collector, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGCASE_TRACES_ENDPOINT", collector.url)
        with running_system() as system:
            wait_for(lambda: is_built(system), seconds=GENEROUS, what="every read model")
            yield Traced(system, collector)


def test_one_trace_leads_from_a_command_to_the_row_of_every_read_model(traced: Traced) -> None:
    case_id = traced.do(*OPEN, "--with", "reference=INV-1")["case_id"]
    (command,) = traced.collector.named("command investigation.open")
    applied = traced.applied(command.trace)
    wait_for(lambda: named(traced, command.trace, "publish", "receive"), seconds=GENEROUS, what="the way through Kafka")
    (save,), (publish,), (receive,) = (named(traced, command.trace, name) for name in ("save", "publish", "receive"))
    assert (command.process, command.parent, command.about["case_id"]) == ("regcase-cli", "", case_id)
    assert save.parent == command.span
    assert (publish.process, publish.parent) == ("regcase-relay", save.span)
    assert (receive.process, receive.parent) == ("regcase-worker", publish.span)
    # The reconciler heals what a slow worker has not brought in time: then it is its span, and continues that of the store.
    assert {(span.process, span.parent) for span in applied} <= {
        ("regcase-worker", receive.span),
        ("regcase-reconciler", save.span),
    }
    for span in (publish, receive, *applied):
        assert (span.about["case_id"], span.about["version"], span.failed) == (case_id, 1, "")
        assert (span.about["event_type"], span.about["matter_id"]) == ("investigation.opened", command.about["matter_id"])
        assert span.about["correlation_id"] == command.about["correlation_id"]
        assert command.begun_at <= span.begun_at <= span.ended_at
    assert traced.system.run("reconcile").exit_code == 0


def test_the_message_tells_the_trace_in_which_its_event_was_stored(traced: Traced) -> None:
    answer = traced.do(*OPEN, "--with", "reference=INV-2")

    def message() -> dict[str, str]:
        found = published(traced.system.settings.kafka, EVENTS.name)
        return next((one.headers for one in found if one.headers["ce_subject"] == answer["case_id"]), {})

    headers = wait_for(message, seconds=GENEROUS, what="the message")
    command = next(s for s in traced.collector.named("command investigation.open") if s.about["case_id"] == answer["case_id"])
    (save,) = named(traced, command.trace, "save")
    assert headers["ce_traceparent"].split("-")[1:3] == [command.trace, save.span]
    assert headers["traceparent"].split("-")[1] == command.trace


def test_what_the_reconciler_heals_continues_the_trace(traced: Traced) -> None:
    traced.system.stop("worker")
    try:
        case_id = traced.do(*OPEN, "--with", "reference=INV-3")["case_id"]
        command = next(s for s in traced.collector.named("command investigation.open") if s.about["case_id"] == case_id)
        applied = traced.applied(command.trace)
    finally:
        traced.system.start("worker")
    (save,) = named(traced, command.trace, "save")
    assert {(span.process, span.parent) for span in applied} == {("regcase-reconciler", save.span)}


def test_a_firing_has_a_trace_of_its_own_that_refers_to_the_one_that_set_the_deadline(traced: Traced) -> None:
    case_id = traced.do(*OPEN, "--with", "reference=INV-4")["case_id"]
    notice = ("notice=n", "kind=information", "sent_on=2024-01-16", "respond_within=P28D")
    traced.do("investigation.issue_notice", *notice, "--on", case_id, "--by", "ann:officer")

    def firing() -> list[Told]:
        return [span for span in traced.collector.named("fire") if span.about["case_id"] == case_id]

    (fire, *_) = wait_for(firing, seconds=GENEROUS, what="a firing")
    setting = next(s for s in traced.collector.named("command investigation.issue_notice") if s.about["case_id"] == case_id)
    (save,) = named(traced, setting.trace, "save")
    assert fire.trace != setting.trace
    assert fire.links == (f"{save.trace}-{save.span}",)
    command = next(s for s in traced.collector.of_trace(fire.trace) if s.name == "command investigation.fire_deadline")
    assert command.parent == fire.span
    assert traced.applied(fire.trace)


def test_lines_of_a_command_tell_its_trace(traced: Traced) -> None:
    lines = logged(traced.system, "deadline_fired")
    assert lines
    assert {line["trace_id"] for line in lines} <= {span.trace for span in traced.collector.named("fire")}


def test_a_collector_that_is_gone_holds_up_neither_a_command_nor_the_end_of_a_process(traced: Traced) -> None:
    traced.collector.go_away()
    assert traced.do(*OPEN, "--with", "reference=INV-5", "--wait", "60")["case_id"]
    supervisor = traced.system.settings.data / "logs" / "supervisor.log"
    before = len(supervisor.read_text("utf-8"))
    for name in OURS:
        traced.system.stop(name)
    after = supervisor.read_text("utf-8")[before:]
    assert after.count("stopped: ") == len(OURS)
    # Whoever takes too long is killed.
    assert "SIGKILL" not in after


def named(traced: Traced, trace: str, *names: str) -> list[Told]:
    """The spans of these names in a trace."""
    found = [span for span in traced.collector.of_trace(trace) if span.name in names]
    return found if {span.name for span in found} == set(names) else []
