"""The statutory clock: from a rule and a date of law to the last day in time, with the steps in words."""

from domain.clock.calendar import Calendar
from domain.clock.end import end_of
from domain.clock.terms import CalendarRef, Candidate, Count, End, LeftOut, Suspension

__all__ = ["Calendar", "CalendarRef", "Candidate", "Count", "End", "LeftOut", "Suspension", "end_of"]
