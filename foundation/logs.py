"""Logs: structlog events, one line of JSON each, or readable ones in a terminal. No personal data goes into them.

Every line passes the same way, whoever wrote it: of errors it tells the class and the place, not their words
(`foundation.told_errors`); of an object that is no plain value its class only.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from foundation.library_logs import OncePerTime, OnlyWhatMayBeSaid
from foundation.told_errors import told, told_with_place

_log = structlog.get_logger(__name__)
_PLAIN = (str, bool, int, float, type(None))
_MOST_TEXT = 1_000


def configure_logs(level: str, *, process: str, stream: TextIO | None = None) -> None:
    """Send all logs, those of the libraries too, to standard error.

    Args:
        level: the least level that is logged; of libraries nothing below WARNING.
        process: the name that each line carries.
        stream: where to instead.
    """
    stream = stream or sys.stderr

    def of_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        # Not a context variable: threads that a library starts begin with an empty context.
        return {**event, "process": process}

    shared: tuple[structlog.typing.Processor, ...] = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        of_process,
    )
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer()
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=(*shared, structlog.stdlib.ExtraAdder(("left_out",))),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_stack, _errors_told, _plain, renderer],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(OnlyWhatMayBeSaid())
    handler.addFilter(OncePerTime())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def let_nothing_bypass_the_logs() -> None:
    """Bring in what Python and libraries write beside the logs: uncaught errors, warnings, prints. For processes of ours."""

    def uncaught(_kind: type[BaseException], error: BaseException, _trace: object) -> None:
        _log.critical("process_ends", exc_info=error)

    def uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
        _log.critical("thread_ends", exc_info=given.exc_value)

    def unraisable(given: sys.UnraisableHookArgs) -> None:
        _log.error("error_ignored_by_python", exc_info=given.exc_value)

    def warned(_message: object, category: type[Warning], filename: str, lineno: int, *_more: object) -> None:
        # Its text may hold a value: pydantic's do.
        _log.warning("python_warns", warning=category.__name__, at=filename, line=lineno)

    # A line that cannot be written (a full disk) would be told by another, which cannot be written either.
    logging.raiseExceptions = False
    sys.excepthook = uncaught
    threading.excepthook = uncaught_in_thread
    sys.unraisablehook = unraisable
    warnings.showwarning = warned  # type: ignore[assignment] # takes what is given by place
    sys.stdout = sys.stderr = _Printed()


class _Printed(io.TextIOBase):
    """Takes what is printed, and logs who printed and about which error; not the words, which may be an error's."""

    _BY_TRACEBACK = traceback.__file__

    def write(self, text: str) -> int:
        by = sys._getframe(1)  # noqa: SLF001 - Python's own way to know who calls
        if text.strip() and by.f_code.co_filename != self._BY_TRACEBACK:
            _log.warning("library_prints", at=by.f_code.co_filename, line=by.f_lineno, exc_info=sys.exception())
        return len(text)

    def writable(self) -> bool:
        return True


def _without_stack(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The lines of a stack hold code and no values, but are many; the frames of an error are told instead."""
    event.pop("stack_info", None)
    return event


def _errors_told(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    about = event.pop("exc_info", None)
    if isinstance(about, tuple):
        about = about[1]
    elif about and not isinstance(about, BaseException):
        about = sys.exception()
    if isinstance(about, BaseException):
        event.update(told_with_place(about))
    for name, value in list(event.items()):
        if isinstance(value, BaseException):
            del event[name]
            event.update(told(value))
    return event


def _plain(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: _plain_value(value) for name, value in event.items()}


def _plain_value(value: Any) -> Any:
    match value:
        case str():
            return value[:_MOST_TEXT]
        case _ if isinstance(value, _PLAIN):
            return value
        case Mapping():
            return {str(name): _plain_value(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain_value(item) for item in value]
        case _:
            return f"<{type(value).__name__}>"
