"""Fines under any regime, for tests."""

from __future__ import annotations

from typing import Any

from tests.desk import ISSUER, OFFICER, REGISTRAR, Desk

ARTICLE = "GDPR Art 6(1)"


def intended(regime: str, amount: str, day: str = "2022-03-01", within: str | None = None, **subject: Any) -> Desk:
    """Given a notice of intent, served on its day."""
    desk = Desk(day)
    who = {"name": "Clearview AI Inc.", "country": "US", "kind": "undertaking", **subject}
    opening: dict[str, Any] = {"reference": "INV-1", "regime": regime, "subject": who, "opened_on": day, "grounds": ["g"]}
    desk.done("investigation.open", name="inv", **opening)
    desk.done("investigation.record_finding", "inv", provision=ARTICLE, tier="higher", summary="s")
    notice: dict[str, Any] = {"amount": amount, "tier": "higher", "provisions": [ARTICLE], "sent_on": day, "reasons": "r"}
    if within:
        notice["representations_within"] = within
    desk.done("fine.give_notice_of_intent", name="fine", investigation="inv", **notice)
    desk.done("fine.serve", "fine", by=REGISTRAR, served_on=day, method="post")
    return desk


def impose(desk: Desk, amount: str, day: str, *, serve: bool = True, **more: Any) -> Desk:
    """When the penalty is imposed, and served on its day."""
    desk.at(day).done("fine.propose_penalty", "fine", by=OFFICER, amount=amount, proposed_on=day, reasons="r")
    decided = {"amount": amount, "decided_on": day, "sent_on": day, **more}
    desk.done("fine.issue_penalty_notice", "fine", by=ISSUER, **decided)
    if serve:
        desk.done("fine.serve", "fine", by=REGISTRAR, served_on=day, method="post")
    return desk


def pay(desk: Desk, amount: str, day: str) -> None:
    desk.at(day).done("fine.record_payment", "fine", by=REGISTRAR, amount=amount, received_on=day, reference="r")


def pecr() -> Desk:
    """A penalty of GBP 100,000 under the DPA 1998, served on Monday 3 November 2025; paid by 1 December it costs a fifth less."""
    return impose(intended("uk-dpa-1998", "GBP 100000", "2025-09-01"), "GBP 100000", "2025-11-03")


def garante() -> Desk:
    """EUR 20,000,000, communicated on 10 November 2025 to a company in Italy: half within 30 days, until 10 December."""
    desk = intended("it-codice", "EUR 20000000", "2025-09-01", country="IT")
    return impose(desk, "EUR 20000000", "2025-11-10")
