"""What can go wrong with the local stack. Each message says which part, why, and what to do.

Misconfigured
|-- LocalStackFailed      the stack is not up; what this start began was stopped again, the data is kept
|   |-- PortTaken         another process listens where a service of ours should
|   |-- DiskFull          too little room for the services' data
|   |-- ServiceFailed     a service or process ended, or did not become ready in time
|   |-- JarsUnavailable   Kafka's jars could not be fetched, or are not those of the lock file
|   |-- StackBusy         another start or stop of the same stack is at work
|-- NotUp                 the stack does not run
|-- UnknownProcess        no process of the stack has that name
"""

from __future__ import annotations

from foundation.errors import Misconfigured


class LocalStackFailed(Misconfigured):
    """The local stack could not be started."""


class PortTaken(LocalStackFailed):
    """Another process listens where a service of ours should."""


class DiskFull(LocalStackFailed):
    """The disk of the data folder has too little room left."""


class ServiceFailed(LocalStackFailed):
    """A service or process ended, or did not become ready in time."""


class JarsUnavailable(LocalStackFailed):
    """Kafka's jars could not be fetched, or are not those of the lock file."""


class StackBusy(LocalStackFailed):
    """Another start or stop of the same stack is at work."""


class NotUp(Misconfigured):
    """The stack does not run."""


class UnknownProcess(Misconfigured):
    """No process of the stack has that name."""
