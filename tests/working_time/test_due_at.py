"""Due moments worked out by hand, the published vectors among them."""
from __future__ import annotations

import time as system_time
from datetime import UTC, datetime, time, timedelta

import pytest

from app.core.errors import Invalid
from app.working_time.engine import CalendarMissing, TimeRule, Unit, answer_due_at, due_at
from tests.working_time.calendars import FRIDAY_MORNING_ONLY, at, calendar_by_hand, rule, shown

CALENDAR = calendar_by_hand()

PUBLISHED = [
    ("2026-11-20 10:00", "3wd", "2026-11-26 17:00"),
    ("2026-02-13 16:10", "same", "2026-02-23 17:00"),
    ("2025-12-31 09:00", "3wd", "2026-01-07 17:00"),
    ("2026-08-20 09:00", "5wd", "2026-08-26 17:00"),
    ("2026-08-28 09:00", "3wd", "2026-09-07 17:00"),
    ("2025-04-25 09:00", "3wd", "2025-04-29 17:00"),
    ("2026-12-31 09:00", "1wd", "2027-01-04 17:00"),
]
SAME_DAY = [
    ("2026-11-23 14:59:59", "same", "2026-11-23 17:00"),
    ("2026-11-23 15:00:00", "same", "2026-11-23 17:00"),
    ("2026-11-23 15:00:00.999999", "same", "2026-11-23 17:00"),  # the slip prints 15:00:00
    ("2026-11-23 15:00:01", "same", "2026-11-25 17:00"),  # 24/11 is a holiday
    ("2026-11-23 00:00", "same", "2026-11-23 17:00"),
    ("2026-11-23 23:59:59", "same", "2026-11-25 17:00"),
    ("2026-11-24 09:00", "same", "2026-11-25 17:00"),
    ("2026-11-24 16:00", "same", "2026-11-25 17:00"),
    ("2026-11-21 09:00", "same", "2026-11-23 17:00"),
    ("2026-11-22 23:00", "same", "2026-11-23 17:00"),
    ("2026-01-10 14:00", "same", "2026-01-10 17:00"),  # a make-up Saturday
    ("2026-01-10 15:00:01", "same", "2026-01-12 17:00"),
    ("2026-12-31 15:00:00", "same", "2026-12-31 17:00"),
    ("2026-12-31 15:00:01", "same", "2027-01-04 17:00"),
]
WORKING_DAYS = [
    ("2026-02-12 09:00", "2wd", "2026-02-23 17:00"),  # over Tết
    ("2026-02-18 10:00", "1wd", "2026-02-24 17:00"),  # received during Tết, as if on 23/02
    ("2027-02-03 09:00", "1wd", "2027-02-11 17:00"),
    ("2026-01-09 10:00", "1wd", "2026-01-10 17:00"),  # Saturday works
    ("2026-01-10 10:00", "1wd", "2026-01-12 17:00"),
    ("2026-08-21 10:00", "1wd", "2026-08-22 17:00"),
    ("2025-04-25 09:00", "5wd", "2025-05-06 17:00"),
    ("2024-04-26 09:00", "3wd", "2024-05-04 17:00"),
    ("2026-04-24 09:00", "1wd", "2026-04-28 17:00"),  # Giỗ Tổ on Sunday, off on Monday
    ("2026-04-24 09:00", "3wd", "2026-05-04 17:00"),
    ("2028-02-28 09:00", "1wd", "2028-02-29 17:00"),  # leap day
    ("2028-02-29 09:00", "1wd", "2028-03-01 17:00"),
    ("2024-02-29 09:00", "1wd", "2024-03-01 17:00"),
    ("2027-12-31 09:00", "1wd", "2028-01-04 17:00"),  # 01/01/2028 is a Saturday, off on Monday
    ("2026-11-21 09:00", "3wd", "2026-11-27 17:00"),  # Saturday counts as Monday
    ("2026-11-22 23:59", "3wd", "2026-11-27 17:00"),
    ("2026-11-23 00:00", "3wd", "2026-11-27 17:00"),
    ("2026-11-20 23:59", "3wd", "2026-11-26 17:00"),  # still Friday
    ("2026-11-20 18:30", "1wd", "2026-11-23 17:00"),
    ("2026-11-02 09:00", "20wd", "2026-12-01 17:00"),
]
CALENDAR_DAYS = [
    ("2026-11-20 10:00", "4d", "2026-11-25 17:00"),  # the last day is 24/11
    ("2026-11-14 10:00", "5d", "2026-11-23 17:00"),  # Saturday counts as 16/11, ends on Saturday 21/11
    ("2026-11-13 10:00", "10d", "2026-11-23 17:00"),
    ("2026-02-10 10:00", "10d", "2026-02-23 17:00"),
    ("2026-01-05 10:00", "5d", "2026-01-10 17:00"),  # ends on a make-up Saturday
    ("2024-02-29 10:00", "1d", "2024-03-01 17:00"),
    ("2026-12-31 10:00", "1d", "2027-01-04 17:00"),
    ("2026-11-20 10:00", "30d", "2026-12-21 17:00"),
]
HOURS = [
    ("2026-11-23 11:00", "1h", "2026-11-23 13:30"),
    ("2026-11-23 11:30", "1h", "2026-11-23 14:00"),
    ("2026-11-23 12:15", "1h", "2026-11-23 14:00"),
    ("2026-11-23 07:30", "4h", "2026-11-23 11:30"),
    ("2026-11-23 07:30", "8h", "2026-11-23 17:00"),
    ("2026-11-23 06:00", "1h", "2026-11-23 08:30"),
    ("2026-11-23 16:59:30", "1h", "2026-11-25 08:29:30"),
    ("2026-11-27 17:00", "8h", "2026-11-30 17:00"),
    ("2026-11-27 17:00:01", "8h", "2026-11-30 17:00"),
    ("2026-11-27 10:00", "8h", "2026-11-30 10:00"),
    ("2026-11-28 10:00", "8h", "2026-11-30 17:00"),
    ("2026-02-13 16:00", "8h", "2026-02-23 16:00"),
    ("2025-12-31 09:00", "8h", "2026-01-05 09:00"),
    ("2026-08-21 16:00", "2h", "2026-08-22 08:30"),  # into a make-up Saturday
    ("2026-08-28 16:00", "2h", "2026-09-03 08:30"),
    ("2026-11-23 07:30", "24h", "2026-11-26 17:00"),
    ("2026-12-31 16:30", "1h", "2027-01-04 08:00"),
]


