"""The investigation: a matter begins and ends with it. DPA 2018 Part 6."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.case.events import CaseEvent
from domain.investigation.commands import Close, LinkSibling, Open, RecordFinding, Reopen
from domain.investigation.events import (
    FindingRecorded,
    InvestigationClosed,
    InvestigationOpened,
    InvestigationReopened,
    SiblingLinked,
)
from domain.investigation.notices import WithNotices
from domain.refusals import Invalid
from domain.regimes import Regime

_TIERS = ("standard", "higher")


class Investigation(WithNotices):
    """What the authority looks into, and what it found."""

    TOPIC = "investigation"
    WORDS = "investigation"
    OPENED = InvestigationOpened
    OPEN_STATES = frozenset({"open"})

    def __init__(self, case_id: UUID, matter_id: UUID) -> None:
        super().__init__(case_id, matter_id)
        self._state = "open"
        self.opened: InvestigationOpened
        self.findings: list[FindingRecorded] = []
        self.siblings: list[SiblingLinked] = []

    @property
    def state(self) -> str:
        """`open` or `closed`."""
        return self._state

    # What may be done

    def open(self, act: Open, _law: Regime) -> None:
        """Begin the investigation, and with it the matter."""
        self.open_with(
            subject=act.subject,
            reference=act.reference,
            opened_on=act.opened_on,
            grounds=act.grounds,
            calendar=act.calendar,
            jointly_with=act.jointly_with,
            incidents=act.incidents,
            lead=act.lead,
        )

    def record_finding(self, act: RecordFinding, _law: Regime) -> None:
        """State an infringement found, on which a penalty can be built."""
        self.require_state("open", to="recording a finding")
        self.record(FindingRecorded, **dict(act))

    def link_sibling(self, act: LinkSibling, _law: Regime) -> None:
        """Link a matter of another jurisdiction, also after the investigation ended: enforcement goes on elsewhere."""
        if any(_same_sibling(known, act) for known in self.siblings):
            self.refuse_state(f"{act.authority} ({act.reference}) is linked already", now="Nothing needs to be done.")
        if act.matter == self.matter_id:
            message = "Refused: a matter is no sibling of itself. Name the matter of the other jurisdiction."
            raise Invalid(message, matter=str(act.matter))
        self.record(SiblingLinked, **dict(act))

    def close(self, act: Close, _law: Regime) -> None:
        """End it, when no hold stands and no other case of the matter is still open."""
        self.require_state("open", to="closing")
        still_open = [case for case in self.occasion.cases.cases_of(self.matter_id) if case.id != self.id and case.is_open]
        if still_open:
            which = ", ".join(f"{case.reference} ({case.state})" for case in still_open)
            self.refuse_state(f"cases of the matter are still open: {which}", now="End those first.")
        self.require_no_hold("closing")
        self.record(InvestigationClosed, **dict(act))
        self.lapse("The investigation was closed.", *(deadline.role for deadline in self.deadlines_of("response")))

    def reopen(self, act: Reopen, _law: Regime) -> None:
        """Go on with it."""
        self.require_state("closed", to="reopening")
        self.record(InvestigationReopened, **dict(act))

    def has_finding_for(self, provisions: tuple[str, ...], tier: str | None) -> bool:
        """Whether a finding concerns one of the provisions and is not below the tier."""
        needed = _TIERS.index(tier) if tier else 0
        return any(f.provision in provisions and _TIERS.index(f.tier) >= needed for f in self.findings)

    def highest_tier_found(self, provisions: tuple[str, ...]) -> str:
        """The highest tier of the findings on these provisions, of which there is one."""
        return max((f.tier for f in self.findings if f.provision in provisions), key=_TIERS.index)

    def last_day_of_conduct(self, provisions: tuple[str, ...] | None = None) -> date | None:
        """The last day of the conduct that the findings on these provisions, or all, name; None: they name no day."""
        days = [f.conduct_to or f.conduct_from for f in self.findings if provisions is None or f.provision in provisions]
        return max((day for day in days if day), default=None)

    # What follows from what happened

    def when(self, event: CaseEvent) -> None:
        """Keep the state and the findings."""
        match event:
            case InvestigationOpened():
                self.opened, self.holidays = event, event.calendar
                super().when(event)
            case FindingRecorded():
                self.findings.append(event)
            case SiblingLinked():
                self.siblings.append(event)
            case InvestigationClosed():
                self._state = "closed"
                super().when(event)
            case InvestigationReopened():
                self._state = "open"
            case _:
                super().when(event)


def _same_sibling(known: SiblingLinked, act: LinkSibling) -> bool:
    """Whether a link names the same matter, or the same reference of the same authority."""
    if known.matter and act.matter:
        return known.matter == act.matter
    return (known.authority, known.jurisdiction, known.reference) == (act.authority, act.jurisdiction, act.reference)
