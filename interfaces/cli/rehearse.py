"""`regcase rehearse`: plays case scripts in memory and prints the time line."""

from __future__ import annotations

import typer

from interfaces.cli.exits import Exit
from interfaces.cli.options import Json, Scripts
from interfaces.cli.page import Page, print_json
from interfaces.cli.rehearsal_page import RehearsalPage
from interfaces.scripts.files import parse_files
from interfaces.scripts.rehearse import rehearse as rehearse_script


def rehearse(files: Scripts, json: Json = False) -> None:
    """Play case scripts in memory, with no service, and print what happens when, and why.

    Ends with 0 when everything happened as the script states, 1 with each difference, 2 when a file is malformed.
    """
    reports = [rehearse_script(script) for script in parse_files(files)]
    if json:
        print_json({"scripts": [report.as_json() for report in reports]})
    else:
        for report in reports:
            RehearsalPage(report, Page()).print()
    if any(report.differences for report in reports):
        raise typer.Exit(Exit.DIFFERENCE)
