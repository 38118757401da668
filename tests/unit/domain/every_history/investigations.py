"""What may happen to an investigation besides findings and its end: links with matters elsewhere."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.desk import OFFICER
from tests.unit.domain.every_history.matter import Matter

ELSEWHERE = [None, str(UUID(int=1)), str(UUID(int=2))]


class Investigations(Matter):
    """The rules of the investigation's own acts."""

    @rule(reference=st.sampled_from(["A-1", "A-2"]), elsewhere=st.sampled_from(ELSEWHERE), itself=st.integers(0, 9))
    def a_sibling_is_linked(self, reference: str, elsewhere: str | None, itself: int) -> None:
        inv = self.one("investigation", 0)
        matter = str(self.desk.matter_id) if itself == 0 else elsewhere
        link = {"authority": "CNIL", "jurisdiction": "FR", "relation": "same_conduct"}
        self.give("investigation.link_sibling", inv, OFFICER, reference=reference, matter=matter, **link)
