"""Replay: a case as it was known at a time, or as it stood in law on a day.

`recorded` asks what the system knew: the events recorded by then, as they follow one another. It shows what whoever
decided something could see.

`effective` asks what was so in law, with everything that is known today: the events that had effect by then, whenever
they were recorded (see `audit.effective`). A payment received on the last day and entered a week later was in time from
that day on; a deadline that seemed to have passed had not. Events are always applied in the order of recording, because
a later entry corrects an earlier conclusion, never the other way round: so the case as of today is the same in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Literal
from uuid import UUID

from audit.effective import effective_days
from domain.application import CaseApplication
from domain.case.case import Case
from domain.case.events import CaseEvent
from domain.case.recording import as_corrected
from domain.regimes import regime
from domain.unit_of_work import rebuild

By = Literal["recorded", "effective"]


@dataclass(frozen=True)
class Replay:
    """A case as of a time. None: it had not begun. `events` are those that made it so, of `known` that there are today."""

    case: Case | None
    events: tuple[CaseEvent, ...]
    known: int


def replay(app: CaseApplication, case_id: UUID, as_of: date | datetime, by: By = "recorded") -> Replay:
    """Rebuild a case as of a time.

    Args:
        app: where the events are.
        case_id: the case.
        as_of: a day, in the regime's time zone, meaning its end; or an aware instant. In law days count: by `effective`
            an instant means the day on which it falls.
        by: which of the two kinds of time is asked.

    Raises:
        UnknownCase: there is no such case, now or then.
    """
    now = app.case(case_id)
    zone = regime(now.regime).time_zone
    history = app.events_of(case_id)
    if by == "recorded":
        end = as_of if isinstance(as_of, datetime) else datetime.combine(as_of + timedelta(days=1), time(), zone)
        within = (lambda event: event.recorded <= end) if isinstance(as_of, datetime) else (lambda event: event.recorded < end)
        events = tuple(takewhile(within, history))
    else:
        day = as_of.astimezone(zone).date() if isinstance(as_of, datetime) else as_of
        history = as_corrected(history)
        matter = [event for other in app.cases_of(now.matter_id) for event in as_corrected(app.events_of(other))]
        days = effective_days(case_id, matter, zone)
        events = tuple(event for event in history if days[event.version] <= day)
    return Replay(rebuild(None, events), events, len(history))
