"""A regime: what one body of law fixes for the cases under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from domain.clock.period import Period
from domain.fields import Period as PeriodText
from domain.money import Money
from domain.refusals import Invalid
from domain.regimes.rule import Mark, RuleVersion
from domain.subject import Subject
from foundation.errors import Misconfigured


class Citation(BaseModel):
    """A rule of law that is no time limit, and how sure it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mark: Mark
    cites: tuple[str, ...]
    note: str | None = None


class MaximumData(BaseModel):
    """The most that a penalty of a tier may be: a fixed sum, or for some kinds of subject a share of turnover if higher."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fixed: Money
    percent_of_turnover: int = Field(ge=1, le=100)
    percent_only_for: tuple[str, ...]
    source: Citation


class SuspensionByAppeal(BaseModel):
    """The deadlines that stand still while an appeal by the subject is pending, by case type."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: dict[str, tuple[str, ...]]
    source: Citation


class EarliestCompliance(BaseModel):
    """Before when an enforcement notice may not demand compliance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    waits_for_appeal_period: bool
    urgent_minimum: PeriodText
    source: Citation


class NoticeOfIntentContent(BaseModel):
    """What a notice of intent must state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    needs_amount_and_tier: bool
    source: Citation


class Court(BaseModel):
    """A court, and the way on from its decisions: the rule for permission, and those for going on after a refusal, by court that refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    court: str
    permission: str | None = None
    renewal: dict[str, str] = {}
    reconsideration: dict[str, str] = {}


class Citations(BaseModel):
    """The law behind rules that are no time limits; each is cited when an act is refused, or a deadline stands still."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding: Citation
    cancellation: Citation
    proposer_and_issuer_apart: Citation
    variation: Citation
    recovery: Citation
    earliest_compliance: Citation
    urgent_compliance: Citation
    suspension_by_appeal: Citation
    liquidation: Citation


