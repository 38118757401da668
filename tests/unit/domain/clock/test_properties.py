"""What holds for every count under rules of every shape."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, rrule
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.clock import Count, End
from domain.clock.end import end_under
from domain.regimes import RuleVersion
from tests.any_count import (
    DAY,
    as_suspensions,
    count_of,
    counts,
    in_days,
    in_hours,
    in_months,
    in_weeks,
    in_years,
    periods,
    ranges_near,
    rules,
    starts,
)
from tests.shapes import CALENDARS, end_by, rule

ROLLING = {"roll": "next_working_day", "rolls_up_to": []}
STRAIGHT = in_days | in_weeks
"""Periods of which a later beginning never gives an earlier end, whatever lies between."""


def changed(count: Count, **values: object) -> Count:
    return Count.model_validate(count.model_dump() | values)


def day_in(version: RuleVersion, moment: date | datetime) -> date:
    return moment.astimezone(version.time_zone).date() if isinstance(moment, datetime) else moment


def nominal(end: End) -> date:
    assert not isinstance(end.nominal, datetime)
    return end.nominal


def test_months_end_by_corresponding_date_as_dateutil_has_it_from_every_day_of_a_hundred_years() -> None:
    excluded, included = rule("weekends", roll="none"), rule("weekends", roll="none", first_day="included")
    day = date(1970, 1, 1)
    while day < date(2070, 1, 1):
        corresponding = day + relativedelta(months=1)
        assert end_under(excluded, count_of(day, "P1M")).due == corresponding
        exists = corresponding.day == day.day
        assert end_under(included, count_of(day, "P1M")).due == (corresponding - DAY if exists else corresponding)
        day += DAY


@given(starts, st.integers(1, 1200))
def test_any_number_of_months_ends_as_dateutil_has_it(start: date, months: int) -> None:
    assert end_under(rule("weekends", roll="none"), count_of(start, f"P{months}M")).due == start + relativedelta(months=months)


class TestRounding:
    @given(rules(**ROLLING), counts(periods))
    def test_no_end_under_a_rolling_rule_lies_on_a_day_that_is_no_working_day(self, version: RuleVersion, count: Count) -> None:
        count = changed(count, holidays=None)
        end = end_under(version, count)
        assume(not isinstance(end.nominal, datetime))
        assume(end.nominal != count.until)
        assert version.calendar.why_not_working(end.due) is None

    @given(rules(**ROLLING), counts(periods))
    def test_nor_on_a_day_on_which_it_stood_still(self, version: RuleVersion, count: Count) -> None:
        end = end_under(version, count)
        assume(not isinstance(end.nominal, datetime))
        assume(end.nominal != count.until)
        assert not any(still.since <= end.due < still.until for still in count.suspensions)

    @given(rules(), counts())
    def test_never_shortens(self, version: RuleVersion, count: Count) -> None:
        end = end_under(version, count)
        if not isinstance(end.nominal, datetime):
            assert end.due >= end.nominal

    @given(rules(roll="none", working_days_within=None), counts(periods))
    def test_leaves_every_end_where_it_is_under_a_rule_that_does_not_roll(self, version: RuleVersion, count: Count) -> None:
        end = end_under(version, count)
        assume(not isinstance(end.nominal, datetime))
        assert end.due == end.nominal

    @given(rules(cut_off=None), counts(periods))
    def test_what_is_late_begins_with_the_day_after_on_the_clock_of_the_place(self, version: RuleVersion, count: Count) -> None:
        end = end_under(version, count)
        assume(not isinstance(end.nominal, datetime))
        assert end.due_at == datetime.combine(end.due + DAY, time(), version.time_zone)

    @given(rules(), starts, in_days, st.integers(1, 4))
    def test_a_period_holds_the_least_number_of_working_days(
        self, version: RuleVersion, start: date, period: str, least: int
    ) -> None:
        first_day = version.data.first_day
        version = rule(version.calendar, working_days_within={"at_least": least, "from": "P1D"}, first_day=first_day)
        end = end_under(version, count_of(start, period))
        first = start if first_day == "included" else start + DAY
        assert version.calendar.working_days_in(first, end.due + DAY) >= least


class TestTheTrigger:
    @given(rules(), starts, STRAIGHT | in_hours, st.lists(st.integers(0, 400), max_size=2), st.data())
    def test_that_comes_later_never_ends_a_period_of_days_weeks_or_hours_earlier(
        self, version: RuleVersion, start: date, period: str, later: list[int], data: st.DataObject
    ) -> None:
        still = as_suspensions(data.draw(st.lists(ranges_near(start), max_size=2)))
        one, other = start, start + sum(later) * DAY
        assert (
            end_under(version, count_of(one, period, suspensions=still)).due_at
            <= end_under(version, count_of(other, period, suspensions=still)).due_at
        )

    @given(rules(leaves_out=[]), starts, in_months | in_years, st.integers(0, 400))
    def test_that_comes_later_never_ends_a_period_of_months_earlier_where_nothing_lies_between(
        self, version: RuleVersion, start: date, period: str, later: int
    ) -> None:
        assert (
            end_under(version, count_of(start, period)).due_at <= end_under(version, count_of(start + later * DAY, period)).due_at
        )

    def test_that_comes_later_can_end_a_period_of_months_earlier_where_it_stood_still(self) -> None:
        """The law's doing: from the 29th and the 30th of January a month ends on 28 February, but one day less stood still."""
        still = [{"since": "2026-01-20", "until": "2026-02-10", "reason": "r"}]
        version = rule("weekends", roll="none")
        assert end_by(version, "2026-01-29", "P1M", suspensions=still).due == date(2026, 3, 12)
        assert end_by(version, "2026-01-30", "P1M", suspensions=still).due == date(2026, 3, 11)

    @given(rules(first_day="included"), starts, STRAIGHT)
    def test_whose_day_counts_gives_the_end_of_the_day_before_whose_day_does_not(
        self, version: RuleVersion, start: date, period: str
    ) -> None:
        excluding = rule(version.calendar, **version.data.model_dump(include=SHAPE, by_alias=True) | {"first_day": "excluded"})
        assert end_under(version, count_of(start, period)).due == end_under(excluding, count_of(start - DAY, period)).due

    @given(rules(), starts, in_days)
    def test_may_have_an_hour_that_days_do_not_mind(self, version: RuleVersion, start: date, period: str) -> None:
        noon = datetime.combine(start, time(12), version.time_zone)
        assert end_under(version, count_of(start, period)).due == end_under(version, count_of(noon, period)).due


