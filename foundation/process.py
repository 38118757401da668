"""How each of our processes begins."""

from __future__ import annotations

import sys
from importlib.metadata import version

import structlog

from foundation.logs import configure_logs, let_nothing_bypass_the_logs
from foundation.settings import Settings, load_settings
from foundation.tracing import start_tracing

_log = structlog.get_logger(__name__)


def begin(process: str) -> Settings:
    """Set up logs and traces, read the settings, and log the start: what is killed can log no end.

    Args:
        process: the name that each line of its log carries.

    Raises:
        Misconfigured: a setting has a value that it cannot have; it is in the log if nobody catches it.
    """
    # Before the settings are known, since what is wrong with them is told in the log.
    configure_logs("INFO", process=process, stream=sys.__stderr__)
    let_nothing_bypass_the_logs()
    settings = load_settings()
    configure_logs(settings.log_level, process=process, stream=sys.__stderr__)
    start_tracing(settings, process)
    _log.info("process_started", version=version("regcase"), slot=settings.slot)
    return settings
