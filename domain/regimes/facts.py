"""A regime's file told fact by fact, in words, each with its source: what `show` prints and `diff` compares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from domain.clock.period import Period
from domain.money import Money
from domain.regimes._file import CalendarData, FileData, RuleData
from domain.regimes.law import Citation, Court, InterestRate, RegimeData
from domain.regimes.rule import CutOff, LeavesOut, Mark, VersionData, WorkingDaysWithin

_VALUES: Mapping[tuple[str, object], str] = {
    ("kind", "floor"): "a floor: what it holds up may be done from the day after",
    ("kind", "ceiling"): "a ceiling: what is done later is refused",
    ("kind", "due"): "due: somebody must have acted by then",
    ("kind", "soft"): "soft: an aim, past which a reason is owed",
    ("days", "calendar"): "all days",
    ("days", "working"): "working days only",
    ("first_day", "excluded"): "not counted",
    ("first_day", "included"): "counted as the first",
    ("last_day", "counted"): "the last in time",
    ("last_day", "excluded"): "not counted either: the day after it is the last in time",
    ("month_end", "last_day"): "the month's last day",
    ("roll", "next_working_day"): "moves to the next working day",
    ("roll", "none"): "stays where it is",
    ("after_suspension", "remainder"): "what was left of the period",
    ("after_suspension", "anew"): "the whole period anew",
    ("after_appeal", "remainder"): "what was left of the period",
    ("after_appeal", "anew"): "the whole period anew",
    ("way_on", "permission"): "with permission",
    ("way_on", "as_of_right"): "as of right",
    ("way_on", "none"): "none",
    ("version_by", "trigger"): "the day of the trigger",
    ("version_by", "conduct"): "the day of the conduct",
}
_LABELS: Mapping[str, str] = {
    "period": "period",
    "period_abroad": "period for who resides abroad",
    "minimum": "least that a notice may give",
    "days": "days that are counted",
    "first_day": "day of the event",
    "last_day": "day on which the count ends",
    "month_end": "where a month lacks the day",
    "roll": "an end on no working day",
    "rolls_up_to": "only periods up to these move",
    "working_days_within": "working days within",
    "leaves_out": "does not count",
    "cut_off": "hour of the last day",
    "after_suspension": "after a suspension",
    "after_appeal": "after an appeal",
    "extended_by": "may be extended by",
    "extended_afterwards_by": "also after its end by",
    "counts_from": "counts from",
    "in_force.from": "in force from",
    "in_force.until": "in force until before",
    "version_by": "version chosen by",
    "percent_of_turnover": "percent of turnover, if higher",
    "percent_only_for": "percentage only for",
}
_NAMES_OF_BLOCKS = {"source", "court", "since"}
"""What stands in the path of a block's facts, or beside them."""


@dataclass(frozen=True)
class Basis:
    """The law behind a fact, and how sure it is."""

    mark: Mark
    said: str


@dataclass(frozen=True)
class Fact:
    """One thing that a file says. `path` leads to it: rule, version, field, as the file names them."""

    path: tuple[str, ...]
    words: str
    sources: tuple[Basis, ...] = ()

    @property
    def label(self) -> str:
        """What it is about, in words."""
        name = self.path[-1]
        return _LABELS.get(name, name.replace("_", " "))

    @property
    def is_confirmed(self) -> bool:
        """Whether nobody has left it open."""
        return all(source.mark != "B" for source in self.sources)


def facts_of(file: FileData) -> list[Fact]:
    """Everything that a file says, in its order."""
    covered = f"from {day_words(file.covers_from)} on" + (
        f", until before {day_words(file.covers_until)}" if file.covers_until else ""
    )
    compared = day_words(file.compared_with_law_on) if file.compared_with_law_on else "by nobody yet"
    head = (("title", file.title), ("time_zone", file.time_zone), ("days_covered", covered), ("compared_with_law_on", compared))
    return [
        *(Fact((name,), words) for name, words in head),
        *(_calendar(calendar) for calendar in file.calendars),
        *(facts_of_law(file.law) if file.law else ()),
        *(fact for name, rule in file.rules.items() for fact in facts_of_rule(name, rule)),
    ]


def facts_of_law(law: RegimeData) -> Iterator[Fact]:
    """What a regime fixes besides its rules."""
    yield from _block(law, ("law",), ())


def facts_of_rule(name: str, rule: RuleData) -> Iterator[Fact]:
    """A rule with all its versions."""
    yield Fact(("rules", name, "title"), rule.title)
    yield Fact(("rules", name, "version_by"), in_words("version_by", rule.version_by))
    for version in rule.versions:
        yield from facts_of_version(name, rule, version)


def facts_of_version(name: str, rule: RuleData, version: VersionData) -> Iterator[Fact]:
    """A version of a rule: from when to when it is law, what it counts from, and its fields."""
    path = ("rules", name, f"version {version.version}")

    def fact(field: str, words: str) -> Fact:
        sources = tuple(Basis(source.mark, source.said) for source in version.sources if field in source.facts)
        return Fact((*path, field), words, sources)

    yield fact("in_force.from", day_words(version.in_force.since))
    if version.in_force.until:
        yield fact("in_force.until", day_words(version.in_force.until))
    yield fact("counts_from", basis_words(rule.bases))
    for field in type(version).model_fields:
        if field in version.model_fields_set and field not in ("version", "in_force", "sources", "calendar"):
            yield fact(field, in_words(field, getattr(version, field)))
    if version.calendar:
        yield fact("calendar", version.calendar)


