"""`regcase load`: plays case scripts into the running system."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer

from foundation.errors import RegcaseError
from interfaces.cli.exits import Exit
from interfaces.cli.options import Json, Scripts, Wait
from interfaces.cli.page import Page, print_json
from interfaces.cli.progress import Progress
from interfaces.cli.waiting import is_shown
from interfaces.running_system import running_system
from interfaces.scripts.files import parse_files, require_past
from interfaces.scripts.load import TIMERS_WITHIN, Loader, Loading

Timers = Annotated[
    float,
    typer.Option(
        "--timers-within",
        metavar="SECONDS",
        min=0.1,
        max=3600,
        help="How long the timers may take to fire one deadline before the load stops.",
    ),
]


def load(files: Scripts, timers_within: Timers = TIMERS_WITHIN, wait: Wait = None, json: Json = False) -> None:
    """Play case scripts into the running system, each through the ordinary commands.

    While it lasts a matter's time is the script's. A load that was stopped goes on after the last step that was done.

    Ends with 0 when everything happened as stated; 1 with each difference, or when a file tells otherwise what was played before;
    4 when all is done and the read models did not show it within --wait.
    """
    scripts = parse_files(files)
    require_past(scripts, datetime.now(UTC))
    loadings: list[Loading] = []
    shown = True
    with running_system() as system, Progress(quiet=json) as progress:
        loader = Loader(system, timers_within=timers_within, watch=progress.step)
        with loader.prepared(scripts) as prepared:
            for one in prepared:
                loadings.append(one.loading)
                progress.begin(one.loading)
                try:
                    loader.load(one)
                except (RegcaseError, KeyboardInterrupt, psycopg.Error):
                    progress.stop()
                    _tell_where_it_stopped(one.loading)
                    raise
                progress.end(one.loading)
        if wait is not None:
            cases = [system.app.case(case_id) for script in scripts for case_id in system.app.cases_of(script.matter_id)]
            versions = {case.id: case.version for case in cases}
            shown = is_shown(system.pool, versions, wait)
    if json:
        print_json({"scripts": [loading.as_json() for loading in loadings]})
    if any(loading.differences for loading in loadings):
        raise typer.Exit(Exit.DIFFERENCE)
    if not shown:
        raise typer.Exit(Exit.NOT_SHOWN_YET)


def _tell_where_it_stopped(loading: Loading) -> None:
    done, total = len(loading.before) + len(loading.played), len(loading.script.steps)
    text = f"{loading.script.matter}: stopped after {done} of {total} steps, and its clock stands still. Load the same file again to go on."
    Page(stderr=True).line(text)
