"""What a regime's file fixes besides its rules of time. Each block has its source; a block that is absent, the law does not have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.fields import Name
from domain.fields import Period as PeriodText
from domain.money import Money
from domain.regimes.rule import Mark
from domain.subject import Country

NoticeKind = Literal["information", "assessment", "interview"]
Tier = Literal["standard", "higher"]
Percent = Annotated[int, Field(ge=1, le=100)]
RecoveryCondition = Literal["payment_period_ended", "no_appeal_pending", "no_variation_appeal_pending", "appeal_periods_over"]


def _decimal(given: object) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | str | Decimal):
        msg = "a rate is written as a text such as '6.5', so that no digit is lost"
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError as a fault of the field
    return Decimal(given)


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(_Block):
    """The law behind a fact, and how sure it is."""

    mark: Mark
    cites: tuple[str, ...]
    note: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.cites and not self.note:
            msg = "a source must cite or note something"
            raise ValueError(msg)
        return self

    @property
    def said(self) -> str:
        """The law and the note, as far as they are there."""
        return "; ".join((*self.cites, *([self.note] if self.note else [])))


class MaximumData(_Block):
    """The most that a penalty of a tier may be: a fixed sum, or for some kinds of subject a share of turnover if higher."""

    fixed: Money
    percent_of_turnover: Percent | None = None
    percent_only_for: tuple[str, ...] = ()
    source: Citation


class EarlyPayment(_Block):
    """A reduction for paying within the deadline `early_payment`. `forfeited_by_appeal`: an appeal makes the whole payable."""

    percent: Percent
    forfeited_by_appeal: bool
    source: Citation


class BeforeDecision(_Block):
    """Reductions earned before the decision; both may be, and add up."""

    admission_percent: Percent
    payment_percent: Percent
    forfeited_by_appeal: bool
    source: Citation


class Reductions(_Block):
    """What makes less payable than the amount."""

    early_payment: EarlyPayment | None = None
    before_decision: BeforeDecision | None = None


class SuspensionByAppeal(_Block):
    """The deadlines of a case type that stand still while an appeal by the subject is pending; never where urgent reasons stood."""

    roles: tuple[str, ...]
    source: Citation


class Urgent(_Block):
    """The least time that urgent reasons must still leave."""

    minimum: PeriodText
    source: Citation


class EarliestCompliance(_Block):
    """Before when an enforcement notice may not demand compliance; `urgent`: when urgent reasons stand."""

    waits_for_appeal_period: bool
    source: Citation
    urgent: Urgent | None = None


class InvestigationNotice(_Block):
    """A kind of notice that an investigation may send, and the rule of the time to respond to it."""

    rule: str
    waits_for_appeal_period: bool
    source: Citation
    urgent: Urgent | None = None


class VariationOnRequest(_Block):
    """The recipient of an enforcement notice may ask for its variation or cancellation."""

    waits_for_appeal_period: bool
    source: Citation


class NoticeOfIntentContent(_Block):
    """What a notice of intent must state."""

    must_state: tuple[Literal["amount", "tier"], ...]
    source: Citation


class Recovery(_Block):
    """What must hold before a penalty is recovered through a court."""

    conditions: tuple[RecoveryCondition, ...]
    source: Citation


class CourtConfirmation(_Block):
    """A penalty against which nobody appealed is payable only once a court has confirmed it."""

    source: Citation


class PeriodicPenalties(_Block):
    """A sum for each day, week or month of non-compliance may be set. `most_per_day`: the highest rate for a day."""

    most_per_day: Money | None = None
    source: Citation


class InterestRate(_Block):
    """Percent a year from a day on, up to the next rate's day or `until` (half-open)."""

    since: date = Field(alias="from")
    until: date | None = None
    percent: Annotated[Decimal, BeforeValidator(_decimal)]
    source: Citation


class LateInterest(_Block):
    """Simple interest on what is not paid, from the day after the payment was due; a year is 365 days."""

    rates: tuple[InterestRate, ...] = Field(min_length=1)
    source: Citation


class Court(_Block):
    """A court, or the authority itself deciding on an objection, and the way on from its decisions.

    beside: the court at whose tier it stands too, named before it: another court of first instance, or the one that came in
    its place. way_on: permission of a court, as of right, or none. `rule`: the period for it. `renewal` and `reconsideration`:
    the rules for going on after a refusal of permission, by the court that refused.
    """

    court: Name
    name: Name
    beside: Name | None = None
    way_on: Literal["permission", "as_of_right", "none"]
    rule: str | None = None
    renewal: dict[str, str] = {}
    reconsideration: dict[str, str] = {}
    source: Citation


class Citations(_Block):
    """The law behind rules that are no time limits and have no block of their own; cited when an act is refused."""

    finding: Citation
    cancellation: Citation
    proposer_and_issuer_apart: Citation
    variation: Citation


class RegimeData(_Block):
    """What a regime's file says besides its rules. `country`: where the authority is; who resides elsewhere is abroad.

    names: what the law calls the notices, in its own language where that is not English.
    roles: by case type, the rule that fills each role of a deadline; by kind of notice (`formal_notice`), what differs for it.
    deemed_receipt: by method of service, the rule by which receipt is deemed.
    after_appeal: what is left of a suspended deadline: the remainder, or the whole period anew.
    """

    authority: Name
    country: Country
    currency: str
    names: dict[str, Name]
    roles: dict[str, dict[str, str]]
    maxima: dict[Tier, MaximumData]
    notice_of_intent: NoticeOfIntentContent
    courts: tuple[Court, ...] = Field(min_length=1)
    citations: Citations
    earliest_compliance: EarliestCompliance
    recovery: Recovery
    suspended_by_appeal: dict[str, SuspensionByAppeal] = {}
    after_appeal: Literal["remainder", "anew"] = "remainder"
    investigation_notices: dict[NoticeKind, InvestigationNotice] = {}
    variation_on_request: VariationOnRequest | None = None
    reductions: Reductions = Reductions()
    court_confirmation: CourtConfirmation | None = None
    periodic_penalties: PeriodicPenalties | None = None
    late_interest: LateInterest | None = None
    deemed_receipt: dict[Name, str] = {}
