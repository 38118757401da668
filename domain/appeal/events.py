"""What can happen to an appeal, from the first court to the last."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.case.events import CaseEvent
from domain.fields import Day, DayOrInstant, Name, Names, Text
from domain.money import Money
from domain.requirement import Requirement

Outcome = Literal["dismissed", "allowed", "partly_allowed", "substituted", "remitted", "struck_out", "preliminary"]
Party = Literal["appellant", "respondent"]
Scope = Literal["whole", "amount", "variation", "refusal_to_vary", "refusal"]


class TargetEffect(BaseModel):
    """What a decision does to one target, as the law of the regime made it on the day of the decision.

    `falls` are the versions of the earlier decisions that fall for this target. `kind` is what this decision itself does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    falls: tuple[int, ...] = ()
    kind: Literal["stands", "set_aside", "substituted"]
    amount: Money | None = None
    requirements: tuple[Requirement, ...] | None = None
    pay_by: Day | None = None


class AppealLodged(CaseEvent):
    """The appeal was received at the first court."""

    NAME = "lodged"

    against: tuple[UUID, ...]
    scope: Scope
    court: Name
    received_on: DayOrInstant
    grounds: Names
    reference: Name | None = None
    appellant: Literal["subject", "third_party"] = "subject"
    points: Names = ()


class TimeExtended(CaseEvent):
    """The court gave more time for a step."""

    NAME = "time_extended"

    role: Name
    until: DayOrInstant
    ordered_on: Day
    reason: Text


class HearingListed(CaseEvent):
    """A hearing is to be held."""

    NAME = "hearing_listed"

    on: Day
    kind: Name


class HearingRecorded(CaseEvent):
    """A hearing was held."""

    NAME = "hearing_recorded"

    from_: Day = Field(alias="from")
    to: Day


class AppealDecided(CaseEvent):
    """A court decided. `court` is where a remitted appeal goes."""

    NAME = "decided"

    tier: Name
    outcome: Outcome
    decided_on: Day
    sent_on: Day
    reference: Name | None = None
    amount: Money | None = None
    requirements: tuple[Requirement, ...] | None = None
    pay_by: Day | None = None
    court: Name | None = None
    effects: dict[UUID, TargetEffect]


class PermissionSought(CaseEvent):
    """A party asked for permission to appeal onward."""

    NAME = "permission_sought"

    by: Party
    court: Name
    received_on: DayOrInstant
    grounds: Names


class PermissionDecided(CaseEvent):
    """A court granted or refused permission; granted, the appeal is lodged at `court`."""

    NAME = "permission_decided"

    outcome: Literal["granted", "refused"]
    by: Party
    decided_by: Name
    sent_on: Day
    court: Name | None = None


class PermissionRenewed(CaseEvent):
    """The application that was refused is made again, to `court`."""

    NAME = "permission_renewed"

    by: Party
    court: Name
    received_on: DayOrInstant


class AppealWithdrawn(CaseEvent):
    """The appellant gave up the appeal, or the onward appeal."""

    NAME = "withdrawn"

    withdrawn_on: Day


class BecameFinal(CaseEvent):
    """No way on is left: what stands, stands for good."""

    NAME = "became_final"

    final_on: date


class AppealReopened(CaseEvent):
    """It had ended because a period went by unused; now the period was extended, or turns out to have been used in time.

    `court` is the one whose decision is open to a way on again, `reopened_on` the day from which the appeal is pending again.
    """

    NAME = "reopened"

    court: Name
    reopened_on: date


class Returned(CaseEvent):
    """The appeal, remitted, is before that court again."""

    NAME = "returned"

    court: Name
    returned_on: date
