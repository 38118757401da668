"""The money of a case, all derived from its events (vocabulary, section 1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.case.events import CaseEvent, Restored, SetAside
from domain.money import Money


class Account:
    """What is imposed, payable, paid, outstanding and owed back. None: no sum was named yet."""

    def __init__(self) -> None:
        self.amount: Money | None = None
        self._is_decided = False
        self._is_payable = False
        self._received: list[tuple[date, Money]] = []
        self._paid_back: Money | None = None
        self.reductions: dict[str, int] = {}

    @property
    def reduction(self) -> int:
        """The percent by which less than the amount is payable; reductions add up."""
        return sum(self.reductions.values())

    @property
    def payable(self) -> Money | None:
        """The amount less the reductions earned; nothing while it is only intended, set aside, cancelled, written off or no more."""
        if self.amount is None:
            return None
        return self.reduced_by(self.reduction) if self._is_payable else self.amount.nothing

    def reduced_by(self, percent: int) -> Money | None:
        """The amount less a percentage."""
        return self.amount.share(1 - Decimal(percent) / 100) if self.amount and percent else self.amount

    @property
    def paid(self) -> Money | None:
        """Received less refunded."""
        if self.amount is None:
            return None
        paid = self.amount.nothing
        for _, received in self._received:
            paid = paid + received
        return paid.less(self._paid_back) if self._paid_back else paid

    @property
    def is_overdrawn(self) -> bool:
        """Whether more was paid back than came in."""
        if self.amount is None or self._paid_back is None:
            return False
        received = sum((money.value for _, money in self._received), self.amount.nothing.value)
        return self._paid_back.value > received

    @property
    def outstanding(self) -> Money | None:
        """What is payable and not paid."""
        payable, paid = self.payable, self.paid
        return payable.less(paid) if payable is not None and paid is not None else None

    @property
    def refund_due(self) -> Money | None:
        """What was paid and is not payable, from the decision on, final or not."""
        payable, paid = self.payable, self.paid
        if payable is None or paid is None:
            return None
        return paid.less(payable) if self._is_decided else paid.nothing

    @property
    def is_settled(self) -> bool:
        """A sum above nothing is payable, all of it is paid, and nothing is owed back."""
        return bool(self.payable) and not self.outstanding and not self.refund_due

    def covered_on(self) -> date | None:
        """The day on which what had come in reached what is payable, net of refunds; None while it does not."""
        return self.reached_on(self.payable) if self.payable else None

    def reached_on(self, total: Money) -> date | None:
        """The day on which what had come in reached a sum, net of refunds; None while it does not."""
        needed = total + self._paid_back if self._paid_back else total
        so_far = total.nothing
        for day, received in sorted(self._received, key=lambda entry: entry[0]):
            so_far = so_far + received
            if so_far >= needed:
                return day
        return None

    @property
    def days_of_receipt(self) -> tuple[date, ...]:
        """The days on which money came in."""
        return tuple(received_on for received_on, _ in self._received)

    def missing_on(self, total: Money, on: date) -> Money:
        """What of a sum had not come in by the end of a day, net of refunds."""
        needed = total + self._paid_back if self._paid_back else total
        for received_on, received in self._received:
            needed = needed.less(received) if received_on <= on else needed
        return needed

    def intend(self, amount: Money | None) -> None:
        """Name a sum that is not payable yet."""
        self.amount = amount

    def impose(self, amount: Money) -> None:
        """Make a sum payable, in the place of any other."""
        self.amount, self._is_payable, self._is_decided = amount, True, True

    def add(self, amount: Money) -> None:
        """Make a sum payable besides what was imposed before."""
        self.impose(self.amount + amount if self.amount else amount)

    def void(self) -> None:
        """Nothing is payable any more; the amount remains on record."""
        self._is_payable, self._is_decided = False, True

    def receive(self, amount: Money, on: date) -> None:
        """Money came in."""
        self._received.append((on, amount))

    def pay_back(self, amount: Money) -> None:
        """Money was paid back."""
        self._paid_back = self._paid_back + amount if self._paid_back else amount

    def reduce(self, reduction: str, percent: int) -> None:
        """A reduction was earned."""
        self.reductions[reduction] = percent

    def forfeit_reductions(self) -> None:
        """The whole amount counts again."""
        self.reductions.clear()

    def follow(self, event: CaseEvent) -> None:
        """Follow what courts do to the sum."""
        match event:
            case SetAside():
                self.void()
            case Restored(amount=amount):
                self._is_payable = True
                self.amount = amount or self.amount
            case _:
                pass
