"""The entry point: puts the commands together."""

from __future__ import annotations

from typing import Annotated

import typer

from foundation.logs import configure_logs
from interfaces.cli import rehearse
from interfaces.cli.errors import DEBUG, Commands
from interfaces.cli.exits import EXIT_CODES

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


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Log everything, and show where a fault arose.")] = False,
) -> None:
    """Cases of a regulator: what happened, what is due, and why."""
    context.meta[DEBUG] = debug
    configure_logs("DEBUG" if debug else "ERROR", process="cli")


def main() -> None:
    """Run the command line and end the process with its exit code."""
    app()
