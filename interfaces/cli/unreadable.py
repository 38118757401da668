"""A stored event that cannot be read: what a caseworker is told of it, who can do nothing about it but tell somebody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from domain.mapper import UnreadableEvent
from interfaces.errors import CannotRead


@contextmanager
def told_if_unreadable(what: str, *, besides: str = "") -> Iterator[None]:
    """Tell what was not done where what is done within meets an event that cannot be read.

    Args:
        what: what was not done, and what became of it, in words that a reason can follow: `The case X cannot be shown`.
        besides: a sentence on what else is to be known.

    Raises:
        CannotRead: it did.
    """
    try:
        yield
    except UnreadableEvent as error:
        raise CannotRead(what, detail=str(error), besides=besides) from error
