"""What can happen to an appeal, from the first court to the last."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.case.events import CaseEvent
from domain.fields import Day, DayOrInstant, Name, Names, Text
from domain.money import Money
from domain.recorded import loosely_if_recorded
from domain.requirement import Requirement

Outcome = Literal["dismissed", "allowed", "partly_allowed", "substituted", "remitted", "struck_out", "preliminary"]
Party = Literal["appellant", "respondent"]
Document = Literal["reasons", "amended_reasons", "set_aside_refusal"]
_SCOPE = re.compile(r"whole|amount|variation|refusal_to_vary|refusal|notice:[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def _known(scope: str) -> str:
    if not _SCOPE.fullmatch(scope):
        msg = "is no scope; write whole, amount, variation, refusal_to_vary, refusal, or notice:NAME for a notice of an investigation"
        raise ValueError(msg)
    return scope


Scope = Annotated[str, AfterValidator(_known), loosely_if_recorded(str)]
"""What an appeal is against: the whole notice or a part of it, or (`notice:NAME`) a notice of an investigation."""


class TargetEffect(BaseModel):
    """What a decision does to one target, as the law of the regime made it on the day of the decision.

    `falls` are the versions of the earlier decisions that fall for this target. `kind` is what this decision itself does. Set
    aside only in points: `points` are those, `takes_out` the requirements among them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    falls: tuple[int, ...] = ()
    kind: Literal["stands", "set_aside", "set_aside_in_points", "substituted"]
    amount: Money | None = None
    requirements: tuple[Requirement, ...] | None = None
    pay_by: Day | None = None
    points: Names = ()
    takes_out: Names = ()


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
    """A court decided. `court` is where a remitted appeal goes, `in_favour_of` the party whose appeal was allowed, where both went on."""

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
    in_favour_of: Party | None = None
    effects: dict[UUID, TargetEffect]


class PermissionSought(CaseEvent):
    """A party asked for permission to appeal onward."""

    NAME = "permission_sought"

    by: Party
    court: Name
    received_on: DayOrInstant
    grounds: Names


class PermissionDecided(CaseEvent):
    """A court granted or refused permission; granted, the appeal is lodged at `court`; refused, `way` is the role of the way on, if any."""

    NAME = "permission_decided"

    outcome: Literal["granted", "refused"]
    by: Party
    decided_by: Name
    sent_on: Day
    court: Name | None = None
    way: Name | None = None


class PermissionRenewed(CaseEvent):
    """The application that was refused is made again, to `court`."""

    NAME = "permission_renewed"

    by: Party
    court: Name
    received_on: DayOrInstant


class AppealedOnward(CaseEvent):
    """A party appealed to the next court as of right; the appeal is lodged there."""

    NAME = "appealed_onward"

    by: Party
    court: Name
    received_on: DayOrInstant
    grounds: Names


class SendingRecorded(CaseEvent):
    """A court sent a document from which the time for going on may count."""

    NAME = "sending_recorded"

    document: Document
    sent_on: Day


class PartyWithdrew(CaseEvent):
    """One party gave up its application or its onward appeal; that of the other goes on."""

    NAME = "party_withdrew"

    by: Party
    withdrawn_on: Day


class StayOrdered(CaseEvent):
    """The court let deadlines of the targets stand still; `stay` is the order's id. With `until`, up to that day."""

    NAME = "stay_ordered"

    stay: UUID
    roles: Names
    ordered_on: Day
    until: Day | None = None


class StayLifted(CaseEvent):
    """The court let deadlines of the targets run again.

    `stays` are the orders that are lifted, `roles` the deadlines for which they are; none: for all. `lifts_law`: the suspension
    is lifted that the law itself makes while the appeal is pending.
    """

    NAME = "stay_lifted"

    stays: tuple[UUID, ...] = ()
    roles: Names = ()
    lifts_law: bool = False
    lifted_on: Day


class ProceedingsSuspended(CaseEvent):
    """The appeal itself waits."""

    NAME = "proceedings_suspended"

    reason: Text
    ordered_on: Day


class ProceedingsResumed(CaseEvent):
    """The appeal goes on."""

    NAME = "proceedings_resumed"

    resumed_on: Day


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
