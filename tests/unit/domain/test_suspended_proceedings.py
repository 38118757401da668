"""The appeal itself waits: its periods stand still for both parties, and no court decides meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import REGISTRAR, Desk, appealed


def decide(desk: Desk, outcome: str, day: str) -> None:
    desk.at(day).done("appeal.decide", "appeal", by=REGISTRAR, outcome=outcome, decided_on=day, sent_on=day)


class TestSuspendingTheProceedings:
    def suspended(self, day: str = "2022-10-10") -> Desk:
        desk = appealed()
        decide(desk, "dismissed", "2022-10-03")
        desk.at(day).done("appeal.suspend_proceedings", "appeal", by=REGISTRAR, reason="Talks", ordered_on=day)
        return desk

    def resume(self, desk: Desk, day: str) -> str:
        desk.at(day).done("appeal.resume_proceedings", "appeal", by=REGISTRAR, resumed_on=day)
        return str(desk.deadline("appeal", "permission").due)

    def test_lets_the_time_for_going_on_stand_still(self) -> None:
        desk = self.suspended()
        assert desk.deadline("appeal", "permission").status == "suspended"
        assert desk.at("2022-12-20").appeal().state == "decided"
        assert self.resume(desk, "2022-12-21") == "2023-01-11"  # 72 days after 31 October

    def test_keeps_the_time_of_the_other_party_too(self) -> None:
        desk = appealed()
        decide(desk, "partly_allowed", "2022-10-03")
        seek: dict[str, Any] = {"court": "first_tier_tribunal", "grounds": ["g"]}
        desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, by_="appellant", received_on="2022-10-03", **seek)
        desk.at("2022-10-10").done("appeal.suspend_proceedings", "appeal", by=REGISTRAR, reason="Talks", ordered_on="2022-10-10")
        assert self.resume(desk, "2022-10-20") == "2022-11-10"
        desk.at("2022-11-10").done(
            "appeal.seek_permission", "appeal", by=REGISTRAR, by_="respondent", received_on="2022-11-10", **seek
        )

    def test_ordered_before_the_period_ended_and_recorded_later_opens_the_appeal_again(self) -> None:
        desk = appealed()
        decide(desk, "dismissed", "2022-10-03")
        assert desk.at("2022-11-02").appeal().state == "final"
        desk.done("appeal.suspend_proceedings", "appeal", by=REGISTRAR, reason="Talks", ordered_on="2022-10-31")
        assert (desk.appeal().state, desk.fine().under_appeal) == ("decided", True)
        assert self.resume(desk, "2022-11-10") == "2022-11-10"

    def test_after_the_appeal_became_final_is_refused(self) -> None:
        desk = appealed()
        decide(desk, "dismissed", "2022-10-03")
        desk.at("2022-11-02")
        suspend: dict[str, Any] = {"reason": "r", "ordered_on": "2022-11-01"}
        assert desk.refused("appeal.suspend_proceedings", "appeal", by=REGISTRAR, **suspend)["code"] == "wrong_state"

    @pytest.mark.parametrize("state", ["lodged", "decided"])
    def test_lets_every_decision_wait(self, state: str) -> None:
        desk = appealed() if state == "lodged" else self.suspended()
        day = desk.time.current.date().isoformat()
        if state == "lodged":
            desk.done("appeal.suspend_proceedings", "appeal", by=REGISTRAR, reason="Talks", ordered_on=day)
            command = "appeal.decide"
            data: dict[str, Any] = {"outcome": "dismissed", "decided_on": day, "sent_on": day}
        else:
            seek: dict[str, Any] = {"by_": "appellant", "court": "first_tier_tribunal", "received_on": day, "grounds": ["g"]}
            desk.done("appeal.seek_permission", "appeal", by=REGISTRAR, **seek)
            command = "appeal.decide_permission"
            data = {"outcome": "granted", "sent_on": day}
        refusal = desk.refused(command, "appeal", by=REGISTRAR, **data)
        assert (refusal["code"], "resumption" in refusal["message"]) == ("wrong_state", True)
        desk.done("appeal.resume_proceedings", "appeal", by=REGISTRAR, resumed_on=day)
        desk.done(command, "appeal", by=REGISTRAR, **data)

    def test_twice_is_refused(self) -> None:
        suspend: dict[str, Any] = {"reason": "r", "ordered_on": "2022-10-10"}
        refusal = self.suspended().refused("appeal.suspend_proceedings", "appeal", by=REGISTRAR, **suspend)
        assert refusal["code"] == "wrong_state"

    def test_is_not_undone_twice_nor_before_it_was_ordered(self) -> None:
        refusal = self.suspended().refused("appeal.resume_proceedings", "appeal", by=REGISTRAR, resumed_on="2022-10-09")
        assert refusal["code"] == "invalid"
        refusal = appealed().refused("appeal.resume_proceedings", "appeal", by=REGISTRAR, resumed_on="2022-06-14")
        assert refusal["code"] == "wrong_state"
