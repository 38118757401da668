"""What an appellant who is right gains, by the scope of the appeal and by who brought it (vocabulary, section 3)."""

from __future__ import annotations

from domain.appeal.events import AppealLodged, TargetEffect
from domain.case.appeal_target import AppealTarget
from domain.enforcement_notice.enforcement_notice import EnforcementNotice

_REFUSALS = ("refusal_to_vary", "refusal")


def success_against(target: AppealTarget, lodged: AppealLodged, substitution: TargetEffect) -> TargetEffect:
    """What the decision does to the target when the appeal is allowed, or remitted to the authority.

    Args:
        target: the case appealed against.
        lodged: the appeal: its scope, who brought it, and the points.
        substitution: what the decision puts in the place of what stood, if it names any.

    Returns: for the subject the notice is set aside, or of an enforcement notice only the requirements that the points name;
        for a third party only the points. A refusal to vary is answered as the decision says: with the requirements that it
        names, else without the notice. Of a variation, what it says counts.
    """
    outcome = substitution.outcome
    requirements = tuple(target.requirements) if isinstance(target, EnforcementNotice) else ()
    named = tuple(point for point in lodged.points if point in requirements)
    if lodged.appellant == "third_party":
        return TargetEffect(outcome=outcome, kind="set_aside_in_points", points=lodged.points, takes_out=named)
    if lodged.scope == "variation" or (lodged.scope in _REFUSALS and substitution.kind == "substituted"):
        return substitution
    if lodged.points and len(named) == len(lodged.points):
        return TargetEffect(outcome=outcome, kind="set_aside_in_points", points=lodged.points, takes_out=named)
    return TargetEffect(outcome=outcome, kind="set_aside")
