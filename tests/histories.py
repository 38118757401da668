"""Histories made at a desk, put into a real event store as they are; and stories that touch every read model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.event_store import in_postgres
from projections.history import Delivery
from tests import fines
from tests.desk import ISSUER, REGISTRAR, Desk, appealed, in_force, in_instalments, intended, investigated, issued
from tests.fines import pecr
from tests.services import Database

EVERYTHING = 100_000


def store(desk: Desk, database: Database) -> list[Delivery]:
    """Put the desk's events into the database's event store, and give them as they would be delivered."""
    recorder = in_postgres(database.app_url, pool_size=1).application_recorder()
    notifications = desk.app.recorder.select_notifications(start=None, limit=EVERYTHING)
    recorder.insert_events(list(notifications))
    return [
        Delivery.from_state(n.originator_id, n.originator_version, n.topic, n.state)  # type: ignore[arg-type] # ids are UUIDs here
        for n in notifications
        if not n.topic.startswith("_")
    ]


def paid_too_much_after_a_late_start() -> Desk:
    """A fine paid in two parts, varied down, with a refund owed and made."""
    desk = issued().at("2022-05-20")
    pay(desk, "GBP 7000000", "2022-05-20")
    desk.done("fine.vary_penalty_notice", "fine", by=ISSUER, sent_on="2022-05-20", reasons="Turnover", amount="GBP 6000000")
    desk.done("fine.record_refund", "fine", by=REGISTRAR, amount="GBP 400000", paid_on="2022-05-20", reference="R1")
    return desk


def nobody_complies_or_pays() -> Desk:
    """Fine and notice run out: the timers open non-compliance cases; one is dismissed, recovery starts."""
    desk = issued()
    desk.done(
        "enforcement_notice.issue",
        name="notice",
        by=ISSUER,
        investigation="inv",
        kind="enforcement_notice",
        decided_on="2022-05-18",
        sent_on="2022-05-18",
        requirements=[
            {"id": "stop", "text": "Stop", "comply_within": "P3M", "counted_from": "end_of_appeal_period"},
            {"id": "erase", "text": "Erase", "comply_by": "2022-12-01"},
        ],
    )
    desk.at("2023-01-10")
    desk.non_compliances()
    desk.done("fine.start_recovery", "fine", by=REGISTRAR, court="county_court", started_on="2023-01-10")
    desk.done("non_compliance.confirm", "non_compliance-1", by=ISSUER, decided_on="2023-01-10", reasons="Not paid")
    desk.done("non_compliance.dismiss", "non_compliance-2", by=ISSUER, decided_on="2023-01-10", reasons="Stopped")
    pay(desk, "GBP 7552800", "2023-01-10")
    return desk


def liquidated() -> Desk:
    """A periodic penalty, liquidated twice and paid in part."""
    desk = in_force(
        requirements=[
            {
                "id": "stop",
                "text": "Stop",
                "comply_by": "2022-07-01",
                "periodic_penalty": {"rate": "GBP 1000", "per": "day", "cap": "GBP 50000"},
            }
        ]
    ).at("2022-09-01")
    desk.non_compliances()
    one = "non_compliance-1"
    desk.done("non_compliance.confirm", one, by=ISSUER, decided_on="2022-09-01", reasons="r")
    for since, until in (("2022-07-02", "2022-07-12"), ("2022-07-12", "2022-08-31")):
        desk.done("non_compliance.liquidate", one, by=ISSUER, from_=since, to=until, decided_on="2022-09-01")
    desk.done("non_compliance.record_payment", one, by=REGISTRAR, amount="GBP 12000", received_on="2022-09-01", reference="P")
    return desk


def decided_and_remitted() -> Desk:
    """Set aside at first, permission renewed and granted, remitted, and back before the first court."""
    desk = appealed().at("2023-10-20")
    sent = {"decided_on": "2023-10-17", "sent_on": "2023-10-20"}
    desk.done("appeal.decide", "appeal", by=REGISTRAR, outcome="allowed", **sent)
    tribunal = "first_tier_tribunal"
    desk.at("2023-11-17").done(
        "appeal.seek_permission",
        "appeal",
        by=REGISTRAR,
        court=tribunal,
        received_on="2023-11-17",
        grounds=["g"],
        by_="respondent",
    )
    desk.at("2024-10-28").done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="refused", sent_on="2024-10-28")
    upper = {"court": "upper_tribunal"}
    desk.done("appeal.renew_permission", "appeal", by=REGISTRAR, received_on="2024-10-28", **upper)
    desk.at("2025-01-31").done("appeal.decide_permission", "appeal", by=REGISTRAR, outcome="granted", sent_on="2025-01-31")
    sent = {"decided_on": "2025-10-06", "sent_on": "2025-10-07"}
    desk.at("2025-10-07").done("appeal.decide", "appeal", by=REGISTRAR, outcome="remitted", court=tribunal, **sent)
    return desk.at("2025-12-01")


def stayed_until_a_day() -> Desk:
    """Under appeal the payment stands still until a day, compliance by another order too; the appeal itself waits for a while."""
    desk, order = appealed(), {"ordered_on": "2022-06-14"}
    desk.done("appeal.order_stay", "appeal", by=REGISTRAR, roles=["payment"], until="2022-07-14", **order)
    desk.done("appeal.order_stay", "appeal", by=REGISTRAR, roles=["comply"], until="2022-09-01", **order)
    desk.done("appeal.order_stay", "appeal", by=REGISTRAR, roles=["comply:stop"], **order)
    desk.done("appeal.suspend_proceedings", "appeal", by=REGISTRAR, reason="Talks", **order)
    desk.done("appeal.resume_proceedings", "appeal", by=REGISTRAR, resumed_on="2022-06-14")
    return desk


def without_penalty() -> Desk:
    """A notice of intent, a hold, evidence, an officer; and no penalty in the end."""
    desk = intended()
    desk.done("fine.assign", "fine", officer="second.officer", role="lead")
    desk.done("investigation.place_hold", "inv", reason="Inquiry", placed_on="2021-11-29")
    desk.done("fine.give_no_penalty_notice", "fine", by=ISSUER, sent_on="2021-11-29", reasons="Representations")
    return desk


def asked_appealed_and_linked() -> Desk:
    """Three notices of an investigation: one answered late, one set aside by a court, one cancelled; and links elsewhere."""
    desk = investigated("2021-01-04").at("2021-03-01")
    for name, kind in (("LATE", "information"), ("WIDE", "assessment"), ("NEEDLESS", "interview")):
        asks: dict[str, Any] = {"notice": name, "kind": kind, "sent_on": "2021-03-01", "respond_within": "P35D"}
        desk.done("investigation.issue_notice", "inv", **asks)
    served: dict[str, Any] = {"served_on": "2021-03-03", "method": "post"}
    desk.at("2021-03-03").done("investigation.serve", "inv", by=REGISTRAR, notice="LATE", **served)
    desk.done("investigation.cancel_notice", "inv", notice="NEEDLESS", sent_on="2021-03-03", reasons="Came of himself")
    lodge: dict[str, Any] = {"against": ["inv"], "scope": "notice:WIDE", "court": "first_tier_tribunal", "grounds": ["g"]}
    desk.done("appeal.lodge", name="appeal", by=REGISTRAR, received_on="2021-03-03", **lodge)
    desk.at("2021-04-12")
    answer: dict[str, Any] = {"notice": "LATE", "received_on": "2021-04-12", "complete": True}
    desk.done("investigation.record_response", "inv", by=REGISTRAR, **answer)
    decided: dict[str, Any] = {"outcome": "allowed", "decided_on": "2021-04-12", "sent_on": "2021-04-12"}
    desk.done("appeal.decide", "appeal", by=REGISTRAR, **decided)
    for reference, matter in (("SAN-2022-019", None), ("DET-7", "00000000-0000-0000-0000-000000000007")):
        link: dict[str, Any] = {"authority": "CNIL", "jurisdiction": "FR", "reference": reference, "relation": "same_conduct"}
        link |= {"matter": matter} if matter else {}
        desk.done("investigation.link_sibling", "inv", **link)
    return desk.at("2021-09-01")


def everything_is_complied_with() -> Desk:
    """Both requirements of a notice are met in time."""
    desk = in_force().at("2022-07-01")
    for requirement in ("stop", "delete"):
        desk.done(
            "enforcement_notice.record_compliance",
            "notice",
            requirement=requirement,
            complied_on="2022-07-01",
            assessed_on="2022-07-01",
        )
    return desk


def entered_wrongly() -> Desk:
    """Wrong dates and sums, corrected: what had passed runs again, what was met was late, what was paid was less."""
    desk = issued().at("2022-06-16")
    correct(desk, "fine", "penalty_notice_issued", sent_on="2022-05-20", decided_on="2022-05-20")
    pay(desk, "GBP 8000000", "2022-06-10")
    desk.done("fine.record_refund", "fine", by=REGISTRAR, amount="GBP 447200", paid_on="2022-06-16", reference="R1")
    correct(desk, "fine", "refund_recorded", amount="GBP 447100")
    desk.at("2022-06-20")
    correct(desk, "fine", "payment_recorded", received_on="2022-06-19", amount="GBP 7552000")
    correct(desk, "inv", "opened", opened_on="2020-07-08", grounds=["UK GDPR Art 6"], jointly_with=["OAIC"])
    sibling: dict[str, Any] = {"authority": "OAIC", "jurisdiction": "AU", "reference": "CII21/00001", "relation": "joint"}
    desk.done("investigation.link_sibling", "inv", **sibling)
    correct(desk, "inv", "sibling_linked", authority="Office of the Australian Information Commissioner", relation="same conduct")
    desk.done("investigation.place_hold", "inv", reason="r", placed_on="2022-06-20")
    correct(desk, "inv", "hold_placed", placed_on="2022-06-19")
    return desk


def correct(desk: Desk, case: str, name: str, **fields: Any) -> None:
    """Correct the latest entry of that name."""
    version = max(event.version for event in desk.app.events_of(desk.names[case]) if name == event.NAME)
    data: dict[str, Any] = {"event_version": version, "fields": fields, "reason": "Read from the wrong line"}
    desk.done(f"{desk.case(case).TOPIC}.correct", case, by=REGISTRAR, **data)


def pay(desk: Desk, amount: str, day: str) -> None:
    """Enter a payment of the fine."""
    desk.done("fine.record_payment", "fine", by=REGISTRAR, amount=amount, received_on=day, reference="BACS")


def paid_early_and_appealed() -> Desk:
    """A fifth less for paying early, forfeited by an appeal that is withdrawn; the rest is written off."""
    desk = pecr()
    fines.pay(desk, "GBP 80000.01", "2025-11-20")
    lodged: dict[str, Any] = {
        "against": ["fine"],
        "scope": "whole",
        "court": "first_tier_tribunal",
        "received_on": "2025-11-25",
        "grounds": ["g"],
    }
    desk.at("2025-11-25").done("appeal.lodge", name="appeal", by=REGISTRAR, **lodged)
    desk.at("2025-12-10").done("appeal.withdraw", "appeal", by=REGISTRAR, withdrawn_on="2025-12-10")
    rest = {"amount": "GBP 19999.99", "reason": "Dissolved", "decided_on": "2025-12-10"}
    desk.done("fine.write_off", "fine", by=ISSUER, **rest)
    return desk


def admitted_and_paid_before_the_decision() -> Desk:
    """Two reductions of a fifth under the Spanish law; nothing is owed back before the decision."""
    desk = fines.intended("es-lopdgdd", "EUR 40000.01", within="P10D")
    desk.done("fine.admit", "fine", by=ISSUER, admitted_on="2022-03-01")
    fines.pay(desk, "EUR 24000.01", "2022-03-02")
    return fines.impose(desk, "EUR 40000.01", "2022-03-03")


def paid_before_the_decision() -> Desk:
    """The money is there, the decision is not."""
    desk = fines.intended("es-lopdgdd", "EUR 40000", within="P10D")
    fines.pay(desk, "EUR 100", "2022-03-02")
    return desk


def instalments_missed() -> Desk:
    """The first of three instalments is paid late, the second not at all."""
    desk = in_instalments().at("2022-07-04")
    pay(desk, "GBP 3000000", "2022-07-04")
    return desk.at("2022-08-10")


STORIES: dict[str, Callable[[], Desk]] = {
    story.__name__: story
    for story in (
        paid_too_much_after_a_late_start,
        nobody_complies_or_pays,
        liquidated,
        decided_and_remitted,
        stayed_until_a_day,
        without_penalty,
        asked_appealed_and_linked,
        everything_is_complied_with,
        entered_wrongly,
        appealed,
        paid_early_and_appealed,
        admitted_and_paid_before_the_decision,
        paid_before_the_decision,
        instalments_missed,
    )
}
