"""`regcase matters --siblings`: linked matters side by side, each in its own currency."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.identifiers import matter_id_of
from foundation.database import Pool
from tests.integration.interfaces.conftest import Regcase, show_everything
from tests.integration.interfaces.timers import Timers
from tests.services import Database

Read = Callable[..., Any]

OPEN = """\
matter: {name}
title: A matter
regime: uk-dpa-2018
actors: {{caseworker: officer, commissioner: issuer, registry: registrar}}
steps:
  - at: 2024-01-15
    do: investigation.open
    as: inv
    by: caseworker
    with: {{reference: {reference}, subject: {{name: A Ltd, country: GB, kind: undertaking}}, opened_on: 2024-01-15, grounds: [x]}}
"""
LINK = """\
  - at: 2024-01-16
    do: investigation.link_sibling
    on: inv
    by: caseworker
    with: {{authority: {authority}, jurisdiction: {jurisdiction}, reference: {reference}, relation: same_conduct{more}}}
"""
FINED = """\
  - at: 2024-01-17
    do: investigation.record_finding
    on: inv
    by: caseworker
    with: {provision: UK GDPR Art 5, tier: higher, summary: x}
  - at: 2024-01-17
    do: fine.give_notice_of_intent
    as: fine
    by: caseworker
    with: {investigation: inv, amount: GBP 5000, tier: higher, provisions: [UK GDPR Art 5], sent_on: 2024-01-17, reasons: x}
  - at: 2024-03-01
    do: fine.propose_penalty
    on: fine
    by: caseworker
    with: {amount: GBP 4000, proposed_on: 2024-03-01, reasons: x}
  - at: 2024-03-01
    do: fine.issue_penalty_notice
    on: fine
    by: commissioner
    with: {amount: GBP 4000, decided_on: 2024-03-01, sent_on: 2024-03-01}
  - at: 2024-03-01
    do: enforcement_notice.issue
    as: notice
    by: commissioner
    with:
      investigation: inv
      kind: enforcement_notice
      decided_on: 2024-03-01
      sent_on: 2024-03-01
      requirements: [{id: stop, text: Stop}]
  - at: 2024-03-05
    do: fine.record_payment
    on: fine
    by: registry
    with: {amount: GBP 1000, received_on: 2024-03-05, reference: x}
"""
ORDERED = """\
  - at: 2024-03-01
    do: enforcement_notice.issue
    as: notice
    by: commissioner
    with:
      investigation: inv
      kind: enforcement_notice
      decided_on: 2024-03-01
      sent_on: 2024-03-01
      requirements: [{requirement}]
"""
LATER = "  - at: 2024-06-01\n"


def loaded(regcase: Regcase, folder: Path, **matters: list[str]) -> None:
    files = []
    for name, parts in matters.items():
        files.append(folder / f"{name}.yaml")
        files[-1].write_text(OPEN.format(name=name, reference=f"INV-{name}") + "".join(parts))
    answer = regcase("load", *map(str, files))
    assert answer.code == 0, answer


def link(reference: str, *, authority: str = "CNIL", jurisdiction: str = "FR", matter: str | None = None) -> str:
    more = f", matter: {matter}" if matter else ""
    return LINK.format(authority=authority, jurisdiction=jurisdiction, reference=reference, more=more)


@pytest.fixture
def read(regcase: Regcase, database: Database, pool: Pool, tmp_path: Path) -> Iterator[Read]:
    """Loads matters, and reads what `matters --siblings --json` says of them."""

    def read(*arguments: str, **matters: list[str]) -> Any:
        loaded(regcase, tmp_path, **matters)
        show_everything(pool)
        answer = regcase("matters", "--siblings", *arguments, "--json")
        assert answer.code == 0, answer
        return json.loads(answer.out)

    with Timers(database.app_url):
        yield read


def test_each_matter_tells_what_was_imposed_what_stands_for_good_and_what_came_in(read: Read) -> None:
    [group] = read(home=[link("INV-there", matter="there"), FINED, LATER], there=[])
    home, there = group["matters"]
    assert {name: home[name]["amount"] for name in ("imposed", "final", "paid", "outstanding")} == {
        "imposed": "4000.00",
        "final": "4000.00",
        "paid": "1000.00",
        "outstanding": "3000.00",
    }
    assert (home["reference"], home["authority"], home["jurisdiction"]) == ("INV-home", "Information Commissioner", "GB")
    assert home["orders"] == {"in_force": 1}
    assert (there["reference"], there["imposed"], there["in_system"]) == ("INV-there", None, True)


def test_what_can_still_be_appealed_against_is_not_final(read: Read, regcase: Regcase) -> None:
    [group] = read(home=[link("X"), FINED])
    assert (group["matters"][0]["final"], group["matters"][0]["not_final"]) == (None, 1)
    assert "not yet" in regcase("matters", "--siblings").out


APPEALED = """\
  - at: 2024-03-06
    do: appeal.lodge
    by: registry
    with:
      against: [fine, notice]
      scope: whole
      court: first_tier_tribunal
      received_on: 2024-03-06
      grounds: [x]
