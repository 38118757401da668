"""Reads the regime files and refuses them with all faults at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent

from domain.money import Money
from domain.regimes._file import FileData, RuleData
from domain.regimes.law import RegimeData
from domain.regimes.regime import Regime
from domain.regimes.rule import RuleVersion, VersionData
from foundation.errors import Misconfigured

FOLDER = Path(__file__).parent
_UNSOURCED = {"version", "sources", "calendar"}


@cache
def regimes() -> Mapping[str, Regime]:
    """All regimes that are installed, by id.

    Raises:
        Misconfigured: a file has faults; all are listed.
    """
    return load_regimes(FOLDER)


def regime(regime_id: str) -> Regime:
    """The regime of that id.

    Raises:
        Misconfigured: it is not installed.
    """
    known = regimes().get(regime_id)
    if known is None:
        msg = f"the regime {regime_id!r} is not installed; known are {', '.join(sorted(regimes()))}"
        raise Misconfigured(msg)
    return known


def load_regimes(folder: Path) -> Mapping[str, Regime]:
    """Read every file of a folder.

    Raises:
        Misconfigured: with every fault of every file.
    """
    faults: list[str] = []
    files: list[FileData] = []
    unread: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        try:
            files.append(_read(path))
        except ValueError as error:
            unread.add(path.stem)
            faults.extend(f"{path.name}: {line}" for line in str(error).splitlines())
    for file in files:
        faults.extend(f"{file.id}.yaml: {fault}" for fault in _faults_in(file))
    rules = {rule_id: versions for file in files for rule_id, versions in _rules_of(file)}
    found = {file.id: _regime(file, file.law, rules) for file in files if file.law}
    for known in found.values():
        faults.extend(f"{known.id}.yaml: {fault}" for fault in _dangling(known, unread))
    if faults:
        raise Misconfigured("the regime files have faults; nothing was loaded:\n" + "\n".join(faults))
    return found


def _read(path: Path) -> FileData:
    try:
        if any(isinstance(event, AliasEvent) for event in YAML(typ="safe", pure=True).parse(path.read_text())):
            msg = "an alias (*name) stands for something said elsewhere; say it again, so that each version is whole"
            raise ValueError(msg)
        content = YAML(typ="safe", pure=True).load(path)
        data = FileData.model_validate(content)
    except YAMLError as error:
        raise ValueError(str(error)) from error
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, f['loc']))}: {f['msg'].removeprefix('Value error, ')}" for f in error.errors())
        raise ValueError("\n".join(lines)) from error
    if data.id != path.stem:
        msg = f"id: {data.id!r} is not the name of the file"
        raise ValueError(msg)
    return data


def _faults_in(file: FileData) -> Iterator[str]:
    for name, rule in file.rules.items():
        for version in rule.versions:
            yield from (f"rules.{name}, version {version.version}: {fault}" for fault in _unsourced(version))
        yield from (f"rules.{name}: {fault}" for fault in _days_not_covered_once(rule, file))
    known = [calendar.id for calendar in file.calendars]
    for name, rule in file.rules.items():
        for version in rule.versions:
            if version.calendar and version.calendar not in known:
                where = f"rules.{name}, version {version.version}"
                yield f"{where}: unknown calendar {version.calendar!r}; the file has {', '.join(known)}"


def _unsourced(version: VersionData) -> Iterator[str]:
    stated = {field for field in version.model_fields_set if field not in _UNSOURCED | {"in_force"}}
    stated.add("in_force.from")
    if version.in_force.until:
        stated.add("in_force.until")
    sourced = {fact for source in version.sources for fact in source.facts}
    yield from (f"{field} has no source" for field in sorted(stated - sourced))
    yield from (f"a source is given for {field}, which is not stated" for field in sorted(sourced - stated))
    for source in version.sources:
        if not source.cites and not source.note:
            yield f"the source for {', '.join(source.facts)} neither cites nor notes anything"


def _days_not_covered_once(rule: RuleData, file: FileData) -> Iterator[str]:
    expected: date | None = file.covers_from
    for version in rule.versions:
        since, until = version.in_force.since, version.in_force.until
        if expected is None or since < expected:
            yield f"{since} has two versions; version {version.version} begins before the one before it ends"
        elif since > expected:
            yield f"the days from {expected} to {since - timedelta(days=1)} have no version"
        expected = until
    if expected is None and file.covers_until:
        yield f"the file covers the days until {file.covers_until}, but the last version has no end"
    if expected is not None and (file.covers_until is None or expected < file.covers_until):
        yield f"the days from {expected} on have no version"
    numbers = [version.version for version in rule.versions]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"versions are numbered {numbers}, not from 1 on"


def _rules_of(file: FileData) -> Iterator[tuple[str, tuple[RuleVersion, ...]]]:
    calendars = {calendar.id: calendar.made() for calendar in file.calendars}
    usual = file.calendars[0].id
    zone = ZoneInfo(file.time_zone)
    for name, rule in file.rules.items():
        rule_id = f"{file.id}/{name}"
        yield (
            rule_id,
            tuple(
                RuleVersion(
                    id=rule_id,
                    title=rule.title,
                    counts_from=rule.bases,
                    version_by=rule.version_by,
                    data=data,
                    calendar=calendars.get(data.calendar or usual, calendars[usual]),
                    time_zone=zone,
                )
                for data in rule.versions
            ),
        )


def _regime(file: FileData, law: RegimeData, rules: Mapping[str, tuple[RuleVersion, ...]]) -> Regime:
    return Regime(
        id=file.id,
        title=file.title,
        time_zone=ZoneInfo(file.time_zone),
        covers_from=file.covers_from,
        covers_until=file.covers_until,
        compared_with_law_on=file.compared_with_law_on,
        data=law,
        rules=rules,
    )


def _dangling(regime_: Regime, unread: AbstractSet[str]) -> Iterator[str]:
    """References to rules and courts that are not there; nothing is said of the rules of files that could not be read."""
    law = regime_.data
    named: dict[str, str] = {}
    for case_type, roles in law.roles.items():
        named |= {f"law.roles.{case_type}.{role}": rule for role, rule in roles.items()}
    named |= {f"law.investigation_notices.{kind}.rule": notice.rule for kind, notice in law.investigation_notices.items()}
    named |= {f"law.deemed_receipt.{method}": rule for method, rule in law.deemed_receipt.items()}
    for court in law.courts:
        where = f"law.courts.{court.court}"
        named |= {f"{where}.rule": court.rule} if court.rule else {}
        if bool(court.rule) != (court.way_on != "none"):
            yield f"{where}: way_on is {court.way_on}, and a rule for it is {'given' if court.rule else 'missing'}"
        for way, by_court in (("renewal", court.renewal), ("reconsideration", court.reconsideration)):
            named |= {f"{where}.{way}.{by}": rule for by, rule in by_court.items()}
            yield from (f"{where}.{way}: unknown court {by!r}" for by in by_court if by not in regime_.courts)
    if law.reductions.early_payment and "early_payment" not in law.roles.get("fine", {}):
        yield "law.reductions.early_payment: law.roles.fine names no rule for early_payment"
    for where, rule in named.items():
        if rule not in regime_.rules and rule.partition("/")[0] not in unread:
            yield f"{where}: unknown rule {rule!r}"
    try:
        Money.zero(law.currency)
    except ValueError as error:
        yield f"law.currency: {error}"
    yield from (
        f"law.maxima.{tier}: {maximum.fixed} is not in {law.currency}"
        for tier, maximum in law.maxima.items()
        if maximum.fixed.currency != law.currency
    )
