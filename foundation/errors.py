"""The base of all errors.

RegcaseError
|-- (Refusal)       understood, not allowed, nothing changed: domain.refusals
|-- Fault           something around us failed, not the case
|   |-- Transient   tried again in place
|   |-- Permanent   parked with its case
|-- Misconfigured   a person must change a setting or a file; the process ends
"""

from __future__ import annotations


class RegcaseError(Exception):
    """Base of every error that regcase raises on purpose. Its message says what failed, why, and what to do."""


class Fault(RegcaseError):
    """Something around us failed, not the case."""


class Transient(Fault):
    """It may well succeed when tried again: a lost connection, a deadlock."""


class Permanent(Fault):
    """Trying again cannot help: an unreadable event, a row that breaks a constraint."""


class Misconfigured(RegcaseError):
    """A person must change a setting or a file; the process ends."""
