"""How `regcase status` shows the system."""

from __future__ import annotations

from deploy.local import Health, Process
from interfaces.cli.page import Page
from interfaces.cli.stale import stale_words
from interfaces.status import Backlog, State, Status

_LABEL = 18
_STATES: dict[State, str] = {
    "not running": "NOT RUNNING",
    "starting": "starting",
    "running": "running",
    "standby": "stands by",
    "not ready": "NOT READY",
    "hangs": "HANGS",
}


def print_status(status: Status, page: Page, *, partitions: bool = False) -> None:
    """The status as tables."""
    page.table(
        ("process", "", "since", "pid", "why not"),
        [
            (
                process.name,
                _STATES[status.states[process.name]],
                f"{process.since.astimezone():%Y-%m-%d %H:%M:%S}" if process.since else "",
                str(process.pid or ""),
                _why_not(process, status.health.get(process.name)),
            )
            for process in status.processes
        ],
        wrap=("why not",),
    )
    page.line()
    page.entry("broker", _brokers(status), width=_LABEL)
    page.entry("database", "reachable" if status.database_answers else "NOT REACHABLE", width=_LABEL)
    if status.backlog:
        _print_backlog(status.backlog, page, partitions=partitions)
    for alarm in status.alarms:
        page.line(f"{'Alarm' if alarm.severity == 'critical' else 'Warning'}: {alarm.words}", style="red")
    for fault in status.faults:
        page.line(f"Fault: {fault.rstrip('.')}.", style="red")
    hanging = [process.name for process in status.processes if status.states[process.name] == "hangs"]
    if hanging:
        page.line(f"`regcase restart {' '.join(hanging)}` starts anew what hangs.")
    if status.faults:
        page.line(
            f"`regcase up` starts what does not run; the processes' logs are in {status.data}/logs. See docs/operations.md."
        )


def _why_not(process: Process, said: Health | None) -> str:
    return process.exit_reason or ("; ".join(said.reasons) if said else "")


def _brokers(status: Status) -> str:
    if not status.brokers:
        return "NOT REACHABLE"
    number = "" if status.brokers_needed == 1 else f", {status.brokers} of {status.brokers_needed} brokers"
    return f"reachable at {status.kafka}{number}"


def _print_backlog(backlog: Backlog, page: Page, *, partitions: bool) -> None:
    page.entry("relay", backlog.relay.words(backlog.now), width=_LABEL)
    for name, behind in backlog.read_models.items():
        page.entry(name, behind.words(backlog.now) if behind else "NOT BUILT YET", width=_LABEL)
        for number, part in sorted(behind.partitions.items()) if partitions and behind else ():
            page.entry(f"partition {number}", part.words(backlog.now), indent=2, width=_LABEL - 2)
    page.entry("parked cases", _parked_words(backlog), width=_LABEL)
    if backlog.left_out:
        page.entry("events left out", f"{len(backlog.left_out):,} by operators (see `regcase parked acts`)", width=_LABEL)
    if backlog.rejected.messages:
        words = f"{backlog.rejected.messages} that were no events of the store, {backlog.rejected.recent} in the last hour"
        page.entry("rejected messages", words, width=_LABEL)
    following = backlog.next_deadline
    told = f"{following.due}: {following.role} of {following.reference}{stale_words(following)}" if following else "none runs"
    page.entry("next deadline", told, width=_LABEL)
    if backlog.due.deadlines:
        words = f"{backlog.due.deadlines:,}, the oldest for {backlog.due.late_by.total_seconds():,.0f} s"
        page.entry("due, not fired", words, width=_LABEL)
    for matter in backlog.being_loaded:
        words = f"matter {matter.matter_id}, its clock stands at {matter.now:%Y-%m-%d %H:%M %Z}"
        page.entry("being loaded", words, width=_LABEL)


def _parked_words(backlog: Backlog) -> str:
    if not backlog.parked:
        return "none"
    timers = (
        " Timers do not know their deadlines in full." if any(row.read_model == "deadlines" for row in backlog.parked) else ""
    )
    return f"{len(backlog.parked_cases)} (see `regcase parked list`).{timers}"
