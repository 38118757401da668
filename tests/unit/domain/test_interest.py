"""Late interest: simple, by the regime's rates and their days, on what was late; rounded once."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.fine.interest import Interest, late_interest
from domain.money import Money
from domain.regimes import regime
from tests.desk import ISSUER, Desk
from tests.fines import impose, intended, pay

LAW = regime("nl-uavg")
DECREE = "decree on the statutory rate of interest"


def fine_of(amount: str, *instalments: tuple[str, str]) -> Desk:
    """Given a Dutch fine of which the parts fall due on certain days, by a plan."""
    desk = impose(intended("nl-uavg", amount, "2023-09-01"), amount, "2023-12-01")
    plan = [{"amount": part, "due_on": day} for part, day in instalments]
    desk.done("fine.agree_instalments", "fine", by=ISSUER, agreed_on="2023-12-01", instalments=plan)
    return desk


def interest(desk: Desk, on: str) -> Interest:
    found = late_interest(desk.fine(), date.fromisoformat(on), LAW)
    assert found is not None
    return found


def test_of_a_year_and_a_day_at_two_rates_counts_each_day_by_its_own_rate() -> None:
    desk = fine_of("EUR 36500", ("EUR 36500", "2024-12-21"))
    found = interest(desk, "2025-01-10")
    assert found.steps == (
        f"EUR 36,500.00 was late from 22 December 2024 to 31 December 2024, 10 days at 7 % a year ({DECREE}).",
        f"EUR 36,500.00 was late from 1 January 2025 to 10 January 2025, 10 days at 6 % a year ({DECREE}).",
    )
    assert str(found.amount) == "EUR 130.00"
    assert [mark for mark in found.marks if mark.startswith("7 % from 2024-01-01: not confirmed [B]")]
    assert found.is_whole


def test_begins_on_the_day_after_the_payment_was_due() -> None:
    desk = fine_of("EUR 36500", ("EUR 36500", "2024-12-21"))
    assert (str(interest(desk, "2024-12-21").amount), str(interest(desk, "2024-12-22").amount)) == ("EUR 0.00", "EUR 7.00")
    assert interest(desk, "2024-12-21").steps == ("Nothing was late by 21 December 2024.",)


def test_of_what_was_paid_late_ends_with_the_day_of_its_receipt() -> None:
    desk = fine_of("EUR 36500", ("EUR 36500", "2024-07-01"))
    pay(desk, "EUR 36500", "2024-07-11")
    assert str(interest(desk, "2024-07-11").amount) == str(interest(desk, "2024-12-31").amount) == "EUR 70.00"


def test_of_a_payment_on_the_first_late_day_is_for_that_day() -> None:
    desk = fine_of("EUR 36500", ("EUR 36500", "2024-07-01"))
    pay(desk, "EUR 36500", "2024-07-02")
    assert str(interest(desk, "2024-12-31").amount) == "EUR 7.00"


def test_runs_on_what_is_left_after_a_part_was_paid() -> None:
    desk = fine_of("EUR 36500", ("EUR 36500", "2024-07-01"))
    pay(desk, "EUR 18250", "2024-07-11")
    assert str(interest(desk, "2024-07-21").amount) == "EUR 105.00"


def test_of_instalments_runs_on_each_from_its_own_day() -> None:
    desk = fine_of("EUR 36500", ("EUR 18250", "2024-07-01"), ("EUR 18250", "2024-07-11"))
    assert str(interest(desk, "2024-07-21").amount) == "EUR 105.00"


def test_of_days_without_a_known_rate_is_not_guessed() -> None:
    desk = fine_of("EUR 36500", ("EUR 36500", "2025-12-21"))
    found = interest(desk, "2026-01-10")
    assert (str(found.amount), found.is_whole) == ("EUR 60.00", False)
    assert "no rate is known for them" in found.steps[-1]


def test_is_nothing_where_nothing_is_payable_any_more_and_none_where_the_law_knows_none() -> None:
    desk = fine_of("EUR 36500", ("EUR 36500", "2024-07-01"))
    desk.at("2024-08-01").done("fine.cancel_penalty_notice", "fine", by=ISSUER, sent_on="2024-08-01", reasons="r")
    assert str(interest(desk, "2024-12-31").amount) == "EUR 0.00"
    assert late_interest(desk.fine(), date(2024, 12, 31), regime("uk-dpa-2018")) is None


cents = st.integers(1, 10**9)


@given(amount=cents, late=st.integers(0, 700), payments=st.lists(st.tuples(st.integers(0, 700), cents), max_size=3))
@settings(max_examples=60, deadline=None)
def test_equals_the_sum_over_single_days_rounded_once(amount: int, late: int, payments: list[tuple[int, int]]) -> None:
    fine, due = fine_of(euros(amount), (euros(amount), "2024-01-31")).fine(), date(2024, 1, 31)
    for days, part in payments:
        fine.account.receive(Money.parse(euros(part)), due + timedelta(days=days))
    exact = Fraction(0)
    for n in range(1, late + 1):
        left = max(0, amount - sum(part for days, part in payments if days < n))
        exact += Fraction(left * (7 if due + timedelta(days=n) < date(2025, 1, 1) else 6), 36500 * 100)
    found = late_interest(fine, due + timedelta(days=late), LAW)
    assert found is not None
    assert abs(Fraction(found.amount.value) - exact) <= Fraction(1, 200)


def euros(sum_in_cents: int) -> str:
    return f"EUR {sum_in_cents // 100}.{sum_in_cents % 100:02}"
