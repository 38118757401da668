"""`regcase status`: how the system is."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.cli.exits import Exit
from interfaces.cli.options import Json
from interfaces.cli.page import Page, print_json
from interfaces.cli.status_page import print_status
from interfaces.status import look


def status_command(
    partitions: Annotated[
        bool, typer.Option("--partitions", help="Tell besides in which partitions a read model is behind.")
    ] = False,
    json: Json = False,
) -> None:
    """Show each process, the database and the brokers, how far behind things are, and what waits for a person.

    Ends with 0 when everything runs, 3 when something does not, 1 when only an alarm is raised: cases are parked, too many or
    one for too long; or events are missing from a read model, or unpublished, for too long. A mere warning leaves it at 0.
    """
    status = look()
    if json:
        print_json(status.as_json())
    else:
        print_status(status, Page(), partitions=partitions)
    if status.faults:
        raise typer.Exit(Exit.UNREACHABLE)
    if any(alarm.severity == "critical" for alarm in status.alarms):
        raise typer.Exit(Exit.DIFFERENCE)
