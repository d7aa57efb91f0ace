"""The calendar as a value: days, hours that change, reception on Saturday, years that nobody knows."""
from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from app.working_time import prefill
from app.working_time.engine import (
    Calendar,
    CalendarMissing,
    DayKind,
    HoursMissing,
    HoursUse,
    MarkedDay,
    OpenSpan,
    due_at,
)
from tests.working_time.calendars import MAKE_UP_BY_HAND, OFF_BY_HAND, at, calendar_by_hand, rule, shown

CALENDAR = calendar_by_hand()
SATURDAY = OpenSpan(5, time(7, 30), time(11, 30), prefill.HOURS_FROM, HoursUse.RECEPTION)


def test_days_off_make_up_days_and_weekends() -> None:
    for year, days in OFF_BY_HAND.items():
        for day in days.split():
            assert not CALENDAR.is_working_day(date.fromisoformat(f"{year}-{day}"))
    for day in MAKE_UP_BY_HAND:
        assert CALENDAR.is_working_day(date.fromisoformat(day))
    assert not CALENDAR.is_working_day(date(2026, 11, 21))
    assert CALENDAR.is_working_day(date(2026, 11, 23))


def test_next_and_first_working_day() -> None:
    assert CALENDAR.next_working_day(date(2026, 11, 23)) == date(2026, 11, 25)
    assert CALENDAR.next_working_day(date(2026, 2, 13)) == date(2026, 2, 23)
    assert CALENDAR.next_working_day(date(2026, 8, 21)) == date(2026, 8, 22)
    assert CALENDAR.first_working_day(date(2026, 11, 23)) == date(2026, 11, 23)
    assert CALENDAR.first_working_day(date(2026, 11, 24)) == date(2026, 11, 25)
    with pytest.raises(ValueError, match="backwards"):
        CALENDAR.add_working_days(date(2026, 11, 23), -1)


def test_working_days_between() -> None:
    assert CALENDAR.working_days_between(date(2026, 11, 20), date(2026, 11, 26)) == 3
    assert CALENDAR.working_days_between(date(2026, 11, 26), date(2026, 11, 20)) == -3
    assert CALENDAR.working_days_between(date(2026, 11, 21), date(2026, 11, 22)) == 0


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23 07:29", "2026-11-23 07:30"),
        ("2026-11-23 09:00", "2026-11-23 09:00"),
        ("2026-11-23 11:30", "2026-11-23 13:00"),
        ("2026-11-23 12:00", "2026-11-23 13:00"),
        ("2026-11-23 17:00", "2026-11-25 07:30"),
        ("2026-11-24 09:00", "2026-11-25 07:30"),
        ("2026-02-14 09:00", "2026-02-23 07:30"),
    ],
)
def test_next_opening(moment: str, opens: str) -> None:
    assert shown(CALENDAR.next_opening(at(moment))) == opens


def test_working_time_to_add_is_more_than_nothing() -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        CALENDAR.add_working_hours(at("2026-11-23 09:00"), 0)
    assert shown(CALENDAR.add_working_hours(at("2026-11-23 09:00"), 2)) == "2026-11-23 11:00"
    assert shown(CALENDAR.add_working_time(at("2026-11-23 11:00"), timedelta(minutes=45))) == "2026-11-23 13:15"


def test_reception_on_saturday_is_open_but_no_working_day() -> None:
    calendar = calendar_by_hand(hours=[*prefill.default_hours(), SATURDAY])
    saturday = date(2026, 11, 21)
    assert not calendar.is_working_day(saturday)
    assert calendar.hours_on(saturday) == [(time(7, 30), time(11, 30), HoursUse.RECEPTION)]
    assert shown(due_at(at("2026-11-21 09:00"), rule("1wd"), calendar)) == "2026-11-25 17:00"
    assert shown(due_at(at("2026-11-20 16:00"), rule("2h"), calendar)) == "2026-11-23 08:30"
    # A make-up Saturday is a whole working day, with Friday's hours.
    assert calendar.hours_on(date(2026, 1, 10)) == [
        (time(7, 30), time(11, 30), HoursUse.WORKING), (time(13), time(17), HoursUse.WORKING),
    ]


def test_hours_on_a_day_off_are_none() -> None:
    assert CALENDAR.hours_on(date(2026, 11, 24)) == []
    assert CALENDAR.hours_on(date(2026, 11, 22)) == []


def test_hours_change_on_the_day_they_become_valid() -> None:
    summer = [OpenSpan(d, time(7), time(12), date(2026, 11, 25)) for d in range(5)]
    summer += [OpenSpan(d, time(13, 30), time(16, 30), date(2026, 11, 25)) for d in range(4)]
    calendar = calendar_by_hand(hours=[*prefill.default_hours(), *summer])
    assert shown(calendar.closing(date(2026, 11, 23))) == "2026-11-23 17:00"
    assert shown(calendar.closing(date(2026, 11, 25))) == "2026-11-25 16:30"
    assert shown(calendar.closing(date(2026, 11, 27))) == "2026-11-27 12:00"  # Friday afternoon closed
    assert shown(due_at(at("2026-11-23 16:00"), rule("8h"), calendar)) == "2026-11-25 15:30"
    assert shown(due_at(at("2026-11-23 16:00"), rule("3wd"), calendar)) == "2026-11-27 12:00"


def test_a_year_without_hours_says_so() -> None:
    late = [OpenSpan(d, time(8), time(16), date(2026, 6, 1)) for d in range(5)]
    calendar = calendar_by_hand(hours=late)
    assert calendar.years == (2027, 2028)
    with pytest.raises(HoursMissing) as caught:
        calendar.is_working_day(date(2026, 11, 23))
    assert caught.value.year == 2026
    with pytest.raises(CalendarMissing):
        Calendar([], [], []).next_opening(at("2026-11-23 09:00"))


def test_a_week_of_reception_alone_gives_no_working_hours() -> None:
    with pytest.raises(HoursMissing):
        calendar_by_hand(hours=[SATURDAY]).is_working_day(date(2026, 11, 23))


def test_working_time_is_not_counted_over_an_unknown_year() -> None:
    calendar = calendar_by_hand(years=[2025, 2027])
    for days in ((date(2025, 5, 5), date(2027, 5, 5)), (date(2027, 5, 5), date(2025, 5, 5))):
        with pytest.raises(CalendarMissing) as caught:
            calendar.working_days_between(*days)
        assert caught.value.year == 2026


@pytest.mark.parametrize(
    "spans",
    [
        [(time(8), time(8))],
        [(time(9), time(8))],
        [(time(8), time(12)), (time(11), time(17))],
    ],
)
def test_hours_that_cannot_be_are_refused(spans: list[tuple[time, time]]) -> None:
    with pytest.raises(ValueError, match="weekday 0"):
        calendar_by_hand(hours=[OpenSpan(0, opens, closes, prefill.HOURS_FROM) for opens, closes in spans])


def test_a_closure_of_the_ward_is_a_day_off() -> None:
    storm = MarkedDay(date(2026, 11, 25), DayKind.CLOSURE, "Nghỉ bão số 6")
    calendar = Calendar([storm], prefill.default_hours(), [2026])
    assert shown(due_at(at("2026-11-24 09:00"), rule("1wd"), calendar)) == "2026-11-26 17:00"
    assert calendar.mark(storm.day) == storm
    assert calendar.is_ordinary_working_day(storm.day)


def test_naive_moments_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.next_opening(datetime(2026, 11, 23, 9))


def test_a_day_off_has_no_opening_or_closing() -> None:
    with pytest.raises(ValueError, match="not a working day"):
        CALENDAR.closing(date(2026, 11, 24))
