"""A short run: every kind of fault of a process but the long ones, once or so. `make faults` has them all, and longer."""

from __future__ import annotations

import pytest

from tests.faults.kinds.processes import FAULTS
from tests.faults.run import Options, perform
from tests.faults.table import Record, plain

SHORT = (
    "every relay killed",
    "relay paused",
    "every worker killed",
    "worker taken away and added",
    "reconciler killed",
    "kafka killed",
    "database killed",
    "connections of the database ended",
)


@pytest.mark.timeout(1800)  # on a machine that is busy with other things
def test_nothing_is_lost_doubled_or_late_for_ever_while_processes_are_killed_paused_and_taken_away() -> None:
    faults = [fault for fault in FAULTS if fault.kind in SHORT]
    assert len(faults) == len(SHORT)
    record = Record(seed=5, command="make faults SEED=5")
    findings, kept = perform(Options(minutes=1.0, seed=5, faults=faults, at_once=6), record, print)
    assert findings.faults == [], f"{plain(record, findings)}\ndata and logs are kept in {kept}"
    assert findings.events > 100
    assert record.injected
