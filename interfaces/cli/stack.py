"""`regcase up`, `down` and `status`: the system as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.kafka_admin import broker_answers
from deploy.local import STAGES, Process, Report, down, processes, up
from deploy.topics import EVENTS
from foundation.database import DATABASE_FAILED, Pool, open_pool
from foundation.errors import Misconfigured
from foundation.settings import Settings, load_settings
from interfaces.cli.exits import Exit
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from projections import lag, parking
from projections.lag import Lag, LoadedMatter, NextDeadline, OverdueDeadline

_BROKER_SECONDS = 2.0


def up_command() -> None:
    """Set up and start the system: Postgres and Kafka (unless the environment names yours) and regcase's processes.

    Done again, it only looks whether everything runs. What it starts goes on until `regcase down`.
    """
    start_stack(Page())


def start_stack(page: Page) -> Settings:
    """Start the system and show how it goes."""
    with _shown(page) as show:
        return up(load_settings(), show)


def down_command() -> None:
    """Stop everything that `regcase up` started. The data is kept."""
    page = Page()
    stopped = down(load_settings())
    page.line(f"Stopped: {', '.join(stopped)}. The data is kept." if stopped else "Nothing was running.")


def status_command(json: Json = False) -> None:
    """Show each process, the database and the broker, how far behind things are, and what waits for a person.

    Ends with 0 when everything runs, 3 when something does not.
    """
    status = look()
    if json:
        print_json(status.as_json())
    else:
        print_status(status, Page())
    if status.faults:
        raise typer.Exit(Exit.UNREACHABLE)


@dataclass(frozen=True)
class Backlog:
    """What the database tells about work that is not done yet."""

    relay: Lag
    read_models: dict[str, Lag | None]
    parked: int
    rejected_messages: int
    next_deadline: NextDeadline | None
    overdue: list[OverdueDeadline]
    being_loaded: list[LoadedMatter]


@dataclass(frozen=True)
class Status:
    """How the system is. `backlog` is None where the database does not answer, or its tables are not there yet."""

    processes: list[Process]
    broker: str | None
    backlog: Backlog | None
    faults: list[str] = field(default_factory=list)
    database_answers: bool = False
    data: str = ""

    def as_json(self) -> dict[str, Any]:
        """The status for machines."""
        backlog = self.backlog
        return {
            "processes": [
                {
                    "name": process.name,
                    "running": process.running,
                    "since": _iso(process.since),
                    "pid": process.pid,
                    "exit_reason": process.exit_reason,
                }
                for process in self.processes
            ],
            "database": {"reachable": self.database_answers},
            "broker": {"reachable": self.broker is not None, "bootstrap": self.broker},
            "relay": _lag_as_json(backlog.relay) if backlog else None,
            "read_models": {name: _lag_as_json(behind) for name, behind in backlog.read_models.items()} if backlog else None,
            "parked": backlog.parked if backlog else None,
            "rejected_messages": backlog.rejected_messages if backlog else None,
            "next_deadline": {
                "case": backlog.next_deadline.reference,
                "role": backlog.next_deadline.role,
                "due": backlog.next_deadline.due.isoformat(),
                "due_at": backlog.next_deadline.due_at.isoformat(),
            }
            if backlog and backlog.next_deadline
            else None,
            "overdue": [
                {"case_id": str(o.case_id), "case": o.reference, "role": o.role, "due_at": o.due_at.isoformat()}
                for o in backlog.overdue
            ]
            if backlog
            else None,
            "being_loaded": [{"matter_id": str(m.matter_id), "now": m.now.isoformat()} for m in backlog.being_loaded]
            if backlog
            else None,
            "faults": self.faults,
        }


def look() -> Status:
    """Ask every part how it is."""
    settings = load_settings()
    running = processes(settings)
    faults = [f"{process.name} does not run: {process.exit_reason}" for process in running if not process.running]
    broker, backlog, answers = _broker(settings), None, False
    try:
        with open_pool(settings.database, name="status", size=1, timeout=2.0) as pool:
            backlog = _backlog(pool)
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
        said = error.diag.message_primary or "it refused the question"
        faults.append(f"the database answers, but its tables cannot be read (are they still being built?): {said}")
    if broker is None:
        faults.append("no broker answers")
    return Status(running, broker, backlog, faults, database_answers=answers, data=str(settings.data))


def print_status(status: Status, page: Page) -> None:
    """The status as tables."""
    page.table(
        ("process", "", "since", "pid", "why not"),
        [
            (
                process.name,
                "running" if process.running else "NOT RUNNING",
                f"{process.since.astimezone():%Y-%m-%d %H:%M:%S}" if process.since else "",
                str(process.pid or ""),
                process.exit_reason or "",
            )
            for process in status.processes
        ],
        wrap=("why not",),
    )
    page.line()
    page.entry("broker", f"reachable at {status.broker}" if status.broker else "NOT REACHABLE", width=18)
    page.entry("database", "reachable" if status.database_answers else "NOT REACHABLE", width=18)
    if status.backlog:
        _print_backlog(status.backlog, page)
    for fault in status.faults:
        page.line(f"Fault: {fault.rstrip('.')}.", style="red")
    if status.faults:
        page.line(f"`regcase up` starts what does not run; the processes' logs are in {status.data}.")


def _print_backlog(backlog: Backlog, page: Page) -> None:
    page.entry("relay", backlog.relay.words, width=18)
    for name, behind in backlog.read_models.items():
        page.entry(name, behind.words if behind else "NOT BUILT YET", width=18)
    page.entry("parked cases", f"{backlog.parked} (see `regcase parked list`)" if backlog.parked else "none", width=18)
    if backlog.rejected_messages:
        page.entry("rejected messages", f"{backlog.rejected_messages} that were no events of the store", width=18)
    following = backlog.next_deadline
    told = f"{following.due}: {following.role} of {following.reference}" if following else "none runs"
    page.entry("next deadline", told, width=18)
    for matter in backlog.being_loaded:
        page.entry("being loaded", f"matter {matter.matter_id}, its clock stands at {matter.now:%Y-%m-%d %H:%M %Z}", width=18)


def _backlog(pool: Pool) -> Backlog:
    return Backlog(
        relay=lag.relay_lag(pool, EVENTS.name),
        read_models=lag.read_model_lags(pool),
        parked=len(parking.parked_cases(pool)),
        rejected_messages=lag.rejected_messages(pool),
        next_deadline=lag.next_deadline(pool),
        overdue=lag.overdue_deadlines(pool),
        being_loaded=lag.matters_being_loaded(pool),
    )


def _broker(settings: Settings) -> str | None:
    """Where a broker answers; None: nowhere."""
    try:
        return settings.kafka if broker_answers(settings, timeout=_BROKER_SECONDS) else None
    except Misconfigured:
        return None


def _lag_as_json(behind: Lag | None) -> dict[str, Any] | None:
    return {"events": behind.events, "oldest_stored_at": _iso(behind.oldest_stored_at)} if behind else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@contextmanager
def _shown(page: Page) -> Iterator[Any]:
    """Show the stages of a start: as they run in a terminal, a line for each that ended otherwise."""
    if not page.is_terminal:
        yield lambda report: page.line(f"{STAGES[report.stage]}: {report.detail}") if report.done else None
        return
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TextColumn("{task.fields[detail]}"))
    with Progress(*columns, TimeElapsedColumn()) as progress:
        tasks: dict[str, Any] = {}

        def show(report: Report) -> None:
            if report.stage not in tasks:
                tasks[report.stage] = progress.add_task(STAGES[report.stage], total=1, detail="")
            progress.update(tasks[report.stage], detail=report.detail, completed=int(report.done))

        yield show
