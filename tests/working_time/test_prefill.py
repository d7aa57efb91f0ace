"""The first calendar of a year: what is written down by hand must come out of it."""
from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from app.working_time import prefill
from app.working_time.engine import DayKind
from tests.working_time.calendars import MAKE_UP_BY_HAND, OFF_BY_HAND


@pytest.mark.parametrize("year", OFF_BY_HAND)
def test_days_off_and_make_up_days_as_written_by_hand(year: int) -> None:
    rows = prefill.prefilled_days(year)
    off = {row.day for row in rows if row.kind is not DayKind.SWAP_WORK and row.day.weekday() < 5}
    assert off == {date.fromisoformat(f"{year}-{day}") for day in OFF_BY_HAND[year].split()}
    make_up = {row.day.isoformat() for row in rows if row.kind is DayKind.SWAP_WORK}
    assert make_up == {day for day in MAKE_UP_BY_HAND if day.startswith(str(year))}


@pytest.mark.parametrize("year", range(2024, 2061))
def test_each_holiday_on_a_weekend_has_its_compensation(year: int) -> None:
    rows = prefill.prefilled_days(year)
    assert len({row.day for row in rows}) == len(rows)
    kinds = Counter(row.kind for row in rows)
    weekend = [row for row in rows if row.kind is DayKind.HOLIDAY and row.day.weekday() >= 5]
    assert kinds[DayKind.COMPENSATION] == len(weekend)
    assert kinds[DayKind.HOLIDAY] == (12 if year >= 2026 else 11)
    assert kinds[DayKind.SWAP_OFF] == kinds[DayKind.SWAP_WORK]
    assert all(row.day.weekday() < 5 for row in rows if row.kind in (DayKind.COMPENSATION, DayKind.SWAP_OFF))


def test_the_day_of_culture_carries_its_doubt() -> None:
    rows = {row.day: row for row in prefill.prefilled_days(2026)}
    assert rows[date(2026, 11, 24)].kind is DayKind.HOLIDAY
    assert "Điều 112" in rows[date(2026, 11, 24)].note
    assert date(2025, 11, 24) not in {row.day for row in prefill.prefilled_days(2025)}
    # Its compensation in 2029 (Saturday) shares the doubt.
    assert "Điều 112" in {row.day: row for row in prefill.prefilled_days(2029)}[date(2029, 11, 26)].note


def test_every_row_has_a_source_and_a_year_without_a_notice_says_so() -> None:
    assert prefill.official_source(2026)
    assert prefill.official_source(2027) is None
    assert all(row.source for year in range(2024, 2031) for row in prefill.prefilled_days(year))
