"""Late interest: simple interest on what was not paid when it fell due, where the regime has it. A pure function, no event.

Interest runs for each day from the day after a payment was due up to and with the day asked about. Money counts from the day
after it was received: the day of its receipt is still a day late. A year is 365 days. It is rounded once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from domain.case.words import day
from domain.fine.debt import Debt
from domain.money import Money
from domain.regimes import Regime
from domain.regimes.law import InterestRate, LateInterest
from domain.regimes.rule import MARKS

_DAY = timedelta(days=1)
_PERCENT_DAYS_OF_A_YEAR = 365 * 100


@dataclass(frozen=True)
class Interest:
    """What late interest has come to. `steps` tell how, `marks` what is not certain.

    `is_whole` is false where for some days no rate is known: they are not counted, and nobody guesses one.
    """

    amount: Money
    steps: tuple[str, ...]
    marks: tuple[str, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True)
class _Span:
    """Days [since, until) on which the same sum was late at the same rate; None: no rate is known."""

    since: date
    until: date
    late: Money
    rate: InterestRate | None

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    def __str__(self) -> str:
        days = f"{day(self.since)} to {day(self.until - _DAY)}, {self.days} {'day' if self.days == 1 else 'days'}"
        if self.rate is None:
            return f"{self.late} was late from {days}: no rate is known for them, and they are not counted."
        cites = "; ".join(self.rate.source.cites)
        return f"{self.late} was late from {days} at {self.rate.percent} % a year ({cites})."


def late_interest(debt: Debt, on: date, law: Regime) -> Interest | None:
    """What interest has come to by the end of a day; None: the regime knows none, or no sum is known yet.

    Args:
        debt: the fine as it stands; what is payable now counts for the whole time.
        on: the last day counted, in the regime's time zone.
        law: the regime of the fine, with its rates and their days.
    """
    block, amount = law.data.late_interest, debt.account.amount
    if block is None or amount is None:
        return None
    spans = list(_spans(debt, on, block))
    counted = [span for span in spans if span.rate]
    rates = dict.fromkeys(span.rate for span in counted if span.rate)
    exact = sum((span.late.value * span.rate.percent * span.days for span in counted if span.rate), Decimal(0))
    return Interest(
        amount=amount.nothing.plus_exactly(exact / _PERCENT_DAYS_OF_A_YEAR),
        steps=tuple(map(str, spans)) or (f"Nothing was late by {day(on)}.",),
        marks=tuple(_marks(block, list(rates))),
        is_whole=len(counted) == len(spans),
    )


def _spans(debt: Debt, on: date, block: LateInterest) -> Iterator[_Span]:
    """The days on which something was late, divided where the sum or the rate changes."""
    due = [
        (deadline.due, part.in_all)
        for part in debt.parts()
        if part.own and (deadline := debt.deadline(part.role)) and deadline.status not in ("suspended", "lapsed")
    ]
    changes = {first + _DAY for first, _ in due} | {received + _DAY for received in debt.account.days_of_receipt}
    changes |= {edge for rate in block.rates for edge in (rate.since, rate.until) if edge}
    if not due:
        return
    first = min(since for since, _ in due) + _DAY
    edges = [first, *sorted(edge for edge in changes if first < edge <= on), on + _DAY]
    for since, until in pairwise(edges):
        fallen_due = [in_all for last, in_all in due if last < since]
        late = debt.account.missing_on(max(fallen_due, key=lambda sum_: sum_.value), since - _DAY) if fallen_due else None
        if late and since < until:
            yield _Span(since, until, late, _rate_on(block, since))


def _rate_on(block: LateInterest, moment: date) -> InterestRate | None:
    """The rate of the latest day that has come; none where it had ended by then."""
    begun = [rate for rate in block.rates if rate.since <= moment]
    latest = max(begun, key=lambda rate: rate.since, default=None)
    return latest if latest and (latest.until is None or moment < latest.until) else None


def _marks(block: LateInterest, rates: list[InterestRate]) -> Iterator[str]:
    if block.source.mark in MARKS or block.source.note:
        yield f"late interest: {MARKS.get(block.source.mark, 'see the note')} ({block.source.note or '; '.join(block.source.cites)})"
    for rate in rates:
        if rate.source.mark in MARKS:
            why = rate.source.note or "; ".join(rate.source.cites)
            yield f"{rate.percent} % from {rate.since}: {MARKS[rate.source.mark]} [{rate.source.mark}] ({why})"
