"""What time it is for a command does not depend on the machine that gives it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from domain import time_sources
from domain.case.deadline_events import DeadlinePassed
from domain.commands import Command
from domain.running import open_application
from foundation.database import Pool
from tests.desk import OFFICER
from tests.faults.beside import opening
from tests.services import Database


class AYearAhead(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> AYearAhead:
        return super().now(tz) + timedelta(days=365)


def test_a_command_given_by_a_machine_whose_clock_is_ahead_lets_nothing_pass_before_its_day(
    database: Database, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = open_application(database.app_url, pool)
    case_id = application.execute(opening("a", "a")).case_id
    today = datetime.now(UTC).date()
    notice = {"notice": "A", "kind": "information", "sent_on": str(today), "respond_by": str(today + timedelta(days=90))}

    def done(name: str, **data: str) -> None:
        command = Command(name=f"investigation.{name}", data=data, on=case_id, actor=OFFICER, idempotency_key=name)
        assert application.execute(command).refusal is None

    done("issue_notice", **notice)
    monkeypatch.setattr(time_sources, "datetime", AYearAhead)
    done("assign", officer="jane", role="officer")
    assert case_id
    events = application.events_of(case_id)
    assert not [event for event in events if isinstance(event, DeadlinePassed)]
    assert events[-1].recorded - datetime.now(UTC) < timedelta(minutes=5)
