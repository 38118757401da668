"""A body of law on a page, for a lawyer: every fact with its source; what nobody has confirmed stands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from domain.regimes import FileData, RuleData
from domain.regimes.differences import Difference
from domain.regimes.facts import (
    Basis,
    Fact,
    basis_words,
    day_words,
    facts_of,
    facts_of_law,
    facts_of_version,
    with_what_rules_say,
)
from interfaces.cli.page import Page

_MARKS = {"P": "[P]", "S": "[S] from a secondary source:", "B": "[B] NOT CONFIRMED:"}
_WIDTH = 28


def print_list(files: Sequence[FileData], page: Page) -> None:
    """The files as a table: those that govern cases, then those of procedure."""
    page.table(
        ("id", "title", "authority", "currency", "time zone", "calendar", "rules", "days covered", "compared with law on"),
        [
            (
                file.id,
                file.title,
                file.law.authority if file.law else "(rules that others refer to)",
                file.law.currency if file.law else "",
                file.time_zone,
                file.calendars[0].id,
                str(len(file.rules)),
                f"{file.covers_from} on" if file.covers_until is None else f"{file.covers_from} until before {file.covers_until}",
                str(file.compared_with_law_on or "by nobody yet"),
            )
            for file in sorted(files, key=lambda file: (file.law is None, file.id))
        ],
        right=("rules",),
        wrap=("title", "authority", "days covered", "compared with law on"),
    )


def print_file(file: FileData, rules: Mapping[str, RuleData], page: Page) -> None:
    """A whole body of law; `rules` are all that are installed, by id, for what it refers to."""
    page.line(f"{file.title} ({file.id})", style="bold")
    law = list(with_what_rules_say(facts_of_law(file.law), rules)) if file.law else []
    head = [fact for fact in facts_of(file) if fact.path[0] not in ("law", "rules", "title")]
    for fact in (*head, *(fact for fact in law if len(fact.path) == 2)):
        _print_fact(fact, f"calendar {fact.label}" if fact.path[0] == "calendars" else fact.label, page, indent=2)
    for block, facts in groupby((fact for fact in law if len(fact.path) > 2), key=lambda fact: fact.path[1]):
        page.line()
        page.line(block.replace("_", " ").capitalize(), style="bold")
        for fact in facts:
            _print_fact(fact, ", ".join(fact.path[2:]).replace("_", " "), page, indent=2)
    for name in file.rules:
        print_rule(file, name, page)
    _print_what_is_open(facts_of(file), page)


def print_rule(file: FileData, name: str, page: Page) -> None:
    """A rule with its versions."""
    rule = file.rules[name]
    page.line()
    page.line(f"{file.id}/{name}: {rule.title}", style="bold")
    chosen = "the conduct" if rule.version_by == "conduct" else "the trigger"
    page.line(f"Counts from the {basis_words(rule.bases)}. The day of {chosen} chooses the version.", indent=2)
    for version in rule.versions:
        until = f"until before {day_words(version.in_force.until)}" if version.in_force.until else "on"
        page.line(f"Version {version.version}, law from {day_words(version.in_force.since)} {until}", indent=2, style="cyan")
        for fact in facts_of_version(name, rule, version):
            _print_fact(fact, fact.label, page, indent=4)


def print_differences(found: Sequence[Difference], first: str, second: str, page: Page) -> None:
    """What differs, under what it is about."""
    if not found:
        page.line(f"{first} and {second} say the same.")
        return
    for place, group in groupby(found, key=lambda difference: difference.place):
        page.line(place[0].upper() + place[1:], style="bold")
        for difference in group:
            ours, theirs = difference.first, difference.second
            if ours and theirs:
                page.line(f"{difference.label}:", indent=2)
                page.line(f"{first}: {_said(ours)}", indent=4)
                page.line(f"{second}: {_said(theirs)}", indent=4)
            elif ours:
                page.line(f"{difference.label}, only {first}: {_said(ours)}", indent=2)
            elif theirs:
                page.line(f"{difference.label}, only {second}: {_said(theirs)}", indent=2)
    page.line()
    page.line(f"{len(found)} difference{'s' if len(found) != 1 else ''}.")


def _print_fact(fact: Fact, label: str, page: Page, *, indent: int) -> None:
    page.entry(label, _said(fact), indent=indent, width=_WIDTH, style="" if fact.is_confirmed else "yellow")


def _said(fact: Fact) -> str:
    """`6 months (DPA 2018 Sch 16 para 2(2) [P])`."""
    sources = "; ".join(dict.fromkeys(map(_source_words, fact.sources)))
    return f"{fact.words} ({sources})" if sources else fact.words


def _source_words(source: Basis) -> str:
    return f"{_MARKS[source.mark]} {source.said}"


def _print_what_is_open(facts: Sequence[Fact], page: Page) -> None:
    count = sum(1 for fact in facts if not fact.is_confirmed)
    page.line()
    if count:
        page.line(
            f"{count} facts are not confirmed [B]. Have a lawyer read the text before a date that they decide is relied on."
        )
    else:
        page.line("Every fact was read somewhere.")
