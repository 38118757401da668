"""Liquidating a periodic penalty: which days can be charged, in parts, up to the cap; the days on which the duty stood still."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.events import Restored, SetAside
from domain.money import Money
from domain.non_compliance.chargeable import Standstill, charge, standstills, units_in
from domain.requirement import PeriodicPenalty
from tests.desk import ISSUER, OFFICER, REGISTRAR, Desk

DAY = timedelta(days=1)


def notified(
    regime: str, currency: str, rate: str, *, per: str = "day", cap: str | None = None, served_on: str = "2022-10-19"
) -> Desk:
    """Given an order with a periodic penalty, notified on a day, to be complied with in two months."""
    desk = Desk("2022-10-17")
    subject = {"name": "Clearview AI Inc.", "country": "US", "kind": "undertaking"}
    opening: dict[str, Any] = {"reference": "SAN-2022-019", "regime": regime, "subject": subject, "grounds": ["g"]}
    desk.done("investigation.open", name="inv", opened_on="2022-10-17", **opening)
    penalty = {"rate": f"{currency} {rate}", "per": per, **({"cap": f"{currency} {cap}"} if cap else {})}
    demand = {"id": "stop", "text": "Stop", "comply_within": "P2M", "counted_from": "served", "periodic_penalty": penalty}
    order: dict[str, Any] = {"investigation": "inv", "kind": "order", "requirements": [demand]}
    decided = {"decided_on": "2022-10-17", "sent_on": "2022-10-17"}
    desk.done("enforcement_notice.issue", name="notice", by=ISSUER, **order, **decided)
    desk.at(served_on).done("enforcement_notice.serve", "notice", by=REGISTRAR, served_on=served_on, method="post")
    return desk


def confirmed(desk: Desk, day: str) -> Desk:
    """When nobody complied, the breach is confirmed on a day."""
    desk.at(day).non_compliances()
    desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on=day, reasons="r")
    return desk


def liquidate(desk: Desk, start: str, end: str, day: str) -> dict[str, Any]:
    data = {"from": start, "to": end, "decided_on": day}
    outcome = desk.at(day).do("non_compliance.liquidate", "non_compliance-1", by=ISSUER, **data)
    return outcome.refusal or {}


def cnil() -> Desk:
    return confirmed(notified("fr-lil", "EUR", "100000"), "2023-02-10")


class TestTheCNILsLiquidation:
    def test_two_months_from_19_october_2022_end_on_19_december(self) -> None:
        assert str(notified("fr-lil", "EUR", "100000").deadline("notice", "comply:stop").due) == "2022-12-19"

    def test_20_december_to_9_february_are_52_days_and_5_200_000_euros(self) -> None:
        desk = cnil()
        assert liquidate(desk, "2022-12-20", "2023-02-10", "2023-04-13") == {}
        (breach,) = desk.non_compliances()
        assert [(part.units, str(part.amount)) for part in breach.liquidations] == [(52, "EUR 5,200,000.00")]
        account = breach.account
        told = [str(sum_) for sum_ in (account.amount, account.payable, account.paid, account.outstanding, account.refund_due)]
        assert told == ["EUR 5,200,000.00", "EUR 5,200,000.00", "EUR 0.00", "EUR 5,200,000.00", "EUR 0.00"]

    def test_the_due_day_itself_is_too_early(self) -> None:
        refusal = liquidate(cnil(), "2022-12-19", "2023-02-10", "2023-04-13")
        assert (refusal["code"], refusal["details"]["first"]) == ("too_early", "2022-12-20")

    def test_the_day_of_the_decision_can_be_charged_and_no_day_after_it(self) -> None:
        desk = cnil()
        refusal = liquidate(desk, "2022-12-20", "2023-02-12", "2023-02-10")
        assert (refusal["code"], refusal["details"]["last"]) == ("invalid", "2023-02-11")
        assert liquidate(desk, "2022-12-20", "2023-02-11", "2023-02-10") == {}

    def test_what_is_paid_too_much_is_owed_back(self) -> None:
        desk = cnil()
        liquidate(desk, "2022-12-20", "2022-12-21", "2023-02-10")
        payment = {"amount": "EUR 100001", "received_on": "2023-02-10", "reference": "r"}
        desk.done("non_compliance.record_payment", "non_compliance-1", by=REGISTRAR, **payment)
        (breach,) = desk.non_compliances()
        assert str(breach.account.refund_due) == "EUR 1.00"

    def test_dropped_as_no_breach_nothing_of_it_is_payable(self) -> None:
        desk = cnil()
        liquidate(desk, "2022-12-20", "2022-12-21", "2023-02-10")
        desk.done("non_compliance.dismiss", "non_compliance-1", by=ISSUER, decided_on="2023-02-10", reasons="r")
        (breach,) = desk.non_compliances()
        assert (str(breach.account.amount), str(breach.account.payable)) == ("EUR 100,000.00", "EUR 0.00")


@pytest.mark.parametrize(
    ("per", "rate", "above"),
    [
        ("day", "100000", False),
        ("day", "100000.01", True),
        ("week", "700000", False),
        ("week", "700000.01", True),
        ("month", "2800001", True),
    ],
)
def test_a_rate_above_the_highest_of_the_law_is_refused(*, per: str, rate: str, above: bool) -> None:
    if not above:
        assert notified("fr-lil", "EUR", rate, per=per).notice().requirements["stop"].periodic_penalty
        return
    desk = notified("fr-lil", "EUR", "1")
    penalty = {"rate": f"EUR {rate}", "per": per}
    demand = {"id": "stop", "text": "Stop", "comply_within": "P2M", "counted_from": "served", "periodic_penalty": penalty}
    varied: dict[str, Any] = {"sent_on": "2022-10-19", "reasons": "r", "requirements": [demand]}
    refusal = desk.refused("enforcement_notice.vary", "notice", by=ISSUER, **varied)
    assert (refusal["code"], refusal["cites"]) == ("over_maximum", ["loi 78-17 art 20 IV and 22"])


class TestStandingStill:
    """A French appeal suspends nothing by itself; a court's stay does, and an appeal that sets the order aside."""

    def appealed(self, day: str) -> Desk:
        desk = confirmed(notified("fr-lil", "EUR", "100000"), "2022-12-20")
        lodged: dict[str, Any] = {"against": ["notice"], "scope": "whole", "court": "conseil_d_etat", "grounds": ["g"]}
        desk.done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2022-12-20", **lodged)
        return desk.at(day)

    def test_an_appeal_that_suspends_nothing_leaves_every_day_chargeable(self) -> None:
        assert liquidate(self.appealed("2023-02-10"), "2022-12-20", "2023-02-10", "2023-02-10") == {}

    def test_days_of_a_stay_cannot_be_charged_and_those_around_it_can(self) -> None:
        desk = self.appealed("2023-01-01")
        stay: dict[str, Any] = {"roles": ["comply"], "ordered_on": "2023-01-01", "until": "2023-01-11"}
        desk.done("appeal.order_stay", "appeal", by=REGISTRAR, **stay)
        desk.at("2023-02-10")
        refusal = liquidate(desk, "2022-12-20", "2023-02-10", "2023-02-10")
        assert refusal["code"] == "invalid"
        assert refusal["details"]["stood_still"] == "from 2023-01-01 to 2023-01-10 (a court had ordered a stay)"
        assert liquidate(desk, "2022-12-20", "2023-01-01", "2023-02-10") == {}
        assert liquidate(desk, "2023-01-11", "2023-02-10", "2023-02-10") == {}

    @pytest.mark.parametrize("roles", [[], ["comply:stop"]])
    def test_days_from_the_lifting_of_a_stay_on_can_be_charged(self, roles: list[str]) -> None:
        desk = self.appealed("2023-01-01")
        desk.done("appeal.order_stay", "appeal", by=REGISTRAR, roles=["comply"], ordered_on="2023-01-01")
        desk.at("2023-01-20").done("appeal.lift_stay", "appeal", by=REGISTRAR, lifted_on="2023-01-20", roles=roles or ["comply"])
        refusal = liquidate(desk, "2022-12-20", "2023-01-25", "2023-02-10")
        assert refusal["details"]["stood_still"] == "from 2023-01-01 to 2023-01-19 (a court had ordered a stay)"
        assert liquidate(desk, "2023-01-20", "2023-01-25", "2023-02-10") == {}

    def test_an_order_that_was_set_aside_and_stands_again_did_not_bind_meanwhile(self) -> None:
        desk = self.appealed("2023-01-02")
        history = list(desk.notice().history)
        set_aside = SetAside.happened(history[-1].envelope, appeal=desk.names["appeal"], court="c", decided_on=date(2023, 1, 2))
        restored = Restored.happened(history[-1].envelope, appeal=desk.names["appeal"], court="c", decided_on=date(2023, 1, 9))
        (still,) = standstills([*history, set_aside, restored], "comply:stop", appeal_suspends=False)
        assert still == Standstill(date(2023, 1, 2), date(2023, 1, 9), "the notice was set aside")

    def test_days_charged_in_a_case_that_was_dropped_since_can_be_charged_again_when_the_order_stands_again(self) -> None:
        """In the Netherlands: the Rechtbank sets the order aside, the Raad van State lets it stand again."""
        desk = confirmed(notified("nl-uavg", "EUR", "1000", cap="15000"), "2022-12-30")
        assert liquidate(desk, "2022-12-20", "2022-12-30", "2022-12-30") == {}
        late: dict[str, Any] = {"role": "appeal", "until": "2023-01-31", "agreed_on": "2022-12-30", "authority": "tribunal_order"}
        desk.done("enforcement_notice.extend_deadline", "notice", by=REGISTRAR, reason="r", **late)
        lodged: dict[str, Any] = {"against": ["notice"], "scope": "whole", "court": "objection", "grounds": ["g"]}
        desk.done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2022-12-30", **lodged)
        for court, outcome, by, day in (
            ("rechtbank", "dismissed", "appellant", "2023-02-01"),
            ("raad_van_state", "allowed", "respondent", "2023-04-03"),
        ):
            given = {"outcome": outcome, "decided_on": day, "sent_on": day}
            desk.at(day).done("appeal.decide", "appeal", by=REGISTRAR, **given)
            onward: dict[str, Any] = {"by_": by, "court": court, "received_on": day, "grounds": ["g"]}
            desk.done("appeal.appeal_onward", "appeal", by=REGISTRAR, **onward)
        last = {"outcome": "allowed", "decided_on": "2023-06-01", "sent_on": "2023-06-01"}
        desk.at("2023-06-01").done("appeal.decide", "appeal", by=REGISTRAR, **last)
        desk.non_compliances()
        desk.done("non_compliance.confirm", "non_compliance-2", by=ISSUER, decided_on="2023-06-01", reasons="r")
        charged = {"from": "2022-12-20", "to": "2023-01-10", "decided_on": "2023-06-01"}
        desk.done("non_compliance.liquidate", "non_compliance-2", by=ISSUER, **charged)
        first, again = desk.non_compliances()
        assert (str(first.account.payable), str(again.account.payable)) == ("EUR 0.00", "EUR 15,000.00")

    def test_a_stay_of_something_else_stops_nothing(self) -> None:
        desk = self.appealed("2023-01-01")
        stay: dict[str, Any] = {"roles": ["comply:other"], "ordered_on": "2023-01-01"}
        desk.do("appeal.order_stay", "appeal", by=REGISTRAR, **stay)
        assert liquidate(desk.at("2023-02-10"), "2022-12-20", "2023-02-10", "2023-02-10") == {}

    def test_under_a_law_that_suspends_no_day_of_a_late_appeal_can_be_charged(self) -> None:
        desk = confirmed(notified("uk-dpa-2018", "GBP", "1000"), "2023-01-10")
        allowed: dict[str, Any] = {
            "role": "appeal",
            "until": "2023-02-01",
            "agreed_on": "2023-01-10",
            "authority": "tribunal_order",
        }
        desk.done("enforcement_notice.extend_deadline", "notice", by=REGISTRAR, reason="r", **allowed)
        lodged: dict[str, Any] = {"against": ["notice"], "scope": "whole", "court": "first_tier_tribunal", "grounds": ["g"]}
        desk.at("2023-01-20").done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2023-01-20", **lodged)
        desk.at("2023-03-01").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2023-03-01")
        refusal = liquidate(desk, "2022-12-20", "2023-03-10", "2023-03-10")
        assert refusal["details"]["stood_still"] == "from 2023-01-20 to 2023-02-28 (an appeal was pending)"
        assert liquidate(desk, "2022-12-20", "2023-01-20", "2023-03-10") == {}
        assert liquidate(desk, "2023-03-01", "2023-03-11", "2023-03-10") == {}

    def test_days_between_a_remedy_and_the_next_breach_cannot_be_charged(self) -> None:
        desk = cnil()
        desk.done("non_compliance.record_remedy", "non_compliance-1", by=OFFICER, remedied_on="2023-01-05")
        again = {"of": "notice", "requirement": "stop", "since": "2023-02-01", "detected_on": "2023-02-10"}
        desk.done("non_compliance.suspect", by=OFFICER, **again)
        desk.non_compliances()
        desk.done("non_compliance.confirm", "non_compliance-2", by=ISSUER, decided_on="2023-02-10", reasons="r")
        charged = {"from": "2022-12-20", "to": "2023-02-10", "decided_on": "2023-02-10"}
        refusal = desk.refused("non_compliance.liquidate", "non_compliance-2", by=ISSUER, **charged)
        assert refusal["details"]["stood_still"] == "from 2023-01-05 to 2023-01-31 (it had been done)"
        charged["to"] = "2023-01-05"
        desk.done("non_compliance.liquidate", "non_compliance-2", by=ISSUER, **charged)

    def test_more_time_given_after_the_breach_moves_the_first_chargeable_day(self) -> None:
        desk = confirmed(notified("uk-dpa-2018", "GBP", "1000"), "2022-12-20")
        more: dict[str, Any] = {"role": "comply:stop", "until": "2022-12-31", "agreed_on": "2022-12-20", "reason": "r"}
        desk.done("enforcement_notice.extend_deadline", "notice", by=REGISTRAR, authority="tribunal_order", **more)
        suspicion = {"of": "notice", "requirement": "stop", "since": "2022-12-20", "detected_on": "2022-12-20"}
        assert [case.state for case in desk.non_compliances()] == ["dismissed"]
        desk.done("non_compliance.suspect", by=OFFICER, **suspicion)
        desk.non_compliances()
        desk.done("non_compliance.confirm", "non_compliance-2", by=ISSUER, decided_on="2022-12-20", reasons="r")
        charged = {"from": "2022-12-20", "to": "2023-01-11", "decided_on": "2023-01-10"}
        refusal = desk.at("2023-01-10").refused("non_compliance.liquidate", "non_compliance-2", by=ISSUER, **charged)
        assert (refusal["code"], refusal["details"]["first"]) == ("too_early", "2023-01-01")


