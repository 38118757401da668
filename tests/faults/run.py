"""A run: commands go on, faults come one after the other, each is given the time to be overcome, and at the end all is compared.

`make faults` starts it. Ctrl-C ends it in order: what has run is checked and told.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom

import psycopg
import structlog
from rich.console import Console

from deploy import local
from deploy.local.numbers import Numbers
from foundation.settings import Settings
from tests.faults.beside import Beside, OnWallTime, Probes
from tests.faults.checker import check
from tests.faults.driver import Commands, Driver
from tests.faults.equipment import equipment
from tests.faults.fault import CannotBeMade, Fault, Ground
from tests.faults.findings import COMPLAINTS, Findings
from tests.faults.histories import endless
from tests.faults.kinds import all_faults
from tests.faults.readings import read_everything
from tests.faults.schedule import random_for, schedule
from tests.faults.table import NO_FAULT, TWO_AT_ONCE, Record, machine, markdown, print_table
from tests.services import data_folder
from tests.system import System

_log = structlog.get_logger(__name__)
RECOVERED_WITHIN = 300.0
SETTLED_WITHIN = 300.0
THROUGH_WITHIN = 240.0
_CALM = (0.5, 3.0)
_BASELINES = 3
_WARM_UP, _WARM = 10, 5.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What a run is to be.

    Args:
        minutes: how long faults come.
        seed: decides histories and faults.
        faults: the kinds that come.
        once: whether no more faults come when each kind has come once.
        at_once: how many matters are played at a time.
        brokers, relays, workers, reconcilers: how many of each the stack has.
    """

    minutes: float
    seed: int
    faults: Sequence[Fault]
    once: bool = False
    at_once: int = 12
    brokers: int = 1
    relays: int = 2
    workers: int = 2
    reconcilers: int = 2


class Run:
    """One run on a stack that is up."""

    def __init__(self, ground: Ground, options: Options, record: Record, say: Say) -> None:
        self._ground = ground
        self._options = options
        self._record = record
        self._say = say
        self._beside = Beside()
        settings, seed = ground.system.settings, options.seed
        self._histories = endless(seed)
        self._driver = Driver(settings.database, self._histories, at_once=options.at_once)
        self._commands = Commands(settings.database, at_once=4)
        self._probes = Probes(self._commands, settings, self._beside, seed=seed)
        self._wall_time = OnWallTime(self._commands, self._beside, seed=seed)
        self._wrong: list[str] = []

    def go(self) -> Findings:
        """Let commands and faults go on for the stated time, or until interrupted; then check."""
        self._driver.start()
        self._wall_time.start()
        began = time.monotonic()
        try:
            self._say("warming up, and measuring a command's way with no fault; that takes a minute, on a busy machine several")
            # The first starts take longer than anything that is measured.
            for _ in range(_WARM_UP):
                took = self._probes.recovered(within=RECOVERED_WITHIN)
                if took and took < _WARM:
                    break
            for _ in range(_BASELINES):
                self._await_recovery(NO_FAULT)
            began = time.monotonic()
            self._say(f"faults come from now on for {self._options.minutes:g} minutes, and the last is waited for")
            self._let_faults_come(until=began + 60 * self._options.minutes)
        except KeyboardInterrupt:
            self._say("interrupted: no more faults; what has run is brought to its end and checked")
        finally:
            self._ground.ended.set()
        self._record.seconds = time.monotonic() - began
        return self._end()

    def _let_faults_come(self, *, until: float) -> None:
        random = Random(f"calm {self._options.seed}")
        possible = list(self._options.faults)
        came = 0
        for number, group in enumerate(schedule(possible, seed=self._options.seed)):
            if time.monotonic() >= until or (self._options.once and came == len(possible)):
                return
            came += len(group)
            made = self._inject([fault for fault in group if fault.kind not in self._record.impossible], number)
            if made:
                self._await_recovery(TWO_AT_ONCE if len(made) > 1 else made[0])
            elif len(self._record.impossible) == len(possible):
                return
            time.sleep(random.uniform(*_CALM) if made else 0.0)

    def _inject(self, faults: Sequence[Fault], number: int) -> list[str]:
        """Make them happen at once; give the kinds of those that could be made."""
        made: list[str] = []

        def inject(fault: Fault) -> None:
            try:
                fault.inject(self._ground, random_for(fault, number, seed=self._options.seed))
            except CannotBeMade as reason:
                self._record.impossible[fault.kind] = str(reason)
                self._say(f"cannot be made: {fault.kind}: {reason}")
            except Exception as error:  # noqa: BLE001 - the run goes on, and fails with it
                self._wrong.append(f"the fault {fault.kind!r} went wrong: {type(error).__name__}: {error}")
                self._say(self._wrong[-1])
            else:
                self._record.injected[fault.kind] = self._record.injected.get(fault.kind, 0) + 1
                made.append(fault.kind)

        topics = self._ground.injected.topics_made_anew
        if faults:
            self._say(f"fault {number + 1}: {' and '.join(fault.kind for fault in faults)}")
            with ThreadPoolExecutor(len(faults)) as pool:
                try:
                    list(pool.map(inject, faults))
                except KeyboardInterrupt:
                    self._ground.ended.set()
                    raise
        if self._ground.injected.topics_made_anew != topics:
            self._probes.topic_was_made_anew()
        return made

    def _await_recovery(self, kind: str) -> None:
        took = self._probes.recovered(within=RECOVERED_WITHIN)
        self._record.recoveries.setdefault(kind, []).append(took)
        if took is None:
            self._wrong.append(f"not recovered from {kind!r} within {RECOVERED_WITHIN:.0f} s")
            self._say(self._wrong[-1])
        else:
            self._say(f"  recovered in {took:.1f} s; {self._driver.events:,} events")

    def _end(self) -> Findings:
        self._say("bringing the histories that are begun to their end")
        # What falls due by wall time does so while the driver is busy: nobody has to wait for it then.
        self._wall_time.open_no_more()
        self._driver.finish(seconds=THROUGH_WITHIN)
        self._wall_time.finish()
        self._driver.close()
        self._commands.close()
        self._histories.close()
        readings = read_everything(self._ground.system.settings, settled_within=SETTLED_WITHIN, say=self._say)
        self._say("checking")
        findings = check(self._driver.played, self._beside, readings, self._ground.injected)
        findings.add_all(COMPLAINTS, [*self._wall_time.complaints, *self._wrong])
        return findings


