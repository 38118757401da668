"""Refusals: a command was understood, is not allowed, and changed nothing.

Refusal
|-- Invalid        its form, or against recorded facts
|-- UnknownCase    a case it names does not exist
|-- Forbidden      the actor's role may not give it
|-- Conflict       the case has moved on from the expected version
|-- WrongState     the state forbids it, or what it builds on is missing
|-- OnHold         a legal hold stands
|-- SamePerson     who proposed may not decide
|-- OverMaximum    above what the law allows
|-- ToDetriment    a variation against the subject
|-- TooEarly       before a floor has ended, or below the law's minimum
|-- TooLate        after a due or a hard ceiling
|-- GateClosed     a condition of the gate fails
"""

from __future__ import annotations

from typing import Any, ClassVar

from foundation.errors import RegcaseError


class Refusal(RegcaseError):
    """Understood, not allowed, nothing changed: answered with code, message, cites and details.

    Args:
        message: what was refused, why, and what to do about it, in words a caseworker reads.
        cites: the rules of law that forbid it, where law is the reason.
        details: the facts that decided it, by name.
    """

    code: ClassVar[str]
    saved: ClassVar[bool] = True
    """Whether the refusal is the saved outcome of its idempotency key."""

    def __init__(self, message: str, *, cites: tuple[str, ...] = (), **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.cites = cites
        self.details = details

    def as_json(self) -> dict[str, Any]:
        """The answer as every interface gives it."""
        return {"code": self.code, "message": self.message, "cites": list(self.cites), "details": self.details}


class Invalid(Refusal):
    """Against recorded facts: a sum that does not fit, days liquidated twice."""

    code = "invalid"


class Malformed(Invalid):
    """Wrong in its form; all faults at once. Not saved: the same key may be used again with the fault mended."""

    saved = False


class UnknownCase(Refusal):
    """A case that the command names does not exist."""

    code = "unknown_case"


class Forbidden(Refusal):
    """The actor's role may not give this command."""

    code = "forbidden"
    saved = False


class Conflict(Refusal):
    """The case is not at the version that the command expected."""

    code = "conflict"
    saved = False


class WrongState(Refusal):
    """The state of the case forbids it, or what it builds on is missing."""

    code = "wrong_state"


class OnHold(Refusal):
    """A legal hold stands."""

    code = "on_hold"


class SamePerson(Refusal):
    """Who proposed a penalty may not issue it, who placed a hold may not release it."""

    code = "same_person"


class OverMaximum(Refusal):
    """Above the maximum that the law allows for this subject."""

    code = "over_maximum"


class ToDetriment(Refusal):
    """A variation to the subject's detriment."""

    code = "to_detriment"


class TooEarly(Refusal):
    """Before a floor has ended, or giving less time than the law's minimum."""

    code = "too_early"


class TooLate(Refusal):
    """After a due date or a hard ceiling."""

    code = "too_late"


class GateClosed(Refusal):
    """One or more conditions of a gate fail; each is named in the details."""

    code = "gate_closed"


REFUSALS: dict[str, type[Refusal]] = {
    kind.code: kind
    for kind in (
        Invalid, UnknownCase, Forbidden, Conflict, WrongState, OnHold, SamePerson, OverMaximum, ToDetriment, TooEarly,
        TooLate, GateClosed,
    )
}  # fmt: skip
