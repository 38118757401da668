"""Whether an unpaid fine waits for the time to appeal, and for the appeal: as the law of each country says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import REGISTRAR, Desk
from tests.fines import impose, intended, pay
from tests.unit.domain.regimes.matters import ordered_under

SERVED = "2022-02-10"
SUM = "EUR 20000000"


def unpaid_in_italy() -> Desk:
    """Payable until Mon 14 Mar 2022 (thirty days, rolled); an appeal from abroad is possible until 11 April."""
    return impose(intended("it-codice", SUM, "2021-07-01"), SUM, SERVED)


def appealed(desk: Desk, court: str, day: str) -> Desk:
    said: dict[str, Any] = {"scope": "whole", "court": court, "received_on": day, "grounds": ["No jurisdiction"]}
    desk.at(day).done("appeal.lodge", name="appeal", by=REGISTRAR, against=["fine"], **said)
    return desk


class TestWhereAnAppealBarsNothing:
    def test_an_unpaid_fine_is_suspected_while_an_appeal_is_still_possible(self) -> None:
        desk = unpaid_in_italy().at("2022-03-15")
        (breach,) = desk.non_compliances()
        assert (breach.state, str(breach.suspicion.since)) == ("suspected", "2022-03-15")

    def test_an_appeal_lodged_later_leaves_the_suspicion_and_recovery_can_start(self) -> None:
        desk = appealed(unpaid_in_italy().at("2022-03-15"), "tribunale", "2022-04-01")
        (breach,) = desk.non_compliances()
        assert breach.state == "suspected"
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="tribunale", started_on="2022-04-01")

    def test_a_fine_that_stands_again_is_suspected_at_once(self) -> None:
        """Set aside by the Tribunale on 2 May 2022, before the Cassazione it stands again on 1 September."""
        desk = appealed(unpaid_in_italy(), "tribunale", "2022-03-10").at("2022-05-02")
        given: dict[str, Any] = {"outcome": "allowed", "decided_on": "2022-05-02", "sent_on": "2022-05-02"}
        desk.done("appeal.decide", "appeal", by=REGISTRAR, **given)
        onward: dict[str, Any] = {"by_": "respondent", "court": "cassazione", "received_on": "2022-05-02", "grounds": ["g"]}
        desk.done("appeal.appeal_onward", "appeal", by=REGISTRAR, **onward)
        above: dict[str, Any] = {"outcome": "allowed", "decided_on": "2022-09-01", "sent_on": "2022-09-01"}
        desk.at("2022-09-01").done("appeal.decide", "appeal", by=REGISTRAR, **above)
        dismissed, suspected = desk.non_compliances()
        assert (dismissed.state, suspected.state) == ("dismissed", "suspected")
        assert str(suspected.suspicion.since) == "2022-09-02"

    def test_an_order_whose_time_ended_while_it_was_set_aside_is_suspected_when_it_stands_again(self) -> None:
        """Thirty days from 10 February 2022, set aside on 10 March, standing again from 3 October."""
        demand = {"id": "stop", "text": "Stop", "comply_within": "P30D", "counted_from": "sent"}
        desk = ordered_under("it-codice", SERVED, [demand])
        desk.done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on=SERVED, method="post")
        said: dict[str, Any] = {"scope": "whole", "court": "tribunale", "received_on": "2022-03-01", "grounds": ["g"]}
        desk.at("2022-03-01").done("appeal.lodge", name="appeal", by=REGISTRAR, against=["notice"], **said)
        given: dict[str, Any] = {"outcome": "allowed", "decided_on": "2022-03-10", "sent_on": "2022-03-10"}
        desk.at("2022-03-10").done("appeal.decide", "appeal", by=REGISTRAR, **given)
        onward: dict[str, Any] = {"by_": "respondent", "court": "cassazione", "received_on": "2022-04-01", "grounds": ["g"]}
        desk.at("2022-04-01").done("appeal.appeal_onward", "appeal", by=REGISTRAR, **onward)
        assert not desk.non_compliances()
        above: dict[str, Any] = {"outcome": "allowed", "decided_on": "2022-10-03", "sent_on": "2022-10-03"}
        desk.at("2022-10-03").done("appeal.decide", "appeal", by=REGISTRAR, **above)
        (breach,) = desk.non_compliances()
        assert (breach.suspicion.about, str(breach.suspicion.since)) == ("comply:stop", "2022-10-04")

    def test_half_that_an_appeal_makes_too_little_is_suspected_at_once(self) -> None:
        """Communicated on 20 July 2026: half is paid in time on 19 August, the appeal is lodged in time on 15 September."""
        desk = impose(intended("it-codice", SUM, "2026-01-12", country="IT"), SUM, "2026-07-20")
        pay(desk, "EUR 10000000", "2026-08-19")
        appealed(desk, "tribunale", "2026-09-15")
        (breach,) = desk.non_compliances()
        assert (breach.state, str(breach.suspicion.since)) == ("suspected", "2026-09-16")

    def test_a_french_fine_without_a_time_to_pay_can_be_recovered_at_once(self) -> None:
        desk = appealed(impose(intended("fr-lil", SUM, "2022-07-13"), SUM, "2022-10-19"), "conseil_d_etat", "2022-10-20")
        desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="tribunal", started_on="2022-10-20")


class TestWhereTheLawMakesRecoveryWait:
    @pytest.mark.parametrize(
        ("regime", "court", "payable_until"),
        [("nl-uavg", "objection", "2022-06-07"), ("at-dsg", "bundesverwaltungsgericht", "2022-05-10")],
    )
    def test_the_time_to_pay_begins_when_the_dispute_has_ended(self, regime: str, court: str, payable_until: str) -> None:
        """Objection or complaint on 1 March, given up on 26 April 2022; six weeks in the Netherlands, two in Austria."""
        desk = appealed(impose(intended(regime, SUM, "2021-12-01"), SUM, SERVED), court, "2022-03-01")
        desk.at("2022-04-25")
        assert desk.fine().deadline("payment") is None
        desk.at("2022-04-26").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-04-26")
        assert str(desk.deadline("fine", "payment").due) == payable_until

    @pytest.mark.parametrize(
        ("regime", "court", "payable_until"),
        [("nl-uavg", "objection", "2022-05-06"), ("at-dsg", "bundesverwaltungsgericht", "2022-03-24")],
    )
    def test_given_up_early_it_begins_when_the_time_for_a_dispute_is_over(
        self, regime: str, court: str, payable_until: str
    ) -> None:
        """It could be disputed until 24 March (in Austria 10 March) 2022, given up on 8 March; 5 May is a holiday in the Netherlands."""
        desk = appealed(impose(intended(regime, SUM, "2021-12-01"), SUM, SERVED), court, "2022-03-01")
        desk.at("2022-03-08").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2022-03-08")
        assert str(desk.deadline("fine", "payment").due) == payable_until

    @pytest.mark.parametrize("regime", ["nl-uavg", "at-dsg"])
    def test_recovery_is_refused_while_an_appeal_is_possible(self, regime: str) -> None:
        desk = impose(intended(regime, SUM, "2021-12-01"), SUM, SERVED)
        refusal = desk.refused("fine.start_recovery", "fine", by=REGISTRAR, court="x", started_on=SERVED)
        assert (refusal["code"], "appeal_periods_over" in refusal["details"]["conditions"]) == ("gate_closed", True)
