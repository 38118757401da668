"""What differs between two regimes, or between two versions of one file: rule by rule and field by field, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.regimes._file import FileData, RuleData
from domain.regimes.facts import Fact, facts_of, with_what_rules_say


@dataclass(frozen=True)
class Difference:
    """A fact that one file states otherwise than the other, or that only one states (None: it does not)."""

    path: tuple[str, ...]
    label: str
    first: Fact | None
    second: Fact | None

    @property
    def place(self) -> str:
        """What it is about without its last name: `law, roles, fine`; of a rule `rule sch16-6, version 1`."""
        kind, *rest = self.path[:-1] or ("file",)
        return ", ".join([f"rule {rest[0]}", *rest[1:]] if kind == "rules" and rest else [kind, *rest]).replace("_", " ")


def differences(first: FileData, second: FileData, rules: Mapping[str, RuleData]) -> list[Difference]:
    """Compare two files. Facts that read alike and have the same law behind them are no difference.

    Args:
        first: one file.
        second: the other; what differs is told in its order after that of the first.
        rules: the installed rules by id, so that the roles that two bodies of law fill with other rules are told by what
            those rules say.
    """
    ours, theirs = _by_path(first, rules), _by_path(second, rules)
    found = [
        Difference(path, (fact or theirs[path]).label, fact, theirs.get(path))
        for path, fact in {**ours, **{path: ours.get(path) for path in theirs}}.items()
    ]
    alone = {*_only_in(first, second), *_only_in(second, first)}
    return [
        difference
        for difference in found
        if not _same(difference) and (difference.path[:2] not in alone or difference.path[2:] == ("title",))
    ]


def _only_in(one: FileData, other: FileData) -> Iterator[tuple[str, str]]:
    """Rules that only one file has: told by their titles alone."""
    yield from (("rules", name) for name in one.rules if name not in other.rules)


def _same(difference: Difference) -> bool:
    ours, theirs = difference.first, difference.second
    return ours is not None and theirs is not None and (ours.words, ours.sources) == (theirs.words, theirs.sources)


def _by_path(file: FileData, rules: Mapping[str, RuleData]) -> Mapping[tuple[str, ...], Fact]:
    own = {f"{file.id}/{name}": rule for name, rule in file.rules.items()}
    return {fact.path: fact for fact in with_what_rules_say(facts_of(file), {**rules, **own})}
