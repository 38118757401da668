"""No sequence of commands breaks what must always hold.

Commands, sensible and not, are given in any order over fines, notices, appeals and breaches of one matter, while the
clock moves and the timers are sometimes late. `REGCASE_HISTORIES=5000` plays that many instead of the few of a test run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import structlog
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from domain.case.appealable import Appealable
from domain.case.case import Case
from domain.case.events import CaseEvent
from domain.enforcement_notice.enforcement_notice import EnforcementNotice
from domain.fine.fine import Fine
from domain.investigation.investigation import Investigation
from tests.unit.domain.every_history.appeals import Appeals
from tests.unit.domain.every_history.beside import Beside
from tests.unit.domain.every_history.breaches import Breaches
from tests.unit.domain.every_history.checks import (
    ALLOWED_AFTER_THE_END,
    ALWAYS_ALLOWED,
    acts_of_one_save,
    check_appeals,
    check_breaches,
    check_compliance,
    check_deadlines,
    check_history,
    check_money,
    check_notices,
    check_times_to_pay,
    check_what_stands,
    state_of,
)
from tests.unit.domain.every_history.fines import Fines
from tests.unit.domain.every_history.investigations import Investigations
from tests.unit.domain.every_history.notices import Notices

HISTORIES = int(os.environ.get("REGCASE_HISTORIES", "200"))


class EveryHistory(Investigations, Fines, Notices, Appeals, Breaches, Beside):
    """A matter, to which anything may happen."""

    @invariant()
    def every_case_is_in_order(self) -> None:
        if not hasattr(self, "desk"):
            return
        cases = list(self.everything().values())
        for case in cases:
            if case.version == self.checked[case.id] and case.state == self.ended.get(case.id, case.state):
                continue
            history = self.app.events_of(case.id)
            check_history(case, history)
            check_deadlines(case, self.desk.time.current)
            self.check_new_events(case, history)
            if isinstance(case, Fine):
                check_money(case, history)
                check_times_to_pay(case, self.desk.time.current)
            if isinstance(case, EnforcementNotice):
                check_compliance(case, cases, self.desk.time.current)
            if isinstance(case, Investigation):
                check_notices(case, cases, self.desk.time.current)
            if isinstance(case, Appealable):
                check_what_stands(case, cases)
        check_appeals(cases)
        check_breaches(cases)
        for case_id, decided in self.decided.items():
            assert state_of(decided) == state_of(self.everything()[case_id]), "a replay gives another state"
        self.decided.clear()

    def check_new_events(self, case: Case, history: list[CaseEvent]) -> None:
        """Each new event goes to the store and back byte for byte, and may come where it came."""
        stored: list[StoredEvent] = list(self.app.events.recorder.select_events(case.id, gt=self.checked[case.id]))
        for one in stored:
            again = self.app.mapper.to_stored_event(self.app.mapper.to_domain_event(one))
            assert (again.topic, again.state) == (one.topic, one.state)
        names = {event.NAME for event in history[self.checked[case.id] :]}
        if names and case.id in self.ended:
            allowed = ALLOWED_AFTER_THE_END[case.TOPIC, self.ended[case.id]] | ALWAYS_ALLOWED
            acts = {event.NAME for event in acts_of_one_save(history[self.checked[case.id] :])}
            assert acts <= allowed, f"{case.TOPIC} was {self.ended[case.id]}, and yet: {acts - allowed}"
        self.checked[case.id] = len(history)
        if case.is_open:
            self.ended.pop(case.id, None)
        else:
            self.ended[case.id] = case.state


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False)
    yield
    structlog.configure(**before)


@pytest.mark.timeout(36_000)
def test_no_sequence_of_commands_breaks_what_must_always_hold() -> None:
    run_state_machine_as_test(
        EveryHistory,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=60,
            deadline=None,
            derandomize=HISTORIES <= 200,
            database=None,
            phases=[Phase.generate] if "REGCASE_DO_NOT_SHRINK" in os.environ else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
