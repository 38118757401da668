"""A plan of instalments: what must have come in by which day.

Payments fill the oldest first, so each instalment is met when what came in reaches the sum of all up to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce

from pydantic import BaseModel, ConfigDict

from domain.fields import Day, PositiveMoney
from domain.money import Money


class Instalment(BaseModel):
    """A part of what is outstanding, and the last day on which it is in time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: PositiveMoney
    due_on: Day


@dataclass(frozen=True)
class Part:
    """What is to be paid by the deadline of a role: its own sum, and what must have come in by then in all."""

    role: str
    own: Money
    in_all: Money


@dataclass(frozen=True)
class InstalmentPlan:
    """The instalments agreed, from the number `first` on, when `before` had been paid.

    `instead_of` is the day to pay that a court had set when the plan was agreed; None: the notice's own time counted then.
    """

    instalments: tuple[Instalment, ...]
    first: int
    before: Money
    instead_of: date | None

    def parts(self, payable: Money, paid: Money) -> Iterator[Part]:
        """The instalments as they stand for what is payable and paid now.

        What is taken off the sum comes off the last instalments; what is put on it falls due with the last.
        """
        reached, last = min(self.before, paid), len(self.instalments)
        planned = self.before
        for number, instalment in enumerate(self.instalments, 1):
            planned = planned + instalment.amount
            in_all = payable if number == last else min(planned, payable)
            yield Part(f"payment:{self.first + number - 1}", in_all.less(reached), in_all)
            reached = max(reached, in_all)


def total(instalments: tuple[Instalment, ...]) -> Money:
    """The sum of the instalments."""
    first, *others = (instalment.amount for instalment in instalments)
    return reduce(Money.__add__, others, first)
