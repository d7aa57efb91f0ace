"""The deadline engine: pure, no database, no clock. Rules of domain.md 1.6, hours of ruling 5.

``due_at(start, rule, calendar, pauses)`` is the whole promise: a due moment is always derived from these four
and never typed by hand.
"""
from __future__ import annotations

from app.working_time.engine.calendar import Calendar
from app.working_time.engine.deadlines import ANSWER_RULE, Remaining, answer_due_at, due_at, remaining
from app.working_time.engine.explaining import Explanation, PauseFact, Shift, explain
from app.working_time.engine.rules import (
    KIND_NAMES,
    CalendarMissing,
    DayKind,
    HoursMissing,
    HoursUse,
    MarkedDay,
    OpenSpan,
    Pause,
    TimeRule,
    Unit,
)

__all__ = [
    "ANSWER_RULE",
    "KIND_NAMES",
    "Calendar",
    "CalendarMissing",
    "DayKind",
    "Explanation",
    "HoursMissing",
    "HoursUse",
    "MarkedDay",
    "OpenSpan",
    "Pause",
    "PauseFact",
    "Remaining",
    "Shift",
    "TimeRule",
    "Unit",
    "answer_due_at",
    "due_at",
    "explain",
    "remaining",
]
