"""What if: the end of a time limit under any rule that is installed, from dates alone. No case, no service, nothing saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from domain.clock import Count, End
from domain.clock.calendar import AnnouncedDay
from domain.clock.end import end_under
from domain.clock.period import Period as Length
from domain.clock.terms import Candidate, LeftOut, Suspension
from domain.clock.words import in_words
from domain.commands import faults_in, malformed, shown
from domain.fields import Day, DayOrInstant, Name, Period, Text
from domain.refusals import Invalid
from domain.regimes import RuleVersion, require_known_holidays, rules, version_in_force

_NAME = "deadline.compute"
_Few = Field(max_length=100)
_PERIOD: TypeAdapter[str] = TypeAdapter(Period)
_DAY: TypeAdapter[date | datetime] = TypeAdapter(DayOrInstant)


def _period_or_day(given: object, info: ValidationInfo) -> object:
    try:
        return (_PERIOD if isinstance(given, str) and given.startswith("P") else _DAY).validate_python(
            given, context=info.context
        )
    except ValidationError:
        msg = f"{given!r} is neither a period to add, such as P14D, nor a day that stands as it is, such as 2026-05-01"
        raise ValueError(msg) from None


def _written_as_a_period(given: object) -> object:
    if isinstance(given, str):
        Length.parse(given)
    return given


def _known_holidays(named: str) -> str:
    require_known_holidays(named)
    return named


Extension = Annotated[str | date | datetime, PlainValidator(_period_or_day)]


class Days(BaseModel):
    """Days from one on and up to another, which is no more one of them: [since, until)."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    since: Day = Field(alias="from")
    until: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until <= self.since:
            msg = f"{self.since}..{self.until} holds no day; the second day, on which it runs again, comes after the first"
            raise ValueError(msg)
        return self


class OtherTrigger(BaseModel):
    """Another of several triggers, of which the latest counts."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    event: Name
    on: Day


class DayOff(BaseModel):
    """A day off that the installed holidays do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    on: Day
    reason: Text


