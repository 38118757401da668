"""What must hold of regime files beyond their form: sources for all, each day one version, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta

from domain.money import Money
from domain.regimes._file import FileData, RuleData
from domain.regimes._place import FactPath
from domain.regimes.law import RegimeData
from domain.regimes.rule import VersionData

_UNSOURCED = {"version", "sources", "calendar", "in_force"}

_NOTICE = ("representations", "appeal", "comply")
_KINDS_OF_NOTICE = ("formal_notice", "determination", "order")
_ROLES = {
    "investigation": ("appeal",),
    "fine": ("representations", "penalty_limit", "payment", "early_payment", "appeal"),
    "enforcement_notice": _NOTICE,
    **dict.fromkeys(_KINDS_OF_NOTICE, _NOTICE),
}
"""The deadlines for which a file names a rule, by case type; a kind of notice may have rules of its own."""
_DUTIES = {"investigation": ("response",), "fine": ("payment",), "enforcement_notice": ("comply",)}
"""Those that an appeal may suspend."""

Found = Iterator[tuple[FactPath, str]]


def faults_in(file: FileData) -> Found:
    """The faults that a file has by itself, each with the path to its place."""
    known = [calendar.id for calendar in file.calendars]
    for name, rule in file.rules.items():
        for number, version in enumerate(rule.versions):
            path = ("rules", name, "versions", number)
            where = f"rules.{name}, version {version.version}"
            yield from (((*path, *inside), f"{where}: {fault}") for inside, fault in _unsourced(version))
            if version.calendar and version.calendar not in known:
                message = f"{where}: unknown calendar {version.calendar!r}; the file has {', '.join(known)}"
                yield (*path, "calendar"), message
        yield from ((("rules", name), f"rules.{name}: {fault}") for fault in _days_not_covered_once(rule, file))
    if file.law:
        yield from _sums_in_other_currencies(file.law)
        yield from _roles_of_no_deadline(file.law)


def _unsourced(version: VersionData) -> Found:
    """The faults of a version's sources, each with the path inside the version."""
    stated = version.model_fields_set - _UNSOURCED | {"counts_from", "in_force.from"}
    if version.in_force.until:
        stated.add("in_force.until")
    sourced = {fact for source in version.sources for fact in source.facts}
    yield from ((tuple(field.split(".")), f"{field} has no source") for field in sorted(stated - sourced))
    for number, source in enumerate(version.sources):
        path = ("sources", number)
        yield from (
            (path, f"a source is given for {field}, which is not stated") for field in source.facts if field not in stated
        )
        if not source.cites and not source.note:
            yield path, f"the source for {', '.join(source.facts)} neither cites nor notes anything"


def _days_not_covered_once(rule: RuleData, file: FileData) -> Iterator[str]:
    expected: date | None = rule.exists_from or file.covers_from
    if rule.exists_from and rule.exists_from <= file.covers_from:
        yield f"exists_from {rule.exists_from} says nothing; the file covers the days from {file.covers_from} on"
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


def _sums_in_other_currencies(law: RegimeData) -> Found:
    try:
        Money.zero(law.currency)
    except ValueError as error:
        yield ("law", "currency"), f"law.currency: {error}"
    for tier, maximum in law.maxima.items():
        if maximum.fixed.currency != law.currency:
            yield ("law", "maxima", tier, "fixed"), f"law.maxima.{tier}: {maximum.fixed} is not in {law.currency}"
    most = law.periodic_penalties.most_per_day if law.periodic_penalties else None
    if most and most.currency != law.currency:
        yield ("law", "periodic_penalties", "most_per_day"), f"law.periodic_penalties: {most} is not in {law.currency}"


def _roles_of_no_deadline(law: RegimeData) -> Found:
    """Roles that no case has: a slip in a name would leave the case without the deadline."""
    for case_type, roles in law.roles.items():
        yield from _unlike(_ROLES, case_type, roles, "roles")
    for case_type, suspension in law.suspended_by_appeal.items():
        yield from _unlike(_DUTIES, case_type, suspension.roles, "suspended_by_appeal")


def _unlike(known: Mapping[str, Collection[str]], case_type: str, roles: Iterable[str], block: str) -> Found:
    where = ("law", block, case_type)
    if case_type not in known:
        yield where, f"law.{block}.{case_type}: no case and no notice of that kind has deadlines; write {', '.join(known)}"
        return
    for role in roles:
        if role.partition(":")[0] not in known[case_type]:
            possible = ", ".join(known[case_type])
            yield (*where, role), f"law.{block}.{case_type}: {role!r} is no deadline of it; it has {possible}"


def dangling(law: RegimeData, rules: Collection[str], unread: Collection[str]) -> Found:
    """References to rules and courts that are not there.

    Args:
        law: what may refer to them.
        rules: the ids of all that are known.
        unread: ids of files and rules that could not be read; nothing is said of those.
    """
    named = _named_rules(law)
    courts = [court.court for court in law.courts]
    for number, court in enumerate(law.courts):
        where = f"law.courts.{court.court}"
        path: FactPath = ("law", "courts", number)
        if bool(court.rule) != (court.way_on != "none"):
            yield path, f"{where}: way_on is {court.way_on}, and a rule for it is {'given' if court.rule else 'missing'}"
        if court.beside and court.beside not in courts[:number]:
            yield (*path, "beside"), f"{where}.beside: no court {court.beside!r} is named before it"
        for way, by_court in (("renewal", court.renewal), ("reconsideration", court.reconsideration)):
            for by in by_court:
                if by not in courts:
                    yield (*path, way), f"{where}.{way}: unknown court {by!r}"
    if law.reductions.early_payment and "early_payment" not in law.roles.get("fine", {}):
        yield (
            ("law", "reductions", "early_payment"),
            "law.reductions.early_payment: law.roles.fine names no rule for early_payment",
        )
    for place, rule in named.items():
        if rule not in rules and rule not in unread and rule.partition("/")[0] not in unread:
            yield place, f"{_in_words(place, law)}: unknown rule {rule!r}"


def _named_rules(law: RegimeData) -> Mapping[FactPath, str]:
    named: dict[FactPath, str] = {}
    for case_type, roles in law.roles.items():
        named |= {("law", "roles", case_type, role): rule for role, rule in roles.items()}
    for kind, notice in law.investigation_notices.items():
        named["law", "investigation_notices", kind, "rule"] = notice.rule
    named |= {("law", "deemed_receipt", method): rule for method, rule in law.deemed_receipt.items()}
    for number, court in enumerate(law.courts):
        path: FactPath = ("law", "courts", number)
        if court.rule:
            named[*path, "rule"] = court.rule
        named |= {(*path, "renewal", by): rule for by, rule in court.renewal.items()}
        named |= {(*path, "reconsideration", by): rule for by, rule in court.reconsideration.items()}
    return named


def _in_words(path: FactPath, law: RegimeData) -> str:
    """`law.courts.upper_tribunal.rule`: courts by their names, not their numbers."""
    parts = [law.courts[part].court if isinstance(part, int) else part for part in path]
    return ".".join(parts)
