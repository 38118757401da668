"""`regcase up`, `down` and `status`: the system as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Annotated, Any, Unpack
from uuid import UUID

import psycopg
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.kafka_admin import broker_answers
from deploy.local import STAGES, Process, Report, down, processes, up
from deploy.local.numbers import Given
from deploy.topics import EVENTS
from foundation.database import DATABASE_FAILED, Pool, open_pool
from foundation.errors import Misconfigured
from foundation.settings import Settings, load_settings
from interfaces.cli.exits import Exit
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.parked import raised_alarms
from interfaces.cli.stale import stale_words
from projections import lag, parking
from projections.lag import Lag, LoadedMatter, NextDeadline, OverdueDeadline
from projections.parking import ParkedCase
from projections.parking_alarms import Alarm

_BROKER_SECONDS = 2.0


def _number(option: str, what: str) -> Any:
    return typer.Option(option, metavar="N", help=f"{what}; 1 where none was ever given.", show_default=False)


_Brokers = Annotated[int | None, _number("--brokers", "Brokers of the local Kafka, 1 or 3: of three one may be lost")]
_Relays = Annotated[int | None, _number("--relays", "Relays: one publishes, the others stand by")]
_Workers = Annotated[int | None, _number("--workers", "Workers, which share the partitions")]
_Reconcilers = Annotated[int | None, _number("--reconcilers", "Reconcilers")]


def up_command(
    brokers: _Brokers = None, relays: _Relays = None, workers: _Workers = None, reconcilers: _Reconcilers = None
) -> None:
    """Set up and start the system: Postgres and Kafka (unless the environment names yours) and regcase's processes.

    Done again, it only looks whether everything runs. What it starts goes on until `regcase down`. Numbers that are given
    are kept: the next `regcase up` needs none.
    """
    numbers = {"brokers": brokers, "relays": relays, "workers": workers, "reconcilers": reconcilers}
    given: Any = {kind: number for kind, number in numbers.items() if number is not None}
    start_stack(Page(), **given)


def start_stack(page: Page, **given: Unpack[Given]) -> Settings:
    """Start the system and show how it goes.

    Args:
        given: how many processes of a kind there are from now on.
    """
    with _shown(page) as show:
        return up(load_settings(), show, **given)


def down_command() -> None:
    """Stop everything that `regcase up` started. The data is kept."""
    page = Page()
    stopped = down(load_settings())
    page.line(f"Stopped: {', '.join(stopped)}. The data is kept." if stopped else "Nothing was running.")


def status_command(json: Json = False) -> None:
    """Show each process, the database and the broker, how far behind things are, and what waits for a person.

    Ends with 0 when everything runs, 3 when something does not, 1 when only an alarm is raised: too many cases are parked, or
    one for too long.
    """
    status = look()
    if json:
        print_json(status.as_json())
    else:
        print_status(status, Page())
    if status.faults:
        raise typer.Exit(Exit.UNREACHABLE)
    if status.backlog and status.backlog.alarms:
        raise typer.Exit(Exit.DIFFERENCE)


@dataclass(frozen=True)
class Backlog:
    """What the database tells about work that is not done yet."""

    relay: Lag
    read_models: dict[str, Lag | None]
    parked: list[ParkedCase]
    alarms: list[Alarm]
    rejected_messages: int
    next_deadline: NextDeadline | None
    overdue: list[OverdueDeadline]
    being_loaded: list[LoadedMatter]

    @property
    def parked_cases(self) -> set[UUID]:
        """The cases that wait somewhere."""
        return {row.case_id for row in self.parked}


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
            "parked": len(backlog.parked_cases) if backlog else None,
            "alarms": [asdict(alarm) for alarm in backlog.alarms] if backlog else None,
            "rejected_messages": backlog.rejected_messages if backlog else None,
            "next_deadline": {
                "case": backlog.next_deadline.reference,
                "role": backlog.next_deadline.role,
                "due": backlog.next_deadline.due.isoformat(),
                "due_at": backlog.next_deadline.due_at.isoformat(),
                "stale_since": _iso(backlog.next_deadline.stale_since),
            }
            if backlog and backlog.next_deadline
            else None,
            "overdue": [
                {
                    "case_id": str(o.case_id),
                    "case": o.reference,
                    "role": o.role,
                    "due_at": o.due_at.isoformat(),
                    "stale_since": _iso(o.stale_since),
                }
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
    for alarm in status.backlog.alarms if status.backlog else ():
        page.line(f"Alarm: {alarm.words}", style="red")
    for fault in status.faults:
        page.line(f"Fault: {fault.rstrip('.')}.", style="red")
    if status.faults:
        page.line(f"`regcase up` starts what does not run; the processes' logs are in {status.data}.")


def _print_backlog(backlog: Backlog, page: Page) -> None:
    page.entry("relay", backlog.relay.words, width=18)
    for name, behind in backlog.read_models.items():
        page.entry(name, behind.words if behind else "NOT BUILT YET", width=18)
    page.entry("parked cases", _parked_words(backlog), width=18)
    if backlog.rejected_messages:
        page.entry("rejected messages", f"{backlog.rejected_messages} that were no events of the store", width=18)
    following = backlog.next_deadline
    told = f"{following.due}: {following.role} of {following.reference}{stale_words(following)}" if following else "none runs"
    page.entry("next deadline", told, width=18)
    for matter in backlog.being_loaded:
        page.entry("being loaded", f"matter {matter.matter_id}, its clock stands at {matter.now:%Y-%m-%d %H:%M %Z}", width=18)


def _backlog(pool: Pool, settings: Settings) -> Backlog:
    parked = parking.parked_cases(pool)
    return Backlog(
        relay=lag.relay_lag(pool, EVENTS.name),
        read_models=lag.read_model_lags(pool),
        parked=parked,
        alarms=raised_alarms(parked, settings),
        rejected_messages=lag.rejected_messages(pool),
        next_deadline=lag.next_deadline(pool),
        overdue=lag.overdue_deadlines(pool),
        being_loaded=lag.matters_being_loaded(pool),
    )


def _parked_words(backlog: Backlog) -> str:
    if not backlog.parked:
        return "none"
    timers = (
        " Timers do not know their deadlines in full." if any(row.read_model == "deadlines" for row in backlog.parked) else ""
    )
    return f"{len(backlog.parked_cases)} (see `regcase parked list`).{timers}"


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
