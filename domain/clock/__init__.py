"""The statutory clock: from a rule and a date of law to the last day in time, with the steps in words."""

from domain.clock.calendar import Calendar
from domain.clock.end import end_of
from domain.clock.terms import CalendarRef, Count, End, Suspension

__all__ = ["Calendar", "CalendarRef", "Count", "End", "Suspension", "end_of"]
