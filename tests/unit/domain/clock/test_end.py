"""The statutory clock: worked dates of the law, and what holds for every date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.clock import Calendar, Count, End, end_of
from domain.clock.calendar import RecurringDay
from domain.clock.pauses import Pause, joined
from domain.clock.period import Period
from domain.regimes import regime
from foundation.errors import Misconfigured

UK = regime("uk-dpa-2018")
LONDON = ZoneInfo("Europe/London")
ENGLAND = Calendar("england-wales", "GB/ENG")
ALL_RULES = sorted(
    (rule, version.version)
    for rule, versions in UK.rules.items()
    for version in versions
    if rule.startswith("uk-") and version.roll == "next_working_day"
)


def ends(rule: str, start: str, period: str | None = None, *, version: int = 1, **more: Any) -> End:
    count = {"rule": rule, "rule_version": version, "trigger": "test", "start": start, "period": period, **more}
    return end_of(Count.model_validate(count), UK)


def due(rule: str, start: str, period: str | None = None, **more: Any) -> str:
    return str(ends(rule, start, period, **more).due)


class TestMonths:
    def test_30_september_and_four_months_are_30_january(self) -> None:
        """Dodds v Walker [1981]."""
        assert Period.parse("P4M").after(date(1978, 9, 30), LONDON) == date(1979, 1, 30)

    @given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.integers(1, 600))
    def test_end_by_corresponding_date_as_dateutil_has_it(self, start: date, months: int) -> None:
        assert Period(months, "M").after(start, LONDON) == start + relativedelta(months=months)

    def test_end_by_corresponding_date_from_every_day_of_a_hundred_years(self) -> None:
        periods = [Period(n, "M") for n in (1, 3, 6)]
        day = date(1970, 1, 1)
        while day < date(2070, 1, 1):
            for period in periods:
                assert period.after(day, LONDON) == day + relativedelta(months=period.number)
            day += timedelta(days=1)

    @given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 50))
    def test_of_a_year_are_twelve(self, start: date, years: int) -> None:
        assert Period(years, "Y").after(start, LONDON) == Period(12 * years, "M").after(start, LONDON)


class TestHours:
    def test_neither_gain_nor_lose_one_when_the_clocks_change(self) -> None:
        spring = ends("uk-dpa-2018/s150", "2026-03-28T10:30:00+00:00", "PT24H")
        assert spring.due_at == datetime(2026, 3, 29, 11, 0, tzinfo=UTC)
        assert spring.due_at.isoformat() == "2026-03-29T12:00:00+01:00"
        autumn = ends("uk-dpa-2018/s150", "2026-10-24T10:30:00+01:00", "PT24H")
        assert autumn.due_at == datetime(2026, 10, 25, 10, 0, tzinfo=UTC)
        assert autumn.due_at.isoformat() == "2026-10-25T10:00:00+00:00"

    def test_of_a_bare_date_count_from_the_end_of_its_day(self) -> None:
        end = ends("uk-dpa-2018/s150", "2022-05-18", "PT24H")
        assert end.due_at == datetime(2022, 5, 20, 0, 0, tzinfo=LONDON)
        assert str(end.due) == "2022-05-19", "the last day on which the act is in time"

    @given(
        st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - the zone is given beside
        st.integers(1, 500),
    )
    def test_are_never_moved_and_never_less_than_given(self, start: datetime, hours: int) -> None:
        start = start.replace(tzinfo=UTC)
        end = ends("uk-dpa-2018/s150", start.isoformat(), f"PT{hours}H")
        assert timedelta(hours=hours) <= end.due_at - start < timedelta(hours=hours + 1)


class TestTheFirstLateInstant:
    @pytest.mark.parametrize(("day", "offset"), [("2026-03-29", "+01:00"), ("2026-10-25", "+00:00"), ("2026-07-01", "+01:00")])
    def test_is_midnight_of_the_day_in_the_regimes_zone(self, day: str, offset: str) -> None:
        end = ends("uk-dpa-2018/s150", "2026-01-01", until=day)
        assert end.due_at.isoformat() == f"{date.fromisoformat(day) + timedelta(days=1)}T00:00:00{offset}"

    def test_before_five_excludes_the_stroke_and_by_five_includes_it(self) -> None:
        first_tier, upper = ends("uk-grc-2009/r42", "2026-06-01"), ends("uk-ut-2008/r44", "2026-06-01")
        assert first_tier.due_at.isoformat() == "2026-06-29T17:00:00+01:00"
        assert upper.due_at.isoformat() == "2026-07-01T17:00:00.000001+01:00"


class TestARuleWithoutAPeriod:
    def test_needs_one_from_the_notice(self) -> None:
        with pytest.raises(Misconfigured):
            ends("uk-dpa-2018/s150", "2022-05-18")


class TestAFixedEnd:
    def test_stands_as_it_is_on_a_sunday_too(self) -> None:
        assert due("uk-dpa-2018/sch16-6", "2022-05-18", until="2022-06-19") == "2022-06-19"

    def test_may_be_an_instant(self) -> None:
        end = ends("uk-dpa-2018/sch16-6", "2022-05-18", until="2022-06-19T09:30:00+01:00")
        assert (str(end.due), end.due_at) == ("2022-06-19", datetime(2022, 6, 19, 9, 30, tzinfo=LONDON))

    def test_extended_by_a_period_rolls_once_after_it(self) -> None:
        assert due("uk-dpa-2018/sch16-6", "2022-05-18", until="2022-06-19", extensions=("P6D",)) == "2022-06-27"


class TestAnExtension:
    def test_is_added_to_the_unrolled_end_and_rolled_once(self) -> None:
        # 29 May 2022 is a Sunday; 30 days from there, not from the Monday, end on 28 June
        assert due("uk-dpa-2018/sch16-2", "2021-11-29", extensions=("P30D",)) == "2022-06-28"


rules = st.sampled_from(ALL_RULES)
days = st.dates(date(2018, 5, 25), date(2099, 12, 31))
periods = st.sampled_from(["P1D", "P14D", "P28D", "P2W", "P1M", "P3M", "P6M", "P1Y"])
lengths = st.integers(0, 400)


def counted(rule: tuple[str, int], start: date, period: str, suspensions: list[tuple[date, date]] | None = None) -> End:
    still = [{"since": since, "until": until, "reason": "r"} for since, until in suspensions or []]
    return ends(rule[0], start.isoformat(), period, version=rule[1], suspensions=tuple(still))


class TestForEveryDate:
    @given(rules, days, periods)
    def test_no_end_lies_on_a_day_that_is_no_working_day_nor_before_the_nominal_one(
        self, rule: tuple[str, int], start: date, period: str
    ) -> None:
        end = counted(rule, start, period)
        assert UK.rule_version(*rule).roll == "next_working_day"
        assert ENGLAND.why_not_working(end.due) is None
        assert isinstance(end.nominal, date)
        assert all(
            ENGLAND.why_not_working(end.nominal + timedelta(days=n)) is not None for n in range((end.due - end.nominal).days)
        )

    @given(rules, days, lengths, periods)
    def test_a_later_trigger_never_ends_earlier(self, rule: tuple[str, int], start: date, later: int, period: str) -> None:
        assert counted(rule, start, period).due_at <= counted(rule, start + timedelta(days=later), period).due_at

    @given(rules, days, periods, lengths, lengths)
    def test_days_that_stand_still_never_shorten(
        self, rule: tuple[str, int], start: date, period: str, offset: int, length: int
    ) -> None:
        since = start + timedelta(days=offset - 100)
        plain, still = counted(rule, start, period), counted(rule, start, period, [(since, since + timedelta(days=length))])
        assert still.due >= plain.due

    @given(rules, days, periods, st.data(), lengths)
    def test_days_that_stand_still_within_the_period_are_all_given_back(
        self, rule: tuple[str, int], start: date, period: str, data: st.DataObject, length: int
    ) -> None:
        plain = counted(rule, start, period)
        since = data.draw(st.dates(start + timedelta(days=1), _day(plain.nominal)))
        still = counted(rule, start, period, [(since, since + timedelta(days=length))])
        assert still.nominal == plain.nominal + timedelta(days=length)
        assert still.due == UK.rule_version(*rule).calendar.working_day_from(_day(still.nominal))

    @given(rules, days, periods, st.tuples(lengths, lengths, lengths))
    def test_splitting_a_suspension_changes_nothing(
        self, rule: tuple[str, int], start: date, period: str, parts: tuple[int, int, int]
    ) -> None:
        offset, first, second = parts
        since = start + timedelta(days=offset)
        middle = since + timedelta(days=first)
        until = middle + timedelta(days=second)
        whole, split = [(since, until)], [(middle, until), (since, middle)]
        assert counted(rule, start, period, whole).due_at == counted(rule, start, period, split).due_at

    @given(rules, days, periods, lengths, lengths)
    def test_days_in_two_suspensions_count_once(
        self, rule: tuple[str, int], start: date, period: str, offset: int, length: int
    ) -> None:
        since = start + timedelta(days=offset)
        once = [(since, since + timedelta(days=length))]
        assert counted(rule, start, period, once).due_at == counted(rule, start, period, [*once, *once]).due_at

    @given(rules, days, periods)
    def test_the_steps_end_with_the_day_that_is_due(self, rule: tuple[str, int], start: date, period: str) -> None:
        end = counted(rule, start, period)
        assert f"{end.due.day} {end.due:%b %Y}" in end.steps[-1]
        assert f"{start.day} {start:%b %Y}" in end.steps[0]

    @given(rules, days, periods)
    def test_the_same_count_gives_the_same_end(self, rule: tuple[str, int], start: date, period: str) -> None:
        assert counted(rule, start, period) == counted(rule, start, period)


def _day(given: date) -> date:
    assert not isinstance(given, datetime)
    return given


def test_suspensions_are_merged_into_half_open_intervals() -> None:
    def still(since: str, until: str) -> Pause:
        return Pause(date.fromisoformat(since), date.fromisoformat(until), ("r",), stood_still=True)

    pauses = [still("2022-01-05", "2022-01-12"), still("2022-01-10", "2022-01-20"), still("2022-02-01", "2022-02-03")]
    assert [*joined(pauses)] == [still("2022-01-05", "2022-01-20"), still("2022-02-01", "2022-02-03")]


class TestTheCalendar:
    @pytest.mark.parametrize(
        ("day", "why"),
        [
            ("2022-09-19", "State Funeral"),
            ("2026-04-03", "Good Friday"),
            ("2026-04-06", "Easter Monday"),
            ("2025-08-25", "Bank Holiday"),
            ("2026-02-07", "Saturday"),
        ],
    )
    def test_of_england_and_wales_knows_why_a_day_is_no_working_day(self, day: str, why: str) -> None:
        assert why in (ENGLAND.why_not_working(date.fromisoformat(day)) or "")

    def test_of_the_kingdom_alone_lacks_easter_monday(self) -> None:
        assert Calendar("uk", "GB").why_not_working(date(2026, 4, 6)) is None

    def test_names_the_version_of_its_holidays(self) -> None:
        assert ENGLAND.ref.id == "england-wales"
        assert ENGLAND.ref.version.startswith("holidays ")

    @given(st.dates(date(1990, 1, 1), date(2999, 12, 31)))
    def test_finds_a_working_day_within_a_fortnight(self, day: date) -> None:
        found = ENGLAND.working_day_from(day)
        assert day <= found < day + timedelta(days=14)
        assert ENGLAND.why_not_working(found) is None


class TestADayOffOfEachYear:
    @pytest.mark.parametrize(
        ("written", "year", "day"),
        [
            ("12-24", 2026, date(2026, 12, 24)),
            ("easter-2", 2026, date(2026, 4, 3)),
            ("orthodox_easter+50", 2026, date(2026, 6, 1)),
            ("02-29", 2028, date(2028, 2, 29)),
            ("02-29", 2026, None),
        ],
    )
    def test_is_found_by_date_or_by_easter(self, written: str, year: int, day: date | None) -> None:
        assert RecurringDay(written, "a day off").in_year(year) == day


class TestPeriods:
    @pytest.mark.parametrize("written", ["P1D", "P28D", "P2W", "P6M", "P1Y", "PT24H"])
    def test_are_read_as_they_are_written(self, written: str) -> None:
        assert str(Period.parse(written).number) in written

    @pytest.mark.parametrize("written", ["", "28", "P", "P28", "P1Y2M", "PT1M", "28D", "P-1D", "p28d", "P1.5D", "P٣D"])
    def test_in_another_form_are_refused(self, written: str) -> None:
        with pytest.raises(ValueError, match="is not a period"):
            Period.parse(written)

    @pytest.mark.parametrize("unit", ["D", "W", "M", "Y", "H"])
    def test_beyond_the_last_year_overflow(self, unit: str) -> None:
        with pytest.raises(OverflowError):
            Period(100_000_000, unit).after(date(2022, 5, 18), LONDON)

    @given(st.integers(1, 5000), st.sampled_from("DWMY"), st.dates(date(2018, 1, 1), date(2100, 1, 1)))
    def test_of_days_do_not_mind_the_hour_at_which_they_start(self, number: int, unit: str, start: date) -> None:
        assume(number < 50 or unit in "DW")
        written = f"P{number}{unit}"
        at_noon = f"{start}T12:00:00+00:00"
        plain = ends("uk-dpa-2018/s150", start.isoformat(), written)
        assert ends("uk-dpa-2018/s150", at_noon, written).due_at == plain.due_at
