"""Which case or matter is meant: its reference, its id, or the beginning of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

import psycopg

from foundation.database import Pool
from interfaces.errors import NotDone
from projections.reading import find_case, find_matter, references


def case_id_of(pool: Pool, text: str) -> UUID:
    """The case that somebody names. A whole id needs no read model, and may be of a case that is not there.

    Raises:
        NotFound: no case has that reference, or several ids begin so.
        NotDone: the read models that know references are not built yet.
    """
    return _id_of(pool, text, find_case)


def matter_id_of(pool: Pool, text: str) -> UUID:
    """The matter that somebody names, likewise."""
    return _id_of(pool, text, find_matter)


def full_names(pool: Pool, case_ids: Collection[UUID]) -> dict[UUID, str]:
    """Each case's reference and id, or the id alone where no read model tells the reference."""
    try:
        known = references(pool, case_ids)
    except psycopg.errors.UndefinedTable:
        known = {}
    return {case_id: f"{known[case_id]} ({case_id})" if case_id in known else str(case_id) for case_id in case_ids}


def _id_of(pool: Pool, text: str, find: Callable[[Pool, str], UUID]) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        return find(pool, text)
    except psycopg.errors.UndefinedTable:
        message = f"The read models are not built yet, so {text!r} cannot be looked up. Give the whole id, or start the system (`regcase up`)."
        raise NotDone(message) from None