def with_what_rules_say(facts: Iterable[Fact], rules: Mapping[str, RuleData]) -> Iterator[Fact]:
    """The same facts; where one names a rule by its id, it tells what that rule says too."""
    for fact in facts:
        rule = rules.get(fact.words)
        yield replace(fact, words=f"{fact.words}: {summary(rule)}") if rule else fact


def summary(rule: RuleData) -> str:
    """A rule's latest version in one line: `28 days from the penalty notice given; before 17:00`."""
    version = rule.versions[-1]
    period = in_words("period", version.period) if version.period else "the period that is given"
    parts = [f"{period} from the {basis_words(rule.bases)}"]
    if version.period_abroad:
        parts.append(f"{in_words('period', version.period_abroad)} for who resides abroad")
    if version.days == "working":
        parts.append("working days only")
    if version.first_day == "included":
        parts.append("its first day counts")
    if version.last_day == "excluded":
        parts.append("the day after its last is in time too")
    if version.leaves_out:
        parts.append(f"without {in_words('leaves_out', version.leaves_out)}")
    if version.roll == "none":
        parts.append("not moved from a day off")
    if version.cut_off:
        parts.append(in_words("cut_off", version.cut_off))
    return "; ".join(parts)


def in_words(field: str, value: Any) -> str:
    """The value of a field as people say it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str() if (field, value) in _VALUES:
            return _VALUES[field, value]
        case str() if field in ("period", "period_abroad", "minimum", "shortest"):
            return str(Period.parse(value))
        case str() if field in ("extended_by", "extended_afterwards_by", "must_state", "conditions", "percent_only_for", "roles"):
            return value.replace("_", " ")
        case Money() | int() | Decimal():
            return str(value)
        case date():
            return day_words(value)
        case CutOff():
            return f"{value.word} {value.time:%H:%M}"
        case WorkingDaysWithin():
            return f"at least {value.at_least} in a period of {Period.parse(value.shortest)} or more"
        case LeavesOut():
            year = value.each_year
            return (
                f"{value.name}, {year.first} to {year.last} of each year" if year else f"{value.name}, on the days that are given"
            )
        case tuple():
            one = "period" if field == "rolls_up_to" else field
            return ", ".join(in_words(one, part) for part in value) or "nothing"
        case _:
            return str(value)


def basis_words(bases: tuple[str, ...]) -> str:
    """What a rule counts from: `penalty notice given`; of several the latest."""
    said = []
    for basis in bases:
        act, _, kind = basis.replace("_", " ").partition(".")
        said.append({"named": f"day that the {act} names", "ended": f"end of the {act} period"}.get(kind, f"{act} {kind}"))
    return said[0] if len(said) == 1 else f"latest of: {', '.join(said)}"


def mark_words(mark: str) -> str:
    """What is not certain, its facts named in words: `day of the event: not confirmed [B] (...)` for `first_day: ...`."""
    names, colon, rest = mark.partition(":")
    return f"{', '.join(_LABELS.get(name, name) for name in names.split(', '))}{colon}{rest}"


def day_words(day: date) -> str:
    """`5 February 2026`."""
    return f"{day.day} {day:%B %Y}"


def _calendar(calendar: CalendarData) -> Fact:
    days = [calendar.holidays, *(f"{also.day} {also.name}" for also in calendar.also)]
    return Fact(("calendars", calendar.id), "; ".join(days), (_basis(calendar.source),))


def _block(block: BaseModel, path: tuple[str, ...], sources: tuple[Basis, ...]) -> Iterator[Fact]:
    """The facts of a block of the law; each has the source of the nearest block around it."""
    own = getattr(block, "source", None)
    sources = (_basis(own),) if isinstance(own, Citation) else sources
    stated = [field for field in type(block).model_fields if field in block.model_fields_set and field not in _NAMES_OF_BLOCKS]
    for field in stated:
        yield from _value(field, getattr(block, field), (*path, field), sources)
    if not stated and isinstance(own, Citation):
        yield Fact(path, "yes", sources)


def _value(field: str, value: Any, path: tuple[str, ...], sources: tuple[Basis, ...]) -> Iterator[Fact]:
    match value:
        case Citation():
            yield Fact(path, "; ".join(value.cites) or "no text", (_basis(value),))
        case BaseModel():
            yield from _block(value, path, sources)
        case dict():
            for key, part in value.items():
                yield from _value(str(key), part, (*path, str(key)), sources)
        case tuple() if value and isinstance(value[0], Court | InterestRate):
            for part in value:
                named = part.court if isinstance(part, Court) else str(part.since)
                yield from _block(part, (*path, named), sources)
        case _:
            yield Fact(path, in_words(field, value), sources)


def _basis(source: Citation) -> Basis:
    return Basis(source.mark, source.said)
