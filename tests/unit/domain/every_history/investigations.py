"""What may happen to an investigation besides findings and its end: its notices, and links with matters elsewhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.desk import OFFICER, REGISTRAR
from tests.unit.domain.every_history.matter import Matter, ahead, authorities, back

ELSEWHERE = [None, str(UUID(int=1)), str(UUID(int=2))]
names = st.sampled_from(["A", "A", "A", "B", "C"])


class Investigations(Matter):
    """The rules of the investigation's own acts."""

    @rule(
        name=names,
        kind=st.sampled_from(["information", "assessment", "interview"]),
        within=st.sampled_from(["P28D", "P35D", "P35D", "P2M", "P7D", "PT24H", None]),
        urgent=st.sampled_from([False, False, True]),
        hour=st.sampled_from(["", "", "T10:00:00+00:00"]),
        day=back,
    )
    def a_notice_is_issued(self, *, name: str, kind: str, within: str | None, urgent: bool, hour: str, day: int) -> None:
        time = {"respond_within": within} if within else {"respond_by": self.ago(-40)}
        self.give(
            "investigation.issue_notice",
            self.one("investigation", 0),
            OFFICER,
            notice=name,
            kind=kind,
            sent_on=self.ago(day) + hour,
            urgent_reasons="u" if urgent else None,
            **time,
        )

    @rule(name=names, what=st.sampled_from(["serve", "deem", "answer", "answer", "say something", "cancel"]), day=back)
    def a_notice_takes_its_course(self, name: str, what: str, day: int) -> None:
        inv, on = self.one("investigation", 0), self.ago(day)
        match what:
            case "serve" | "deem":
                deemed_on = self.ago(-4) if what == "deem" else None
                data: dict[str, Any] = {"served_on": on, "method": "post", "deemed_on": deemed_on}
                self.give("investigation.serve", inv, REGISTRAR, notice=name, **data)
            case "cancel":
                self.give("investigation.cancel_notice", inv, OFFICER, notice=name, sent_on=on, reasons="r")
            case _:
                data = {"received_on": on, "complete": what == "answer"}
                self.give("investigation.record_response", inv, REGISTRAR, notice=name, **data)

    @rule(
        name=names,
        base=st.sampled_from(["response", "appeal"]),
        authority=authorities,
        days=ahead,
        day=back,
    )
    def more_time_is_given_for_a_notice(self, *, name: str, base: str, authority: str, days: int, day: int) -> None:
        data = {"role": f"{base}:{name}", "until": self.ago(-days), "agreed_on": self.ago(day), "reason": "r"}
        self.give("investigation.extend_deadline", self.one("investigation", 0), REGISTRAR, authority=authority, **data)

    @rule(name=names, day=back, appellant=st.sampled_from(["subject", "subject", "third_party"]))
    def a_notice_is_appealed_against(self, name: str, day: int, appellant: str) -> None:
        self.give(
            "appeal.lodge",
            None,
            REGISTRAR,
            against=[str(self.one("investigation", 0))],
            scope=f"notice:{name}",
            court="first_tier_tribunal",
            received_on=self.ago(day),
            grounds=["g"],
            appellant=appellant,
        )

    @rule(name=names, day=back)
    def an_answer_is_said_to_be_missing(self, name: str, day: int) -> None:
        data = {"of": str(self.one("investigation", 0)), "since": self.ago(day), "detected_on": self.ago(0)}
        self.give("non_compliance.suspect", None, OFFICER, requirement=f"response:{name}", **data)

    @rule(reference=st.sampled_from(["A-1", "A-2"]), elsewhere=st.sampled_from(ELSEWHERE), itself=st.integers(0, 9))
    def a_sibling_is_linked(self, reference: str, elsewhere: str | None, itself: int) -> None:
        matter = str(self.desk.matter_id) if itself == 0 else elsewhere
        link = {"authority": "CNIL", "jurisdiction": "FR", "relation": "same_conduct"}
        inv = self.one("investigation", 0)
        self.give("investigation.link_sibling", inv, OFFICER, reference=reference, matter=matter, **link)
