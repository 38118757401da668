"""What goes wrong at the ways in.

RegcaseError
|-- NotDone   understood, and not carried out as wanted: the message says how far it got
|   `-- NotShownYet   done and written, but the read models do not show it yet
|-- Misused   an argument or an option is not what it should be
"""

from __future__ import annotations

from foundation.errors import RegcaseError


class NotDone(RegcaseError):
    """The command was understood and could not be carried out as wanted."""


class NotShownYet(NotDone):
    """Done and written; the read models do not show it yet."""


class Misused(RegcaseError):
    """An argument or option is not what it should be; nothing was done."""
