"""What a decision does to the notices appealed against, and what stands after several (vocabulary, section 3).

What stands is the notice as given and varied, then in order the decisions that have not fallen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.appeal.events import AppealDecided, Outcome, Party, TargetEffect
from domain.money import Money
from domain.regimes import Regime
from domain.requirement import Requirement


@dataclass(frozen=True)
class Standing:
    """How the decisions leave a target. None for amount or requirements: the notice's own."""

    set_aside: bool = False
    amount: Money | None = None
    requirements: tuple[Requirement, ...] | None = None
    pay_by: date | None = None


@dataclass(frozen=True)
class DecisionBelow:
    """An earlier decision that has not fallen."""

    version: int
    tier: str
    effect: TargetEffect


def still_standing(decisions: Sequence[AppealDecided], target: UUID) -> list[DecisionBelow]:
    """The decisions about a target that have not fallen, in order. What a decision felled stands again when it falls itself."""
    standing: list[DecisionBelow] = []
    fallen: set[int] = set()
    for decision in reversed(decisions):
        if decision.version not in fallen:
            effect = decision.effects[target]
            fallen.update(effect.falls)
            standing.insert(0, DecisionBelow(decision.version, decision.tier, effect))
    return standing


def what_stands(decisions: Sequence[AppealDecided], target: UUID) -> Standing:
    """Fold the decisions that have not fallen."""
    standing = Standing()
    for below in still_standing(decisions, target):
        effect = below.effect
        if effect.kind == "set_aside":
            standing = replace(standing, set_aside=True)
        elif effect.kind == "substituted":
            standing = Standing(
                amount=effect.amount or standing.amount,
                requirements=effect.requirements or standing.requirements,
                pay_by=effect.pay_by or standing.pay_by,
            )
    return standing


def effect_of(
    outcome: Outcome,
    *,
    tier: str,
    went_on: Party | None,
    remitted_to: str | None,
    decisions: Sequence[AppealDecided],
    target: UUID,
    sets_aside: bool,
    amount: Money | None,
    requirements: tuple[Requirement, ...] | None,
    pay_by: date | None,
    law: Regime,
) -> TargetEffect:
    """Work out what a decision does to one target.

    Args:
        tier: the court that decided.
        went_on: who brought the case to it; None at the first court.
        remitted_to: the court, or `authority`, for outcome remitted.
        decisions: those before it, in order.
        sets_aside: whether success takes the notice away (the subject's, against the whole, the amount, or a notice of an investigation) or only a part of it.
    """
    substitution = TargetEffect(outcome=outcome, kind="substituted", amount=amount, requirements=requirements, pay_by=pay_by)
    stands = TargetEffect(outcome=outcome, kind="stands")
    away = TargetEffect(outcome=outcome, kind="set_aside") if sets_aside else stands
    match outcome:
        case "allowed" if tier in law.first_courts or went_on is None:
            return away
        case "allowed":
            falls = _fallen(still_standing(decisions, target))
            return (stands if went_on == "respondent" else away).model_copy(update={"falls": falls})
        case "substituted" | "partly_allowed":
            return substitution if amount or requirements or pay_by else stands
        case "remitted" if remitted_to and remitted_to in law.courts:
            again = tuple(d.version for d in decisions if remitted_to not in law.courts_above(d.tier))
            return stands.model_copy(update={"falls": again})
        case "remitted":
            return away
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
