"""What may be asked of an appeal."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.appeal.events import Document, Outcome, Party, Scope
from domain.case.commands import Act
from domain.enforcement_notice.commands import Requirements
from domain.fields import Day, DayOrInstant, Name, Names, PositiveMoney, SomeNames, Text, one_or_several


def _each_once(cases: tuple[UUID, ...]) -> tuple[UUID, ...]:
    if len(set(cases)) < len(cases):
        msg = "names a case twice"
        raise ValueError(msg)
    return cases


Targets = Annotated[
    tuple[UUID, ...], BeforeValidator(one_or_several), Field(min_length=1, max_length=20), AfterValidator(_each_once)
]


class Lodge(Act):
    """Enter an appeal received by the first court."""

    COMMAND = "appeal.lodge"
    OPENS = "always"
    REFERS = {"against": ("fine", "enforcement_notice", "investigation")}

    against: Targets
    scope: Scope
    court: Name
    received_on: DayOrInstant
    grounds: SomeNames
    reference: Name | None = None
    appellant: Literal["subject", "third_party"] = "subject"
    points: Names = ()


class ExtendTime(Act):
    """Record that the court gave more time for a step of the appeal."""

    COMMAND = "appeal.extend_time"

    role: Name
    until: DayOrInstant
    ordered_on: Day
    reason: Text


class ListHearing(Act):
    """Enter the day of a hearing to come."""

    COMMAND = "appeal.list_hearing"

    on: Day
    kind: Name


class RecordHearing(Act):
    """Enter a hearing that was held."""

    COMMAND = "appeal.record_hearing"
    DONE_BY_NOW = frozenset({"from_", "to"})

    from_: Day = Field(alias="from")
    to: Day


class DecidedTarget(BaseModel):
    """What a decision says of one of several targets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    amount: PositiveMoney | None = None
    requirements: Requirements | None = None


class Decide(Act):
    """Enter the court's decision. `in_favour_of`: whose onward appeal is allowed, where both parties went on."""

    COMMAND = "appeal.decide"
    REFERS = {"per_target": ("fine", "enforcement_notice", "investigation")}

    outcome: Outcome
    decided_on: Day
    sent_on: Day
    reference: Name | None = None
    amount: PositiveMoney | None = None
    requirements: Requirements | None = None
    pay_by: Day | None = None
    court: Name | None = None
    in_favour_of: Party | None = None
    per_target: dict[UUID, DecidedTarget] = Field(default_factory=dict, max_length=20)

    @model_validator(mode="after")
    def _says_where_it_goes(self) -> Self:
        outcomes = (self.outcome, *(target.outcome for target in self.per_target.values()))
        if "remitted" in outcomes and self.court is None:
            msg = "outcome remitted needs court: where the appeal goes, or `authority`"
            raise ValueError(msg)
        return self


class SeekPermission(Act):
    """Enter a party's application for permission to appeal onward."""

    COMMAND = "appeal.seek_permission"

    by: Party
    court: Name
    received_on: DayOrInstant
    grounds: SomeNames


class DecidePermission(Act):
    """Enter the decision on an application for permission: that of `by`, where both parties' are pending.

    Granted without `court`: the next tier.
    """

    COMMAND = "appeal.decide_permission"

    outcome: Literal["granted", "refused"]
    sent_on: Day
    court: Name | None = None
    by: Party | None = None


class RenewPermission(Act):
    """Enter a refused application made again: that of `by`, else the one refused last."""

    COMMAND = "appeal.renew_permission"

    court: Name
    received_on: DayOrInstant
    by: Party | None = None


class AppealOnward(Act):
    """Enter a party's appeal to the next court, where it may go there as of right."""

    COMMAND = "appeal.appeal_onward"

    by: Party
    court: Name
    received_on: DayOrInstant
    grounds: SomeNames


class RecordSending(Act):
    """Enter that a court sent a document from which the law may count the time for going on."""

    COMMAND = "appeal.record_sending"

    document: Document
    sent_on: Day


class OrderStay(Act):
    """Record that the court lets deadlines of the targets stand still that the law does not suspend by itself.

    A role names one deadline, or all of its kind: `comply` for every `comply:ID`. With `until` they run again from that day.
    """

    COMMAND = "appeal.order_stay"

    roles: SomeNames
    ordered_on: Day
    until: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until is not None and self.until <= self.ordered_on:
            msg = f"until ({self.until}) must lie after ordered_on ({self.ordered_on})"
            raise ValueError(msg)
        return self


class LiftStay(Act):
    """Record that the court lets deadlines of the targets run again.

    With `roles` those deadlines, whatever they stand still by: its own order or the law. Without, what its orders stayed; where
    no order stands, what the law suspends while the appeal is pending.
    """

    COMMAND = "appeal.lift_stay"

    lifted_on: Day
    roles: Names = ()


class SuspendProceedings(Act):
    """Record that the appeal itself waits."""

    COMMAND = "appeal.suspend_proceedings"

    reason: Text
    ordered_on: Day


class ResumeProceedings(Act):
    """Record that the appeal goes on."""

    COMMAND = "appeal.resume_proceedings"

    resumed_on: Day


class Withdraw(Act):
    """Enter that a party gave up the appeal, the onward appeal or its application: `by`, where both have one pending."""

    COMMAND = "appeal.withdraw"

    withdrawn_on: Day
    by: Party | None = None


class BecomeFinal(Act):
    """Close the way on, once its last period ended unused. Given by the system."""

    COMMAND = "appeal.become_final"
