"""A regime: what one body of law fixes for the cases under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from domain.clock.calendar import AnnouncedDay, Calendar
from domain.clock.period import Period
from domain.money import Money
from domain.refusals import Invalid
from domain.regimes.law import Citation, Court, InvestigationNotice, RegimeData, SuspensionByAppeal, Urgent
from domain.regimes.rule import RuleVersion, version_in_force
from domain.subject import Subject
from foundation.errors import Misconfigured

Cited = Literal[
    "finding", "cancellation", "proposer_and_issuer_apart", "variation", "notice_of_intent", "recovery",
    "variation_on_request", "court_confirmation", "periodic_penalties", "late_interest",
]  # fmt: skip
"""What is cited when an act is refused: a field of `Citations`, or a block of the law that has its source."""


@dataclass(frozen=True)
class Maximum:
    """The most that a penalty may be for one subject, in words too, with the law behind it."""

    money: Money
    words: str
    cites: tuple[str, ...]


@dataclass(frozen=True)
class Regime:
    """One body of law, with the rules of time that its cases need, its own and those of the courts.

    `calendar`: its usual one; a matter may have other holidays in its place.
    """

    id: str
    title: str
    time_zone: ZoneInfo
    calendar: Calendar
    covers_from: date
    covers_until: date | None
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

    def is_abroad(self, subject: Subject) -> bool:
        """Whether a subject resides outside the regime's country."""
        return (subject.resides_in or subject.country) != self.data.country

    # Rules of time

    def rule_for(self, case_type: str, role: str, on: date, *, conduct: date | None = None) -> RuleVersion | None:
        """The version, in force on the day of the trigger, of the rule that fills a role; None: no rule fills it.

        Args:
            case_type: of the case that has the deadline.
            role: what the deadline is for.
            on: the day of the trigger.
            conduct: the last day of the conduct, which chooses the version where the rule says so. Not known, the trigger's
                day chooses: the conduct lies before it, so that a law which has not ended by then applied to it.

        Raises:
            Invalid: the day lies outside those that the regime's data covers; it is never guessed.
        """
        versions = self._versions_for(case_type, role)
        if not versions:
            return None
        return version_in_force(versions, conduct if conduct and versions[0].version_by == "conduct" else on)

    def counts_from(self, case_type: str, role: str) -> tuple[str, ...]:
        """What the rule of a role counts from: an act and its date, or several of which the latest counts. Empty: no rule."""
        versions = self._versions_for(case_type, role)
        return versions[0].counts_from if versions else ()

    def _versions_for(self, case_type: str, role: str) -> tuple[RuleVersion, ...]:
        """The versions of the rule that the file names for a role, itself or all of its kind (`comply` for `comply:stop`)."""
        roles = self.data.roles.get(case_type, {})
        rule_id = roles.get(role) or roles.get(role.partition(":")[0])
        return self.rules[rule_id] if rule_id else ()

    def _in_force(self, rule_id: str, on: date) -> RuleVersion:
        return version_in_force(self.rules[rule_id], on)

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

    def deemed_receipt_rule(self, method: str, sent_on: date) -> RuleVersion | None:
        """The rule by which what was sent so is deemed received; None: the law of that day deems nothing."""
        rule_id = self.data.deemed_receipt.get(method)
        versions = self.rules[rule_id] if rule_id else ()
        return next((version for version in versions if version.is_in_force_on(sent_on)), None)

    # Calendars

    @property
    def calendars(self) -> tuple[Calendar, ...]:
        """The calendars that decide about its deadlines; once what has the same days, whoever else's file names it too."""
        used = [rule_id for rule_id in _texts(self.data.model_dump()) if rule_id in self.rules]
        own = [rule_id for rule_id in self.rules if rule_id.partition("/")[0] == self.id]
        known: dict[Calendar, Calendar] = {}
        for calendar in (version.calendar for rule_id in own + used for version in self.rules[rule_id]):
            known.setdefault(replace(calendar, doubt=None), calendar)
        return tuple(known.values())

    def with_days_off(self, announced: tuple[AnnouncedDay, ...]) -> Regime:
        """The same law under calendars that know of these days off announced late, and of no others."""
        rules = {
            rule_id: tuple(replace(known, calendar=replace(known.calendar, announced=announced)) for known in versions)
            for rule_id, versions in self.rules.items()
        }
        return replace(self, rules=rules)

    # Courts

    @property
    def courts(self) -> tuple[str, ...]:
        """The courts from the first tier to the last."""
        return tuple(court.court for court in self.data.courts)

    @property
    def first_court(self) -> str:
        """Where an appeal begins, unless another court of the first tier has it."""
        return self.courts[0]

    @property
    def first_courts(self) -> tuple[str, ...]:
        """All courts where an appeal may begin."""
        return tuple(court for court in self.courts if self._tier(court) == self.first_court)

    def courts_above(self, court: str) -> tuple[str, ...]:
        """The courts of the tiers above a court's own, from the next to the last."""
        tier = self._tier(court)
        last_beside = max(number for number, known in enumerate(self.courts) if self._tier(known) == tier)
        return self.courts[last_beside + 1 :]

    def next_court(self, court: str) -> str | None:
        """The court above; None: there is none."""
        return next(iter(self.courts_above(court)), None)

    def _tier(self, court: str) -> str:
        """The court that the tier is known by."""
        known = self._court(court)
        return (known.beside if known else None) or court

    def _court(self, court: str) -> Court | None:
        return next((known for known in self.data.courts if known.court == court), None)

    def way_on(self, court: str) -> Literal["permission", "as_of_right", "none"]:
        """How a party goes on from a decision of the court."""
        known = self._court(court)
        return known.way_on if known else "none"

    def way_on_rule(self, court: str, on: date) -> RuleVersion | None:
        """The period for going on from a decision of the court: for seeking permission, or for appealing as of right."""
        known = self._court(court)
        return self._in_force(known.rule, on) if known and known.rule else None

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
        data = next((maximum for known, maximum in self.data.maxima.items() if known == tier), None)
        if data is None:
            message = f"Refused: under {self.title} there is no penalty of the {tier} tier. Check the regime of the case."
            raise Invalid(message, tier=tier, regime=self.id)
        cites = data.source.cites
        turnover = subject.worldwide_turnover
        if turnover is None or data.percent_of_turnover is None or subject.kind not in data.percent_only_for:
            return Maximum(data.fixed, f"the fixed maximum of the {tier} tier", cites)
        if turnover.currency != data.fixed.currency:
            return Maximum(data.fixed, f"the fixed maximum of the {tier} tier; the turnover is not in {self.currency}", cites)
        share = turnover.share(Decimal(data.percent_of_turnover) / 100)
        if share > data.fixed:
            return Maximum(share, f"{data.percent_of_turnover} % of the worldwide turnover of {turnover}", cites)
        return Maximum(
            data.fixed, f"the fixed maximum of the {tier} tier, higher than {data.percent_of_turnover} % of turnover", cites
        )

    def highest_periodic_rate(self, per: Literal["day", "week", "month"]) -> Money | None:
        """The most that a periodic penalty may be for each day, week or month; None: the law names no maximum.

        A begun week or month counts whole, so its rate is held against its fewest days.
        """
        block = self.data.periodic_penalties
        most = block.most_per_day if block else None
        return most.times({"day": 1, "week": 7, "month": 28}[per]) if most else None

    @property
    def must_state_in_notice_of_intent(self) -> tuple[str, ...]:
        """What a notice of intent must state."""
        return self.data.notice_of_intent.must_state

    def suspension_by_appeal(self, case_type: str, role: str) -> SuspensionByAppeal | None:
        """Why a deadline stands still while an appeal by the subject is pending; None: it does not."""
        suspension = self.data.suspended_by_appeal.get(case_type)
        return suspension if suspension and role.partition(":")[0] in suspension.roles else None

    def end_of_least_time(self, urgent: Urgent, sent_on: date | datetime) -> datetime:
        """The first instant, in the regime's zone, at which what was sent may fall due when urgent reasons stand."""
        earliest = Period.parse(urgent.minimum).after(sent_on, self.time_zone)
        if isinstance(earliest, datetime):
            return earliest.astimezone(self.time_zone)
        return datetime.combine(earliest + timedelta(days=1), time(), self.time_zone)

    def investigation_notice(self, kind: str) -> InvestigationNotice | None:
        """What the law says of a kind of notice that an investigation sends; None: it knows no such notice."""
        return next((notice for known, notice in self.data.investigation_notices.items() if known == kind), None)

    def response_rule(self, kind: str, on: date) -> RuleVersion | None:
        """The rule of the time to respond to a kind of notice, in force on the day of its trigger."""
        notice = self.investigation_notice(kind)
        return self._in_force(notice.rule, on) if notice else None

    def cites(self, key: Cited) -> tuple[str, ...]:
        """The law behind a rule that is no time limit, by the name of its block or of its field in `Citations`."""
        citations = self.data.citations
        if key in type(citations).model_fields:
            found: Citation = getattr(citations, key)
            return found.cites
        block = getattr(self.data, key)
        return block.source.cites if block else ()


def _texts(said: object) -> Iterator[str]:
    """Every text in a file's data."""
    match said:
        case str():
            yield said
        case dict():
            yield from (text for item in said.values() for text in _texts(item))
        case list() | tuple():
            yield from (text for item in said for text in _texts(item))
        case _:
            return
