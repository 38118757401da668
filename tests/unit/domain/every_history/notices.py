"""What may happen to an enforcement notice, and to the service and the deadlines of any notice."""

from __future__ import annotations

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
    ahead,
    authorities,
    back,
    requirements,
)


class Notices(Matter):
    """Sensible steps, and any other."""

    @rule(
        wanted=requirements, day=back, urgent=st.booleans(), first=st.sampled_from(["issue", "issue", "preliminary", "existing"])
    )
    def a_notice_is_given(self, wanted: list[Any], day: int, urgent: bool, first: str) -> None:
        inv, sent_on = str(self.one("investigation", 0)), self.ago(day)
        if first == "preliminary":
            data = {"investigation": inv, "sent_on": sent_on, "requirements": wanted, "representations_within": "P14D"}
            self.give("enforcement_notice.give_preliminary_notice", None, OFFICER, **data)
            return
        self.give(
            "enforcement_notice.issue",
            self.one("enforcement_notice", 0, "preliminary") if first == "existing" else None,
            ISSUER,
            investigation=inv,
            kind="enforcement_notice",
            decided_on=sent_on,
            sent_on=sent_on,
            requirements=wanted,
            urgent_reasons="u" if urgent else None,
        )

    @precondition(lambda self: self.cases("enforcement_notice"))
    @rule(which=st.integers(0, 3), wanted=requirements, verb=st.sampled_from([*["vary"] * 6, "cancel", "close"]), day=back)
    def a_notice_is_changed(self, which: int, wanted: list[Any], verb: str, day: int) -> None:
        data: dict[str, Any] = {"sent_on": self.ago(day), "reasons": "r"}
        if verb == "vary":
            data["requirements"] = wanted
        if verb == "close":
            data = {"outcome": "o", "closed_on": self.ago(day)}
        self.give(f"enforcement_notice.{verb}", self.one("enforcement_notice", which, "in_force"), ISSUER, **data)

    @precondition(lambda self: self.cases("enforcement_notice"))
    @rule(
        which=st.integers(0, 3), requirement=st.sampled_from(["stop", "stop", "delete", "daily", "served", "at-once"]), day=back
    )
    def compliance_is_recorded(self, which: int, requirement: str, day: int) -> None:
        on = self.one("enforcement_notice", which, "in_force", "set_aside")
        data = {"requirement": requirement, "complied_on": self.ago(day), "assessed_on": self.ago(0)}
        self.give("enforcement_notice.record_compliance", on, OFFICER, **data)

    @rule(kind=st.sampled_from(["fine", "enforcement_notice"]), which=st.integers(0, 3), day=back, deemed=ahead)
    def service_is_recorded(self, kind: str, which: int, day: int, deemed: int) -> None:
        if on := self.one(kind, which):
            deemed_on = self.ago(-deemed) if deemed < 20 else None
            self.give(f"{kind}.serve", on, REGISTRAR, served_on=self.ago(day), method="post", deemed_on=deemed_on)

    @rule(
        kind=st.sampled_from(["fine", "enforcement_notice"]),
        which=st.integers(0, 3),
        role=st.integers(0, 9),
        authority=authorities,
        day=back,
        days=ahead,
        by=st.sampled_from([None, None, "P10D", "P1M", "P100Y"]),
    )
    def a_deadline_is_extended(
        self, *, kind: str, which: int, role: int, authority: str, day: int, days: int, by: str | None
    ) -> None:
        if on := self.one(kind, which):
            roles = sorted(self.everything()[on].deadlines) or ["payment"]
            self.give(
                f"{kind}.extend_deadline",
                on,
                REGISTRAR,
                role=roles[role % len(roles)],
                until=None if by else self.ago(-days),
                **{"by_": by} if by else {},
                agreed_on=self.ago(day),
                authority=authority,
                reason="r",
            )
