"""How much of a deadline is left, and how a due moment is told."""
from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.working_time.engine import Pause, Shift, due_at, explain, remaining
from tests.working_time.calendars import at, calendar_by_hand, rule, shown

CALENDAR = calendar_by_hand()
DUE = at("2026-11-26 17:00")


@pytest.mark.parametrize(
    ("now", "overdue", "days", "hours", "today"),
    [
        ("2026-11-20 10:00", False, 3, 6.5 - 1 + 24, False),
        ("2026-11-24 10:00", False, 2, 16, False),  # on a holiday
        ("2026-11-26 07:00", False, 0, 8, True),
        ("2026-11-26 16:30", False, 0, 0.5, True),
        ("2026-11-26 17:00", False, 0, 0, True),  # the due moment itself is on time
        ("2026-11-26 17:00:01", True, 0, 0, False),
        ("2026-11-27 08:00", True, 1, 0.5, False),
        ("2026-11-28 08:00", True, 1, 8, False),
        ("2026-11-30 17:00", True, 2, 16, False),
    ],
)
def test_left_or_late(now: str, overdue: bool, days: int, hours: float, today: bool) -> None:
    left = remaining(at(now), DUE, CALENDAR)
    assert (left.overdue, left.working_days, left.due_today) == (overdue, days, today)
    assert left.working_time == timedelta(hours=hours)
    assert not left.paused


def test_while_it_waits_the_rest_stands_still() -> None:
    waiting = [Pause(at("2026-11-23 09:00"))]
    later = remaining(at("2026-12-10 09:00"), DUE, CALENDAR, waiting)
    assert later.paused_since == at("2026-11-23 09:00")
    assert not later.overdue and not later.due_today
    assert later.working_days == 2
    assert later == remaining(at("2026-11-23 09:00"), DUE, CALENDAR, waiting)
    # Not paused yet, and paused only when it was late already.
    assert not remaining(at("2026-11-23 08:00"), DUE, CALENDAR, waiting).paused
    assert remaining(at("2026-11-30 09:00"), DUE, CALENDAR, [Pause(at("2026-11-27 09:00"))]).overdue


def told(start: str, limit: str, pauses: list[Pause] | None = None) -> list[str]:
    answer = explain(at(start), rule(limit), CALENDAR, pauses or [])
    assert answer.due_at == due_at(at(start), rule(limit), CALENDAR, pauses or [])
    return [message % params for message, params in answer.sentences()]


def test_told_in_sentences() -> None:
    assert told("2026-11-20 10:00", "3wd") == [
        "3 ngày làm việc, không tính ngày nhận.", "Trừ ngày nghỉ 24/11.",
    ]
    assert told("2026-02-12 09:00", "2wd") == [
        "2 ngày làm việc, không tính ngày nhận.", "Trừ ngày nghỉ 16/02–20/02.",
    ]
    assert told("2026-08-20 09:00", "10wd") == [
        "10 ngày làm việc, không tính ngày nhận.", "Trừ ngày nghỉ 31/08–02/09.", "Có tính ngày làm bù 22/08.",
    ]
    assert told("2026-02-13 16:10", "same") == [
        "Có kết quả trong ngày.", "Nhận sau 15:00, nên tính từ 23/02.",
    ]
    assert told("2026-11-21 10:00", "8h") == [
        "8 giờ, chỉ tính giờ mở cửa.", "Nhận vào ngày nghỉ, nên tính từ 23/11.",
    ]
    assert told("2026-11-20 10:00", "4d") == [
        "4 ngày, kể cả ngày nghỉ, không tính ngày nhận.", "Ngày cuối 24/11 là ngày nghỉ, nên dời sang 25/11.",
    ]
    assert told("2026-11-11 10:00", "5wd") == ["5 ngày làm việc, không tính ngày nhận."]


@pytest.mark.parametrize(
    ("start", "limit", "line"),
    [
        ("2026-11-20 10:00", "10wd", "10 ngày làm việc, trừ ngày nghỉ 24/11"),
        ("2026-11-25 10:00", "3wd", "3 ngày làm việc"),
        ("2026-11-23 16:00", "8h", "8 giờ làm việc, trừ ngày nghỉ 24/11"),
        ("2026-11-20 10:00", "10d", "10 ngày, kể cả ngày nghỉ"),
        ("2026-11-20 10:00", "same", "trong ngày"),
    ],
)
def test_told_in_one_line(start: str, limit: str, line: str) -> None:
    message, params = explain(at(start), rule(limit), CALENDAR).summary()
    assert message % params == line


def test_pauses_told() -> None:
    moved = Pause(at("2026-11-19 10:00"), at("2026-11-20 10:00"))
    idle = Pause(at("2026-11-21 10:00"), at("2026-11-22 10:00"))
    waiting = Pause(at("2026-11-23 10:00"))
    assert told("2026-11-18 10:00", "5wd", [waiting, moved, idle]) == [
        "5 ngày làm việc, không tính ngày nhận.",
        "Trừ ngày nghỉ 24/11.",
        "Trừ lúc tạm dừng, từ 10:00 19/11 đến 10:00 20/11.",
        "Đang tạm dừng từ 10:00 23/11.",
    ]
    facts = explain(at("2026-11-18 10:00"), rule("5wd"), CALENDAR, [waiting, moved, idle])
    assert [fact.counts for fact in facts.pauses] == [True, False, False]
    assert [shown(fact.due_at) for fact in facts.pauses] == ["2026-11-27 17:00"] * 3
    assert shown(facts.first_due_at) == "2026-11-26 17:00"


def test_a_holiday_within_a_pause_moved_nothing_by_itself() -> None:
    facts = explain(
        at("2026-11-20 10:00"), rule("3wd"), CALENDAR, [Pause(at("2026-11-23 09:00"), at("2026-11-27 10:00"))]
    )
    assert facts.days_off == ()


def test_facts_behind_the_sentences() -> None:
    facts = explain(at("2026-11-21 10:00"), rule("4d"), CALENDAR)
    assert facts.shift is Shift.DAY_OFF
    assert shown(facts.counted_from) == "2026-11-23 07:30"
    assert facts.last_day_off_on is None
    facts = explain(at("2026-11-20 10:00"), rule("1d"), CALENDAR)
    assert facts.shift is None
    assert facts.last_day_off_on == date(2026, 11, 21)
