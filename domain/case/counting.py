"""Which date a deadline counts from: the rule says which date of which act, the case knows the dates of its acts.

How a type of case uses it:

1.  In `when`, keep what an event tells of an act: `self.note_act("penalty_notice", sent=event.sent_on)`; later, from another
    event, `self.note_act("penalty_notice", served=..., deemed=...)`. The names are those that rules use in `counts_from`.
2.  When an act was decided upon, or one of its dates became known, call for each role that may hang on it
    `self.count("payment", about="penalty_notice", trigger=event.type, period=...)`. The rule's own `counts_from` decides: a date
    that is not known yet starts no deadline; whatever gives the date starts it; another date computes it anew.

3.  List in `OWN_ACTS` the acts that the case type knows by name. In a rule every other name (`act`, `notice`, `determination`)
    stands for whatever the deadline is about: for the period of an appeal, the notice that is appealed against.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar, assert_never
from uuid import UUID

from domain.case.deadline import Deadline
from domain.case.deadlines import WithDeadlines
from domain.fields import day_of
from domain.regimes.rule import DateKind


@dataclass(frozen=True)
class DatesOfAct:
    """The dates of law of one act, in the regime's time zone; None: not known. `ended`: of a period, the day on which it was over."""

    decided: date | None = None
    sent: date | datetime | None = None
    served: date | None = None
    deemed: date | None = None
    published: date | None = None
    ended: date | None = None
    named: date | datetime | None = None

    def of_kind(self, kind: DateKind) -> date | datetime | None:
        """The date that a rule means. Service that the law deems counts as service; `given` is sent where none was recorded."""
        match kind:
            case "served":
                return self.deemed or self.served
            case "given":
                return self.deemed or self.served or self.sent
            case "sent" | "decided" | "published" | "ended" | "named":
                found: date | datetime | None = getattr(self, kind)
                return found
            case _:
                assert_never(kind)


class WithActs(WithDeadlines):
    """A case that knows the dates of its acts, and counts its deadlines from them."""

    OWN_ACTS: ClassVar[frozenset[str]] = frozenset()
    """Names in `counts_from` that mean one certain act of the case, whatever the deadline is about."""

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self.acts: dict[str, DatesOfAct] = {}

    def note_act(self, act: str, **dates: date | datetime | None) -> None:
        """Keep what became known of an act (only where an event is applied). A date given as None is forgotten."""
        changes: dict[str, Any] = dates
        self.acts[act] = replace(self.acts.get(act, DatesOfAct()), **changes)

    def counts_from(self, role: str) -> tuple[str, ...]:
        """What the rule of a role counts from: an act and its date, or several of which the latest counts. Empty: no rule."""
        return self.occasion.law.counts_from(self.TOPIC, role)

    def date_counted_from(self, role: str, *, about: str) -> date | datetime | None:
        """The date from which the rule of a role counts, the latest of those that it names; None: no rule, or not known yet."""
        known = []
        for basis in self.counts_from(role):
            act, _, kind = basis.partition(".")
            dates = self.acts.get(act if act in self.OWN_ACTS else about, DatesOfAct())
            found = dates.of_kind(kind)  # type: ignore[arg-type] # the file's loader has checked the form of a basis
            if found is not None:
                known.append(found)
        return max(known, key=day_of, default=None)

    def count(self, role: str, *, about: str, trigger: str, **how: Any) -> Deadline | None:
        """Start the deadline of a role, or compute it anew, from the date that its rule names.

        Args:
            role: what the deadline is for.
            about: the act that the deadline is about, by the name under which its dates are kept.
            trigger: the type of the event that gave the date.
            how: what else starts it has, as `start` takes it: a period or a day that the notice sets, whether it is urgent.

        Returns: the deadline as it stands; None: no rule fills the role, its date is not known yet, or nobody set its length.
        """
        counted_from = self.date_counted_from(role, about=about)
        known = self.deadline(role)
        if counted_from is None:
            return known
        if known is None:
            return self.start(role, trigger=trigger, counted_from=counted_from, **how)
        if known.terms.count.start != counted_from:
            reason = f"The day from which it counts is {day_of(counted_from)}."
            self.recompute(known, start=counted_from, trigger=trigger, reason=reason)
        return self.deadline(role)
