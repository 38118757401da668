"""The rates of periodic penalties that a notice sets, against the most that the law allows."""

from __future__ import annotations

from collections.abc import Iterable

from domain.refusals import OverMaximum
from domain.regimes import Regime
from domain.requirement import Requirement


def require_rates_within_maximum(requirements: Iterable[Requirement], law: Regime) -> None:
    """Refuse a periodic penalty above the highest rate of the law.

    Raises:
        OverMaximum: one is above; the first is told.
    """
    for requirement in requirements:
        terms = requirement.periodic_penalty
        most = law.highest_periodic_rate(terms.per) if terms else None
        if terms and most and terms.rate > most:
            message = (
                f"Refused: {terms.rate} a {terms.per} for {requirement.id!r} is above the maximum of {most} a {terms.per}. "
                "Set at most that."
            )
            cites = law.cites("periodic_penalties")
            raise OverMaximum(message, cites=cites, requirement=requirement.id, rate=str(terms.rate), maximum=str(most))
