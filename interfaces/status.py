"""How the system is: its processes, its services, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import psycopg

from deploy.kafka_admin import brokers_known
from deploy.local import Health, Process, ended_lately, health, processes
from deploy.topics import EVENTS
from domain.time_sources import MatterClocks
from foundation.database import DATABASE_FAILED, Pool, open_pool
from foundation.errors import Misconfigured
from foundation.settings import Settings, load_settings
from interfaces.alarms import raised_by_parking
from projections import lag, operator_acts, parking
from projections.alarms import Alarm, finding_alarms, lag_alarms, process_alarms, rejected_alarms, sweep_alarms
from projections.findings import Recorded, SweepState, open_findings, sweeps_at_work
from projections.lag import Due, Lag, LoadedMatter, NextDeadline, OverdueDeadline, Rejected
from projections.operator_acts import OperatorAct
from projections.parking import ParkedCase

_BROKER_SECONDS = 2.0
_STARTS_WITHIN = timedelta(seconds=30)
"""A process that runs for less may not have taken up its work yet."""


State = Literal["not running", "starting", "running", "standby", "not ready", "hangs"]


@dataclass(frozen=True)
class Backlog:
    """What the database tells about work that is not done yet; `now` is when it was asked (aware)."""

    relay: Lag
    read_models: dict[str, Lag | None]
    parked: list[ParkedCase]
    left_out: list[OperatorAct]
    rejected: Rejected
    due: Due
    findings: list[Recorded]
    sweeps: list[SweepState]
    next_deadline: NextDeadline | None
    overdue: list[OverdueDeadline]
    being_loaded: list[LoadedMatter]
    now: datetime

    @property
    def parked_cases(self) -> set[UUID]:
        """The cases that wait somewhere."""
        return {row.case_id for row in self.parked}

    @property
    def parked_seconds(self) -> float:
        """For how long the longest of them has waited."""
        return max(((self.now - row.parked_at).total_seconds() for row in self.parked), default=0.0)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        following = self.next_deadline
        return {
            "relay": self._lag(self.relay),
            "read_models": {name: self._by_partition(behind) if behind else None for name, behind in self.read_models.items()},
            "parked": len(self.parked_cases),
            "parked_oldest_seconds": round(self.parked_seconds, 1),
            "left_out": len(self.left_out),
            "rejected_messages": self.rejected.messages,
            "rejected_messages_last_hour": self.rejected.recent,
            "findings": len(self.findings),
            "sweeps_still_seconds": {state.sweep: round(state.still_for(self.now).total_seconds(), 1) for state in self.sweeps},
            "deadlines_due": {"waiting": self.due.deadlines, "late_seconds": round(self.due.late_by.total_seconds(), 1)},
            "next_deadline": {
                "case": following.reference,
                "role": following.role,
                "due": following.due.isoformat(),
                "due_at": following.due_at.isoformat(),
                "stale_since": _iso(following.stale_since),
            }
            if following
            else None,
            "overdue": [
                {
                    "case_id": str(o.case_id),
                    "case": o.reference,
                    "role": o.role,
                    "due_at": o.due_at.isoformat(),
                    "stale_since": _iso(o.stale_since),
                }
                for o in self.overdue
            ],
            "being_loaded": [{"matter_id": str(m.matter_id), "now": m.now.isoformat()} for m in self.being_loaded],
        }

    def _lag(self, behind: Lag) -> dict[str, Any]:
        return {
            "events": behind.events,
            "seconds": round(behind.seconds(self.now), 1),
            "oldest_stored_at": _iso(behind.oldest_stored_at),
        }

    def _by_partition(self, behind: Lag) -> dict[str, Any]:
        partitions = {str(number): self._lag(part) for number, part in sorted(behind.partitions.items())}
        return {**self._lag(behind), "partitions": partitions}


_UNKNOWN = dict.fromkeys(
    (
        "relay", "read_models", "parked", "parked_oldest_seconds", "left_out", "rejected_messages", "rejected_messages_last_hour",
        "deadlines_due", "findings", "sweeps_still_seconds", "next_deadline", "overdue", "being_loaded",
    )
)  # fmt: skip
"""In place of a backlog that is not known."""


@dataclass(frozen=True)
class Status:
    """How the system is. `backlog` is None where the database does not answer, or its tables are not there yet.

    `health` is what each process of ours that runs says of itself, `states` how each is by that, and `ended` how often it ended
    in the last ten minutes; `brokers` how many there are, of those that every copy of an event needs.
    """

    processes: list[Process]
    kafka: str | None
    backlog: Backlog | None
    faults: list[str] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    health: Mapping[str, Health] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    brokers: int = 0
    brokers_needed: int = 1
    database_answers: bool = False
    data: str = ""

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "processes": [self._process(process) for process in self.processes],
            "database": {"reachable": self.database_answers},
            "broker": {
                "reachable": self.brokers > 0,
                "bootstrap": self.kafka if self.brokers else None,
                "brokers": self.brokers,
                "needed": self.brokers_needed,
            },
            **(self.backlog.as_json() if self.backlog else _UNKNOWN),
            "alarms": [asdict(alarm) for alarm in self.alarms],
            "faults": self.faults,
        }

    def _process(self, process: Process) -> dict[str, Any]:
        said = self.health.get(process.name)
        return {
            "name": process.name,
            "running": process.running,
            "state": self.states.get(process.name),
            "since": _iso(process.since),
            "pid": process.pid,
            "exit_reason": process.exit_reason,
            "ended_lately": self.ended.get(process.name, 0),
            "live": said.live if said else None,
            "ready": said.ready if said else None,
            "role": said.role if said else None,
            "reasons": list(said.reasons) if said else [],
        }


def look() -> Status:
    """Ask every part how it is."""
    settings = load_settings()
    now = datetime.now(UTC)
    running, said, ended = processes(settings), health(settings), ended_lately(settings)
    states = {process.name: _state(process, said.get(process.name), now) for process in running}
    faults = [*_process_faults(running, said, states)]
    backlog, answers = None, False
    try:
        with open_pool(settings.database, name="status", size=1, timeout=2.0) as pool:
            backlog = _backlog(pool, settings)
            answers = True
            faults += [
                f"{o.role} of {o.reference} should have been fired at {o.due_at:%Y-%m-%d %H:%M %Z}" for o in backlog.overdue
            ]
    except Misconfigured as error:
        faults.append(str(error).rstrip("."))
    except DATABASE_FAILED:
        faults.append("the database does not answer")
    except psycopg.Error as error:
        answers = True
        why = error.diag.message_primary or "it refused the question"
        faults.append(f"the database answers, but its tables cannot be read (are they still being built?): {why}")
    brokers, needed = _brokers(settings), settings.kafka_replication
    if not brokers:
        faults.append("no broker answers")
    elif brokers < needed:
        faults.append(f"{brokers} of {needed} brokers are there")
    return Status(
        processes=running,
        kafka=settings.kafka_bootstrap,
        backlog=backlog,
        faults=faults,
        alarms=[*(_alarms(backlog, settings) if backlog else ()), *process_alarms(ended)],
        health=said,
        states=states,
        ended=ended,
        brokers=brokers,
        brokers_needed=needed,
        database_answers=answers,
        data=str(settings.data),
    )


def _state(process: Process, said: Health | None, now: datetime) -> State:
    if not process.running:
        return "not running"
    if said is None:
        return "running"
    if not said.live:
        return "hangs"
    if not said.ready:
        is_young = process.since is not None and now - process.since < _STARTS_WITHIN
        return "starting" if is_young and said.role is None else "not ready"
    return "standby" if said.role == "standby" else "running"


def _process_faults(running: list[Process], said: Mapping[str, Health], states: Mapping[str, State]) -> Iterator[str]:
    for process in running:
        match states[process.name]:
            case "not running":
                yield f"{process.name} does not run: {process.exit_reason}"
            case "not ready" | "hangs" as state:
                is_so = "is not ready" if state == "not ready" else state
                yield f"{process.name} {is_so}: {'; '.join(said[process.name].reasons)}"


def _alarms(backlog: Backlog, settings: Settings) -> list[Alarm]:
    return [
        *raised_by_parking(backlog.parked, settings, backlog.now),
        *lag_alarms(
            backlog.read_models,
            backlog.relay,
            backlog.now,
            longest=settings.lag_seconds,
            unpublished_longest=settings.unpublished_seconds,
        ),
        *rejected_alarms(backlog.rejected),
        *finding_alarms(backlog.findings),
        *sweep_alarms(backlog.sweeps, backlog.now, longest=timedelta(minutes=settings.sweep_minutes)),
    ]


def _backlog(pool: Pool, settings: Settings) -> Backlog:
    return Backlog(
        relay=lag.relay_lag(pool, EVENTS.name),
        read_models=lag.read_model_lags(pool, EVENTS.partitions),
        parked=parking.parked_cases(pool),
        left_out=operator_acts.skips(pool),
        rejected=lag.rejected_messages(pool),
        due=lag.due_deadlines(pool),
        findings=open_findings(pool),
        sweeps=sweeps_at_work(pool, EVENTS.name) if settings.sweep_share else [],
        next_deadline=lag.next_deadline(pool),
        overdue=lag.overdue_deadlines(pool, late_by=timedelta(seconds=settings.late_seconds)),
        being_loaded=lag.matters_being_loaded(pool),
        now=MatterClocks(pool).wall(),
    )


def _brokers(settings: Settings) -> int:
    try:
        return len(brokers_known(settings, timeout=_BROKER_SECONDS))
    except Misconfigured:
        return 0


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
