"""What a decision does to the notices appealed against, and what stands after several (vocabulary, section 3).

What stands is the notice as given and varied, then in order the decisions that have not fallen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from domain.appeal.events import AppealDecided, Outcome, Party, TargetEffect
from domain.money import Money
from domain.regimes import Regime
from domain.requirement import Requirement


@dataclass(frozen=True)
class Standing:
    """How the decisions leave a target. None for amount or requirements: the notice's own.

    `points` are those in which it is set aside, `taken_out` the requirements among them.
    """

    set_aside: bool = False
    amount: Money | None = None
    requirements: tuple[Requirement, ...] | None = None
    pay_by: date | None = None
    points: tuple[str, ...] = ()
    taken_out: tuple[str, ...] = ()

    def beside(self, later: Standing) -> Standing:
        """What two appeals against the same thing make of it together; of two amounts, that of the later decision counts."""
        return Standing(
            set_aside=self.set_aside or later.set_aside,
            amount=later.amount or self.amount,
            requirements=later.requirements or self.requirements,
            pay_by=later.pay_by or self.pay_by,
            points=(*self.points, *later.points),
            taken_out=(*self.taken_out, *later.taken_out),
        )

    def after(self, effect: TargetEffect) -> Standing:
        """How it stands once a decision has this effect."""
        match effect.kind:
            case "set_aside":
                return replace(self, set_aside=True)
            case "set_aside_in_points":
                taken_out = (*self.taken_out, *effect.takes_out)
                return replace(self, points=(*self.points, *effect.points), taken_out=taken_out)
            case "substituted":
                return Standing(
                    amount=effect.amount or self.amount,
                    requirements=effect.requirements or self.requirements,
                    pay_by=effect.pay_by or self.pay_by,
                    points=() if effect.requirements else self.points,
                    taken_out=() if effect.requirements else self.taken_out,
                )
            case _:
                return self


@dataclass(frozen=True)
class DecisionBelow:
    """An earlier decision that has not fallen."""

    version: int
    decided_on: date
    recorded: datetime
    effect: TargetEffect

    @property
    def order(self) -> tuple[date, datetime]:
        """Where it comes among the decisions of several appeals."""
        return self.decided_on, self.recorded


def still_standing(decisions: Sequence[AppealDecided], target: UUID) -> list[DecisionBelow]:
    """The decisions about a target that have not fallen, in order. What a decision felled stands again when it falls itself."""
    standing: list[DecisionBelow] = []
    fallen: set[int] = set()
    for decision in reversed(decisions):
        if decision.version not in fallen:
            effect = decision.effects[target]
            fallen.update(effect.falls)
            standing.insert(0, DecisionBelow(decision.version, decision.decided_on, decision.recorded, effect))
    return standing


def what_stands(effects: Iterable[TargetEffect]) -> Standing:
    """Fold the effects, in order, of the decisions that have not fallen."""
    standing = Standing()
    for effect in effects:
        standing = standing.after(effect)
    return standing


def effect_of(
    outcome: Outcome,
    *,
    tier: str,
    went_on: Party | None,
    remitted_to: str | None,
    decisions: Sequence[AppealDecided],
    target: UUID,
    success: TargetEffect,
    substitution: TargetEffect,
    law: Regime,
) -> TargetEffect:
    """Work out what a decision does to one target.

    Args:
        tier: the court that decided.
        went_on: who brought the case to it; None at the first court.
        remitted_to: the court, or `authority`, for outcome remitted.
        decisions: those before it, in order.
        success: what it does when the appellant is right: the notice is set aside, or only a part of it.
        substitution: what it does when it puts something in the place of what stood.
    """
    stands = TargetEffect(outcome=outcome, kind="stands")
    match outcome:
        case "allowed" if tier in law.first_courts or went_on is None:
            return success
        case "allowed":
            falls = _fallen(still_standing(decisions, target))
            return (stands if went_on == "respondent" else success).model_copy(update={"falls": falls})
        case "substituted" | "partly_allowed":
            return substitution
        case "remitted" if remitted_to and remitted_to in law.courts:
            again = tuple(d.version for d in decisions if remitted_to not in law.courts_above(d.tier))
            return stands.model_copy(update={"falls": again})
        case "remitted":
            return success
        case _:
            return stands


def _fallen(below: Sequence[DecisionBelow]) -> tuple[int, ...]:
    """The decision that an onward appeal overturns: the last that changed something, with those that upheld it since."""
    fallen: list[int] = []
    for decision in reversed(below):
        fallen.append(decision.version)
        if decision.effect.kind != "stands":
            break
    return tuple(fallen)
