"""Puts the regime files together, and refuses them with all faults at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.regimes._check import dangling
from domain.regimes._file import FileData
from domain.regimes._place import Fault
from domain.regimes._read import RegimeFile, read_file
from domain.regimes.law import RegimeData
from domain.regimes.regime import Regime
from domain.regimes.rule import RuleVersion
from foundation.errors import Misconfigured

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Installed:
    """All files of a folder: as they are written, the regimes among them, and the rules of all."""

    files: Mapping[str, FileData]
    regimes: Mapping[str, Regime]
    rules: Mapping[str, tuple[RuleVersion, ...]]


@cache
def installed() -> Installed:
    """Everything that is installed.

    Raises:
        Misconfigured: a file has faults; all are listed.
    """
    return load_folder(FOLDER)


def regimes() -> Mapping[str, Regime]:
    """The regimes that are installed, by id.

    Raises:
        Misconfigured: a file has faults; all are listed.
    """
    return installed().regimes


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


def rules() -> Mapping[str, tuple[RuleVersion, ...]]:
    """Every rule that is installed with its versions, by id (`uk-grc-2009/r22`), also of files that are no regime.

    Raises:
        Misconfigured: a file has faults; all are listed.
    """
    return installed().rules


def load_folder(folder: Path) -> Installed:
    """Read every file of a folder.

    Raises:
        Misconfigured: with every fault of every file.
    """
    read = [read_file(path) for path in sorted(folder.glob("*.yaml"))]
    faults = _all_faults(read)
    if faults:
        raise Misconfigured("the regime files have faults; nothing was loaded:\n" + "\n".join(map(str, faults)))
    return _put_together([file.data for file in read if file.data])


def check_file(path: Path, among: Path = FOLDER) -> tuple[FileData | None, Sequence[Fault]]:
    """Check one file that need not be installed, as if it stood among the others, in the place of one of the same name.

    Returns: what it says, as far as it can be read, and all faults: its own, and those that it would cause in others.
    """
    others = [read_file(other) for other in sorted(among.glob("*.yaml")) if other.stem != path.stem]
    checked = read_file(path)
    before = {fault for file in others for fault in file.faults}
    faults = [fault for fault in _all_faults([checked, *others]) if fault not in before]
    return checked.data, faults


def _all_faults(files: Sequence[RegimeFile]) -> list[Fault]:
    """Those of each file by itself, and those of what it refers to, in order of file and line."""
    faults = [fault for file in files for fault in file.faults]
    known = {f"{file.id}/{name}" for file in files if file.data for name in file.data.rules}
    unread = {file.id for file in files if file.data is None}
    unread |= {f"{file.id}/{name}" for file in files for name in file.malformed_rules}
    for file in files:
        if file.data and file.data.law:
            faults.extend(file.places.fault(path, message) for path, message in dangling(file.data.law, known, unread))
    return sorted(faults)


def _put_together(files: Sequence[FileData]) -> Installed:
    all_rules = {rule_id: versions for file in files for rule_id, versions in _rules_of(file)}
    return Installed(
        files={file.id: file for file in files},
        regimes={file.id: _regime(file, file.law, all_rules) for file in files if file.law},
        rules=all_rules,
    )


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
                    calendar=calendars[data.calendar or usual],
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
        calendar=file.calendars[0].made(),
        covers_from=file.covers_from,
        covers_until=file.covers_until,
        compared_with_law_on=file.compared_with_law_on,
        data=law,
        rules=rules,
    )
