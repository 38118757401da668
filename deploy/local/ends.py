"""How often processes ended lately, from supervisor's own log: it starts each anew, and tells only of the last one."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

LATELY = timedelta(minutes=10)
_END = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d{3} \w+ exited: (\S+) \(", re.MULTILINE)
_READ = 1_000_000


def recent_ends(log: Path, now: datetime) -> dict[str, int]:
    """How often each process ended, without being told to by supervisor, in the ten minutes before a moment.

    Args:
        log: supervisor's log; its times are the machine's local ones.
        now: aware.
    """
    if not log.exists():
        return {}
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _READ))
        text = file.read().decode(errors="replace")
    found: Counter[str] = Counter()
    for moment, name in _END.findall(text):
        if now - datetime.fromisoformat(moment).astimezone() <= LATELY:
            found[name] += 1
    return dict(found)
