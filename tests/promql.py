"""As much of PromQL as the rules of `deploy/alarms/` need, evaluated over what processes told; anything else is an error.

    EXPRESSION  OPERAND [> >= < <= == OPERAND]
    OPERAND     number, scalar(OPERAND), absent(EXPRESSION), max|min|sum [by (label, ...)] (OPERAND), changes(SERIES[TIME]), SERIES
    SERIES      name, name{label="value", ...}

What is left out here: `for`, and the length of a range (all scrapes that are given are within it).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

Labels = frozenset[tuple[str, str]]
Scrape = Mapping[tuple[str, Labels], float]
"""What all processes told at one time: a value for each name with its labels."""
Vector = dict[Labels, float]

_TOKEN = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*|\d+(?:\.\d+)?|"[^"]*"|\[\d+[smh]\]|[><=]=|[><(){},=])')
_COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "==": operator.eq}
_AGGREGATE = {"max": max, "min": min, "sum": sum}


@dataclass(frozen=True)
class Expression:
    """A rule's expression."""

    text: str

    def fires(self, *scrapes: Scrape) -> Vector:
        """For which labels it holds after these scrapes, and with which value; empty: it does not."""
        return _Evaluation(self._tokens, scrapes).whole()

    @property
    def series(self) -> dict[str, set[str]]:
        """The metrics that it names, each with the labels that it asks of it (`by` included)."""
        evaluation = _Evaluation(self._tokens, ({},))
        evaluation.whole()
        return evaluation.seen

    @property
    def limits(self) -> set[str]:
        """The alarms whose limit it compares with."""
        return set(re.findall(r'regcase_alarm_limit\{alarm="(\w+)"\}', self.text))

    @cached_property
    def _tokens(self) -> list[str]:
        tokens, place = [], 0
        text = self.text.strip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            assert found, f"cannot be read here: {text[place:]}"
            tokens.append(found[1])
            place = found.end()
        return tokens


class _Evaluation:
    def __init__(self, tokens: Sequence[str], scrapes: Sequence[Scrape]) -> None:
        self._tokens = list(tokens)
        self._scrapes = scrapes
        self.seen: dict[str, set[str]] = {}

    def whole(self) -> Vector:
        found = self._expression()
        assert not self._tokens, f"nothing was expected after this: {self._tokens}"
        return found

    def _next(self, expected: str | None = None) -> str:
        token = self._tokens.pop(0)
        assert expected in (None, token), f"{expected} expected, {token} found"
        return token

    def _comes(self, *tokens: str) -> bool:
        return bool(self._tokens) and self._tokens[0] in tokens

    def _expression(self) -> Vector:
        left = self._operand()
        if not self._comes(*_COMPARE):
            return left
        holds = _COMPARE[self._next()]
        (right,) = self._operand().values() or (float("nan"),)
        return {labels: value for labels, value in left.items() if holds(value, right)}

    def _operand(self) -> Vector:
        word = self._next()
        if word[0].isdigit():
            return {frozenset(): float(word)}
        if word in _AGGREGATE:
            return self._aggregate(_AGGREGATE[word])
        if word not in ("scalar", "absent", "changes"):
            return self._select(word, self._scrapes[-1])
        self._next("(")
        if word == "changes":
            return self._changes()
        inner = self._expression()
        self._next(")")
        if word == "absent":
            return {} if inner else {frozenset(): 1.0}
        return inner if len(inner) == 1 else {frozenset(): float("nan")}

    def _aggregate(self, together: Any) -> Vector:
        by: list[str] = []
        if self._comes("by"):
            self._next()
            by = self._labels()
        self._next("(")
        before = set(self.seen)
        inner = self._expression()
        self._next(")")
        for name in set(self.seen) - before:
            self.seen[name].update(by)
        groups: dict[Labels, list[float]] = {}
        for labels, value in inner.items():
            groups.setdefault(frozenset((n, v) for n, v in labels if n in by), []).append(value)
        return {labels: together(values) for labels, values in groups.items()}

    def _labels(self) -> list[str]:
        self._next("(")
        found = []
        while not self._comes(")"):
            found.append(self._next())
            if self._comes(","):
                self._next()
        self._next(")")
        return found

    def _changes(self) -> Vector:
        name, at = self._next(), list(self._tokens)
        series = []
        for scrape in self._scrapes:
            self._tokens = list(at)
            series.append(self._select(name, scrape))
        assert self._next().startswith("[")
        self._next(")")
        found: Vector = {}
        for labels in {labels for one in series for labels in one}:
            values = [one[labels] for one in series if labels in one]
            found[labels] = float(sum(before != after for before, after in pairwise(values)))
        return found

    def _select(self, name: str, scrape: Scrape) -> Vector:
        wanted = set()
        if self._comes("{"):
            self._next()
            while not self._comes("}"):
                label = self._next()
                self._next("=")
                wanted.add((label, self._next().strip('"')))
                if self._comes(","):
                    self._next()
            self._next("}")
        self.seen.setdefault(name, set()).update(label for label, _ in wanted)
        return {labels: value for (told, labels), value in scrape.items() if told == name and wanted <= labels}
