"""The table of a run: what was injected, what was found, how late, how long until all was well again."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median

import psutil
from rich.console import Console
from rich.table import Table

from tests.faults import findings as kinds
from tests.faults.findings import Findings

TWO_AT_ONCE = "two at once"
NO_FAULT = "no fault"


@dataclass
class Record:
    """What a run did.

    Args:
        seed: from which histories and order of faults follow.
        command: repeats the run.
        seconds: how long faults came.
        machine: what it ran on.
        injected: how often each kind of fault came.
        recoveries: by kind, the seconds from the end of the fault's cause until a command in each partition had arrived
            everywhere; None: longer than was waited. Of two faults at once under `TWO_AT_ONCE`, without any under `NO_FAULT`.
        impossible: the kinds that could not be made, and why.
    """

    seed: int
    command: str
    seconds: float = 0.0
    machine: str = ""
    injected: dict[str, int] = field(default_factory=dict)
    recoveries: dict[str, list[float | None]] = field(default_factory=dict)
    impossible: dict[str, str] = field(default_factory=dict)


Rows = list[tuple[str, str]]


def machine(brokers: int, postgres: str, kafka: str) -> str:
    """What the run ran on, in a line."""
    memory = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("faust-streaming", "kafka-python", "eventsourcing", "psycopg"))
    load = os.getloadavg()[2]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, load {load:.1f} (15 min); "
        f"Python {platform.python_version()}, Postgres {postgres}, Kafka {kafka} ({brokers} broker{'s' if brokers > 1 else ''}), {libraries}; "
        f"commit {_commit()}"
    )


def _commit() -> str:
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown"


def results(record: Record, findings: Findings) -> Rows:
    """What was found, line by line."""
    doubled = str(findings.count(kinds.DOUBLED_IN_TOPIC))
    if findings.repeats_are_harmless and findings.count(kinds.DOUBLED_IN_TOPIC):
        doubled += " (sent again by writers that were paused; positions make them harmless)"
    late = [f"{seconds:.2f} s" for seconds in (findings.late_median, findings.late_worst) if seconds is not None]
    return [
        ("seconds with faults", f"{record.seconds:.0f}"),
        ("matters", f"{findings.matters:,}"),
        ("events stored", f"{findings.events:,}"),
        ("events published", f"{findings.published:,}"),
        ("faults injected", f"{sum(record.injected.values()):,} of {len(record.injected)} kinds"),
        ("lost from the store", str(findings.count(kinds.LOST))),
        ("stored twice, or not in the model", str(findings.count(kinds.UNEXPECTED))),
        ("stored otherwise than the model", str(findings.count(kinds.ALTERED))),
        ("lost from the topic", str(findings.count(kinds.LOST_IN_TOPIC))),
        ("doubled in the topic", doubled),
        ("out of order within a case", str(findings.count(kinds.OUT_OF_ORDER))),
        ("read-model differences", str(findings.count(kinds.DIFFERING))),
        ("cases parked", str(findings.count(kinds.PARKED))),
        ("rejected, and no garbage", str(findings.count(kinds.WRONGLY_REJECTED))),
        ("deadlines fired", f"{len(findings.late_by):,}"),
        (
            "deadlines unfired, twice, early",
            f"{findings.count(kinds.UNFIRED)}, {findings.count(kinds.FIRED_TWICE)}, {findings.count(kinds.FIRED_EARLY)}",
        ),
        ("fired late by (median, worst)", ", ".join(late) or "-"),
    ]


def faults(record: Record) -> list[tuple[str, str, str, str]]:
    """Each kind of fault: its name, how often it came, the median and the worst time to recover."""
    names = [*sorted(record.injected), *(name for name in (TWO_AT_ONCE, NO_FAULT) if name in record.recoveries)]
    rows = []
    for name in names:
        took = record.recoveries.get(name, [])
        known = [seconds for seconds in took if seconds is not None]
        middle = f"{median(known):.1f} s" if known else "-"
        worst = f"{max(known):.1f} s" if known and len(known) == len(took) else "not in time" if took else "-"
        times = record.injected.get(name, len(took))
        rows.append((name, str(times), middle, worst))
    return [*rows, *((name, "-", "cannot be made:", why) for name, why in sorted(record.impossible.items()))]


_HEADINGS = ("fault", "times", "recovered (median)", "worst")


def print_table(record: Record, findings: Findings, console: Console) -> None:
    """For people: drawn in a terminal, plain text elsewhere."""
    if not console.is_terminal:
        console.print(plain(record, findings), markup=False, highlight=False, soft_wrap=True)
        return
    found = Table(title=f"Fault run, seed {record.seed}", show_header=False)
    for row in results(record, findings):
        found.add_row(*row)
    came = Table(*_HEADINGS)
    for line in faults(record):
        came.add_row(*line)
    console.print(found, came)
    console.print(f"{record.machine}\nOnce more: {record.command}", markup=False, highlight=False)


def plain(record: Record, findings: Findings) -> str:
    """As text without any drawing."""
    found, came = results(record, findings), [_HEADINGS, *faults(record)]
    width = max(len(name) for name, *_ in [*found, *came])
    lines = [f"Fault run, seed {record.seed}", ""]
    lines += [f"{name:<{width}}  {value}" for name, value in found]
    lines += ["", *(f"{name:<{width}}  {times:>5}  {middle:>18}  {worst}" for name, times, middle, worst in came)]
    return "\n".join([*lines, "", record.machine, f"Once more: {record.command}"])


def markdown(record: Record, findings: Findings) -> str:
    """As a page."""
    found = "\n".join(f"| {name} | {value} |" for name, value in results(record, findings))
    came = "\n".join(f"| {' | '.join(line)} |" for line in faults(record))
    return (
        f"## Seed {record.seed}, {record.seconds / 60:.0f} minutes\n\n"
        f"{record.machine}.\n\n"
        f"Once more: `{record.command}`. The histories, and which faults come in which order, follow from the seed alone; how they "
        "interleave does not.\n\n"
        f"| | |\n|---|---|\n{found}\n\n"
        f"| {' | '.join(_HEADINGS)} |\n|---|---:|---:|---:|\n{came}\n"
    )
