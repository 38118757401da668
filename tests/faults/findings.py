"""What the checker found: how many of each kind, with examples, and how late deadlines were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

LOST = "lost from the store"
UNEXPECTED = "in the store and not in the model"
ALTERED = "stored otherwise than the model says"
LOST_IN_TOPIC = "lost from the topic"
DOUBLED_IN_TOPIC = "doubled in the topic"
OUT_OF_ORDER = "out of order within a case"
ALTERED_IN_TOPIC = "published otherwise than stored"
STRANGE_IN_TOPIC = "published and not stored"
DIFFERING = "read-model differences"
PARKED = "parked"
WRONGLY_REJECTED = "rejected, and no garbage"
NOT_REJECTED = "garbage that was not rejected"
UNFIRED = "deadlines left unfired"
FIRED_TWICE = "deadlines fired twice"
FIRED_EARLY = "deadlines fired early"
COMPLAINTS = "answers not as the model says"
NOT_SETTLED = "not at rest in time"
KINDS = (
    LOST,
    UNEXPECTED,
    ALTERED,
    LOST_IN_TOPIC,
    DOUBLED_IN_TOPIC,
    OUT_OF_ORDER,
    ALTERED_IN_TOPIC,
    STRANGE_IN_TOPIC,
    DIFFERING,
    PARKED,
    WRONGLY_REJECTED,
    NOT_REJECTED,
    UNFIRED,
    FIRED_TWICE,
    FIRED_EARLY,
    COMPLAINTS,
    NOT_SETTLED,
)
_EXAMPLES = 10


@dataclass
class Found:
    """How often something was found, with the first examples."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class Findings:
    """What the checker found.

    Args:
        events: how many events of cases the store has.
        published: how many messages the relay wrote that the topic still has.
        matters: how many matters were played.
        late_by: seconds from the moment at which the clock passed a deadline's end to the moment of storing that it fired.
        repeats_are_harmless: a fault of this run may have left a writer behind that sends again what another has sent since
            (a relay that was paused, a broker that took up old requests): the topic may hold events twice then.
    """

    events: int = 0
    published: int = 0
    matters: int = 0
    late_by: list[float] = field(default_factory=list)
    repeats_are_harmless: bool = False
    found: dict[str, Found] = field(default_factory=lambda: {kind: Found() for kind in KINDS})

    def add(self, kind: str, example: str) -> None:
        """One more."""
        found = self.found[kind]
        found.count += 1
        if len(found.examples) < _EXAMPLES:
            found.examples.append(example)

    def add_all(self, kind: str, examples: Iterable[str]) -> None:
        """Some more."""
        for example in examples:
            self.add(kind, example)

    def count(self, kind: str) -> int:
        """How many of a kind."""
        return self.found[kind].count

    @property
    def faults(self) -> list[str]:
        """Everything for which the run fails, in words; none: all is as it must be."""
        forgiven = {DOUBLED_IN_TOPIC} if self.repeats_are_harmless else set()
        return [
            f"{found.count} {kind}: {'; '.join(found.examples)}{' ...' if found.count > len(found.examples) else ''}"
            for kind, found in self.found.items()
            if found.count and kind not in forgiven
        ]

    @property
    def lost(self) -> int:
        """Events that are not where they must be: in the store, in the topic."""
        return self.count(LOST) + self.count(LOST_IN_TOPIC)

    @property
    def late_median(self) -> float | None:
        """In seconds; None where nothing fired."""
        return median(self.late_by) if self.late_by else None

    @property
    def late_worst(self) -> float | None:
        """In seconds; None where nothing fired."""
        return max(self.late_by, default=None)
