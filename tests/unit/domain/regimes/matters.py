"""Matters under other bodies of law than the United Kingdom's, as far as an order. Fines are in tests/fines.py."""

from __future__ import annotations

from typing import Any

from tests.desk import ISSUER, SUBJECT, Desk

PROVISION = "GDPR Art 6"


def investigated_under(regime: str, day: str, **subject: Any) -> Desk:
    """Given an investigation of a company in the United States with a finding of the higher tier."""
    desk = Desk(day)
    desk.done(
        "investigation.open",
        name="inv",
        reference="INV-1",
        regime=regime,
        subject={**SUBJECT, **subject},
        opened_on=day,
        grounds=[PROVISION],
    )
    desk.done("investigation.record_finding", "inv", provision=PROVISION, tier="higher", summary="No legal basis")
    return desk


def ordered_under(regime: str, day: str, requirements: list[dict[str, Any]], *, kind: str = "order", **how: Any) -> Desk:
    """Given an order (or another kind of notice) sent on a day."""
    desk = investigated_under(regime, day)
    desk.done(
        "enforcement_notice.issue",
        name="notice",
        by=ISSUER,
        investigation="inv",
        kind=kind,
        decided_on=day,
        sent_on=day,
        requirements=requirements,
        **how,
    )
    return desk
