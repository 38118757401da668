"""How a case records what happened and is rebuilt from it: decide above, apply below.

Applying never refuses and reads no clock, regime, setting or database, so that a history loads for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from domain.case.events import CaseEvent, CaseType, Corrected, Envelope
from domain.case.occasion import Occasion

EventT = TypeVar("EventT", bound=CaseEvent)
_OF_THE_ACT = ("_pending", "_occasion")


class Recording:
    """An event-sourced aggregate: its identity, its version, its history as corrected, its pending events."""

    TOPIC: ClassVar[CaseType]

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        self.id = case_id
        self.matter_id = matter_id
        self.version = 0
        self.history: list[CaseEvent] = []
        self._pending: list[CaseEvent] = []
        self._occasion: Occasion | None = None

    def take_up(self, occasion: Occasion) -> None:
        """Make the case ready for an act: from now on what it records carries this occasion."""
        self._occasion = occasion

    @property
    def occasion(self) -> Occasion:
        """The occasion of the act in hand.

        Raises:
            RuntimeError: the case was only replayed; nobody may act on it.
        """
        if self._occasion is None:
            msg = f"{self.TOPIC} {self.id} was loaded to be read, not to be acted upon"
            raise RuntimeError(msg)
        return self._occasion

    def record(self, event_type: type[EventT], **facts: Any) -> EventT:
        """Record that something happened, and apply it."""
        occasion = self.occasion
        envelope = Envelope(
            case_id=self.id,
            case_type=self.TOPIC,
            matter_id=self.matter_id,
            version=self.version + 1,
            recorded=occasion.now,
            stored_at=occasion.stored_at,
            actor=occasion.actor,
            command=occasion.command,
            correlation_id=occasion.correlation_id,
            causation_id=occasion.causation_id,
        )
        event = event_type.happened(envelope, **facts)
        self.apply(event)
        self._pending.append(event)
        return event

    def apply(self, event: CaseEvent) -> None:
        """Take in the next event of the history. A correction lets the whole history count anew, as corrected."""
        if isinstance(event, Corrected):
            corrected = type(self)(self.id, self.matter_id)
            corrected.take_in(as_corrected([*self.history, event]))
            vars(self).update({name: value for name, value in vars(corrected).items() if name not in _OF_THE_ACT})
        else:
            self.take_in([event])

    def take_in(self, history: Iterable[CaseEvent]) -> None:
        """Let events count, in order, that are as corrected already."""
        for event in history:
            self.version = event.version
            self.history.append(event)
            self.when(event)

    def when(self, event: CaseEvent) -> None:
        """What follows from what happened. A case type adds its own."""

    @property
    def pending(self) -> Sequence[CaseEvent]:
        """What was recorded and is not saved yet."""
        return tuple(self._pending)

    def collect_events(self) -> Sequence[CaseEvent]:
        """Hand over the pending events to be saved (the event sourcing library's protocol)."""
        collected, self._pending = self._pending, []
        return collected


def as_corrected(history: Iterable[CaseEvent]) -> list[CaseEvent]:
    """A history in which every entry says what it was corrected to; the corrections themselves stay in it."""
    entries: dict[int, CaseEvent] = {}
    for event in history:
        entries[event.version] = event
        if isinstance(event, Corrected) and event.event_version in entries:
            entry = entries[event.event_version]
            entries[event.event_version] = type(entry).happened(entry.envelope, **{**entry.facts(), **event.fields})
    return list(entries.values())
