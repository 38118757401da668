"""What goes wrong at the ways in.

RegcaseError
|-- NotDone   understood, and not carried out as wanted: the message says how far it got
|   `-- NotShownYet   done and written, but the read models do not show it yet
|-- Misused   an argument or an option is not what it should be
|-- CannotRead   a stored event cannot be read: who runs the program must see to it
"""

from __future__ import annotations

from foundation.errors import RegcaseError


class NotDone(RegcaseError):
    """The command was understood and could not be carried out as wanted."""


class NotShownYet(NotDone):
    """Done and written; the read models do not show it yet."""


class CannotRead(RegcaseError):
    """An entry in the history of a case cannot be read by this version of the program, so that nothing can be said of the case.

    Args:
        what: what was not done, and what became of it.
        besides: a sentence on what else is to be known.
        detail: the technical reason, for who runs the program.
    """

    def __init__(self, what: str, *, detail: str, besides: str = "") -> None:
        super().__init__(
            f"{what}: an entry in the history of the case, or of one that hangs together with it, cannot be read here. It was written "
            f"by a newer version of regcase, or it is damaged. {besides}To try again does not help: tell the administrator of regcase, and pass "
            f"on what follows.\n  {detail}"
        )
        self.detail = detail


class Misused(RegcaseError):
    """An argument or option is not what it should be; nothing was done."""