"""


def test_an_order_under_appeal_is_told(read: Read, regcase: Regcase) -> None:
    [group] = read(home=[link("X"), FINED, APPEALED])
    assert (group["matters"][0]["orders"], group["matters"][0]["orders_under_appeal"]) == ({"in_force": 1}, 1)
    assert "1 in force, 1 under appeal" in regcase("matters", "--siblings").out


def test_a_breach_for_which_nothing_was_liquidated_has_no_sum(read: Read) -> None:
    order = ORDERED.format(requirement="{id: stop, text: Stop, comply_by: 2024-04-15}")
    [group] = read(home=[link("X"), order, LATER])
    assert [group["matters"][0][name] for name in ("imposed", "paid", "outstanding", "liquidated")] == [None] * 4


def test_a_linked_matter_that_is_not_in_the_system_is_shown_with_what_the_link_says(read: Read, regcase: Regcase) -> None:
    [group] = read(home=[link("SAN-2022-019", matter="never-loaded"), link("X-1", authority="Garante", jurisdiction="IT")])
    elsewhere = [(row["authority"], row["jurisdiction"], row["reference"], row["in_system"]) for row in group["matters"][1:]]
    assert elsewhere == [("CNIL", "FR", "SAN-2022-019", False), ("Garante", "IT", "X-1", False)]
    assert group["matters"][1]["matter_id"] == str(matter_id_of("never-loaded"))
    page = regcase("matters", "--siblings").out
    assert "- INV-home: SAN-2022-019 of CNIL (France), same conduct" in page
    assert "not in this system" in page


def test_a_link_is_seen_from_both_sides_and_what_is_linked_with_a_sibling_belongs_to_the_group(read: Read) -> None:
    groups = read("INV-c", a=[link("B", matter="b")], b=[], c=[link("B", matter="b")], d=[link("E")])
    assert [[row["reference"] for row in group["matters"]] for group in groups] == [["INV-a", "INV-b", "INV-c"]]


def test_a_matter_linked_by_several_and_not_in_the_system_is_shown_once(read: Read) -> None:
    [group] = read(a=[link("Z", matter="z")], b=[link("Z of theirs", matter="z")])
    assert [row["reference"] for row in group["matters"]] == ["INV-a", "INV-b", "Z"]


def test_without_links_nothing_is_shown_and_a_matter_stands_alone(read: Read, regcase: Regcase) -> None:
    assert read(home=[]) == []
    assert "No matters are linked." in regcase("matters", "--siblings").out
    page = regcase("matters", "--siblings", "INV-home").out
    assert "INV-home" in page
    assert "Nobody has linked this matter with another." in page


def test_a_case_is_shown_with_the_links_of_both_sides(read: Read, regcase: Regcase) -> None:
    read(home=[link("B", matter="there"), link("X-1", authority="Garante", jurisdiction="IT")], there=[])
    lines = regcase("show", "INV-home").out.splitlines()
    assert "  sibling: B of CNIL (FR), same conduct" in lines
    assert "  sibling: X-1 of Garante (IT), same conduct" in lines
    assert "  sibling: INV-home is linked with it, same conduct" in regcase("show", "INV-there").out.splitlines()
    told = json.loads(regcase("show", "INV-there", "--json").out)
    assert [(link["reference"], link["relation"]) for link in told["linked_by"]] == [("INV-home", "same_conduct")]


def test_a_matter_is_named_only_together_with_siblings(regcase: Regcase) -> None:
    answer = regcase("matters", "INV-home")
    assert answer.code == 2
    assert "'INV-home' goes with --siblings." in answer.err


def test_by_hand_a_sibling_is_named_by_its_reference(read: Read, regcase: Regcase) -> None:
    read(home=[], there=[])
    facts = ("authority=CNIL", "jurisdiction=FR", "reference=X", "relation=same conduct", "matter=INV-there")
    answer = regcase("do", "investigation.link_sibling", "--on", "INV-home", "--by", "ann:officer", "--json", *facts)
    assert answer.code == 0, answer
    assert json.loads(answer.out)["events"][0]["words"] == "Linked with X of CNIL (FR): same conduct."
    refused = regcase("do", "investigation.link_sibling", "--on", "INV-home", "--by", "ann:officer", *facts)
    assert refused.code == 1
    assert "CNIL (X) is linked already" in refused.err
