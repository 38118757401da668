"""Stories: what happened in one matter, to be put into the store as it was recorded in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from eventsourcing.persistence import Notification

from tests.faults.model import History


@dataclass(frozen=True)
class Story:
    """What happened in one matter, as it was recorded in memory; the store may have a part of it."""

    history: History
    events: tuple[Notification, ...]

    @property
    def cases(self) -> dict[UUID, int]:
        """The last version of each case."""
        return dict(sorted(self.history.events))

    def before(self, event_type: str, *, number: int = 1) -> Story:
        """The events before the first of a type, or before a later one."""
        places = [place for place, event in enumerate(self.events) if event.topic == event_type]
        return self._of(self.events[: places[number - 1]])

    def but_for_the_last(self) -> Story:
        """All but its last event."""
        last = max(place for place, event in enumerate(self.events) if not event.topic.startswith("_"))
        return self._of(self.events[:last])

    def rest(self, part: Story) -> Story:
        """What is left of it."""
        return self._of(self.events[len(part.events) :])

    def _of(self, events: Sequence[Notification]) -> Story:
        told = {(event.originator_id, event.originator_version) for event in events}
        some = {event_id: event for event_id, event in self.history.events.items() if event_id in told}
        return Story(replace(self.history, events=some), tuple(events))