days = st.dates(date(2022, 1, 1), date(2024, 12, 31))
cuts = st.lists(st.integers(1, 400), max_size=6)
rates = st.integers(1, 10**7).map(lambda pence: Money.parse(f"EUR {pence // 100}.{pence % 100:02}"))


def parts_of(start: date, length: int, at: list[int]) -> list[tuple[date, date]]:
    edges = sorted({0, length, *(cut % length for cut in at)})
    return [(start + a * DAY, start + b * DAY) for a, b in pairwise(edges)]


def total_of(terms: PeriodicPenalty, parts: list[tuple[date, date]]) -> Money:
    charged: list[Money] = []
    for start, end in parts:
        charged.append(charge(terms, start, end, charged)[1])
    summed = terms.rate.nothing
    for amount in charged:
        summed = summed + amount
    return summed


@given(start=days, length=st.integers(1, 400), at=cuts, rate=rates, cap=st.one_of(st.none(), rates))
@settings(max_examples=300, deadline=None)
def test_any_division_into_parts_liquidates_the_same_at_a_daily_rate(
    start: date, length: int, at: list[int], rate: Money, cap: Money | None
) -> None:
    terms = PeriodicPenalty(rate=rate, per="day", cap=cap)
    whole = charge(terms, start, start + length * DAY, [])[1]
    assert total_of(terms, parts_of(start, length, at)) == whole
    assert whole == (min(cap, rate.times(length)) if cap else rate.times(length))


