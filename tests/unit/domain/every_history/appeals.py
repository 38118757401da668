"""What may happen in an appeal."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.appeal.appeal import Appeal
from domain.roles import SYSTEM
from tests.desk import ISSUER, REGISTRAR
from tests.unit.domain.every_history.matter import (
    LAW,
    LONGER,
    Matter,
    ahead,
    back,
    courts,
    good_sums,
    outcomes,
    parties,
    points,
    requirements,
    scopes,
    some_party,
    sums,
)


class Appeals(Matter):
    """Sensible steps in the order of the courts, and any other."""

    @precondition(lambda self: self.cases("appeal"))
    @rule(outcome=outcomes, party=parties, granted=st.booleans(), amount=st.one_of(st.none(), good_sums), late=back)
    def an_appeal_takes_its_course(self, *, outcome: str, party: str, granted: bool, amount: str | None, late: int) -> None:
        on = self.one("appeal", 0, "decided", "lodged")
        assert on
        appeal = self.everything()[on]
        assert isinstance(appeal, Appeal)
        if appeal.state == "lodged":
            below = LAW.courts[: LAW.courts.index(appeal.tier)]
            data: dict[str, Any] = {"court": below[0] if below else "authority"} if outcome == "remitted" else {}
            if outcome in ("substituted", "partly_allowed"):
                data |= {"amount": amount, "requirements": [LONGER]}
            self.give("appeal.decide", on, REGISTRAR, outcome=outcome, decided_on=self.ago(0), sent_on=self.ago(0), **data)
        elif any(application.status == "pending" for application in appeal.applications.values()):
            outcome = "granted" if granted else "refused"
            self.give("appeal.decide_permission", on, REGISTRAR, outcome=outcome, sent_on=self.ago(0))
        elif appeal.applications and not granted:
            court = next(iter(appeal.applications.values())).court
            court = "upper_tribunal" if court == "first_tier_tribunal" else court
            self.give("appeal.renew_permission", on, REGISTRAR, court=court, received_on=self.ago(late))
        else:
            data = {"by_": party, "court": appeal.tier, "received_on": self.ago(late), "grounds": ["g"]}
            self.give("appeal.seek_permission", on, REGISTRAR, **data)

    @rule(
        fines=st.sampled_from([0, 1]),
        notices=st.sampled_from([0, 1]),
        scope=scopes,
        day=back,
        hour=st.sampled_from([None, None, "T16:59:59+01:00", "T17:00:00+01:00", "T00:00:00+00:00"]),
        appellant=st.sampled_from(["subject", "subject", "third_party"]),
        points=points,
    )
    def an_appeal_is_lodged(
        self, *, fines: int, notices: int, scope: str, day: int, hour: str | None, appellant: str, points: list[str] | None
    ) -> None:
        named = (self.one("fine", 0, "issued", "settled"), self.one("enforcement_notice", 0, "in_force"))
        against = [str(case_id) for case_id, wanted in zip(named, (fines, notices), strict=True) if case_id and wanted]
        self.give(
            "appeal.lodge",
            None,
            REGISTRAR,
            against=against or [str(case_id) for case_id in named if case_id],
            scope=scope,
            court="first_tier_tribunal",
            received_on=self.ago(day) + (hour or ""),
            grounds=["g"],
            appellant=appellant,
            points=points,
        )

    @rule(name=st.sampled_from(["A", "A", "B"]), day=back)
    def an_appeal_is_lodged_against_a_notice_of_the_investigation(self, name: str, day: int) -> None:
        inv = str(self.one("investigation", 0))
        data = {"scope": f"notice:{name}", "court": "first_tier_tribunal", "received_on": self.ago(day), "grounds": ["g"]}
        self.give("appeal.lodge", None, REGISTRAR, against=[inv], **data)

    @precondition(lambda self: self.cases("enforcement_notice"))
    @rule(which=st.integers(0, 3), what=st.sampled_from(["ask", "ask", "refuse", "refuse", "appeal"]), day=back)
    def a_variation_is_asked_for(self, which: int, what: str, day: int) -> None:
        on, when = self.one("enforcement_notice", which, "in_force"), self.ago(day)
        if what == "ask":
            self.give("enforcement_notice.request_variation", on, REGISTRAR, requested_on=when, change="c")
        elif what == "refuse":
            self.give("enforcement_notice.refuse_variation", on, ISSUER, sent_on=when, reasons="r")
        else:
            data = {"scope": "refusal", "court": "first_tier_tribunal", "received_on": when, "grounds": ["g"]}
            self.give("appeal.lodge", None, REGISTRAR, against=[str(on)], **data)

    @precondition(lambda self: self.cases("appeal"))
    @rule(
        which=st.integers(0, 2),
        outcome=outcomes,
        court=courts,
        day=back,
        amount=st.one_of(st.none(), good_sums, sums),
        wanted=st.one_of(st.none(), requirements),
        pay_by=st.one_of(st.none(), ahead),
        own=st.one_of(st.none(), outcomes),
        party=some_party,
    )
    def an_appeal_is_decided(
        self,
        *,
        which: int,
        outcome: str,
        court: str,
        day: int,
        amount: Any,
        wanted: list[Any] | None,
        pay_by: int | None,
        own: str | None,
        party: str | None,
    ) -> None:
        on = self.one("appeal", which, "lodged")
        assert on
        against = self.everything()[on].lodged.against  # type: ignore[attr-defined] # the id was drawn from cases of that type
        self.give(
            "appeal.decide",
            on,
            REGISTRAR,
            outcome=outcome,
            court=court if outcome == "remitted" or own == "remitted" else None,
            decided_on=self.ago(day),
            sent_on=self.ago(day),
            amount=amount,
            requirements=wanted,
            pay_by=self.ago(-pay_by) if pay_by is not None else None,
            per_target={str(against[0]): {"outcome": own}} if own else None,
            in_favour_of=party,
        )

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), party=parties, court=courts, day=back)
    def permission_is_sought(self, which: int, party: str, court: str, day: int) -> None:
        on = self.one("appeal", which, "decided")
        assert on
        court = self.everything()[on].tier if court in ("authority", "other") else court  # type: ignore[attr-defined] # the id was drawn from cases of that type
        data = {"by_": party, "court": court, "received_on": self.ago(day), "grounds": ["g"]}
        self.give("appeal.seek_permission", on, REGISTRAR, **data)

    @precondition(lambda self: self.cases("appeal"))
    @rule(
        which=st.integers(0, 2),
        outcome=st.sampled_from(["granted", "refused"]),
        court=st.sampled_from([None] * 5 + ["supreme_court", "authority"]),
        day=back,
        party=some_party,
    )
    def permission_is_decided(self, *, which: int, outcome: str, court: str | None, day: int, party: str | None) -> None:
        on = self.one("appeal", which, "decided")
        self.give("appeal.decide_permission", on, REGISTRAR, outcome=outcome, sent_on=self.ago(day), court=court, by_=party)

    @precondition(lambda self: self.cases("appeal"))
    @rule(
        which=st.integers(0, 2),
        court=st.sampled_from(["upper_tribunal", "upper_tribunal", "first_tier_tribunal"]),
        day=back,
        party=some_party,
    )
    def permission_is_sought_again(self, which: int, court: str, day: int, party: str | None) -> None:
        on = self.one("appeal", which, "decided")
        self.give("appeal.renew_permission", on, REGISTRAR, court=court, received_on=self.ago(day), by_=party)

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), role=st.sampled_from(["permission", "renewal", "reconsideration"]), days=ahead, day=back)
    def the_court_gives_more_time(self, which: int, role: str, days: int, day: int) -> None:
        on = self.one("appeal", which, "decided", "final")
        data = {"role": role, "until": self.ago(-days), "ordered_on": self.ago(day), "reason": "r"}
        self.give("appeal.extend_time", on, REGISTRAR, **data)

    @precondition(lambda self: self.cases("appeal"))
    @rule(
        which=st.integers(0, 2),
        what=st.sampled_from(["order_stay", "order_stay", "lift_stay", "suspend_proceedings", "resume_proceedings"]),
        roles=st.sampled_from([["payment"], ["comply"], ["comply:stop", "payment"], ["comply:daily"], ["appeal"], None]),
        lasts=st.one_of(st.none(), ahead),
        day=back,
    )
    def a_court_lets_wait(self, *, which: int, what: str, roles: list[str] | None, lasts: int | None, day: int) -> None:
        on, when = self.one("appeal", which, "lodged", "decided"), self.ago(day)
        acts: dict[str, dict[str, Any]] = {
            "order_stay": {"roles": roles, "ordered_on": when, "until": self.ago(day - lasts) if lasts else None},
            "lift_stay": {"lifted_on": when, "roles": roles},
            "suspend_proceedings": {"reason": "r", "ordered_on": when},
            "resume_proceedings": {"resumed_on": when},
        }
        self.give(f"appeal.{what}", on, REGISTRAR, **acts[what])

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), document=st.sampled_from(["reasons", "amended_reasons", "set_aside_refusal"]), day=back)
    def a_document_is_sent(self, which: int, document: str, day: int) -> None:
        on = self.one("appeal", which, "decided", "final")
        self.give("appeal.record_sending", on, REGISTRAR, document=document, sent_on=self.ago(day))

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), party=parties, court=courts, day=back)
    def an_onward_appeal_is_lodged(self, which: int, party: str, court: str, day: int) -> None:
        on = self.one("appeal", which, "decided")
        data = {"by_": party, "court": court, "received_on": self.ago(day), "grounds": ["g"]}
        self.give("appeal.appeal_onward", on, REGISTRAR, **data)

    @precondition(lambda self: self.cases("appeal"))
    @rule(which=st.integers(0, 2), day=back, verb=st.sampled_from(["withdraw", "become_final"]), party=some_party)
    def an_appeal_is_given_up(self, which: int, day: int, verb: str, party: str | None) -> None:
        on = self.one("appeal", which)
        if verb == "withdraw":
            self.give("appeal.withdraw", on, REGISTRAR, withdrawn_on=self.ago(day), by_=party)
        else:
            self.give("appeal.become_final", on, SYSTEM)
