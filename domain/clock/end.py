"""The end of a deadline. Rounds once, at the end: start, period, extensions, days that do not count, and then one roll."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

from domain.clock.counting import Counting, Run, day_on
from domain.clock.pauses import Pauses
from domain.clock.rounding import Rounding
from domain.clock.standing_still import StandingStill
from domain.clock.terms import Count, End
from domain.clock.words import event_in_words, in_words, listed
from domain.clock.worksheet import Worksheet

if TYPE_CHECKING:
    from domain.regimes import Regime, RuleVersion


def end_of(count: Count, regime: Regime) -> End:
    """Find the last day on which the act is in time, and say how.

    Args:
        count: rule, start, period and whatever changed it; dates in the regime's time zone.
        regime: where the rule, and through it its calendar, is found.

    Returns: `due`, a date in that zone; `due_at`, the first late instant; `steps`, a sentence each.

    Raises:
        Misconfigured: the regime knows no such rule, or the rule has no period and the notice gave none.
        OverflowError: the end lies beyond the year 9999.
        ValueError: the start is not the latest of the candidates.

    Law: for the UK Reg 1182/71 Art 3 by DPA 2018 s205(2); the tribunals' rules for their own steps.
    """
    return end_under(regime.rule_version(count.rule, count.rule_version), count)


def end_under(rule: RuleVersion, count: Count) -> End:
    """Find the end under a version of a rule that is known already, and say how; see `end_of`."""
    return _Computation(Worksheet(count, rule)).end()


class _Computation:
    """One computation, from the trigger to the first late instant."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        pauses = Pauses(sheet)
        self._counting = Counting(sheet)
        self._rounding = Rounding(sheet, pauses)
        self._standing_still = StandingStill(sheet, self._counting, pauses, self._last_day)

    def end(self) -> End:
        if self._sheet.calendar is not self._sheet.rule.calendar:
            own, usual = self._sheet.calendar.holidays, self._sheet.rule.calendar.id
            self._sheet.say(f"The matter has holidays of its own, {own}, in the place of the calendar {usual}")
        run = self._fixed() if self._sheet.has_fixed_end else self._from_the_start()
        run = self._standing_still.paused(run)
        due, due_at = self._rounded(run)
        self._warn_where_the_calendars_differ(due)
        return End(
            nominal=run.end,
            due=due,
            due_at=due_at,
            calendar=self._sheet.calendar.ref,
            steps=self._sheet.steps,
            marks=self._sheet.marks,
        )

    def _warn_where_the_calendars_differ(self, due: date) -> None:
        """Tell the day by the usual calendar, where the matter's own holidays make it another."""
        sheet = self._sheet
        if sheet.calendar is sheet.rule.calendar:
            return
        usual = end_under(sheet.rule, sheet.count.model_copy(update={"holidays": None}))
        if usual.due != due:
            sheet.say(f"The calendars differ here: by {sheet.rule.calendar.id} it would be {in_words(usual.due)}")

    # The run of the period

    @cached_property
    def _fixed_end(self) -> date | datetime | None:
        until = self._sheet.count.until
        return until.astimezone(self._sheet.zone) if isinstance(until, datetime) else until

    def _fixed(self) -> Run:
        assert self._fixed_end is not None
        self._sheet.say(f"The end is set to {in_words(self._fixed_end)}")
        end = self._counting.extended(self._fixed_end)
        return Run(event=day_on(end), first=end, end=end)

    def _from_the_start(self) -> Run:
        self._say_which_trigger_counts()
        start = self._sheet.count.start
        first = self._counting.first(start)
        if isinstance(first, datetime):
            return self._counting.run_from(first, day_on(first))
        begins = self._standing_still.first_after_what_is_left_out(first)
        return self._counting.run_from(begins, self._day(start) if begins == first else None)

    def _say_which_trigger_counts(self) -> None:
        candidates = self._sheet.count.candidates
        if not candidates:
            return
        latest = max(candidates, key=lambda candidate: self._moment(candidate.date))
        if self._moment(latest.date) != self._moment(self._sheet.count.start):
            msg = f"the start {self._sheet.count.start} is not the latest of its candidates, {latest.date}; count from that one"
            raise ValueError(msg)
        named = listed([f"{in_words(known.date)} ({event_in_words(known.event)})" for known in candidates])
        self._sheet.say(f"Of {named} the latest counts: {in_words(latest.date)}")

    def _day(self, given: date | datetime) -> date:
        return day_on(given.astimezone(self._sheet.zone)) if isinstance(given, datetime) else given

    def _moment(self, given: date | datetime) -> datetime:
        return given if isinstance(given, datetime) else datetime.combine(given, time(), self._sheet.zone)

    # Rounding

    def _rolls(self, run: Run) -> bool:
        """What was fixed stands as it is, unless something came on top of it."""
        if self._sheet.has_fixed_end:
            return run.end != self._fixed_end and self._rounding.rolls(None)
        return self._rounding.rolls(self._sheet.period)

    def _last_day(self, run: Run) -> date:
        end = day_on(run.end)
        return self._sheet.calendar.working_day_from(end) if self._rolls(run) and not isinstance(run.end, datetime) else end

    def _rounded(self, run: Run) -> tuple[date, datetime]:
        if isinstance(run.end, datetime):
            return self._rounding.instant(run.end)
        due = run.end
        if self._sheet.has_fixed_end:
            due = self._rounding.rolled(due, None) if run.end != self._fixed_end else due
        else:
            period = self._sheet.period
            due = self._rounding.rolled(due, period)
            due = self._rounding.with_least_working_days(day_on(run.first), due, period)
        return due, self._rounding.cut_off(due)
