"""Enforcement notices under several laws: kinds, dates that start their time, deemed receipt, what an appeal leaves of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.regimes import regime
from tests.desk import ISSUER, REGISTRAR, STOP, SUBJECT, Desk, appealed, in_force, investigated

WITHIN = {"id": "erase", "text": "t", "comply_within": "P2M"}


def under(law: str, day: str, requirements: list[dict[str, Any]], *, kind: str = "order", **dates: str) -> Desk:
    """Given a notice under a law, sent on a day."""
    desk = Desk(day)
    opening: dict[str, Any] = {"reference": "INV-1", "regime": law, "opened_on": day, "grounds": ["GDPR Art 6"]}
    desk.done("investigation.open", name="inv", subject=SUBJECT, **opening)
    notice: dict[str, Any] = {"kind": kind, "decided_on": day, "sent_on": day, "requirements": requirements, **dates}
    desk.done("enforcement_notice.issue", name="notice", by=ISSUER, investigation="inv", **notice)
    return desk


def serve(desk: Desk, day: str, method: str = "post", **more: Any) -> None:
    desk.at(day).done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on=day, method=method, **more)


def due(desk: Desk, role: str) -> str | None:
    deadline = desk.notice().deadline(role)
    return str(deadline.due) if deadline else None


@pytest.mark.parametrize("kind", ["enforcement_notice", "formal_notice", "determination", "order"])
def test_a_notice_of_any_kind_binds_at_once_where_it_gives_no_period(kind: str) -> None:
    desk = under("nl-uavg", "2024-05-16", [{"id": "stop", "text": "t"}], kind=kind)
    assert (desk.notice().state, due(desk, "comply:stop")) == ("in_force", None)
    suspect: dict[str, Any] = {"requirement": "stop", "since": "2024-05-17", "detected_on": "2024-05-17"}
    desk.at("2024-05-17").done("non_compliance.suspect", of="notice", **suspect)


PUBLISHED = {**WITHIN, "counted_from": "published"}
AFTER_APPEAL_PERIOD = {**WITHIN, "counted_from": "end_of_appeal_period"}


class TestWhatCountsFromPublication:
    def test_starts_with_a_day_of_publication_also_one_that_lies_ahead(self) -> None:
        desk = under("fr-lil", "2021-11-26", [PUBLISHED], kind="formal_notice", published_on="2021-12-16")
        assert due(desk, "comply:erase") == "2022-02-16"

    def test_has_no_deadline_while_nothing_is_published(self) -> None:
        assert due(under("fr-lil", "2021-11-26", [PUBLISHED], kind="formal_notice"), "comply:erase") is None


class TestATimeToAppealThatCountsFromService:
    def test_starts_with_service_and_with_it_what_counts_from_its_end(self) -> None:
        desk = under("at-dsg", "2023-05-10", [AFTER_APPEAL_PERIOD])
        assert (due(desk, "appeal"), due(desk, "comply:erase")) == (None, None)
        serve(desk, "2023-05-15")
        assert (due(desk, "appeal"), due(desk, "comply:erase")) == ("2023-06-12", "2023-08-14")

    def test_keeps_an_appeal_out_until_then(self) -> None:
        desk = under("at-dsg", "2023-05-10", [WITHIN | {"counted_from": "sent"}])
        lodge: dict[str, Any] = {
            "scope": "whole",
            "court": "bundesverwaltungsgericht",
            "received_on": "2023-05-10",
            "grounds": ["g"],
        }
        assert desk.refused("appeal.lodge", by=REGISTRAR, against="notice", **lodge)["code"] == "wrong_state"

    def test_is_computed_anew_when_another_day_of_service_is_learnt(self) -> None:
        desk = under("at-dsg", "2023-05-10", [AFTER_APPEAL_PERIOD])
        serve(desk, "2023-05-15")
        serve(desk, "2023-05-22")
        assert (due(desk, "appeal"), due(desk, "comply:erase")) == ("2023-06-19", "2023-08-21")


def test_service_by_a_method_that_the_law_deems_received_counts_from_the_deemed_day_with_the_law_behind_it() -> None:
    desk = investigated("2026-02-05").at("2026-03-02")
    served: dict[str, Any] = {"id": "a", "text": "t", "comply_within": "P3M", "counted_from": "served"}
    notice: dict[str, Any] = {"kind": "enforcement_notice", "decided_on": "2026-03-02", "sent_on": "2026-03-02"}
    desk.done("enforcement_notice.issue", name="notice", by=ISSUER, investigation="inv", requirements=[served], **notice)
    outcome = desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on="2026-03-02", method="email")
    facts = next(event.facts() for event in outcome.events if event.type == "enforcement_notice.served")
    assert (facts["deemed_on"], facts["deemed"]["rule"]["id"]) == ("2026-03-04", "uk-dpa-2018/s141A")
    assert due(desk, "comply:a") == "2026-06-04"


class TestWhatStartsAtTheEndOfTheAppealPeriod:
    def test_names_the_event_behind_it_and_says_in_its_steps_what_ended(self) -> None:
        stop = in_force().deadline("notice", "comply:stop")
        assert (stop.terms.trigger.event, str(stop.terms.trigger.date)) == ("enforcement_notice.issued", "2022-06-15")
        assert stop.terms.anchor == "appeal"
        assert "the end of the appeal period" in " ".join(stop.terms.steps)

    def test_names_its_own_event_once_it_counts_from_sending(self) -> None:
        desk = in_force()
        vary: dict[str, Any] = {"sent_on": "2022-05-18", "reasons": "r"}
        from_sending = {**STOP, "comply_within": "P5M", "counted_from": "sent"}
        desk.done("enforcement_notice.vary", "notice", by=ISSUER, requirements=[from_sending], **vary)
        assert desk.deadline("notice", "comply:stop").terms.trigger.event == "enforcement_notice.varied"


class TestADayThatIsFixedWhileTimeStandsStill:
    """It is taken as it stands at that moment: the whole suspension lengthens it, also the days before it was fixed."""

    def test_by_an_extension_is_lengthened_by_the_whole_suspension(self) -> None:
        desk = appealed().at("2022-07-01")
        more: dict[str, Any] = {"role": "comply:stop", "until": "2022-12-01", "authority": "tribunal_order"}
        desk.done("enforcement_notice.extend_deadline", "notice", by=REGISTRAR, agreed_on="2022-07-01", reason="r", **more)
        desk.at("2022-07-14").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-07-14")
        assert due(desk, "comply:stop") == "2023-01-03"  # 30 days after 1 December, past the new year and its holidays

    def test_by_a_variation_is_lengthened_by_the_whole_suspension(self) -> None:
        desk = appealed().at("2022-07-01")
        fixed = {"id": "stop", "text": "t", "comply_by": "2022-12-01"}
        desk.done("enforcement_notice.vary", "notice", by=ISSUER, sent_on="2022-07-01", reasons="r", requirements=[fixed])
        desk.at("2022-07-14").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-07-14")
        assert due(desk, "comply:stop") == "2023-01-03"


class TestWhatAnAppealLeavesOfTheTimeToComply:
    def test_is_the_whole_period_anew_where_the_law_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        law = regime("uk-dpa-2018")
        anew = replace(law, data=law.data.model_copy(update={"after_appeal": "anew"}))
        monkeypatch.setattr("domain.addressed.regime", lambda _: anew)
        desk = appealed()
        desk.at("2022-07-14").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-07-14")
        assert due(desk, "comply:stop") == "2022-10-13"  # three months of which 14 July, when it runs again, is the first day

    def test_is_the_remainder_after_a_stay_even_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        law = regime("uk-dpa-2018")
        anew = replace(law, data=law.data.model_copy(update={"after_appeal": "anew"}))
        monkeypatch.setattr("domain.addressed.regime", lambda _: anew)
        desk = appealed()
        order: dict[str, Any] = {"roles": ["payment"], "ordered_on": "2022-06-14", "until": "2022-07-14"}
        desk.done("appeal.order_stay", "appeal", by=REGISTRAR, **order)
        assert str(desk.at("2022-07-14").deadline("fine", "payment").due) == "2022-07-15"

    def test_runs_on_where_the_law_suspends_no_compliance(self) -> None:
        desk = under("nl-uavg", "2024-05-16", [WITHIN | {"counted_from": "sent"}])
        lodge: dict[str, Any] = {"scope": "whole", "court": "objection", "received_on": "2024-06-03", "grounds": ["g"]}
        desk.at("2024-06-03").done("appeal.lodge", name="appeal", by=REGISTRAR, against="notice", **lodge)
        assert (desk.notice().under_appeal, desk.deadline("notice", "comply:erase").status) == (True, "running")