@pytest.mark.parametrize(
    ("received", "limit", "due"), [*PUBLISHED, *SAME_DAY, *WORKING_DAYS, *CALENDAR_DAYS, *HOURS]
)
def test_worked_out_by_hand(received: str, limit: str, due: str) -> None:
    assert shown(due_at(at(received), rule(limit), CALENDAR)) == due


def test_without_the_day_of_culture_the_deadline_is_one_day_earlier() -> None:
    plain = calendar_by_hand(without=["2026-11-24"])
    assert shown(due_at(at("2026-11-20 10:00"), rule("3wd"), plain)) == "2026-11-25 17:00"


def test_the_same_instant_gives_the_same_due_moment_in_every_zone() -> None:
    # 23:30 in UTC on Thursday is Friday morning in Huế.
    start = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert shown(due_at(start, rule("3wd"), CALENDAR)) == "2026-11-26 17:00"
    assert due_at(start, rule("3wd"), CALENDAR) == due_at(at("2026-11-20 06:30"), rule("3wd"), CALENDAR)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati"])
def test_the_zone_of_the_machine_changes_nothing(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    system_time.tzset()
    try:
        for received, limit, due in [*PUBLISHED, *SAME_DAY, *HOURS]:
            assert shown(due_at(at(received), rule(limit), CALENDAR)) == due
    finally:
        monkeypatch.undo()
        system_time.tzset()


def test_an_online_filing_is_answered_within_eight_working_hours() -> None:
    assert shown(answer_due_at(at("2026-11-20 21:00"), CALENDAR)) == "2026-11-23 17:00"
    assert shown(answer_due_at(at("2026-11-23 14:00"), CALENDAR)) == "2026-11-25 14:00"


def test_a_day_ends_when_the_ward_closes_on_it() -> None:
    calendar = calendar_by_hand(hours=FRIDAY_MORNING_ONLY)
    assert shown(due_at(at("2026-11-26 09:00"), rule("1wd"), calendar)) == "2026-11-27 11:30"
    assert shown(due_at(at("2026-11-27 11:00"), rule("same"), calendar)) == "2026-11-27 11:30"
    assert shown(due_at(at("2026-11-27 14:00"), rule("same"), calendar)) == "2026-11-30 17:00"
    assert shown(due_at(at("2026-11-27 10:30"), rule("2h"), calendar)) == "2026-11-30 08:30"


def test_a_cutoff_of_ones_own_counts_late_receipt_as_the_next_working_day() -> None:
    limit = TimeRule(2, Unit.WORKING_DAY, cutoff=time(10, 30))
    assert shown(due_at(at("2026-11-25 10:30"), limit, CALENDAR)) == "2026-11-27 17:00"
    assert shown(due_at(at("2026-11-25 10:30:01"), limit, CALENDAR)) == "2026-11-30 17:00"


def test_no_year_is_guessed() -> None:
    calendar = calendar_by_hand(years=[2025, 2027])
    for received, limit, year in [
        ("2024-05-02 09:00", "1wd", 2024),
        ("2025-12-31 09:00", "1wd", 2026),
        ("2025-12-31 09:00", "5d", 2026),
        ("2025-12-31 15:00:01", "same", 2026),
        ("2025-12-31 16:30", "1h", 2026),
        ("2026-06-01 09:00", "1h", 2026),
        ("2027-12-20 09:00", "3000wd", 2028),
        ("2025-01-02 09:00", "900d", 2026),  # would land in 2027, over a year that nobody knows
        ("2025-12-20 09:00", "800h", 2026),
    ]:
        with pytest.raises(CalendarMissing) as caught:
            due_at(at(received), rule(limit), calendar)
        assert caught.value.year == year
    assert shown(due_at(at("2025-12-31 15:00:00"), rule("same"), calendar)) == "2025-12-31 17:00"


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due_at(datetime(2026, 11, 20, 10), rule("3wd"), CALENDAR)


@pytest.mark.parametrize("value", [0, -1, 3651, 1.5, True, "3"])
def test_a_limit_that_makes_no_sense_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        TimeRule(value, Unit.WORKING_DAY)  # type: ignore[arg-type]


def test_a_due_moment_costs_microseconds() -> None:
    limit, start = rule("10wd"), at("2026-11-20 10:00")
    began = system_time.perf_counter()
    for _ in range(2_000):
        due_at(start, limit, CALENDAR)
    each = timedelta(seconds=(system_time.perf_counter() - began) / 2_000)
    assert each < timedelta(microseconds=500)  # about 10 on an idle machine
