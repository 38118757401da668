"""The exit codes of every command, told in `regcase --help` as well."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    DIFFERENCE = 1
    """Understood, but not as wanted: refused, not found, differs from what was stated, or not done in time."""
    MALFORMED = 2
    """A file, an argument or an option is not what it should be; nothing was done."""
    UNREACHABLE = 3
    """A service does not answer, or a setting is wrong."""
    NOT_SHOWN_YET = 4
    """Done and written, but the read models did not show it within --wait; do not repeat it."""
    UNEXPECTED = 70
    """A fault in the program itself, or a stored event that this version of it cannot read."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C."""
    BROKEN_PIPE = 141
    """Whoever read the output went away."""


EXIT_CODES = (
    "Exit codes: 0 done, as wanted; 1 refused, not found, different from what was stated, or not done in time; "
    "2 malformed file or wrong use; 3 a service does not answer or a setting is wrong; "
    "4 done, but the read models did not show it within --wait; 70 a fault in the program, or a stored event that it cannot read; "
    "130 stopped by Ctrl-C; 141 the reader of the output went away."
)
