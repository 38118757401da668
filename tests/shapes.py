"""Rules of every shape, made for tests: what a regime's file can say of a time limit, in any combination."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from domain.clock import Calendar, Count, End
from domain.clock.end import end_under
from domain.regimes import RuleVersion
from domain.regimes.rule import VersionData

CALENDARS = {
    "uk": Calendar("england-wales", "GB/ENG"),
    "fr": Calendar("france", "FR"),
    "it": Calendar("italy", "IT"),
    "gr": Calendar("greece", "GR"),
    "nl": Calendar("netherlands", "NL"),
    "at": Calendar("austria", "AT"),
    "es": Calendar("spain", "ES"),
    "au": Calendar("australia", "AU"),
    "weekends": Calendar("weekends", "none"),
}
AUGUST = {"name": "August", "each_year": {"first": "08-01", "last": "08-31"}}
_PLAIN = {
    "version": 1,
    "in_force": {"from": date(1950, 1, 1)},
    "kind": "due",
    "first_day": "excluded",
    "month_end": "last_day",
    "roll": "next_working_day",
    "sources": [{"mark": "P", "for": ["period"], "cites": "the Act s1"}],
}


def rule(calendar: str | Calendar = "uk", zone: str = "Europe/London", **said: Any) -> RuleVersion:
    """A rule that says this, and is otherwise as plain as can be."""
    return RuleVersion(
        id="test/rule",
        title="A rule made for a test",
        counts_from=("notice.sent",),
        version_by="trigger",
        data=VersionData.model_validate(_PLAIN | said),
        calendar=CALENDARS[calendar] if isinstance(calendar, str) else calendar,
        time_zone=ZoneInfo(zone),
    )


def end_by(version: RuleVersion, start: str, period: str | None = None, **more: Any) -> End:
    """The end of a count under a rule."""
    count = {"rule": version.id, "rule_version": 1, "trigger": "test.notice_sent", "start": start, "period": period, **more}
    return end_under(version, Count.model_validate(count))


def stood_still(*ranges: str, **more: Any) -> list[dict[str, Any]]:
    """Suspensions, each written `2026-04-02..2026-04-15`; on the second day it runs again."""
    pairs = [written.split("..") for written in ranges]
    return [{"since": since, "until": until, "reason": "An appeal is pending.", **more} for since, until in pairs]