def perform(options: Options, record: Record, say: Say) -> tuple[Findings, Path | None]:
    """Start a stack, run on it, end it. The path is that of its data and logs, which are kept where something was found."""
    outcome: list[Findings] = []

    def something_is_wrong() -> bool:
        return not outcome or bool(outcome[0].faults)

    say("starting a stack of the run's own; that takes a minute, on a busy machine more")
    numbers = Numbers(brokers=options.brokers, relays=options.relays, workers=options.workers, reconcilers=options.reconcilers)
    with data_folder(something_is_wrong) as data, equipment(data, numbers) as equipped:
        settings = local.up(
            Settings(data=data),
            lambda report: say(f"{report.stage}: {report.detail}"),
            programs=equipped.programs,
            brokers=options.brokers,
        )
        try:
            ground = Ground(System(settings), equipped.proxies, equipped.disks, equipped.clock)
            record.machine = machine(options.brokers, _postgres_version(settings), _kafka_version())
            outcome.append(Run(ground, options, record, say).go())
        finally:
            local.down(Settings(data=data))
            if something_is_wrong():
                say(f"data and logs are kept in {data}")
    return outcome[0], data if outcome[0].faults else None


def _postgres_version(settings: Settings) -> str:
    with psycopg.connect(settings.database) as connection:
        number = connection.info.server_version
        return f"{number // 10_000}.{number % 10_000}"


def _kafka_version() -> str:
    named = tomllib.loads((Path(local.__path__[0]) / "jgo.toml").read_text(encoding="utf-8"))
    coordinates: list[str] = named["dependencies"]["coordinates"]
    return coordinates[0].rpartition(":")[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line. Ends with 1 where something was lost, differs or was not right in another way."""
    given = parser().parse_args(arguments)
    console = Console()
    logs = Console(stderr=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    # Also where a shell lets what it starts in the background ignore Ctrl-C; and `kill` is to end in order as well.
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.default_int_handler)
    began = time.monotonic()

    def say(what: str) -> None:
        logs.print(
            f"{datetime.now(UTC):%H:%M:%S} {time.monotonic() - began:7.1f} s  {what}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )

    options = options_of(given)
    record = Record(options.seed, command_of(given))
    say(f"once more: {record.command}")
    findings, kept = perform(options, record, say)
    print_table(record, findings, console)
    if given.table:
        given.table.write_text(markdown(record, findings), encoding="utf-8")
    for fault in findings.faults:
        console.print(f"FOUND: {fault}", markup=False, highlight=False, style="red", soft_wrap=True)
    if kept:
        console.print(f"Data and logs are kept in {kept}", markup=False, soft_wrap=True)
    return 1 if findings.faults else 0


def options_of(given: argparse.Namespace) -> Options:
    """What was said on the command line."""
    return Options(
        minutes=given.minutes,
        seed=given.seed,
        faults=_chosen(given.kinds),
        brokers=given.brokers,
        **{name: getattr(given, name) for name in _USUAL},
    )


def _chosen(named: str) -> list[Fault]:
    every = all_faults()
    wanted = [name.strip() for name in named.split(",") if name.strip()]
    found = [fault for fault in every if not wanted or any(name in fault.kind for name in wanted)]
    if not found:
        known = "\n  ".join(fault.kind for fault in every)
        sys.exit(f"No kind of fault has {named!r} in its name. There are:\n  {known}")
    return found


def command_of(given: argparse.Namespace) -> str:
    """The command that repeats the run, with the seed that was drawn."""
    names = {"minutes": "MINUTES", "seed": "SEED", "brokers": "BROKERS"}
    said = [
        f"{name}={getattr(given, field):g}" if field == "minutes" else f"{name}={getattr(given, field)}"
        for field, name in names.items()
    ]
    if given.kinds:
        said.append(f"KINDS={shlex.quote(given.kinds)}")
    more = [
        f"--{field.replace('_', '-')} {getattr(given, field)}"
        for field, usual in _USUAL.items()
        if getattr(given, field) != usual
    ]
    if more:
        said.append(f"MORE={shlex.quote(' '.join(more))}")
    return f"make faults {' '.join(said)}"


_USUAL: dict[str, int] = {name: getattr(Options, name) for name in ("relays", "workers", "reconcilers", "at_once")}


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long faults come (10)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000), help="decides histories and faults")
    parser.add_argument("--kinds", default="", help="parts of the names of the kinds that come, separated by commas (all)")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    for name, usual in _USUAL.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=usual)
    parser.add_argument("--table", type=Path, help="write the table into this file as Markdown")
    return parser


if __name__ == "__main__":
    sys.exit(main())
