"""Real processes that are stopped, killed or cut off: liveness, readiness, metrics, alarms and status say so, and no longer afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import psycopg
import pytest

from deploy import local
from interfaces.status import look
from tests.acceptance.checks import HALDEN, settle
from tests.alarms import fires, scrape
from tests.promql import Scrape
from tests.system import System, running_system
from tests.waiting import wait_for

pytestmark = pytest.mark.faults  # stops and kills what it needs, takes minutes
SECONDS = 120.0
OURS = {"relay", "relay-2", "worker", "reconciler"}


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """A system that is impatient; of its relays one stands by."""
    with pytest.MonkeyPatch.context() as environment:
        for setting, seconds in (("LIVE", "4"), ("LAG", "2"), ("UNPUBLISHED", "2")):
            environment.setenv(f"REGCASE_{setting}_SECONDS", seconds)
        with running_system(relays=2) as up:
            # For `look`, which sees the system in this process as the command does in its own, with the same limits.
            environment.setenv("REGCASE_DATA", str(up.settings.data))
            wait_for(lambda: all(is_ready(up, name) for name in OURS), seconds=SECONDS, what="readiness of all")
            up.run("load", str(HALDEN), "--wait", "60")
            yield up


def said(system: System, name: str) -> local.Health:
    return local.health(system.settings)[name]


def is_ready(system: System, name: str) -> bool:
    return said(system, name).ready


def alarms() -> set[str]:
    return {alarm.kind for alarm in look().alarms}


def until(system: System, condition: Callable[[Scrape], object], what: str) -> None:
    """Wait for what all processes tell together."""
    wait_for(lambda: condition(scrape(system)), seconds=SECONDS, what=what)


def labelled(name: str, label: str, *scraped: Scrape) -> set[str]:
    """For which values of a label an alarm holds."""
    return {dict(labels)[label] for labels in fires(name, *scraped)}


def started(scraped: Scrape) -> float | None:
    """When the worker says that it was started."""
    names = (("job", "regcase"), ("instance", "worker"))
    return scraped.get(("process_start_time_seconds", frozenset(names)))


def is_another(scrapes: list[Scrape], scraped: Scrape) -> bool:
    """Whether another worker answers than before; then what it tells is kept."""
    if started(scraped) in (None, started(scrapes[-1])):
        return False
    scrapes.append(scraped)
    return True


def signal(system: System, name: str, number: str) -> None:
    local.signal_process(system.settings, name, number)


def assign(system: System, officer: str) -> None:
    """Have something stored."""
    case = json.loads(system.run("cases", "--json").out)[0]
    system.run(
        "do", f"{case['case_type']}.assign", "--on", case["case_id"], "--by", "head:admin", "--with", f"officer={officer}",
        "--with", "role=lead",
    )  # fmt: skip


def test_of_two_relays_one_is_active_and_the_other_is_ready_as_a_standby(system: System) -> None:
    assert {said(system, name).role for name in ("relay", "relay-2")} == {"active", "standby"}
    assert sorted(look().states[name] for name in ("relay", "relay-2")) == ["running", "standby"]
    assert sum(value for (name, _), value in scrape(system).items() if name == "regcase_relay_active") == 1


def test_a_stopped_process_is_told_and_no_longer_when_it_goes_on(system: System) -> None:
    signal(system, "worker", "STOP")
    try:
        assert said(system, "worker").live is False
        assert labelled("RegcaseProcessAbsent", "instance", scrape(system)) == {"worker"}
        status = look()
        assert status.states["worker"] == "hangs"
        assert any(fault.startswith("worker hangs: ") for fault in status.faults)
    finally:
        signal(system, "worker", "CONT")
    wait_for(lambda: is_ready(system, "worker"), seconds=SECONDS, what="readiness of the worker")
    assert not fires("RegcaseProcessAbsent", scrape(system))
    assert look().states["worker"] == "running"


def test_what_is_not_published_is_told_until_it_is(system: System) -> None:
    for name in ("relay", "relay-2"):
        system.stop(name)
    try:
        assign(system, "unpublished")
        until(system, lambda scraped: fires("RegcaseUnpublished", scraped), "the alarm")
        assert fires("RegcaseNoActiveRelay", scrape(system))
        assert "unpublished_too_long" in alarms()
    finally:
        for name in ("relay", "relay-2"):
            system.start(name)
    until(system, lambda scraped: not fires("RegcaseUnpublished", scraped), "publication")
    assert not fires("RegcaseNoActiveRelay", scrape(system))
    wait_for(lambda: not alarms(), seconds=SECONDS, what="the end of all alarms")


def test_a_read_model_that_somebody_holds_is_behind_and_those_who_wait_for_it_hang(system: System) -> None:
    with psycopg.connect(system.settings.database) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(hashtext('read model timeline'))")
        assign(system, "held-up")
        until(system, lambda s: labelled("RegcaseReadModelBehind", "read_model", s) == {"timeline"}, "the alarm")
        until(system, lambda s: "worker" in labelled("RegcaseProcessHangs", "process", s), "the stand-still")
        assert said(system, "worker").reasons[0].startswith("a batch has stood still for ")
        assert len(fires("RegcaseWorkersConsumeNothing", scrape(system))) == 1
        backlog = look().backlog
        assert backlog
        lags = {name: lag for name, lag in backlog.read_models.items() if lag and lag.events}
        assert [(name, lag.events, len(lag.partitions)) for name, lag in lags.items()] == [("timeline", 1, 1)]
        assert "read_model_behind" in alarms()
    until(system, lambda s: not fires("RegcaseReadModelBehind", s) and not fires("RegcaseProcessHangs", s), "the end of both")
    until(system, lambda s: not fires("RegcaseWorkersConsumeNothing", s), "a worker that has got to the end of the topic")
    wait_for(lambda: not alarms(), seconds=SECONDS, what="the end of all alarms")


def test_a_process_that_ends_again_and_again_is_told_although_it_runs(system: System) -> None:
    scrapes = [scrape(system)]
    for _ in range(3):
        assert not fires("RegcaseProcessEndsOften", *scrapes)
        system.kill("worker")
        # It is seen in each of its lives.
        wait_for(lambda: is_another(scrapes, scrape(system)), seconds=SECONDS, what="its first answer")
    assert labelled("RegcaseProcessEndsOften", "instance", *scrapes) == {"worker"}
    wait_for(lambda: is_ready(system, "worker"), seconds=SECONDS, what="readiness of the worker")
    status = look()
    assert status.ended["worker"] >= 3
    assert "process_ends_often" in {alarm.kind for alarm in status.alarms}


def test_a_broker_that_is_paused_is_told_by_those_who_need_it_and_they_live(system: System) -> None:
    signal(system, "kafka", "STOP")
    try:
        until(system, lambda s: labelled("RegcaseProcessNotReady", "process", s) == {"relay", "worker"}, "the broker's absence")
        until(system, lambda scraped: fires("RegcaseBrokerAway", scraped), "the alarm")
        assert not fires("RegcaseProcessHangs", scrape(system))
        assert any("broker" in reason for reason in said(system, "worker").reasons)
        assert is_ready(system, "reconciler")
        assert "no broker answers" in look().faults
    finally:
        signal(system, "kafka", "CONT")
    until(system, lambda s: not fires("RegcaseProcessNotReady", s) and not fires("RegcaseBrokerAway", s), "the broker")
    settle(system)


def test_a_database_that_is_away_is_told_by_all_and_none_of_them_hangs(system: System) -> None:
    system.stop("postgres")
    try:
        until(system, lambda s: fires("RegcaseDatabaseAway", s) and fires("RegcaseNotMeasured", s), "the alarms")
        assert not any(is_ready(system, name) for name in OURS)
        assert not fires("RegcaseProcessHangs", scrape(system))
        assert "the database does not answer" in look().faults
    finally:
        system.start("postgres")
    until(
        system,
        lambda s: (
            not any(fires(f"Regcase{name}", s) for name in ("DatabaseAway", "NotMeasured", "ProcessNotReady", "ProcessAbsent"))
        ),
        "the database",
    )
    settle(system)