SHAPE = {"days", "last_day", "roll", "rolls_up_to", "working_days_within", "leaves_out", "after_suspension", "cut_off"}


class TestThePeriod:
    @given(rules(last_day="excluded", leaves_out=[], days="calendar"), starts, periods)
    def test_of_clear_days_ends_a_day_later(self, version: RuleVersion, start: date, period: str) -> None:
        plain = rule(version.calendar, first_day=version.data.first_day)
        assert nominal(end_under(version, count_of(start, period))) == nominal(end_under(plain, count_of(start, period))) + DAY

    @given(st.sampled_from(sorted(CALENDARS)), starts, st.integers(1, 120))
    def test_of_working_days_ends_as_dateutil_counts_the_days_that_are_neither_weekend_nor_holiday(
        self, calendar: str, start: date, number: int
    ) -> None:
        version = rule(calendar, days="working", roll="none")
        weekdays = rrule(DAILY, dtstart=start + DAY, byweekday=range(5), count=2 * number + 30)
        working = [day.date() for day in weekdays if not version.calendar.why_not_working(day.date())]
        assert end_under(version, count_of(start, f"P{number}D")).due == working[number - 1]

    @given(rules(leaves_out=[], last_day="counted"), starts, st.integers(0, 1439), st.integers(1, 500))
    def test_of_hours_is_as_long_as_it_says_whatever_the_clocks_do(
        self, version: RuleVersion, start: date, minutes: int, hours: int
    ) -> None:
        instant = datetime.combine(start, time(), UTC) + timedelta(minutes=minutes)
        took = end_under(version, count_of(instant, f"PT{hours}H")).due_at - instant
        least = (hours - 1 if version.data.first_day == "included" else hours) * HOUR
        assert least <= took < least + HOUR + timedelta(microseconds=version.data.first_day == "included")

    @given(rules(), counts(), periods | in_hours)
    def test_extended_never_ends_earlier(self, version: RuleVersion, count: Count, by: str) -> None:
        longer = changed(count, extensions=(*count.extensions, by))
        assume(not _in_months(version, count))
        assert end_under(version, count).due_at <= end_under(version, longer).due_at


HOUR = timedelta(hours=1)


def _in_months(version: RuleVersion, count: Count) -> bool:
    """Whether months meet days that do not count: then the law itself goes back and forth by the lengths of months."""
    meets = bool(count.suspensions or count.left_out or version.data.leaves_out)
    return meets and any(written and written[-1] in "MY" for written in (count.period, *count.extensions))


