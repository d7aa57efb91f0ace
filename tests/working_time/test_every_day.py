"""Every day of 2024–2030 against an oracle that only knows how to step: by days, or by half hours."""
from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from app.core.clock import TZ
from app.working_time import prefill
from app.working_time.engine import Calendar, CalendarMissing, DayKind, MarkedDay, TimeRule, Unit, due_at
from tests.working_time.calendars import every_day, rule

FIRST, LAST = 2024, 2030
ROWS = [row for year in range(FIRST, LAST + 1) for row in prefill.prefilled_days(year)]
OFF = {row.day for row in ROWS if row.kind is not DayKind.SWAP_WORK}
MAKE_UP = {row.day for row in ROWS if row.kind is DayKind.SWAP_WORK}
CALENDAR = Calendar([MarkedDay(r.day, r.kind, r.name) for r in ROWS], prefill.default_hours(), range(FIRST, LAST + 1))
HALF_HOUR = timedelta(minutes=30)


class BeyondTheLastYear(Exception):
    pass


def works(day: date) -> bool:
    if day.year > LAST:
        raise BeyondTheLastYear
    return day in MAKE_UP or (day.weekday() < 5 and day not in OFF)


def step(day: date) -> date:
    day += timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return day


def is_open(at: datetime) -> bool:
    return works(at.date()) and (time(7, 30) <= at.time() < time(11, 30) or time(13) <= at.time() < time(17))


def oracle(start: datetime, limit: TimeRule) -> datetime:
    """The due moment on a clock in Việt Nam, naive, found by stepping."""
    if limit.unit is Unit.HOUR:
        left = limit.value * 2
        while left:
            left -= is_open(start)
            start += HALF_HOUR
        return start
    day = start.date()
    if not works(day) or (limit.unit is Unit.SAME_DAY and start.time() > time(15)):
        day = step(day)
    if limit.unit is Unit.WORKING_DAY:
        for _ in range(limit.value):
            day = step(day)
    if limit.unit is Unit.DAY:
        day += timedelta(days=limit.value)
        while not works(day):
            day += timedelta(days=1)
    return datetime.combine(day, time(17))


TIMES = [time(0), time(7, 30), time(10), time(11, 30), time(12, 30), time(15), time(16, 30), time(17), time(23, 30)]
LIMITS = "same 1wd 2wd 3wd 5wd 10wd 30wd 1d 10d 30d 1h 8h".split()
SHARP = [time(14, 59, 59), time(15), time(15, 0, 1)]


@pytest.mark.parametrize("year", range(FIRST, LAST + 1))
def test_every_day_of(year: int) -> None:
    checked = 0
    for number, day in enumerate(every_day(year, year)):
        cases = [(hour, "same") for hour in SHARP]
        for place, limit in enumerate(LIMITS):
            cases.append((TIMES[(number + place) % len(TIMES)], limit))
        for hour, limit in cases:
            start = datetime.combine(day, hour)
            try:
                expected = oracle(start, rule(limit))
            except BeyondTheLastYear:
                with pytest.raises(CalendarMissing):
                    due_at(start.replace(tzinfo=TZ), rule(limit), CALENDAR)
                continue
            due = due_at(start.replace(tzinfo=TZ), rule(limit), CALENDAR)
            assert due.astimezone(TZ).replace(tzinfo=None) == expected, (start, limit)
            checked += 1
    assert checked > 5_000


def test_working_days_by_day_and_working_time_by_half_hour() -> None:
    worked = timedelta(0)
    start = datetime(FIRST, 1, 1, tzinfo=TZ)
    for day in every_day(FIRST, LAST):
        assert CALENDAR.is_working_day(day) == works(day)
        if works(day):
            assert CALENDAR.opening(day).astimezone(TZ) == datetime.combine(day, time(7, 30), TZ)
        at = datetime.combine(day, time(0), TZ)
        assert CALENDAR.working_time_between(start, at) == worked
        assert CALENDAR.working_time_between(at, start) == -worked
        if works(day):
            for hour, so_far in ((8, 0.5), (11, 3.5), (12, 4), (13, 4), (16, 7), (17, 8), (20, 8)):
                passed = CALENDAR.working_time_between(at, at.replace(hour=hour))
                assert passed == timedelta(hours=so_far)
            worked += timedelta(hours=8)
