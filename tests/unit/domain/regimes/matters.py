"""Matters under other bodies of law than the United Kingdom's, as far as a penalty or an order."""

from __future__ import annotations

from typing import Any

from tests.desk import ISSUER, REGISTRAR, SUBJECT, Desk

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


def fined_under(
    regime: str, day: str, *, opened: str, amount: str = "EUR 20000000", subject: dict[str, Any] | None = None, **how: Any
) -> Desk:
    """Given a penalty notice sent and served on a day, after a notice of intent of the day on which the matter was opened."""
    desk = investigated_under(regime, opened, **(subject or {}))
    said: dict[str, Any] = {"amount": amount, "tier": "higher", "sent_on": opened, "reasons": "Provisional view"}
    desk.done("fine.give_notice_of_intent", name="fine", investigation="inv", provisions=[PROVISION], **said)
    desk.done("fine.serve", "fine", by=REGISTRAR, served_on=opened, method="post")
    desk.at(day)
    desk.done("fine.propose_penalty", "fine", amount=amount, proposed_on=day, reasons="After hearing")
    desk.done("fine.issue_penalty_notice", "fine", by=ISSUER, amount=amount, decided_on=day, sent_on=day, **how)
    desk.done("fine.serve", "fine", by=REGISTRAR, served_on=day, method="post")
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