class Question(BaseModel):
    """What an end is asked for.

    rule: its id, `uk-dpa-2018/sch16-2`. from: the day that the rule counts from, or the instant.
    period: what the notice gives; None: the rule's own. until: what the notice gives as a day instead.
    extended: in their order; a period is added to the unrolled end, a day stands as it is with all that was before it.
    suspended, left_out: days that do not count. also: other triggers, of which the latest counts.
    anchored: `from` is the end of another deadline. abroad: the subject resides abroad.
    holidays: the matter's own in the place of the rule's, `GB/SCT`. announced: days off beside those.
    conduct: the last day of the conduct, where it chooses the version of the rule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    rule: Name
    start: DayOrInstant = Field(alias="from")
    period: Annotated[Period, BeforeValidator(_written_as_a_period)] | None = None
    until: DayOrInstant | None = None
    extended: Annotated[tuple[Extension, ...], _Few] = ()
    suspended: Annotated[tuple[Days, ...], _Few] = ()
    left_out: Annotated[tuple[Days, ...], _Few] = ()
    also: Annotated[tuple[OtherTrigger, ...], _Few] = ()
    anchored: bool = False
    abroad: bool = False
    holidays: Annotated[str, AfterValidator(_known_holidays)] | None = None
    announced: Annotated[tuple[DayOff, ...], _Few] = ()
    conduct: Day | None = None


@dataclass(frozen=True)
class Answer:
    """The end, the version of the rule under which it was found, why that one, and what else should be known."""

    rule: RuleVersion
    chosen_because: str
    end: End
    notes: tuple[str, ...]

    @property
    def kind(self) -> Literal["floor", "ceiling", "due", "soft"]:
        """What the limit is."""
        return self.rule.kind

    def as_json(self) -> dict[str, Any]:
        """The answer for machines."""
        rule, end = self.rule, self.end
        return {
            "rule": {"id": rule.id, "version": rule.version, "title": rule.title, "cites": list(rule.cites)},
            "chosen_because": self.chosen_because,
            "kind": self.kind,
            "time_zone": str(rule.time_zone),
            "calendar": end.calendar.model_dump(mode="json"),
            "nominal": end.nominal.isoformat(),
            "due": end.due.isoformat(),
            "due_at": end.due_at.isoformat(),
            "steps": list(end.steps),
            "marks": list(end.marks),
            "notes": list(self.notes),
        }


def compute(asked: Mapping[str, Any]) -> Answer:
    """Answer a question that is given as plain values, named as in `Question`.

    Raises:
        Malformed: it is not well formed, names a rule or holidays that there are not, or gives no length; all faults at once.
        Invalid: the rule is not known on that day, or the end lies beyond the year 9999.
        Misconfigured: the regime files have faults.
    """
    try:
        question = Question.model_validate(asked)
    except ValidationError as error:
        raise malformed(_NAME, faults_in(error)) from None
    return answer(question)


def answer(question: Question) -> Answer:
    """Find the end that is asked for; see `compute`."""
    versions = rules().get(question.rule)
    if versions is None:
        raise malformed(_NAME, [{"field": "rule", "problem": _why_unknown(question.rule)}])
    latest = _latest_trigger(question, versions[0])
    start = latest.date
    rule, because = _version(question, versions, start)
    count = _count(question, rule, latest)
    if count.until is None and not (count.period or rule.period):
        problem = f"is required: {rule.id} gives none, for the notice does; write for example P28D"
        raise malformed(_NAME, [{"field": "period", "problem": problem}])
    days_off = (AnnouncedDay(day.on, day.reason) for day in question.announced)
    calendar = replace(rule.calendar, announced=(*rule.calendar.announced, *days_off))
    try:
        end = end_under(replace(rule, calendar=calendar), count)
    except OverflowError:
        message = f"Refused: counted from {start}, the period leads beyond the year {date.max.year}. Give a shorter one."
        raise Invalid(message, counted_from=str(start)) from None
    return Answer(rule, because, end, tuple(_notes(question, rule, start)))


def _why_unknown(rule_id: str) -> str:
    regime, _, _ = rule_id.partition("/")
    its_own = [known for known in rules() if known.startswith(f"{regime}/")]
    if its_own:
        return f"{shown(rule_id)} is unknown; {regime} has {', '.join(its_own)}"
    regimes = dict.fromkeys(known.partition("/")[0] for known in rules())
    return f"{shown(rule_id)} is unknown; write REGIME/RULE, such as uk-dpa-2018/sch16-2. Installed are {', '.join(regimes)}"


def _triggers(question: Question, rule: RuleVersion) -> list[Candidate]:
    """All that are asked about; the first is what the rule counts from."""
    act, _, kind = rule.counts_from[0].partition(".")
    usual = f"day_named_by_the_{act}" if kind == "named" else f"{act}_{kind}"
    others = (Candidate(event=other.event, date=other.on) for other in question.also)
    return [Candidate(event=usual, date=question.start), *others]


def _latest_trigger(question: Question, rule: RuleVersion) -> Candidate:
    def moment(known: Candidate) -> datetime:
        given = known.date
        return given if isinstance(given, datetime) else datetime.combine(given, time(), rule.time_zone)

    return max(_triggers(question, rule), key=moment)


def _version(question: Question, versions: Sequence[RuleVersion], start: date | datetime) -> tuple[RuleVersion, str]:
    """The version that is law, by the date that chooses it, and why it is that one."""
    day = start.astimezone(versions[0].time_zone).date() if isinstance(start, datetime) else start
    by = "the date that it counts from"
    if versions[0].version_by == "conduct":
        by = "the last day of the conduct" if question.conduct else f"{by}, because no day of the conduct was given"
        day = question.conduct or day
    elif question.conduct:
        problem = f"does not matter: the version of {versions[0].id} is chosen by the date that it counts from; leave it away"
        raise malformed(_NAME, [{"field": "conduct", "problem": problem}])
    rule = version_in_force(versions, day)
    in_force = rule.data.in_force
    until = f" until {in_words(in_force.until - timedelta(days=1))}" if in_force.until else " on"
    law = f"version {rule.version} is law from {in_words(in_force.since)}{until}"
    return rule, f"{law}; it is chosen by {by}, {in_words(day)}"


def _count(question: Question, rule: RuleVersion, latest: Candidate) -> Count:
    count = Count(
        rule=rule.id,
        rule_version=rule.version,
        trigger=latest.event,
        start=latest.date,
        period=question.period,
        until=question.until,
        suspensions=tuple(Suspension(since=days.since, until=days.until, reason="as asked") for days in question.suspended),
        left_out=tuple(_left_out(days, rule) for days in question.left_out),
        abroad=question.abroad,
        anchored=question.anchored,
        holidays=question.holidays,
        candidates=tuple(_triggers(question, rule)) if question.also else (),
    )
    for extension in question.extended:
        count = count.extended_by(extension) if isinstance(extension, str) else count.fixed_at(extension)
    return count


def _left_out(days: Days, rule: RuleVersion) -> LeftOut:
    named = [leaves.name for leaves in rule.data.leaves_out if leaves.each_year is None]
    name = named[0] if len(named) == 1 else "left out as asked"
    return LeftOut(first=days.since, last=days.until - timedelta(days=1), name=name)


def _notes(question: Question, rule: RuleVersion, start: date | datetime) -> Iterator[str]:
    """What should be known besides."""
    if question.period and rule.minimum and rule.ends_before(question.period, rule.minimum, start):
        cites = "; ".join(rule.cites_for("minimum"))
        yield f"The law's minimum is {Length.parse(rule.minimum)} ({cites}): a notice may not give {Length.parse(question.period)}."
    if question.abroad and rule.data.period_abroad is None:
        yield "The rule gives a subject that resides abroad no longer period."
    if (question.suspended or question.left_out) and any(not isinstance(extension, str) for extension in question.extended):
        yield "What is extended to a day stands as it is: the days that did not count are in it."