class TestDaysThatDoNotCount:
    @given(rules(), counts(STRAIGHT | in_hours), st.data())
    def test_never_shorten(self, version: RuleVersion, count: Count, data: st.DataObject) -> None:
        assume(not _in_months(version, count))
        since, until = data.draw(ranges_near(day_in(version, count.start)))
        more = [*count.model_dump()["suspensions"], *as_suspensions([(since, until)])]
        assert end_under(version, count).due_at <= end_under(version, changed(count, suspensions=more)).due_at

    @given(rules(), counts(), st.data())
    def test_split_in_two_change_nothing(self, version: RuleVersion, count: Count, data: st.DataObject) -> None:
        whole = data.draw(ranges_near(day_in(version, count.start)))
        middle = whole[0] + data.draw(st.integers(0, (whole[1] - whole[0]).days)) * DAY
        halves = as_suspensions([(middle, whole[1]), (whole[0], middle)])
        one = end_under(version, changed(count, suspensions=as_suspensions([whole])))
        assert end_under(version, changed(count, suspensions=halves)).due_at == one.due_at

    @given(rules(), counts(), st.randoms())
    def test_may_be_told_in_any_order_and_twice(self, version: RuleVersion, count: Count, order: Random) -> None:
        again = [*count.model_dump()["suspensions"], *count.model_dump()["suspensions"]]
        order.shuffle(again)
        assert end_under(version, changed(count, suspensions=again)).due_at == end_under(version, count).due_at

    @settings(max_examples=200)
    @given(rules(), counts(), st.data())
    def test_change_nothing_outside_the_period(self, version: RuleVersion, count: Count, data: st.DataObject) -> None:
        count = changed(count, anchored=False)
        end = end_under(version, count)
        begins = day_in(version, count.start)
        length = data.draw(st.integers(0, 300)) * DAY
        beyond = max(end.due, begins) + data.draw(st.integers(1, 300)) * DAY
        outside = [(beyond, beyond + length)]
        if count.until is None:
            before = begins - data.draw(st.integers(0, 300)) * DAY
            outside.append((before - length, before))
        still = [*count.model_dump()["suspensions"], *as_suspensions(outside)]
        left_out = [{"first": since, "last": until - DAY, "name": "recess"} for since, until in outside]
        left_out += count.model_dump()["left_out"]
        for more in (changed(count, suspensions=still), changed(count, left_out=left_out)):
            again = end_under(version, more)
            assert (again.nominal, again.due_at) == (end.nominal, end.due_at)

    @given(rules(leaves_out=[], after_suspension="remainder"), starts, in_days, st.data())
    def test_within_the_period_are_all_given_back(
        self, version: RuleVersion, start: date, period: str, data: st.DataObject
    ) -> None:
        version = rule(version.calendar, last_day=version.data.last_day)
        plain = nominal(end_under(version, count_of(start, period)))
        since = data.draw(st.dates(start + DAY, plain))
        length = data.draw(st.integers(0, 400))
        still = as_suspensions([(since, since + length * DAY)])
        assert nominal(end_under(version, count_of(start, period, suspensions=still))) == plain + length * DAY

    @given(rules(last_day="counted", after_suspension="remainder", days="calendar"), starts, st.integers(1, 120), st.data())
    def test_leave_as_many_days_as_the_period_has_counted_one_by_one(
        self, version: RuleVersion, start: date, number: int, data: st.DataObject
    ) -> None:
        """Against a count that goes from day to day and knows nothing of intervals."""
        first = start if version.data.first_day == "included" else start + DAY
        ranges = data.draw(st.lists(ranges_near(start), max_size=3))
        still = [(max(since, first), until) for since, until in ranges if until > first]
        end = end_under(version, count_of(start, f"P{number}D", suspensions=as_suspensions(still)))
        day, counted = first, 0
        while True:
            counted += not (any(since <= day < until for since, until in still) or _left_out(version, day))
            if counted == number:
                break
            day += DAY
        assert nominal(end) == day

    @given(rules(leaves_out=[], after_suspension="anew"), starts, periods, st.data())
    def test_after_which_the_period_begins_anew_leave_the_whole_of_it(
        self, version: RuleVersion, start: date, period: str, data: st.DataObject
    ) -> None:
        plain = end_under(version, count_of(start, period))
        first = start if version.data.first_day == "included" else start + DAY
        since = data.draw(st.dates(first, nominal(plain)))
        until = since + data.draw(st.integers(1, 300)) * DAY
        event = until if version.data.first_day == "included" else until - DAY
        anew = end_under(version, count_of(start, period, suspensions=as_suspensions([(since, until)])))
        whole = end_under(version, count_of(event, period))
        assert (anew.nominal, anew.due_at) == (whole.nominal, whole.due_at)


def _left_out(version: RuleVersion, day: date) -> bool:
    august = day.month == 8
    christmas = (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 6)
    names = [leaves.name for leaves in version.data.leaves_out]
    return (august and "August" in names) or (christmas and "Christmas recess" in names)


@given(rules(), counts())
def test_the_same_count_gives_the_same_end(version: RuleVersion, count: Count) -> None:
    assert end_under(version, count) == end_under(version, count)
