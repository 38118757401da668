"""The entry point: puts the commands together."""

from __future__ import annotations

from typing import Annotated

import typer

from foundation.logs import configure_logs
from interfaces.cli import (
    cases,
    commands,
    deadlines,
    demo,
    do,
    load,
    matters,
    penalties,
    reconcile,
    rehearse,
    show,
    stack,
    status,
    timeline,
)
from interfaces.cli.calendars import calendar
from interfaces.cli.deadline import deadline
from interfaces.cli.errors import DEBUG, Commands
from interfaces.cli.exits import EXIT_CODES
from interfaces.cli.generations import generations, rebuild_command
from interfaces.cli.parked import parked
from interfaces.cli.regime import regime

app = typer.Typer(
    name="regcase",
    cls=Commands,
    help="Cases of a regulator: what happened, what is due, and why.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(rehearse.rehearse)
app.command()(load.load)
app.command("do")(do.do)
app.command()(commands.commands)
app.command()(show.show)
app.command()(matters.matters)
app.command()(cases.cases)
app.command()(timeline.timeline)
app.command()(deadlines.deadlines)
app.command()(penalties.penalties)
app.add_typer(parked, name="parked")
app.add_typer(deadline, name="deadline")
app.add_typer(regime, name="regime")
app.add_typer(calendar, name="calendar")
app.command("reconcile")(reconcile.reconcile_command)
app.command("rebuild")(rebuild_command)
app.add_typer(generations, name="generations")
app.command("up")(stack.up_command)
app.command("down")(stack.down_command)
app.command("restart")(stack.restart_command)
app.command("status")(status.status_command)
app.command()(demo.demo)


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Log everything, and show where a fault arose.")] = False,
) -> None:
    """Cases of a regulator: what happened, what is due, and why."""
    context.meta[DEBUG] = debug
    configure_logs("DEBUG" if debug else "CRITICAL", process="cli")


def main() -> None:
    """Run the command line and end the process with its exit code."""
    app()
