"""Places: how far those who follow the notification log have got. A place never goes back, but for one that begins anew."""

from __future__ import annotations

from foundation.sql import load_statements
from projections.history import Connection

_SQL = load_statements(__file__)
RECONCILER = "reconciler"


def relay_to(topic: str) -> str:
    """The follower that publishes to a topic."""
    return f"relay to {topic}"


def place_of(connection: Connection, follower: str) -> int:
    """The notification id up to which a follower has done its work; 0 where it has not begun."""
    row = connection.execute(_SQL["place"], {"follower": follower}).fetchone()
    return row[0] if row else 0


def save_place(connection: Connection, follower: str, notification_id: int) -> None:
    """Note how far a follower has got."""
    connection.execute(_SQL["save_place"], {"follower": follower, "notification_id": notification_id})


def begin_anew(connection: Connection, follower: str) -> None:
    """Let a follower begin the log again: what it did before is lost."""
    connection.execute(_SQL["begin_anew"], {"follower": follower})
