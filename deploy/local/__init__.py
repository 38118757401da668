"""The local stack: Postgres, Kafka and our own processes, kept up by supervisor in one data folder.

`up`, `down`, `restart` and `processes` are what the command line needs; each module below has one part of it.
"""

from deploy.local.asking import Health
from deploy.local.process import Process
from deploy.local.progress import STAGES, Progress, Report, Stage
from deploy.local.stack import (
    down,
    ended_lately,
    health,
    processes,
    restart,
    signal_process,
    start_process,
    stop_process,
    up,
)

__all__ = [
    "STAGES",
    "Health",
    "Process",
    "Progress",
    "Report",
    "Stage",
    "down",
    "ended_lately",
    "health",
    "processes",
    "restart",
    "signal_process",
    "start_process",
    "stop_process",
    "up",
]
