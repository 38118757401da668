"""A short run: each process is killed, one relay paused. `make faults` has all kinds of faults, and goes on for longer."""

from __future__ import annotations

import gc

import pytest

from tests.faults.kinds.processes import FAULTS
from tests.faults.run import Options, perform
from tests.faults.table import Record, plain

SHORT = (
    "relay paused",
    "every relay killed",
    "every worker killed",
    "worker ended and started",
    "reconciler killed",
    "kafka killed",
    "database killed",
)


# kafka-python leaves sockets open where a broker is away.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # kafka-python leaves sockets open that could not connect
@pytest.mark.timeout(1800)  # on a machine that is busy with other things
def test_nothing_is_lost_doubled_or_left_unfired_while_processes_are_killed_and_paused() -> None:
    faults = [fault for fault in FAULTS if fault.kind in SHORT]
    assert len(faults) == len(SHORT)
    record = Record(seed=5, command="make faults SEED=5")
    findings, kept = perform(Options(minutes=10, seed=5, faults=faults, once=True, at_once=6), record, print)
    gc.collect()  # here, so that no other test is held to account for those sockets
    assert findings.faults == [], f"{plain(record, findings)}\ndata and logs are kept in {kept}"
    assert findings.events > 100
    assert set(record.injected) == set(SHORT)
