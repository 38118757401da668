"""Lines that libraries log: what they say without anybody's data, and each kind of line only so often.

A library puts into its lines what it has at hand: the text of an error, the value of a message. So the values that fill a
line's template are let in by kind: numbers, short words, places in topics. Of errors their class is told.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from foundation.told_errors import chain, told

EVERY_SECONDS = 60.0
"""Each kind of line (logger, level and template) is let through once in so long; the next one tells how many were left out."""

_MOST_KINDS = 1_000
_MOST_TEXT = 300
_MOST_ITEMS = 20
_LEAST_WORDS = 4
_NUMBER = re.compile(r"\d+")
_PLAIN = (bool, int, float, type(None))
_PLACES = ("TopicPartition", "TP")
_CALLBACK = re.compile(r"^(Exception in callback [\w.<>]+).*")


class _Shown(str):
    """Without quotes also where a template asks for the value's own way to be written, `%r`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class OnlyWhatMayBeSaid(logging.Filter):
    """Writes each library's line anew, without what may be somebody's data; lets nothing below WARNING through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is kept; it is changed on the way."""
        if is_ours(record):
            return True
        if record.levelno < logging.WARNING:
            return False
        record.template = record.msg
        record.msg, record.args = _line(record), ()
        return True


class OncePerTime(logging.Filter):
    """Lets each kind of line of the libraries through once per time; `left_out` in the next one counts those between.

    aiokafka logs without measure while a topic is missing or a broker is away.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._told: OrderedDict[tuple[str, int, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is let through."""
        if is_ours(record):
            return True
        kind = (record.name, record.levelno, _NUMBER.sub("0", str(getattr(record, "template", record.msg))[:_MOST_TEXT]))
        now = self._clock()
        with self._lock:
            last, left_out = self._told.get(kind, (None, 0))
            if last is not None and now - last < EVERY_SECONDS:
                self._told[kind] = (last, left_out + 1)
                return False
            self._told[kind] = (now, 0)
            self._told.move_to_end(kind)
            if len(self._told) > _MOST_KINDS:
                self._told.popitem(last=False)
        if left_out:
            record.left_out = left_out
        return True


def is_ours(record: logging.LogRecord) -> bool:
    """Whether a line is a structlog event; libraries log texts."""
    return isinstance(record.msg, Mapping)


def _line(record: logging.LogRecord) -> str:
    args: Any = tuple(map(_shown, record.args)) if isinstance(record.args, tuple) else _shown_values(record.args)
    try:
        text = str(record.msg) % args if args else str(record.msg)
    except (TypeError, ValueError, KeyError):
        text = str(record.msg)
    if record.name == "asyncio":  # it writes out the callback's arguments
        text = _CALLBACK.sub(r"\1", text)
    for error in _errors_at_hand(record):
        for words in (repr(error), str(error)):
            if len(words) >= _LEAST_WORDS:
                text = text.replace(words, type(error).__name__)
    return text.partition("\n")[0][:_MOST_TEXT]


def _errors_at_hand(record: logging.LogRecord) -> list[BaseException]:
    """The errors whose words a line may have in its text already: the one that it is about, and the one being handled."""
    about = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return [error for at_hand in (about, sys.exception()) if at_hand for error in chain(at_hand)]


def _shown_values(args: Mapping[str, object] | None) -> dict[str, object]:
    return {name: _shown(value) for name, value in (args or {}).items()}


def _shown(value: object) -> object:
    match value:
        case _ if isinstance(value, _PLAIN):
            return value
        case BaseException():
            said = told(value)
            return _Shown(f"{said['error']}: {said['reason']}" if "reason" in said else said["error"])
        case type():
            return _Shown(value.__name__)
        case str():
            return value.partition("\n")[0][:_MOST_TEXT]
        case tuple() if type(value).__name__ in _PLACES:
            return _Shown(f"{value[0]}/{value[1]}")
        case list() | tuple() | set() | frozenset():
            return [_shown(item) for item in list(value)[:_MOST_ITEMS]]
        case Mapping():
            return [(_shown(name), _shown(item)) for name, item in list(value.items())[:_MOST_ITEMS]]
        case _:
            return _Shown(f"<{type(value).__name__}>")
