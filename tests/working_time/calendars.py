"""Calendars for the tests of deadlines: days off written out by hand, not taken from the prefill."""
from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from app.core.clock import TZ
from app.working_time import prefill
from app.working_time.engine import Calendar, DayKind, MarkedDay, OpenSpan, TimeRule, Unit

# Domain reference, section 9. Off on a Monday to Friday unless said otherwise.
OFF_BY_HAND = {
    2024: "01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03",
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24",
    2027: "01-01 02-04 02-05 02-08 02-09 02-10 04-16 04-30 05-03 09-02 09-03 11-24",
    2028: "01-03 01-24 01-25 01-26 01-27 01-28 04-04 05-01 05-02 09-01 09-04 11-24",
}
MAKE_UP_BY_HAND = ("2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22")


def days_by_hand() -> list[MarkedDay]:
    off = [date.fromisoformat(f"{year}-{day}") for year, days in OFF_BY_HAND.items() for day in days.split()]
    return [MarkedDay(day, DayKind.HOLIDAY, "Nghỉ lễ") for day in off] + [
        MarkedDay(date.fromisoformat(day), DayKind.SWAP_WORK, "Làm bù") for day in MAKE_UP_BY_HAND
    ]


def calendar_by_hand(
    *, without: Collection[str] = (), hours: list[OpenSpan] | None = None, years: Collection[int] = tuple(OFF_BY_HAND)
) -> Calendar:
    skipped = {date.fromisoformat(day) for day in without}
    days = [mark for mark in days_by_hand() if mark.day not in skipped]
    return Calendar(days, hours or prefill.default_hours(), years)


def at(text: str) -> datetime:
    """``2026-11-20 10:00`` on a clock in Việt Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def shown(moment: datetime) -> str:
    """The moment as a clock in Việt Nam shows it, seconds only when there are some."""
    assert moment.tzinfo is UTC
    return moment.astimezone(TZ).replace(tzinfo=None).isoformat(" ").removesuffix(":00")


def rule(text: str) -> TimeRule:
    """``3wd``, ``10d``, ``8h``, ``same``"""
    if text == "same":
        return TimeRule.same_day()
    number, unit = text.rstrip("wdh"), text.lstrip("0123456789")
    return TimeRule(int(number), {"wd": Unit.WORKING_DAY, "d": Unit.DAY, "h": Unit.HOUR}[unit])


def every_day(first: int, last: int) -> list[date]:
    start = date(first, 1, 1)
    return [start + timedelta(days=n) for n in range((date(last, 12, 31) - start).days + 1)]


FRIDAY_MORNING_ONLY = [
    span for span in prefill.default_hours() if not (span.weekday == 4 and span.opens_at == time(13))
]