class RegimeData(BaseModel):
    """What a regime's file says besides its rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: str
    currency: str
    roles: dict[str, dict[str, str]]
    maxima: dict[str, MaximumData]
    suspended_by_appeal: SuspensionByAppeal
    earliest_compliance: EarliestCompliance
    notice_of_intent: NoticeOfIntentContent
    courts: tuple[Court, ...]
    citations: Citations


@dataclass(frozen=True)
class Maximum:
    """The most that a penalty may be for one subject, in words too, with the law behind it."""

    money: Money
    words: str
    cites: tuple[str, ...]


@dataclass(frozen=True)
class Regime:
    """One body of law, with the rules of time that its cases need, its own and those of the courts."""

    id: str
    title: str
    time_zone: ZoneInfo
    covers_from: date
    compared_with_law_on: date | None
    data: RegimeData
    rules: Mapping[str, tuple[RuleVersion, ...]]

    @property
    def authority(self) -> str:
        """Who enforces it."""
        return self.data.authority

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.data.currency

    # Rules of time

    def rule_for(self, case_type: str, role: str, on: date) -> RuleVersion | None:
        """The version, in force on the day of the trigger, of the rule that fills a role; None: no rule fills it.

        Raises:
            Invalid: the day lies before the first that the regime's data covers; it is never guessed.
        """
        roles = self.data.roles.get(case_type, {})
        rule_id = roles.get(role) or roles.get(role.partition(":")[0])
        return self._in_force(rule_id, on) if rule_id else None

    def _in_force(self, rule_id: str, on: date) -> RuleVersion:
        found = next((version for version in self.rules[rule_id] if version.is_in_force_on(on)), None)
        if found is None:
            first = self.rules[rule_id][0].data.in_force.since
            message = f"Refused: the rule {rule_id} is known from {first} on; {on} lies before. Check the date, or have the rule's earlier versions added."
            raise Invalid(message, rule=rule_id, date=str(on), covers_from=str(first))
        return found

    def rule_version(self, rule_id: str, version: int) -> RuleVersion:
        """A version of a rule by its number.

        Raises:
            Misconfigured: it is not in the installed files.
        """
        for known in self.rules.get(rule_id, ()):
            if known.version == version:
                return known
        msg = f"{self.id} has no rule {rule_id} version {version}; the regime files are older than the case. Install the newer ones."
        raise Misconfigured(msg)

    # Courts

    @property
    def courts(self) -> tuple[str, ...]:
        """The courts from the first to the last."""
        return tuple(court.court for court in self.data.courts)

    @property
    def first_court(self) -> str:
        """Where an appeal begins."""
        return self.courts[0]

    def next_court(self, court: str) -> str | None:
        """The court above; None: there is none."""
        above = self.courts.index(court) + 1
        return self.courts[above] if above < len(self.courts) else None

    def _court(self, court: str) -> Court | None:
        return next((known for known in self.data.courts if known.court == court), None)

    def permission_rule(self, court: str, on: date) -> RuleVersion | None:
        """The period for seeking permission to appeal against a decision of the court."""
        known = self._court(court)
        return self._in_force(known.permission, on) if known and known.permission else None

    def renewal_rule(self, refused_by: str, of: str, on: date) -> RuleVersion | None:
        """The period for renewing an application that a court refused, about a decision of the court `of`."""
        known = self._court(of)
        rule = known.renewal.get(refused_by) if known else None
        return self._in_force(rule, on) if rule else None

    def reconsideration_rule(self, refused_by: str, of: str, on: date) -> RuleVersion | None:
        """The period for asking the court that refused to look again."""
        known = self._court(of)
        rule = known.reconsideration.get(refused_by) if known else None
        return self._in_force(rule, on) if rule else None

    # Other rules

    def maximum(self, tier: str, subject: Subject) -> Maximum:
        """The most that a penalty of a tier may be for this subject, whichever limb is higher.

        Without a turnover in the regime's currency, or for a kind of subject without the percentage limb, the fixed sum alone
        counts: nobody guesses a rate of exchange.
        """
        data = self.data.maxima[tier]
        cites = data.source.cites
        turnover = subject.worldwide_turnover
        if turnover is None or subject.kind not in data.percent_only_for:
            return Maximum(data.fixed, f"the fixed maximum of the {tier} tier", cites)
        if turnover.currency != data.fixed.currency:
            return Maximum(data.fixed, f"the fixed maximum of the {tier} tier; the turnover is not in {self.currency}", cites)
        share = turnover.share(Decimal(data.percent_of_turnover) / 100)
        if share > data.fixed:
            return Maximum(share, f"{data.percent_of_turnover} % of the worldwide turnover of {turnover}", cites)
        return Maximum(
            data.fixed, f"the fixed maximum of the {tier} tier, higher than {data.percent_of_turnover} % of turnover", cites
        )

    @property
    def notice_of_intent_needs_amount(self) -> bool:
        """Whether a notice of intent must state amount and tier."""
        return self.data.notice_of_intent.needs_amount_and_tier

    def is_suspended_by_appeal(self, case_type: str, role: str) -> bool:
        """Whether a deadline stands still while an appeal by the subject is pending."""
        return role.partition(":")[0] in self.data.suspended_by_appeal.roles.get(case_type, ())

    @property
    def compliance_waits_for_appeal_period(self) -> bool:
        """Whether compliance may not be demanded before the appeal period ends."""
        return self.data.earliest_compliance.waits_for_appeal_period

    def earliest_urgent_compliance(self, sent_on: date | datetime) -> datetime:
        """The first instant at which compliance may fall due when urgent reasons stand."""
        earliest = Period.parse(self.data.earliest_compliance.urgent_minimum).after(sent_on, self.time_zone)
        assert isinstance(earliest, datetime)
        return earliest

    def cites(self, key: str) -> tuple[str, ...]:
        """The law behind a rule that is no time limit, by its name in `Citations`."""
        citation: Citation = getattr(self.data.citations, key)
        return citation.cites
