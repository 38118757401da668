"""What may happen in a non-compliance case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.desk import (
    ISSUER,
    OFFICER,
    REGISTRAR,
)
from tests.unit.domain.every_history.matter import (
    Matter,
    back,
)


class Breaches(Matter):
    """Sensible steps, and any other."""

    @precondition(lambda self: self.cases("enforcement_notice"))
    @rule(what=st.sampled_from(["officer", "timer", "confirm", "liquidate", "comply", "extend"]), late=back)
    def a_breach_takes_its_course(self, *, what: str, late: int) -> None:
        notice = self.one("enforcement_notice", 0, "in_force")
        breach = self.one("non_compliance", 0, "suspected", "confirmed")
        today, day = self.ago(0), self.ago(late)
        if what == "officer" or (breach is None and what in ("confirm", "liquidate")):
            data = {"of": str(notice), "requirement": "stop", "since": today, "detected_on": today}
            self.give("non_compliance.suspect", None, OFFICER, **data)
        elif what == "timer":
            self.desk.move_to(self.desk.time.current + timedelta(days=95))
        elif what == "confirm":
            self.give("non_compliance.confirm", breach, ISSUER, decided_on=today, reasons="r")
        elif what == "liquidate" and breach:
            due = self.everything()[breach].suspicion.due or self.today  # type: ignore[attr-defined] # the id was drawn from cases of that type
            data = {"from": (due + timedelta(days=1)).isoformat(), "to": today, "decided_on": today}
            self.give("non_compliance.liquidate", breach, ISSUER, **data)
        elif what == "comply":
            data = {"requirement": "stop", "complied_on": day, "assessed_on": today}
            self.give("enforcement_notice.record_compliance", notice, OFFICER, **data)
        elif what == "extend":
            data = {"role": "comply:stop", "until": self.ago(-40), "agreed_on": day, "reason": "r", "authority": "tribunal_order"}
            self.give("enforcement_notice.extend_deadline", notice, REGISTRAR, **data)

    @rule(
        kind=st.sampled_from(["fine", "enforcement_notice"]), requirement=st.sampled_from(["stop", "daily", "at-once"]), day=back
    )
    def a_breach_is_suspected(self, kind: str, requirement: str, day: int) -> None:
        if of := self.one(kind, 0):
            what: dict[str, Any] = {"payment": True} if kind == "fine" else {"requirement": requirement}
            data = {"of": str(of), "since": self.ago(day), "detected_on": self.ago(0)}
            self.give("non_compliance.suspect", None, OFFICER, **data, **what)

    @precondition(lambda self: self.cases("non_compliance"))
    @rule(
        which=st.integers(0, 3),
        verb=st.sampled_from(["confirm", "confirm", "dismiss", "refer", "record_remedy", "close", "record_payment"]),
        day=back,
    )
    def a_breach_goes_on(self, which: int, verb: str, day: int) -> None:
        when = self.ago(day)
        data: dict[str, Any] = {
            "confirm": {"decided_on": when, "reasons": "r"},
            "dismiss": {"decided_on": when, "reasons": "r"},
            "refer": {"court": "high_court", "referred_on": when, "order_sought": "o"},
            "record_remedy": {"remedied_on": when},
            "close": {"outcome": "o", "closed_on": when},
            "record_payment": {"amount": "GBP 500", "received_on": when, "reference": "r"},
        }[verb]
        by = REGISTRAR if verb == "record_payment" else ISSUER
        self.give(f"non_compliance.{verb}", self.one("non_compliance", which, "suspected", "confirmed"), by, **data)

    @precondition(lambda self: self.cases("non_compliance"))
    @rule(which=st.integers(0, 3), first=st.integers(-2, 30), days=st.integers(0, 30))
    def a_periodic_penalty_is_liquidated(self, which: int, first: int, days: int) -> None:
        on = self.one("non_compliance", which, "confirmed")
        assert on
        due = self.everything()[on].suspicion.due or self.today  # type: ignore[attr-defined] # the id was drawn from cases of that type
        start = due + timedelta(days=first)
        data = {"from": start.isoformat(), "to": (start + timedelta(days=days)).isoformat(), "decided_on": self.ago(0)}
        self.give("non_compliance.liquidate", on, ISSUER, **data)
