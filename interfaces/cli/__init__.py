"""The command line `regcase`: a file per command."""

from interfaces.cli.entry import main

__all__ = ["main"]
