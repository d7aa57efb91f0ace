"""What staff type about days and hours."""
from __future__ import annotations

from datetime import date, time

import pytest

from app.core.errors import Invalid
from app.working_time import forms, prefill
from app.working_time.engine import HoursUse, OpenSpan


@pytest.mark.parametrize("text", ["2026-11-24", " 2026-11-24 ", "24/11/2026", "24-11-2026", "24.11.2026"])
def test_days(text: str) -> None:
    assert forms.find_day(text) == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["", "24/11", "31/11/2026", "2026-02-29", "0/0/0000", "hôm nay", "24/11/26"])
def test_days_that_are_none(text: str) -> None:
    assert forms.find_day(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07:30", time(7, 30)), ("7:30", time(7, 30)), ("7h30", time(7, 30)), ("17", time(17)), ("17h", time(17)),
        ("07:30:00", time(7, 30)), (" 7 h 30 ", time(7, 30)), ("", None), ("  ", None),
    ],
)
def test_hours(text: str, expected: time | None) -> None:
    assert forms.read_time(text) == expected


@pytest.mark.parametrize("text", ["25:00", "7:60", "sáng", "7:3", "٧:٣٠", "-1", "07:30:59"])
def test_hours_that_are_none(text: str) -> None:
    with pytest.raises(ValueError):
        forms.read_time(text)


def test_a_week_is_read_back_as_it_was_shown() -> None:
    start = date(2026, 12, 1)
    week = [OpenSpan(s.weekday, s.opens_at, s.closes_at, start) for s in prefill.default_hours()]
    week.append(OpenSpan(5, time(7, 30), time(11, 30), start, HoursUse.RECEPTION))
    shown = {**forms.shown_week(week), "valid_from": "2026-12-01"}
    assert shown["use_6"] == "closed"
    assert forms.read_week(shown) == (start, week)


def test_faults_of_a_week_are_named_together() -> None:
    typed = {
        "valid_from": "mai", "use_0": "working", "a_0": "07:30", "use_1": "working", "use_2": "sometimes",
        "a_2": "8", "b_2": "9", "use_3": "working", "a_3": "8", "b_3": "9", "use_4": "closed", "a_4": "x",
    }
    with pytest.raises(Invalid) as caught:
        forms.read_week(typed)
    assert set(caught.value.fields) == {"valid_from", "day_0", "day_1", "day_2"}