terms_with_cap = st.builds(PeriodicPenalty, rate=rates, per=st.sampled_from(["day", "week", "month"]), cap=rates)


@given(terms=terms_with_cap, start=days, length=st.integers(1, 400), at=cuts)
@settings(max_examples=300, deadline=None)
def test_the_cap_is_never_exceeded_whatever_the_parts(terms: PeriodicPenalty, start: date, length: int, at: list[int]) -> None:
    assert terms.cap
    assert total_of(terms, parts_of(start, length, at)) <= terms.cap


@given(start=days, length=st.integers(1, 400))
@settings(max_examples=200, deadline=None)
def test_a_begun_week_or_month_counts_whole(start: date, length: int) -> None:
    end = start + length * DAY
    weeks, months = units_in("week", start, end), units_in("month", start, end)
    assert (weeks - 1) * 7 < length <= weeks * 7
    assert (months - 1) * 28 < length <= months * 31


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [("01-01", "01-05", False), ("01-01", "01-06", True), ("01-09", "01-20", True), ("01-10", "01-20", False)],
)
def test_a_standstill_is_half_open(start: str, end: str, meets: bool) -> None:
    still = Standstill(date(2023, 1, 5), date(2023, 1, 10), "why")
    assert still.meets(date.fromisoformat(f"2023-{start}"), date.fromisoformat(f"2023-{end}")) == meets
