"""How many processes of each kind a stack has: chosen with `regcase up`, kept until another number is given."""

from __future__ import annotations

from typing import TypedDict, Unpack

from pydantic import BaseModel, Field

from deploy.local.errors import LocalStackFailed

MOST = 9
BROKERS = (1, 3)


class Given(TypedDict, total=False):
    """The numbers that somebody gives; those that are left out stay as they are."""

    brokers: int
    relays: int
    workers: int
    reconcilers: int


class Numbers(BaseModel, frozen=True):
    """How many of each there are.

    Args:
        brokers: nodes of the local Kafka. One keeps one copy of everything; of three each keeps one, and one may be lost.
    """

    brokers: int = Field(default=1)
    relays: int = Field(default=1)
    workers: int = Field(default=1)
    reconcilers: int = Field(default=1)

    def changed(self, **given: Unpack[Given]) -> Numbers:
        """These numbers, but for those that are given.

        Raises:
            LocalStackFailed: there cannot be so many.
        """
        numbers = Numbers(**{**self.model_dump(), **given})
        if numbers.brokers not in BROKERS:
            msg = f"a stack has 1 or 3 brokers, not {numbers.brokers}: of two none may be lost, and more than three show nothing new."
            raise LocalStackFailed(msg)
        for kind in ("relays", "workers", "reconcilers"):
            number = getattr(numbers, kind)
            if not 1 <= number <= MOST:
                msg = f"a stack has 1 to {MOST} {kind}, not {number}."
                raise LocalStackFailed(msg)
        return numbers
